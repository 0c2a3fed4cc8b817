//! Buckets that logs are delivered to: whose, who may write, and how they encrypt.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html>

use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;

use crate::documents::{DELIVERY, confused_deputies, is_for, is_inverted, lets_in, meanings, names};
use crate::facts::{Delivered, Facts};
use crate::finding::{Check, Finding, Subject};
use crate::parts::Bucket;

pub(super) static OWNER: Check = Check {
    id: "bucket-owner",
    subject: Subject::Buckets,
    why: "AWS writes no policy for a bucket of another account, and logs in a stranger's bucket are a stranger's.",
};
pub(super) static WRITE: Check = Check {
    id: "bucket-policy",
    subject: Subject::Buckets,
    why: "Log delivery writes only where the bucket's policy lets it.",
};
pub(super) static ACL: Check = Check {
    id: "bucket-acl-condition",
    subject: Subject::Buckets,
    why: "Without the condition on s3:x-amz-acl, objects can be written that the bucket's owner may not read.",
};
pub(super) static NOISE: Check = Check {
    id: "bucket-list-noise",
    subject: Subject::Buckets,
    why: "Log delivery looks before it writes; where it may not, CloudTrail fills with AccessDenied.",
};
pub(super) static INVERTED: Check = Check {
    id: "bucket-not-principal",
    subject: Subject::Buckets,
    why: "A statement with NotPrincipal or NotAction can keep log delivery out, and AWS from adding its own statement.",
};
pub(super) static SOURCE: Check = Check {
    id: "bucket-policy-source",
    subject: Subject::Buckets,
    why: "Without conditions on the source, a service that is let in can be made to write here by any account.",
};
pub(super) static ENCRYPTION: Check = Check {
    id: "bucket-encryption",
    subject: Subject::Buckets,
    why: "Log delivery cannot use the KMS key of AWS: the logs would arrive, and nobody could read them.",
};

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for arn in facts.delivery_targets("S3") {
        let (name, prefix) = place(&arn);
        let Some(bucket) = facts.bucket(name) else {
            findings.push(OWNER.unknown(name, "it was not looked at"));
            continue;
        };
        findings.push(owner(facts, bucket));
        if bucket.exists.seen() == Some(&false) {
            continue;
        }
        findings.extend(policy(facts, bucket, &arn, prefix));
        findings.push(encryption(facts, bucket));
    }
    findings
}

/// The bucket and the prefix that an ARN names.
pub(super) fn place(arn: &str) -> (&str, &str) {
    let rest = arn.rsplit(":::").next().unwrap_or(arn);
    rest.split_once('/').map_or((rest, ""), |(bucket, prefix)| (bucket, prefix.trim_end_matches('/')))
}

fn print(facts: &Facts, bucket: &str) -> String {
    format!(
        "mailtrail permissions workmail s3 --account {} --region {} --bucket {bucket} --format cli",
        facts.account, facts.region
    )
}

fn owner(facts: &Facts, bucket: &Bucket) -> Finding {
    if bucket.exists.seen() == Some(&false) {
        let fix = format!("aws s3 mb s3://{} --region {}", bucket.name, facts.region);
        return OWNER.broken(&bucket.name, "there is no such bucket", fix);
    }
    OWNER.on(&bucket.name, &bucket.owner_fits, |fits, name| {
        if *fits {
            return OWNER.ok(name, format!("it belongs to account {}", facts.account));
        }
        let fix = "deliver to a bucket of this account, or see to its policy there by hand";
        OWNER.look(name, format!("it does not belong to account {}", facts.account), fix)
    })
}

