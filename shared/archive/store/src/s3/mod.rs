//! The archive in S3: conditional writes, reads, and listings in pages.
//!
//! An answer counts for what it proves: an `ETag` at least, which a proxy or a captive portal that answers 200 does not know.

mod body;
mod listing;
mod put;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ChecksumMode;

use crate::S3Options;
use mailtrail_aws_client::failure::Failure;

pub(crate) use body::Body;
pub(crate) use listing::{Page, next_page};
pub(crate) use put::Attempts;

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
pub(crate) fn unproven(what: &str) -> Failure {
    Failure::transient("Unproven", format!("the answer {what}: it is not S3's"))
}
