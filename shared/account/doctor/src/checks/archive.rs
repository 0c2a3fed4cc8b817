//! The archive: its bucket, owner, policy and KMS key.
//!
//! Only a write proves that a function can write, and no check writes. The check reports what would deny the write.

use mailtrail_config::settings;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::{Decision, Request, Requester};

use super::{buckets, keys};
use crate::access::{explicit_deny, resource_access};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Severity, Subject};
use crate::fix::{Fix, word};
use crate::model::{Archive, Bucket, Function};

pub(super) static REACHED: Check = Check {
    id: "archive-reached",
    subject: Subject::Archive,
    why: "No event is acknowledged before it is in the archive. While the archive cannot be reached, events wait, and after \
          six hours go to the on-failure destination.",
};
pub(super) static OWNER: Check = Check {
    id: "archive-owner",
    subject: Subject::Archive,
    why: "The name of a deleted bucket is free for any account: with the owner set, a write to a bucket of another account \
          fails.",
};
pub(super) static DENIED: Check = Check {
    id: "archive-open",
    subject: Subject::Archive,
    why: "A deny in the bucket policy overrides what the role of the function allows.",
};
pub(super) static KEY: Check = Check {
    id: "archive-key",
    subject: Subject::Archive,
    why: "With a key that is not enabled, objects can neither be written nor read.",
};

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if facts.archives.is_empty() {
        let here = facts.account_and_region();
        let seen = "no function with an archive was found, and no --archive was given";
        let fix = "deploy the stack in infra/, or give what is there: --function NAME, --archive URL";
        findings.push(REACHED.warning(here, seen, fix));
    }
    for archive in &facts.archives {
        let Some(name) = &archive.bucket else {
            // The checks of functions report a function with an archive outside S3.
            findings.extend(archive.functions.is_empty().then(|| directory(archive)));
            continue;
        };
        let Some(bucket) = facts.bucket(name) else {
            findings.push(REACHED.unknown(&archive.url, "its bucket was not read"));
            continue;
        };
        let reached = reached(facts, archive, bucket);
        let exists = reached.severity == Severity::Ok;
        findings.push(reached);
        if exists {
            findings.push(owner(facts, archive));
            findings.extend(source_conditions(facts, archive, bucket));
            let writers = archive.functions.iter();
            let writers = writers.filter_map(|name| facts.functions.iter().find(|it| it.name == *name));
            findings.extend(writers.map(|function| denied(facts, archive, bucket, function)));
        }
        if let Some((id, key)) = facts.archive_key(archive) {
            findings.push(Finding { check: &KEY, ..keys::state(facts, id, key) });
        } else if exists {
            findings.extend(unknown_encryption(facts, archive, bucket));
        }
    }
    findings
}

fn directory(archive: &Archive) -> Finding {
    match archive.days.reason() {
        None => REACHED.ok(&archive.url, "the directory can be read"),
        Some(reason) => REACHED.broken(&archive.url, reason, "give an existing directory: --archive DIR"),
    }
}

fn reached(facts: &Facts, archive: &Archive, bucket: &Bucket) -> Finding {
    REACHED.for_part(&archive.url, &bucket.exists, |exists, url| {
        if *exists {
            return REACHED
                .ok(url, "the bucket exists (whether functions can write to it, only a write shows)");
        }
        let fix = facts.make_bucket(&bucket.name);
        REACHED.broken(url, format!("the bucket {} does not exist", bucket.name), fix)
    })
}

fn owner(facts: &Facts, archive: &Archive) -> Finding {
    let variable = settings::ARCHIVE_OWNER.name;
    let Some(owner) = &archive.owner else {
        let fix = format!("set {variable}={} on {}", facts.account, joined(archive));
        return OWNER.warning(&archive.url, format!("{variable} is not set"), fix);
    };
    OWNER.for_part(&archive.url, &archive.owner_fits, |fits, url| {
        if *fits {
            return OWNER.ok(url, format!("owned by account {owner}"));
        }
        let fix = format!(
            "find out which account owns the bucket before anything is written; then correct {variable}"
        );
        OWNER.broken(url, format!("not owned by account {owner}"), fix)
    })
}

