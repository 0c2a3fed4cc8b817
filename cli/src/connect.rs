//! From arguments to a pipeline, or to an archive that is only read. Nothing is asked of AWS yet, and its clients are
//! made only where the archive or a stream needs them.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use mailtrail_archive::{Archive, ArchiveReader, Location, S3Options};
use mailtrail_aws_client::{RetryPolicy, clients as aws};
use mailtrail_delivery::{Stream, TagGate};
use mailtrail_pipeline::Pipeline;
use tokio::sync::OnceCell;

use crate::ingest::IngestArgs;

/// How long the answer about a stream's tag is remembered.
const TAG_MEMORY: Duration = Duration::from_mins(5);

/// An archive to read.
pub(crate) async fn reader(archive: &Location, options: S3Options) -> ArchiveReader {
    match archive {
        Location::S3 { bucket, prefix } => {
            ArchiveReader::s3(aws::s3(&aws::config().await), bucket, prefix, options)
        }
        Location::Directory(path) => ArchiveReader::directory(path.clone()),
    }
}

/// An archive to write to. The configuration of AWS is loaded where it is needed, once.
pub(crate) async fn archive(
    location: &Location,
    options: S3Options,
    config: &OnceCell<SdkConfig>,
) -> anyhow::Result<Archive> {
    Ok(match location {
        Location::S3 { bucket, prefix } => {
            Archive::s3(aws::s3(config.get_or_init(aws::config).await), bucket, prefix, options)
        }
        Location::Directory(path) => Archive::directory(path.clone())?,
    })
}

pub(crate) async fn pipeline(args: &IngestArgs) -> anyhow::Result<Pipeline> {
    let (config, firehose) = (OnceCell::new(), OnceCell::new());
    let firehose = || {
        firehose.get_or_init(async || {
            let client = aws::firehose(config.get_or_init(aws::config).await);
            let gate = TagGate::new(client.clone(), TAG_MEMORY, RetryPolicy::default());
            (client, Arc::new(gate))
        })
    };

    let destinations = &args.destinations;
    let archive = archive(destinations.archive()?, destinations.s3_options(), &config).await?;
    let mut streams = Vec::new();
    for target in destinations.streams().cloned() {
        streams.push(if let Some(path) = target.file().cloned() {
            Stream::file(target, path)
        } else {
            let (client, gate) = firehose().await.clone();
            Stream::firehose(target, client, gate, RetryPolicy::default())
        });
    }
    let pipeline = Pipeline::new(archive, streams, args.options()?);
    pipeline.watch(args.watches());
    Ok(pipeline)
}
