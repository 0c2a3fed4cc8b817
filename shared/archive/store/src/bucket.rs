//! The objects of any bucket, to be read: listed page by page, and each read while it arrives. Where an answer breaks off, the
//! rest is asked for again, of the same object or not at all.

use std::io::{self, Read};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Buf, Bytes};
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Clients, Deadline, RetryPolicy};
use tokio::runtime::Handle;

use crate::s3::{next_page, unproven};

/// A bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
    retry_policy: RetryPolicy,
}

/// An object of a bucket, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketObject {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    etag: String,
}

/// A page of a listing.
#[derive(Debug)]
pub struct BucketPage {
    /// The objects, in the order of their keys.
    pub objects: Vec<BucketObject>,
    /// Where the next page begins, unless this was the last.
    pub next: Option<String>,
}

impl Bucket {
    /// The bucket of this name. Nothing is asked of S3 yet.
    pub async fn open(name: &str, clients: &Clients) -> Self {
        let (client, name) = (clients.s3().await, name.to_owned());
        Self { client, name, retry_policy: RetryPolicy::default() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The object with a key, if there is one.
    ///
    /// # Errors
    /// When S3 does not say.
    pub async fn object(&self, key: &str) -> Result<Option<BucketObject>, Failure> {
        let ask = || async {
            let answer = self.client.head_object().bucket(&self.name).key(key).send().await;
            match answer.map_err(Failure::from) {
                Ok(answer) => object(key, answer.content_length(), answer.e_tag()).map(Some),
                // Who may not list the bucket is told 403 where others are told 404; the listing says which it is.
                Err(failure) if failure.code == "NotFound" || failure.code == "HTTP 403" => Ok(None),
                Err(failure) => Err(failure),
            }
        };
        self.retry_policy.run(Deadline::NEVER, ask).await
    }

    /// A page of the objects whose key begins with a prefix.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>
    ///
    /// # Errors
    /// When it cannot be listed.
    pub async fn page(&self, prefix: &str, from: Option<&str>) -> Result<BucketPage, Failure> {
        let ask = || async {
            let list = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
            let answer = list.set_continuation_token(from.map(str::to_owned)).send().await;
            let answer = answer.map_err(Failure::from).map_err(|failure| {
                if failure.code == "HTTP 200" { unproven("is not a listing") } else { failure }
            })?;
            let next = next_page(&answer)?;
            let described = |found: &aws_sdk_s3::types::Object| {
                let key = found.key().filter(|key| key.starts_with(prefix));
                object(key.ok_or_else(|| unproven("names other keys"))?, found.size(), found.e_tag())
            };
            let objects = answer.contents().iter().map(described).collect::<Result<_, _>>()?;
            Ok(BucketPage { objects, next })
        };
        self.retry_policy.run(Deadline::NEVER, ask).await
    }

    /// The bytes of an object. Must be called inside the runtime, and read on a thread that may block.
    pub fn read(&self, object: &BucketObject) -> BucketReader {
        BucketReader {
            bucket: self.clone(),
            object: object.clone(),
            at: 0,
            body: None,
            rest: Bytes::new(),
            failed: 0,
            runtime: Handle::current(),
        }
    }
}

fn object(key: &str, size: Option<i64>, etag: Option<&str>) -> Result<BucketObject, Failure> {
    let size = size.and_then(|size| u64::try_from(size).ok());
    match (size, etag) {
        (Some(size), Some(etag)) => Ok(BucketObject { key: key.to_owned(), size, etag: etag.to_owned() }),
        _ => Err(unproven("does not say the size and the ETag of an object")),
    }
}

/// Reads an object.
#[derive(Debug)]
pub struct BucketReader {
    bucket: Bucket,
    object: BucketObject,
    /// How much was handed out.
    at: u64,
    body: Option<Body>,
    /// What arrived and was not handed out.
    rest: Bytes,
    /// Attempts that failed since bytes arrived.
    failed: u32,
    runtime: Handle,
}

/// An answer, and how much of it is to be passed over.
#[derive(Debug)]
struct Body {
    stream: ByteStream,
    before: u64,
}

impl BucketReader {
    /// Waits for further bytes.
    async fn receive(&mut self) -> Result<(), Failure> {
        loop {
            let failure = match self.attempt().await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            (self.body, self.failed) = (None, self.failed + 1);
            let retry_policy = self.bucket.retry_policy;
            if !failure.retryable || !retry_policy.another_try(self.failed, Deadline::NEVER).await {
                return Err(failure);
            }
        }
    }

    async fn attempt(&mut self) -> Result<(), Failure> {
        if self.body.is_none() {
            self.body = Some(self.ask().await?);
        }
        let Some(Body { stream, before }) = &mut self.body else { return Ok(()) };
        loop {
            let Some(some) = stream.next().await else {
                return Err(Failure::transient("BrokenAnswer", "the answer ended early"));
            };
            let mut some = some.map_err(|error| Failure::transient("BrokenAnswer", error.to_string()))?;
            let passed_over = usize::try_from(*before).unwrap_or(usize::MAX).min(some.len());
            some.advance(passed_over);
            *before -= passed_over as u64;
            let left = usize::try_from(self.object.size - self.at).unwrap_or(usize::MAX);
            some.truncate(left);
            if !some.is_empty() {
                (self.rest, self.failed) = (some, 0);
                return Ok(());
            }
        }
    }

    /// Asks for what is left.
    async fn ask(&self) -> Result<Body, Failure> {
        let Self { bucket, object: BucketObject { key, etag, .. }, at, .. } = self;
        let range = (*at > 0).then(|| format!("bytes={at}-"));
        let get = bucket.client.get_object().bucket(&bucket.name).key(key).if_match(etag).set_range(range);
        let answer =
            get.send().await.map_err(Failure::from).map_err(|failure| match failure.code.as_str() {
                "PreconditionFailed" | "HTTP 412" => replaced(),
                _ => failure,
            })?;
        match answer.e_tag() {
            None => return Err(unproven("has no ETag")),
            Some(other) if other != etag => return Err(replaced()),
            Some(_) => {}
        }
        // What answers may know nothing of ranges: then the answer is the whole object.
        let before = match answer.content_range() {
            None => *at,
            Some(range) if range.starts_with(&format!("bytes {at}-")) => 0,
            Some(_) => return Err(unproven("has another range")),
        };
        Ok(Body { stream: answer.body, before })
    }
}

fn replaced() -> Failure {
    Failure::permanent("Replaced", "it was replaced while it was read")
}

impl Read for BucketReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && self.at < self.object.size && !buffer.is_empty() {
            let runtime = self.runtime.clone();
            runtime.block_on(self.receive()).map_err(|failure| io::Error::other(failure.to_string()))?;
        }
        let length = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(&mut buffer[..length]);
        self.at += length as u64;
        Ok(length)
    }
}