/// Conditions on the source in the bucket policy. The checks of buckets report a bucket that logs are delivered to.
fn source_conditions(facts: &Facts, archive: &Archive, bucket: &Bucket) -> Option<Finding> {
    if is_target(facts, bucket) {
        return None;
    }
    // The check of a function that writes to it reports a policy that was not read.
    if let Some(reason) = bucket.policy.reason().filter(|_| archive.functions.is_empty()) {
        return Some(buckets::SOURCE.unknown(&archive.url, reason));
    }
    let policy = bucket.policy.seen()?.as_deref()?;
    let fix = Fix::steps(
        "add conditions on aws:SourceAccount and aws:SourceArn to each statement for a service:",
        [facts.aws(&format!("s3api get-bucket-policy --bucket {}", word(&bucket.name)))],
    );
    Some(buckets::source(&archive.url, policy, fix))
}

/// Where no key is set, that of the bucket is used. The checks of buckets report one that logs are delivered to.
fn unknown_encryption(facts: &Facts, archive: &Archive, bucket: &Bucket) -> Option<Finding> {
    let reason = bucket.encryption.reason().filter(|_| archive.key.is_none() && !is_target(facts, bucket))?;
    Some(KEY.unknown(&archive.url, reason))
}

/// Whether logs are delivered to a bucket.
fn is_target(facts: &Facts, bucket: &Bucket) -> bool {
    let mut targets = facts.delivery_targets("S3").into_iter();
    targets.any(|arn| buckets::bucket_and_prefix(&arn).0 == bucket.name)
}

fn joined(archive: &Archive) -> String {
    let functions: Vec<&str> = archive.functions.iter().map(String::as_str).collect();
    if functions.is_empty() { "the function".to_owned() } else { functions.join(", ") }
}

fn denied(facts: &Facts, archive: &Archive, bucket: &Bucket, function: &Function) -> Finding {
    let resource = format!("{}, for {}", archive.url, function.name);
    let Some(settings) = function.known() else {
        return DENIED.unknown(resource, "its settings were not read");
    };
    DENIED.for_part(resource, &bucket.policy, |policy, resource| {
        let partition = mailtrail_aws_types::AwsPartition::of_region(&facts.region);
        let path = archive.url.strip_prefix("s3://").unwrap_or_default();
        let object = format!("arn:{partition}:s3:::{}/raw/object", path.trim_end_matches('/'));
        let requester = Requester::Aws(&settings.role);
        // What the functions send: TLS, and a conditional write.
        let context = Context::new()
            .with("aws:SecureTransport", "true")
            .with("aws:PrincipalArn", &settings.role)
            .with("aws:PrincipalAccount", &facts.account)
            .with("s3:if-none-match", "*")
            .with("s3:ObjectCreationOperation", "true");
        let answer = |action: &&str| {
            explicit_deny(policy.as_deref(), &Request { requester, action, resource: &object }, &context)
        };
        let mut actions = ["s3:PutObject", "s3:GetObject"].into_iter();
        let inspect = facts.aws(&format!("s3api get-bucket-policy --bucket {}", word(&bucket.name)));
        if let Some(action) = actions.clone().find(|action| answer(action) == Decision::Denied) {
            let fix = Fix::steps(format!("exclude {} from the deny statement:", settings.role), [inspect]);
            return DENIED.broken(resource, format!("its policy denies {action} to the function"), fix);
        }
        if actions.any(|action| answer(&action) == Decision::Depends) {
            let seen =
                "whether its policy denies the function depends on conditions that cannot be evaluated";
            return DENIED.undecided(resource, seen, inspect);
        }
        // In the account of the function its role is enough; a bucket of another account must allow it as well.
        let is_elsewhere = archive.owner.as_ref().is_some_and(|owner| *owner != facts.account);
        let asked = ("s3:PutObject", object.as_str());
        match resource_access(policy.as_deref(), &facts.account, &settings.role, asked, &context) {
            Some(Decision::Denied) if is_elsewhere => {
                let fix = Fix::steps(format!("allow {} s3:PutObject in the bucket policy:", settings.role), [inspect]);
                return DENIED.broken(resource, "its policy does not allow the function, which is in another account", fix);
            }
            Some(Decision::Depends) if is_elsewhere => {
                let seen = "whether its policy allows the function, which is in another account, cannot be evaluated";
                return DENIED.undecided(resource, seen, inspect);
            }
            _ => {}
        }
        DENIED.ok(resource, "its policy does not deny the function")
    })
}
