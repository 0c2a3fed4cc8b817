//! A write, and what proves it.
//!
//! `If-None-Match: *` makes a write succeed once; a later one of the same key gets 412, which is what we want, and 409
//! while a delete is under way, which passes.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
//!
//! A write is written where the answer has an `ETag` and the SHA-256 that was sent: S3 verifies it before it stores the
//! object, and repeats it. Where an endpoint does not repeat it, the object is looked at.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>
//!
//! What is there already is compared as in a directory ([`crate::content`]). Who may write but not read relies on the name,
//! which carries the content; but not where an answer of success to the same write proved nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ServerSideEncryption};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{S3, unproven};
use crate::Put;
use crate::content::{self, Likeness};
use crate::reader::ObjectBody;
use mailtrail_aws_client::failure::Failure;

/// What came of the attempts of one write.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// One was answered with success, which nothing proved: whatever is there may be what it left.
    unproven: AtomicBool,
}

impl S3 {
    pub(crate) async fn put(&self, key: &str, body: Bytes, attempts: &Attempts) -> Result<Put, Failure> {
        let encryption = self.options.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms);
        let sha256 = BASE64_STANDARD.encode(Sha256::digest(&body));
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
            .body(ByteStream::from(body.clone()))
            .send()
            .await;
        let written = match answer.map_err(Failure::from) {
            Ok(answer) if answer.e_tag().is_none() => Err(unproven("has no ETag")),
            Ok(answer) => match answer.checksum_sha256() {
                Some(said) if said == sha256 => Ok(Put::Written),
                Some(_) => Err(unproven("has another SHA-256 than was sent")),
                None => self.stored(key, &sha256, body).await,
            },
            Err(failure) if failure.code == "PreconditionFailed" => {
                return self.existing(key, &sha256, body, attempts).await;
            }
            Err(failure) => return Err(failure),
        };
        attempts.unproven.fetch_or(written.is_err(), Ordering::Relaxed);
        written
    }

    /// Whether an object that was written has the bytes that were sent.
    async fn stored(&self, key: &str, sha256: &str, body: Bytes) -> Result<Put, Failure> {
        match self.look(key, sha256, body).await {
            Ok(Some(Likeness::Bytes)) => Ok(Put::Written),
            _ => Err(unproven("has no SHA-256")),
        }
    }

    /// What is there under a name that was written before.
    async fn existing(
        &self,
        key: &str,
        sha256: &str,
        body: Bytes,
        attempts: &Attempts,
    ) -> Result<Put, Failure> {
        let is_unproven = attempts.unproven.load(Ordering::Relaxed);
        match self.look(key, sha256, body).await {
            Ok(Some(_)) => Ok(Put::Already),
            // The write may succeed now.
            Ok(None) => Err(Failure::transient("Deleted", format!("`{key}` existed, and does not any more"))),
            Err(failure) if failure.is_denied() && is_unproven => {
                let message =
                    format!("`{key}` was sent without proof that it was stored, and may not be read");
                Err(Failure::permanent("Unverified", message))
            }
            Err(failure) if failure.is_denied() => Ok(Put::Already),
            Err(failure) => Err(failure),
        }
    }

    /// How an object resembles the one that would be written; nothing where there is none. It is read only where its
    /// checksum does not tell.
    async fn look(&self, key: &str, sha256: &str, body: Bytes) -> Result<Option<Likeness>, Failure> {
        let Some(object) = self.head(key, Some(ChecksumMode::Enabled)).await? else { return Ok(None) };
        if object.checksum_sha256() == Some(sha256) {
            return Ok(Some(Likeness::Bytes));
        }
        let length =
            object.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default();
        // Each process that starts writes the descriptions, which may be those of another version: none is read.
        if length > 0 && content::is_description(key) {
            return Ok(Some(Likeness::Content));
        }
        match self.get(key).await {
            Ok(existing) => compare(key, ObjectBody::of_s3(existing), length, body).await.map(Some),
            Err(failure) if failure.code == "NoSuchKey" => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

async fn compare(key: &str, existing: ObjectBody, length: u64, body: Bytes) -> Result<Likeness, Failure> {
    let (own_key, mut existing) = (key.to_owned(), existing);
    let compared = tokio::task::spawn_blocking(move || {
        let compared = content::compare(&own_key, &mut existing, length, &body);
        (compared, existing.failure())
    });
    match compared.await {
        Err(error) => Err(Failure::permanent("Cancelled", error.to_string())),
        // The connection broke: what was read of it says nothing.
        Ok((_, Some(failure))) => Err(failure),
        Ok((Ok(likeness), None)) => Ok(likeness),
        Ok((Err(difference), None)) => {
            Err(Failure::permanent("OtherContent", format!("`{key}` exists, and {difference}")))
        }
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