fn policy(facts: &Facts, bucket: &Bucket, arn: &str, prefix: &str) -> Vec<Finding> {
    let name = &bucket.name;
    let policy = match (bucket.policy.seen(), bucket.policy.reason()) {
        (Some(policy), _) => policy.as_deref(),
        (None, reason) => return vec![WRITE.unknown(name, reason.unwrap_or_default())],
    };
    let to_here = facts.delivered().filter(|delivered| delivered.resource() == arn);
    let mut findings: Vec<Finding> =
        to_here.map(|delivered| write(facts, bucket, policy, prefix, &delivered)).collect();
    let Some(policy) = policy else { return findings };
    let statements = meanings(policy);
    let of_delivery = || statements.iter().filter(|statement| is_for(statement, DELIVERY));
    let asks_for_acl = |key: &str| key.eq_ignore_ascii_case("s3:x-amz-acl");
    let mut writes = of_delivery().filter(|statement| names(statement, "s3:PutObject")).peekable();
    if writes.peek().is_some() {
        let careless = writes.any(|statement| !statement.condition.iter().any(|it| asks_for_acl(&it.key)));
        findings.push(if careless {
            let seen = "log delivery may write without s3:x-amz-acl = bucket-owner-full-control";
            ACL.look(name, seen, print(facts, name))
        } else {
            ACL.ok(name, "objects are the bucket owner's")
        });
        let looks = ["s3:GetBucketAcl", "s3:ListBucket"];
        let missing: Vec<&str> = looks
            .into_iter()
            .filter(|action| !of_delivery().any(|statement| names(statement, action)))
            .collect();
        findings.push(if missing.is_empty() {
            NOISE.ok(name, "log delivery may look")
        } else {
            NOISE.look(name, format!("log delivery may not {}", missing.join(", ")), print(facts, name))
        });
        findings.push(source(name, policy, print(facts, name)));
    }
    let inverted = statements.iter().filter(|statement| is_inverted(statement));
    let inverted: Vec<&str> =
        inverted.map(|statement| statement.sid.as_deref().unwrap_or("(without a Sid)")).collect();
    findings.push(if inverted.is_empty() {
        INVERTED.ok(name, "none")
    } else {
        let fix = facts.aws(&format!(
            "s3api get-bucket-policy --bucket {name} (then say with Principal and Action, and conditions, whom it means)"
        ));
        INVERTED.look(name, format!("statement {}", inverted.join(", ")), fix)
    });
    findings
}

/// Whom a bucket's policy lets in: for archives, too.
pub(super) fn source(bucket: &str, policy: &str, fix: String) -> Finding {
    let open = confused_deputies(policy);
    if open.is_empty() {
        SOURCE.ok(bucket, "each service is let in for its source only")
    } else {
        SOURCE.look(bucket, open.join("; "), fix)
    }
}

fn write(
    facts: &Facts,
    bucket: &Bucket,
    policy: Option<&str>,
    prefix: &str,
    delivered: &Delivered<'_>,
) -> Finding {
    // A prefix takes the place of AWSLogs/<account>/<service>.
    let folder =
        if prefix.is_empty() { format!("AWSLogs/{}/workmail", facts.account) } else { prefix.to_owned() };
    let object = format!("{}/{folder}/log.gz", delivered.resource().split('/').next().unwrap_or_default());
    let source = facts.arn("logs", &format!("delivery-source:{}", delivered.source.name));
    let context = Context::source(&source, &facts.account)
        .with("s3:x-amz-acl", "bucket-owner-full-control")
        .with("aws:SecureTransport", "true");
    let resource = format!("{}, for {}", bucket.name, delivered.source.name);
    match lets_in(policy, DELIVERY, "s3:PutObject", &object, &context) {
        Decision::Allowed => WRITE.ok(resource, "log delivery may write"),
        Decision::Denied => WRITE.broken(
            resource,
            format!("its policy does not let log delivery write to {object}"),
            print(facts, &bucket.name),
        ),
        Decision::Depends => WRITE.look(
            resource,
            "whether log delivery may write depends on conditions that are not understood",
            print(facts, &bucket.name),
        ),
    }
}

fn encryption(facts: &Facts, bucket: &Bucket) -> Finding {
    ENCRYPTION.on(&bucket.name, &bucket.encryption, |encryption, name| {
        let Some(encryption) = encryption.as_ref().filter(|it| it.algorithm.starts_with("aws:kms")) else {
            return ENCRYPTION.ok(name, "with keys of S3");
        };
        let fix = format!(
            "aws s3api put-bucket-encryption --bucket {name} --server-side-encryption-configuration \
             '{{\"Rules\":[{{\"ApplyServerSideEncryptionByDefault\":{{\"SSEAlgorithm\":\"aws:kms\",\
             \"KMSMasterKeyID\":\"{}\"}},\"BucketKeyEnabled\":true}}]}}'",
            facts.arn("kms", "key/ID")
        );
        let Some(id) = encryption.key.as_deref().filter(|id| !id.ends_with("alias/aws/s3")) else {
            return ENCRYPTION.broken(name, "with the KMS key of AWS", fix);
        };
        let key = facts.keys.get(id).and_then(|key| key.settings.seen()?.as_ref());
        match key.map(|key| key.manager.as_str()) {
            Some("AWS") => ENCRYPTION.broken(name, format!("with the KMS key of AWS, {id}"), fix),
            // Whether the key is there, and lets log delivery in, is told of the key.
            _ => ENCRYPTION.ok(name, format!("with the key {id}")),
        }
    })
}
