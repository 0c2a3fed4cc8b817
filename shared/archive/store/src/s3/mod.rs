//! The archive in S3: conditional writes, reads, and listings in pages.
//!
//! `If-None-Match: *` makes a write succeed once; a later one of the same key gets 412, which is what we want, and 409
//! while a delete is under way, which passes.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
//!
//! An answer counts for what it proves. A write is written where the answer has an `ETag` and the SHA-256 that was sent:
//! S3 verifies it before it stores the object, and repeats it. A proxy or a captive portal that answers 200 knows neither.
//! Where an endpoint does not repeat it, the object is asked for it.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>

mod body;
mod listing;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ServerSideEncryption};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{Put, S3Options};
use mailtrail_aws_client::failure::Failure;

pub(crate) use body::Body;
pub(crate) use listing::Page;

#[derive(Debug, Clone)]
pub(crate) struct S3 {
    client: Client,
    bucket: String,
    prefix: String,
    options: S3Options,
}

impl S3 {
    pub(crate) fn new(client: Client, bucket: String, prefix: String, options: S3Options) -> Self {
        Self { client, bucket, prefix, options }
    }

    pub(crate) async fn put(&self, key: &str, body: Bytes) -> Result<Put, Failure> {
        let encryption = self.options.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms);
        let (sha256, is_empty) = (BASE64_STANDARD.encode(Sha256::digest(&body)), body.is_empty());
        let answer = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .if_none_match("*")
            .content_type(content_type(key))
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_sha256(&sha256)
            .set_expected_bucket_owner(self.options.expected_owner.clone())
            .set_server_side_encryption(encryption)
            .set_ssekms_key_id(self.options.kms_key.clone())
            .body(ByteStream::from(body))
            .send()
            .await;
        match answer.map_err(Failure::from) {
            Ok(answer) if answer.e_tag().is_none() => Err(unproven("has no ETag")),
            Ok(answer) => match answer.checksum_sha256() {
                Some(said) if said == sha256 => Ok(Put::Written),
                Some(_) => Err(unproven("has another SHA-256 than was sent")),
                None => self.stored(key, &sha256).await,
            },
            Err(failure) if failure.code == "PreconditionFailed" => self.existing(key, is_empty).await,
            Err(failure) => Err(failure),
        }
    }

    /// Whether an object has this checksum.
    async fn stored(&self, key: &str, sha256: &str) -> Result<Put, Failure> {
        let object = self.head(key, Some(ChecksumMode::Enabled)).await;
        let is_stored = matches!(&object, Ok(Some(object)) if object.checksum_sha256() == Some(sha256));
        if is_stored { Ok(Put::Written) } else { Err(unproven("has no SHA-256")) }
    }

    /// What is there under a name that was written before. The name carries the content, whatever compressed it; an empty
    /// object has none.
    async fn existing(&self, key: &str, is_empty: bool) -> Result<Put, Failure> {
        match self.head(key, None).await {
            Ok(Some(object)) if object.content_length() == Some(0) && !is_empty => {
                Err(Failure::permanent("OtherContent", format!("`{key}` exists, and is empty")))
            }
            Ok(Some(_)) => Ok(Put::Already),
            // Who may write but not read cannot look.
            Err(failure) if failure.code == "HTTP 403" => Ok(Put::Already),
            // It was deleted meanwhile: the write may succeed now.
            Ok(None) => Err(Failure::transient("Deleted", format!("`{key}` existed, and does not any more"))),
            Err(failure) => Err(failure),
        }
    }

    pub(crate) async fn contains(&self, key: &str) -> Result<bool, Failure> {
        match self.head(key, None).await {
            Ok(found) => Ok(found.is_some()),
            // Who may not list the bucket is told 403 where others are told 404.
            Err(failure) if failure.code == "HTTP 403" => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    async fn head(
        &self,
        key: &str,
        checksums: Option<ChecksumMode>,
    ) -> Result<Option<HeadObjectOutput>, Failure> {
        let answer = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .set_checksum_mode(checksums)
            .set_expected_bucket_owner(self.options.expected_owner.clone())
            .send()
            .await;
        match answer.map_err(Failure::from) {
            Ok(answer) if answer.e_tag().is_none() => Err(unproven("has no ETag")),
            Ok(answer) => Ok(Some(answer)),
            Err(failure) if failure.code == "NotFound" => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// An object, to read while it arrives.
    pub(crate) async fn get(&self, key: &str) -> Result<Body, Failure> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .set_expected_bucket_owner(self.options.expected_owner.clone())
            .send()
            .await?;
        if answer.e_tag().is_none() { Err(unproven("has no ETag")) } else { Ok(Body::new(answer.body)) }
    }

    /// A key as the archive knows it, without the prefix and without a slash at its end.
    fn own_key(&self, full: &str) -> Option<String> {
        let key = full.strip_prefix(&self.prefix)?.trim_start_matches('/');
        Some(key.trim_end_matches('/').to_owned())
    }

    fn full_key(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) }
    }
}

/// An answer that says success and does not prove it: something between us and S3 may have given it, which may pass.
fn unproven(what: &str) -> Failure {
    Failure::transient("Unproven", format!("the answer {what}: it is not S3's"))
}

/// No `Content-Encoding` ever: a client that decompresses on its own would not get the exact bytes.
fn content_type(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, ending)| ending) {
        Some("gz") => "application/gzip",
        Some("zst") => "application/zstd",
        Some("json") => "application/json",
        Some("md") => "text/markdown; charset=utf-8",
        _ => "application/octet-stream",
    }
}
