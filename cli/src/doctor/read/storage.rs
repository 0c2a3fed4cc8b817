//! Buckets and KMS keys: those of archives, and those that logs are delivered to.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_kms::types::KeyMetadata;
use mailtrail_aws_client::clients as aws;
use mailtrail_doctor::{Archive, Bucket, Encryption, Facts, Failures, Key, KeySettings, Part};
use mailtrail_policy_survey::{CallError, answers};

use super::super::args::ScopeArgs;
use super::archives;
use super::reader::{Reader, checked};

const DESCRIBE_KEY: &str = "DescribeKey";
const LIST: &str = "ListObjectsV2";
/// The prefix below which Lambda keeps failed events.
const OF_LAMBDA: &str = "aws/lambda/";
/// S3 answers `HEAD` without a body, and so without an error code.
const NO_BUCKET: [&str; 3] = ["NotFound", "NoSuchBucket", "HTTP 404"];
const NO_POLICY: [&str; 1] = ["NoSuchBucketPolicy"];
const NO_ENCRYPTION: [&str; 1] = ["ServerSideEncryptionConfigurationNotFoundError"];
const NO_KEY: [&str; 1] = ["NotFoundException"];

impl Reader<'_> {
    /// Reads the archives, their buckets, and the keys of these.
    pub(super) async fn storage(&self, facts: &mut Facts, scope: &ScopeArgs) {
        facts.archives = archives::archives(facts, scope);
        for (name, owner) in buckets(facts) {
            facts.buckets.push(self.bucket(&name, owner.as_deref()).await);
        }
        for index in 0..facts.archives.len() {
            let archive = &facts.archives[index];
            let owner_fits = self.owner_of_archive(facts, archive).await;
            facts.archives[index].owner_fits = owner_fits;
            self.read_archive(&mut facts.archives[index]).await;
        }
        for bucket in failure_buckets(facts) {
            let held = self.failures(&bucket).await;
            facts.failures.insert(bucket, held);
        }
        for id in keys(facts) {
            let key = self.key(&id).await;
            facts.keys.insert(id, key);
        }
    }

    async fn bucket(&self, name: &str, owner: Option<&str>) -> Bucket {
        let client = aws::s3(&self.account.config);
        let calls = &self.account.calls;
        let read = calls.run("HeadBucket", self.deadline, || client.head_bucket().bucket(name).send());
        let exists = match self.part_if_exists("s3", name, &NO_BUCKET, read).await {
            Part::Seen { at, value } => Part::Seen { at, value: value.is_some() },
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        let mut bucket = Bucket { name: name.to_owned(), exists, ..Bucket::default() };
        if bucket.exists.seen() == Some(&false) {
            return bucket;
        }
        if let Some(owner) = owner {
            bucket.owner_fits = self.owner_fits(name, &bucket.exists, owner).await;
        }
        let read =
            calls.run("GetBucketPolicy", self.deadline, || client.get_bucket_policy().bucket(name).send());
        bucket.policy = match self.part_if_exists("s3", name, &NO_POLICY, read).await {
            Part::Seen { at, value } => Part::Seen { at, value: value.and_then(|answer| answer.policy) },
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        let read = calls
            .run("GetBucketEncryption", self.deadline, || client.get_bucket_encryption().bucket(name).send());
        bucket.encryption = match self.part_if_exists("s3", name, &NO_ENCRYPTION, read).await {
            Part::Seen { at, value } => {
                let rules = value.and_then(|answer| answer.server_side_encryption_configuration);
                let rule = rules.and_then(|rules| rules.rules.into_iter().next());
                let default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default);
                let value = default.map(|default| Encryption {
                    algorithm: default.sse_algorithm.as_str().to_owned(),
                    key: default.kms_master_key_id,
                });
                Part::Seen { at, value }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        bucket
    }

    /// Whether a bucket that exists belongs to an account.
    async fn owner_fits(&self, bucket: &str, exists: &Part<bool>, owner: &str) -> Part<bool> {
        if let Some(reason) = exists.reason() {
            return Part::NotSeen { reason: reason.to_owned() };
        }
        let client = aws::s3(&self.account.config);
        let read = self.account.calls.run("HeadBucket", self.deadline, || {
            client.head_bucket().bucket(bucket).expected_bucket_owner(owner).send()
        });
        // The same call without the expected owner succeeded, so a refusal is about the owner.
        self.part("s3", bucket, is_owner(read)).await
    }

    /// Whether the bucket of an archive belongs to the account that its setting names.
    async fn owner_of_archive(&self, facts: &Facts, archive: &Archive) -> Part<bool> {
        let bucket = facts.buckets.iter().find(|bucket| Some(&bucket.name) == archive.bucket.as_ref());
        match (bucket, &archive.owner) {
            (Some(bucket), Some(owner)) if bucket.exists.seen() != Some(&false) => {
                self.owner_fits(&bucket.name, &bucket.exists, owner).await
            }
            _ => Part::default(),
        }
    }

    /// What Lambda keeps of failed events in a bucket.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
    async fn failures(&self, bucket: &str) -> Part<Failures> {
        let client = aws::s3(&self.account.config);
        let read = self
            .account
            .calls
            .run(LIST, self.deadline, || client.list_objects_v2().bucket(bucket).prefix(OF_LAMBDA).send());
        let read = checked(read, |answer| {
            answers::expect(LIST, "bucket", bucket, answer.name())?;
            answers::expect(LIST, "prefix", OF_LAMBDA, answer.prefix())
        });
        match self.part("s3", bucket, read).await {
            Part::Seen { at, value } => {
                let objects = u64::try_from(value.contents().len()).unwrap_or(u64::MAX);
                Part::Seen { at, value: Failures { objects, more: value.is_truncated() == Some(true) } }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        }
    }

    async fn key(&self, id: &str) -> Key {
        let client = aws_sdk_kms::Client::new(&self.account.config);
        let calls = &self.account.calls;
        let read = calls.run(DESCRIBE_KEY, self.deadline, || client.describe_key().key_id(id).send());
        let read = checked(read, |answer| match answer.key_metadata() {
            Some(key) => self.is_key(id, key),
            None => Ok(()),
        });
        let settings = match self.part_if_exists("kms", id, &NO_KEY, read).await {
            Part::Seen { at, value } => {
                let described = value.and_then(|answer| answer.key_metadata);
                let value = described.map(|key| KeySettings {
                    arn: key.arn.unwrap_or_default(),
                    manager: key.key_manager.map(|it| it.as_str().to_owned()).unwrap_or_default(),
                    state: key.key_state.map(|it| it.as_str().to_owned()).unwrap_or_default(),
                });
                Part::Seen { at, value }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        // GetKeyPolicy does not accept an alias.
        let key = settings.seen().and_then(|it| it.as_ref()).map_or(id, |settings| &settings.arn).to_owned();
        let read = calls.run("GetKeyPolicy", self.deadline, || {
            client.get_key_policy().key_id(&key).policy_name("default").send()
        });
        let policy = match self.part_if_exists("kms", id, &NO_KEY, read).await {
            Part::Seen { at, value } => Part::Seen { at, value: value.and_then(|answer| answer.policy) },
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        Key { settings, policy }
    }
}

impl Reader<'_> {
    /// Checks that an answer is about a key, which was asked for by its id, its ARN, or an alias. An answer does not have the
    /// alias that was asked for, but a key is in the account and Region of its aliases.
    fn is_key(&self, id: &str, said: &KeyMetadata) -> Result<(), CallError> {
        match id.split_once(":alias/") {
            Some((of, _)) => {
                let said = said.arn().and_then(|arn| arn.split_once(":key/")).map(|(of, _)| of);
                answers::expect(DESCRIBE_KEY, "account and Region", of, said)
            }
            None if id.starts_with("arn:") => answers::expect(DESCRIBE_KEY, "key", id, said.arn()),
            None if id.starts_with("alias/") => self.account.expect_here(DESCRIBE_KEY, "kms", said.arn()),
            None => answers::expect(DESCRIBE_KEY, "key", id, Some(said.key_id())),
        }
    }
}

async fn is_owner<T>(read: impl Future<Output = Result<T, CallError>>) -> Result<bool, CallError> {
    match read.await {
        Ok(_) => Ok(true),
        Err(error) if error.is_denied() || error.failure.code == "HTTP 403" => Ok(false),
        Err(error) => Err(error),
    }
}

/// The buckets, each with the account that must own it where logs are delivered to it.
fn buckets(facts: &Facts) -> BTreeMap<String, Option<String>> {
    let targets = facts.delivery_targets("S3");
    let targets =
        targets.iter().filter_map(|arn| arn.rsplit(":::").next()?.split('/').next().map(str::to_owned));
    let mut buckets: BTreeMap<String, Option<String>> =
        targets.map(|name| (name, Some(facts.account.clone()))).collect();
    for archive in &facts.archives {
        if let Some(bucket) = &archive.bucket {
            buckets.entry(bucket.clone()).or_default();
        }
    }
    buckets
}

/// The buckets among the on-failure destinations of functions and of event source mappings.
fn failure_buckets(facts: &Facts) -> BTreeSet<String> {
    let of_functions = facts.functions.iter().filter_map(|function| function.on_failure.seen()?.as_deref());
    let mappings = facts.stream_readers.values().filter_map(Part::seen).flatten();
    let destinations = of_functions.chain(mappings.filter_map(|mapping| mapping.on_failure.as_deref()));
    destinations.filter_map(|arn| Some(arn.split_once(":s3:::")?.1.to_owned())).collect()
}

/// The default encryption keys of buckets, and the keys of archives.
fn keys(facts: &Facts) -> BTreeSet<String> {
    let of_buckets =
        facts.buckets.iter().filter_map(|bucket| bucket.encryption.seen()?.as_ref()?.key.clone());
    of_buckets.chain(facts.archives.iter().filter_map(|archive| archive.key.clone())).collect()
}
