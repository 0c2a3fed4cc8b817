//! Firehose streams: their settings and tags.

use std::collections::BTreeSet;

use aws_sdk_firehose::types::{DestinationDescription, ProcessingConfiguration, ProcessorType};
use mailtrail_aws_client::clients as aws;
use mailtrail_aws_types::Arn;
use mailtrail_config::{StreamAddress, StreamTarget, settings};
use mailtrail_doctor::{ErrorLog, Facts, Part, Stream, StreamDestination, StreamSettings};
use mailtrail_policy_survey::answers;

use super::reader::{Reader, checked};

const STREAM: &str = "DescribeDeliveryStream";
const LIST_TAGS: &str = "ListTagsForDeliveryStream";
const MISSING: [&str; 1] = ["ResourceNotFoundException"];
/// The quota of tags on a stream, so that one page has all of them.
const TAGS: i32 = 50;

/// The streams that functions or deliveries write to, and those given on the command line.
pub(super) fn names(facts: &Facts, named: &[String]) -> BTreeSet<String> {
    let settings = facts.functions.iter().filter_map(|function| function.variable(settings::STREAMS.name));
    let targets =
        settings.flat_map(str::split_whitespace).filter_map(|entry| entry.parse::<StreamTarget>().ok());
    let of_functions = targets.filter_map(|target| match target.address() {
        StreamAddress::Firehose(name) => Some(name.clone()),
        StreamAddress::File(_) => None,
    });
    let of_deliveries = facts.delivery_targets("FH").into_iter();
    let of_deliveries = of_deliveries.filter_map(|arn| Some(Arn::parse(&arn).ok()?.resource_id().to_owned()));
    of_functions.chain(of_deliveries).chain(named.iter().cloned()).collect()
}

impl Reader<'_> {
    /// Reads one stream. The tags are read only if it exists.
    pub(super) async fn stream(&self, name: &str) -> Stream {
        let client = aws::firehose(&self.account.config);
        let calls = &self.account.calls;
        let read = calls.run(STREAM, self.deadline, || {
            client.describe_delivery_stream().delivery_stream_name(name).send()
        });
        let read = checked(read, |answer| {
            let Some(said) = answer.delivery_stream_description() else { return Ok(()) };
            answers::expect(STREAM, "stream", name, Some(said.delivery_stream_name()))?;
            self.account.expect_here(STREAM, "firehose", Some(said.delivery_stream_arn()))
        });
        let settings = match self.part_if_exists("firehose", name, &MISSING, read).await {
            Part::Seen { at, value } => {
                let described = value.and_then(|answer| answer.delivery_stream_description);
                let value = described.map(|it| StreamSettings {
                    status: it.delivery_stream_status().as_str().to_owned(),
                    source: it.delivery_stream_type().as_str().to_owned(),
                    decompresses: it.destinations().iter().any(decompresses),
                    destination: it.destinations().iter().find_map(destination),
                });
                Part::Seen { at, value }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        let mut stream = Stream { name: name.to_owned(), settings, ..Stream::default() };
        if let Part::Seen { value: None, .. } = stream.settings {
            return stream;
        }
        let read = calls.run(LIST_TAGS, self.deadline, || {
            client.list_tags_for_delivery_stream().delivery_stream_name(name).limit(TAGS).send()
        });
        let read = checked(read, |answer| {
            let is_whole = !answer.has_more_tags();
            is_whole.then_some(()).ok_or_else(|| answers::unexpected(LIST_TAGS, "the list has more pages"))
        });
        stream.tags = match self.part("firehose", name, read).await {
            Part::Seen { at, value } => {
                let tags = value.tags.into_iter();
                Part::Seen { at, value: tags.map(|tag| (tag.key, tag.value.unwrap_or_default())).collect() }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        let settings = stream.settings.seen().and_then(Option::as_ref);
        if let Some(log) = settings.and_then(|it| it.destination.as_ref()?.error_log.as_ref()) {
            stream.last_error = self.newest_of_stream(&log.log_group, &log.log_stream).await;
        }
        stream
    }
}

fn destination(description: &DestinationDescription) -> Option<StreamDestination> {
    let s3 = description.extended_s3_destination_description()?;
    Some(StreamDestination {
        role_arn: s3.role_arn().to_owned(),
        bucket_arn: s3.bucket_arn().to_owned(),
        prefix: s3.prefix().unwrap_or_default().to_owned(),
        error_log: s3.cloud_watch_logging_options().filter(|it| it.enabled() == Some(true)).and_then(|it| {
            Some(ErrorLog {
                log_group: it.log_group_name()?.to_owned(),
                log_stream: it.log_stream_name()?.to_owned(),
            })
        }),
    })
}

/// Whether a destination has the processor that decompresses CloudWatch Logs data.
/// <https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html>
fn decompresses(destination: &DestinationDescription) -> bool {
    let has = |processing: Option<&ProcessingConfiguration>| {
        processing.is_some_and(|processing| {
            processing.enabled() != Some(false)
                && processing.processors().iter().any(|it| it.r#type == ProcessorType::Decompression)
        })
    };
    has(destination.extended_s3_destination_description().and_then(|it| it.processing_configuration()))
        || has(destination.splunk_destination_description().and_then(|it| it.processing_configuration()))
        || has(destination
            .http_endpoint_destination_description()
            .and_then(|it| it.processing_configuration()))
        || has(destination.redshift_destination_description().and_then(|it| it.processing_configuration()))
        || has(destination.snowflake_destination_description().and_then(|it| it.processing_configuration()))
        || has(destination.iceberg_destination_description().and_then(|it| it.processing_configuration()))
        || has(destination
            .elasticsearch_destination_description()
            .and_then(|it| it.processing_configuration()))
        || has((destination.amazonopensearchservice_destination_description())
            .and_then(|it| it.processing_configuration()))
        || has((destination.amazon_open_search_serverless_destination_description())
            .and_then(|it| it.processing_configuration()))
}
