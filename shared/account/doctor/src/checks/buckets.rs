//! Buckets that logs are delivered to: their owner, policy and encryption.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html>

use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;

use crate::access::{
    DELIVERY, allows_service, confused_deputies, covers_action, has_negated_element, joined, service_access,
    statements,
};
use crate::facts::{Delivered, Facts};
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
use crate::model::Bucket;

pub(super) static OWNER: Check = Check {
    id: "bucket-owner",
    subject: Subject::Buckets,
    why: "Logs in a bucket of another account belong to that account, and AWS adds no statement to its policy.",
};
pub(super) static WRITE: Check = Check {
    id: "bucket-policy",
    subject: Subject::Buckets,
    why: "Log delivery can write only where the bucket policy allows it.",
};
pub(super) static ACL: Check = Check {
    id: "bucket-acl-condition",
    subject: Subject::Buckets,
    why: "Without the condition on s3:x-amz-acl, objects can be written that the bucket owner cannot read.",
};
pub(super) static LIST_ACCESS: Check = Check {
    id: "bucket-list-noise",
    subject: Subject::Buckets,
    why: "Log delivery reads the ACL and lists the bucket before it writes; where it may not, CloudTrail logs AccessDenied.",
};
pub(super) static NEGATED_ELEMENTS: Check = Check {
    id: "bucket-not-principal",
    subject: Subject::Buckets,
    why: "A statement with NotPrincipal or NotAction can deny log delivery, and can keep AWS from adding its own statement.",
};
pub(super) static SOURCE: Check = Check {
    id: "bucket-policy-source",
    subject: Subject::Buckets,
    why: "Without conditions on the source, any account can have the allowed service write to this bucket.",
};
pub(super) static ENCRYPTION: Check = Check {
    id: "bucket-encryption",
    subject: Subject::Buckets,
    why: "Log delivery cannot use the AWS managed key aws/s3: delivered logs could not be decrypted.",
};

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for arn in facts.delivery_targets("S3") {
        let (name, prefix) = bucket_and_prefix(&arn);
        let Some(bucket) = facts.bucket(name) else {
            findings.push(OWNER.unknown(name, "it was not read"));
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

/// The bucket and the prefix in an ARN.
pub(super) fn bucket_and_prefix(arn: &str) -> (&str, &str) {
    let rest = arn.rsplit(":::").next().unwrap_or(arn);
    rest.split_once('/').map_or((rest, ""), |(bucket, prefix)| (bucket, prefix.trim_end_matches('/')))
}

fn permissions_command(facts: &Facts, bucket: &str) -> String {
    format!("{} --bucket {} --format cli", facts.permissions("workmail s3"), word(bucket))
}

fn owner(facts: &Facts, bucket: &Bucket) -> Finding {
    if bucket.exists.seen() == Some(&false) {
        let fix = facts.make_bucket(&bucket.name);
        return OWNER.broken(&bucket.name, "the bucket does not exist", fix);
    }
    OWNER.for_part(&bucket.name, &bucket.owner_fits, |fits, name| {
        if *fits {
            return OWNER.ok(name, format!("owned by account {}", facts.account));
        }
        let fix = "deliver to a bucket of this account, or maintain the bucket policy in the other account";
        OWNER.warning(name, format!("not owned by account {}", facts.account), fix)
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
    let statements = statements(policy);
    let of_delivery = || statements.iter().filter(|statement| allows_service(statement, DELIVERY));
    let is_acl = |key: &str| key.eq_ignore_ascii_case("s3:x-amz-acl");
    let mut writes = of_delivery().filter(|statement| covers_action(statement, "s3:PutObject")).peekable();
    if writes.peek().is_some() {
        let is_unconditional = writes.any(|statement| !statement.condition.iter().any(|it| is_acl(&it.key)));
        findings.push(if is_unconditional {
            let seen =
                "the statement for log delivery has no condition s3:x-amz-acl = bucket-owner-full-control";
            ACL.warning(name, seen, permissions_command(facts, name))
        } else {
            ACL.ok(name, "objects belong to the bucket owner")
        });
        let reads = ["s3:GetBucketAcl", "s3:ListBucket"];
        let missing: Vec<&str> = reads
            .into_iter()
            .filter(|action| !of_delivery().any(|statement| covers_action(statement, action)))
            .collect();
        findings.push(if missing.is_empty() {
            LIST_ACCESS.ok(name, "log delivery may read the ACL and list the bucket")
        } else {
            LIST_ACCESS.warning(
                name,
                format!("log delivery is not allowed {}", missing.join(", ")),
                permissions_command(facts, name),
            )
        });
        findings.push(source(name, policy, permissions_command(facts, name)));
    }
    let negated = statements.iter().filter(|statement| has_negated_element(statement));
    let negated: Vec<&str> =
        negated.map(|statement| statement.sid.as_deref().unwrap_or("(without a Sid)")).collect();
    findings.push(if negated.is_empty() {
        NEGATED_ELEMENTS.ok(name, "no statement has NotPrincipal or NotAction")
    } else {
        let fix = Fix::steps(
            "replace the elements by Principal, Action and conditions in the bucket policy:",
            [facts.aws(&format!("s3api get-bucket-policy --bucket {}", word(name)))],
        );
        NEGATED_ELEMENTS.warning(
            name,
            format!("statement {} has NotPrincipal or NotAction", negated.join(", ")),
            fix,
        )
    });
    findings
}

/// Conditions on the source in a bucket policy; for buckets of archives as well.
pub(super) fn source(bucket: &str, policy: &str, fix: impl Into<Fix>) -> Finding {
    let open = confused_deputies(policy);
    if open.is_empty() {
        SOURCE.ok(bucket, "every statement for a service has conditions on the source")
    } else {
        SOURCE.warning(bucket, joined(&open), fix)
    }
}

fn write(
    facts: &Facts,
    bucket: &Bucket,
    policy: Option<&str>,
    prefix: &str,
    delivered: &Delivered<'_>,
) -> Finding {
    // A prefix replaces AWSLogs/<account>/<service>.
    let folder =
        if prefix.is_empty() { format!("AWSLogs/{}/workmail", facts.account) } else { prefix.to_owned() };
    let object = format!("{}/{folder}/log.gz", delivered.resource().split('/').next().unwrap_or_default());
    let source = facts.arn("logs", &format!("delivery-source:{}", delivered.source.name));
    let context = Context::source(&source, &facts.account)
        .with("s3:x-amz-acl", "bucket-owner-full-control")
        .with("aws:SecureTransport", "true");
    let resource = format!("{}, for {}", bucket.name, delivered.source.name);
    match service_access(policy, DELIVERY, "s3:PutObject", &object, &context) {
        Decision::Allowed => WRITE.ok(resource, "log delivery may write"),
        Decision::Denied => WRITE.broken(
            resource,
            format!("its policy does not allow log delivery to write {object}"),
            permissions_command(facts, &bucket.name),
        ),
        Decision::Depends => WRITE.undecided(
            resource,
            "whether log delivery may write depends on conditions that cannot be evaluated",
            permissions_command(facts, &bucket.name),
        ),
    }
}

fn encryption(facts: &Facts, bucket: &Bucket) -> Finding {
    ENCRYPTION.for_part(&bucket.name, &bucket.encryption, |encryption, name| {
        let Some(encryption) = encryption.as_ref().filter(|it| it.algorithm.starts_with("aws:kms")) else {
            return ENCRYPTION.ok(name, "SSE-S3");
        };
        let fix = Fix::steps(
            "encrypt with SSE-S3, or with a customer managed key:",
            [facts.aws(&format!(
                "s3api put-bucket-encryption --bucket {} --server-side-encryption-configuration \
                 '{{\"Rules\":[{{\"ApplyServerSideEncryptionByDefault\":{{\"SSEAlgorithm\":\"AES256\"}}}}]}}'",
                word(&name)
            ))],
        );
        let Some(id) = encryption.key.as_deref().filter(|id| !id.ends_with("alias/aws/s3")) else {
            return ENCRYPTION.broken(name, "SSE-KMS with the AWS managed key aws/s3", fix);
        };
        let key = facts.keys.get(id).and_then(|key| key.settings.seen()?.as_ref());
        match key.map(|key| key.manager.as_str()) {
            Some("AWS") => ENCRYPTION.broken(name, format!("SSE-KMS with the AWS managed key {id}"), fix),
            // The checks of keys report whether the key exists and allows log delivery.
            _ => ENCRYPTION.ok(name, format!("SSE-KMS with {id}")),
        }
    })
}
