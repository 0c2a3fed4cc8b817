//! The archive in S3: conditional writes.
//!
//! `If-None-Match: *` makes a write succeed once; a later one of the same key gets 412, which is what we
//! want, and 409 while a delete is under way, which passes.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use bytes::Bytes;

use super::Put;
use crate::failure::Failure;

/// What an operator may ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct S3Options {
    /// The account that the bucket must belong to: a write to anybody else's fails.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>
    pub expected_owner: Option<String>,
    /// The KMS key to encrypt with; else the bucket's own default holds.
    pub kms_key: Option<String>,
}

#[derive(Debug)]
pub(super) struct S3 {
    client: Client,
    bucket: String,
    prefix: String,
    options: S3Options,
}

impl S3 {
    pub(super) fn new(client: Client, bucket: String, prefix: String, options: S3Options) -> Self {
        Self { client, bucket, prefix, options }
    }

    pub(super) async fn put(&self, key: &str, body: Bytes) -> Result<Put, Failure> {
        let encryption = self.options.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms);
        let answer = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .if_none_match("*")
            .content_type(content_type(key))
            .set_expected_bucket_owner(self.options.expected_owner.clone())
            .set_server_side_encryption(encryption)
            .set_ssekms_key_id(self.options.kms_key.clone())
            .body(ByteStream::from(body))
            .send()
            .await;
        match answer.map_err(Failure::from) {
            Ok(_) => Ok(Put::Written),
            Err(failure) if failure.code == "PreconditionFailed" => Ok(Put::Already),
            Err(failure) => Err(failure),
        }
    }

    pub(super) async fn contains(&self, key: &str) -> Result<bool, Failure> {
        let answer = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .set_expected_bucket_owner(self.options.expected_owner.clone())
            .send()
            .await;
        match answer.map_err(Failure::from) {
            Ok(_) => Ok(true),
            Err(failure) if failure.code == "NotFound" => Ok(false),
            // Who may not list the bucket is told 403 where others are told 404.
            Err(failure) if failure.code == "HTTP 403" => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    fn full_key(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) }
    }
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
