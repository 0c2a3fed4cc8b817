//! The archive: reached, ours, not closed to the functions.
//!
//! Whether a function may write can only be told by writing, which a check does not do: what it can tell is that
//! nothing stands against it.

use mailtrail_config::settings;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::{Decision, Request, Requester};

use super::{buckets, keys};
use crate::documents::leaves_in;
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::parts::{Archive, Bucket, Function, Key};

pub(super) static REACHED: Check = Check {
    id: "archive-reached",
    subject: Subject::Archive,
    why: "Nothing is acknowledged before it is in the archive: while that cannot be reached, everything waits, and \
          after six hours is handed to the on-failure destination.",
};
pub(super) static OWNER: Check = Check {
    id: "archive-owner",
    subject: Subject::Archive,
    why: "A bucket's name can be taken over once the bucket is gone: with the owner set, a write to a stranger's fails.",
};
pub(super) static DENIED: Check = Check {
    id: "archive-open",
    subject: Subject::Archive,
    why: "A bucket's policy that denies wins over whatever the function's role allows.",
};
pub(super) static KEY: Check = Check {
    id: "archive-key",
    subject: Subject::Archive,
    why: "With a key that is not enabled nothing is written, and nothing can be read.",
};

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if facts.archives.is_empty() {
        let here = format!("account {}, Region {}", facts.account, facts.region);
        let seen = "no function with an archive was found, and none was named";
        let fix = "deploy the stack of infra/, or name what there is: --function NAME, --archive URL";
        findings.push(REACHED.look(here, seen, fix));
    }
    for archive in &facts.archives {
        let Some(name) = &archive.bucket else {
            // That a function cannot keep anything there is told of the function.
            findings.extend(archive.functions.is_empty().then(|| folder(archive)));
            continue;
        };
        let Some(bucket) = facts.bucket(name) else {
            findings.push(REACHED.unknown(&archive.url, "its bucket was not looked at"));
            continue;
        };
        let reached = reached(facts, archive, bucket);
        let is_there = reached.severity == crate::Severity::Ok;
        findings.push(reached);
        if is_there {
            findings.push(owner(facts, archive, bucket));
            findings.extend(strangers(facts, archive, bucket));
            let writers = archive.functions.iter();
            let writers = writers.filter_map(|name| facts.functions.iter().find(|it| it.name == *name));
            findings.extend(writers.map(|function| open(facts, archive, bucket, function)));
        }
        if let Some((id, key)) = key_of(facts, archive) {
            findings.push(Finding { check: &KEY, ..keys::state(facts, id, key) });
        }
    }
    findings
}

/// The key that an archive is written with: its own, or else the one that its bucket encrypts with.
pub(super) fn key_of<'a>(facts: &'a Facts, archive: &'a Archive) -> Option<(&'a str, &'a Key)> {
    let bucket = || facts.bucket(archive.bucket.as_deref()?)?.encryption.seen()?.as_ref()?.key.as_deref();
    let id = archive.key.as_deref().or_else(bucket)?;
    Some((id, facts.keys.get(id)?))
}

fn folder(archive: &Archive) -> Finding {
    match archive.first_day.reason() {
        None => REACHED.ok(&archive.url, "a folder that can be read"),
        Some(reason) => REACHED.broken(&archive.url, reason, "name a folder that is there: --archive DIR"),
    }
}

fn reached(facts: &Facts, archive: &Archive, bucket: &Bucket) -> Finding {
    REACHED.on(&archive.url, &bucket.exists, |exists, url| {
        if *exists {
            return REACHED
                .ok(url, "the bucket is there (whether it can be written to, only a write would tell)");
        }
        let fix = format!("aws s3 mb s3://{} --region {}", bucket.name, facts.region);
        REACHED.broken(url, format!("there is no bucket {}", bucket.name), fix)
    })
}

fn owner(facts: &Facts, archive: &Archive, bucket: &Bucket) -> Finding {
    let variable = settings::ARCHIVE_OWNER.name;
    let Some(owner) = &archive.owner else {
        let fix = format!("set {variable}={} on {}", facts.account, joined(archive));
        return OWNER.look(&archive.url, format!("{variable} is not set"), fix);
    };
    OWNER.on(&archive.url, &bucket.owner_fits, |fits, url| {
        if *fits {
            return OWNER.ok(url, format!("it belongs to account {owner}"));
        }
        let fix = format!("find out whose bucket it is before anything is written; then mend {variable}");
        OWNER.broken(url, format!("it does not belong to account {owner}"), fix)
    })
}

/// Whom the policy lets in besides; of a bucket that logs are delivered to, too, that is told there.
fn strangers(facts: &Facts, archive: &Archive, bucket: &Bucket) -> Option<Finding> {
    let mut targets = facts.delivery_targets("S3").into_iter();
    if targets.any(|arn| buckets::place(&arn).0 == bucket.name) {
        return None;
    }
    let policy = bucket.policy.seen()?.as_deref()?;
    let fix = format!(
        "{} (then ask for aws:SourceAccount and aws:SourceArn in each statement that lets a service in)",
        facts.aws(&format!("s3api get-bucket-policy --bucket {}", bucket.name))
    );
    Some(buckets::source(&archive.url, policy, fix))
}

fn joined(archive: &Archive) -> String {
    let functions: Vec<&str> = archive.functions.iter().map(String::as_str).collect();
    if functions.is_empty() { "the function".to_owned() } else { functions.join(", ") }
}

fn open(facts: &Facts, archive: &Archive, bucket: &Bucket, function: &Function) -> Finding {
    let resource = format!("{}, for {}", archive.url, function.name);
    let Some(settings) = function.known() else {
        return DENIED.unknown(resource, "its settings were not seen");
    };
    DENIED.on(resource, &bucket.policy, |policy, resource| {
        let partition = mailtrail_aws_types::AwsPartition::of_region(&facts.region);
        let path = archive.url.strip_prefix("s3://").unwrap_or_default();
        let object = format!("arn:{partition}:s3:::{}/raw/object", path.trim_end_matches('/'));
        let requester = Requester::Aws(&settings.role);
        // What the functions do: TLS, and the owner that they expect.
        let context = Context::new()
            .with("aws:SecureTransport", "true")
            .with("aws:PrincipalArn", &settings.role)
            .with("aws:PrincipalAccount", &facts.account)
            .with("s3:if-none-match", "*");
        let answer = |action: &&str| {
            leaves_in(policy.as_deref(), &Request { requester, action, resource: &object }, &context)
        };
        let mut actions = ["s3:PutObject", "s3:GetObject"].into_iter();
        let look = facts.aws(&format!("s3api get-bucket-policy --bucket {}", bucket.name));
        if let Some(action) = actions.clone().find(|action| answer(action) == Decision::Denied) {
            let fix = format!("{look} (then except {} from the statement that denies)", settings.role);
            return DENIED.broken(resource, format!("its policy denies {action} to the function"), fix);
        }
        if actions.any(|action| answer(&action) == Decision::Depends) {
            let seen =
                "whether its policy keeps the function out depends on conditions that are not understood";
            return DENIED.look(resource, seen, look);
        }
        DENIED.ok(resource, "its policy does not keep the function out")
    })
}
