//! The archive in S3: conditional writes, and listings in pages.
//!
//! `If-None-Match: *` makes a write succeed once; a later one of the same key gets 412, which is what we
//! want, and 409 while a delete is under way, which passes.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::{AggregatedBytes, ByteStream};
use aws_sdk_s3::types::ServerSideEncryption;
use bytes::Bytes;

use crate::{Put, S3Options};
use mailtrail_aws_client::failure::Failure;

#[derive(Debug, Clone)]
pub(crate) struct S3 {
    client: Client,
    bucket: String,
    prefix: String,
    options: S3Options,
}

/// One page of a listing.
#[derive(Debug)]
pub(crate) struct Page {
    /// Names below the folder: objects, however deep, or the folders in it.
    pub(crate) names: Vec<String>,
    /// Where the next page begins, unless this was the last.
    pub(crate) next: Option<String>,
}

/// What to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    /// All objects below a folder.
    Objects,
    /// The folders that lie in a folder.
    Folders,
}

impl S3 {
    pub(crate) fn new(client: Client, bucket: String, prefix: String, options: S3Options) -> Self {
        Self { client, bucket, prefix, options }
    }

    pub(crate) async fn put(&self, key: &str, body: Bytes) -> Result<Put, Failure> {
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

    pub(crate) async fn contains(&self, key: &str) -> Result<bool, Failure> {
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

    /// The bytes of an object.
    pub(crate) async fn get(&self, key: &str) -> Result<Bytes, Failure> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .set_expected_bucket_owner(self.options.expected_owner.clone())
            .send()
            .await?;
        let body = answer.body.collect().await;
        body.map(AggregatedBytes::into_bytes)
            .map_err(|error| Failure::transient("BrokenAnswer", error.to_string()))
    }

    /// A page of what is below a folder, from the archive's root on.
    pub(crate) async fn page(&self, folder: &str, what: Listed, from: Option<&str>) -> Result<Page, Failure> {
        let delimiter = (what == Listed::Folders).then(|| "/".to_owned());
        let answer = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(self.full_key(&format!("{folder}/")))
            .set_delimiter(delimiter)
            .set_continuation_token(from.map(str::to_owned))
            .set_expected_bucket_owner(self.options.expected_owner.clone())
            .send()
            .await?;
        let names: Vec<String> = match what {
            Listed::Objects => {
                answer.contents().iter().filter_map(|object| self.own_key(object.key()?)).collect()
            }
            Listed::Folders => {
                answer.common_prefixes().iter().filter_map(|folder| self.own_key(folder.prefix()?)).collect()
            }
        };
        let more = answer.is_truncated() == Some(true);
        Ok(Page { names, next: answer.next_continuation_token.filter(|_| more) })
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
