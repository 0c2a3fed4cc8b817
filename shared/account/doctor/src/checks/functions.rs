//! Functions: their state, archive, and resource-based policy.

use mailtrail_config::settings;
use mailtrail_resource_policy::inventory::Part;

use crate::access::confused_deputies;
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::model::Function;
use crate::ownership::Ownership;

pub(super) static ACTIVE: Check = Check {
    id: "function-active",
    subject: Subject::Functions,
    why: "A function that does not exist, or cannot run, archives nothing.",
};
pub(super) static ARCHIVE: Check = Check {
    id: "function-archive",
    subject: Subject::Functions,
    why: "A function without a valid archive does not start.",
};
pub(super) static POLICY_SIZE: Check = Check {
    id: "function-policy-room",
    subject: Subject::Functions,
    why: "The policy of a function is limited to 20,480 characters. With one statement for each log group it fills up, and \
          then no log group can be added.",
};
pub(super) static SOURCE: Check = Check {
    id: "function-policy-source",
    subject: Subject::Functions,
    why: "Without conditions on the source, any account can have CloudWatch Logs invoke the function.",
};

/// The quota of a resource-based policy, in characters.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const POLICY_CHARACTERS: usize = 20_480;
/// The share of the quota, in percent, from which the check warns.
const WARN_PERCENT: usize = 80;

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in &facts.functions {
        let ownership = facts.ownership(function);
        if ownership != Ownership::Other {
            findings.push(active(facts, function));
        }
        if ownership == Ownership::Ours && function.known().is_some() {
            findings.push(archive(facts, function));
            findings.extend(policy(facts, &function.name, &function.policy));
            for (qualifier, of_qualifier) in &function.qualified {
                findings.extend(policy(facts, &format!("{}:{qualifier}", function.name), of_qualifier));
            }
        }
    }
    findings
}

fn active(facts: &Facts, function: &Function) -> Finding {
    ACTIVE.for_part(&function.name, &function.settings, |settings, name| {
        let Some(settings) = settings else {
            return ACTIVE.broken(
                name,
                "the function does not exist",
                "deploy the stack in infra/, or correct the name in --function",
            );
        };
        match settings.state.as_str() {
            // An idle function becomes inactive, and active again on its next invocation.
            "Active" | "Inactive" | "" => ACTIVE.ok(name, "can run"),
            state => {
                let inspect = facts.aws(&format!("lambda get-function-configuration --function-name {name}"));
                ACTIVE.broken(name, format!("its state is {state}"), inspect)
            }
        }
    })
}

fn archive(facts: &Facts, function: &Function) -> Finding {
    let Some(settings) = function.known() else {
        return ARCHIVE.unknown(&function.name, "its settings were not read");
    };
    ARCHIVE.for_part(&function.name, &settings.environment, |_, name| {
        match function.variable(settings::ARCHIVE.name) {
            Some(url) if is_in_s3(facts, url) => ARCHIVE.ok(name, url),
            Some(url) => {
                let variable = settings::ARCHIVE.name;
                let seen = format!("{variable} is {url}, which is not in S3: nothing would be stored");
                ARCHIVE.broken(name, seen, fix(facts, function))
            }
            None => {
                ARCHIVE.broken(name, format!("{} is not set", settings::ARCHIVE.name), fix(facts, function))
            }
        }
    })
}

/// The file system of a function is deleted with its execution environment.
fn is_in_s3(facts: &Facts, url: &str) -> bool {
    facts.archives.iter().any(|archive| archive.url == url && archive.bucket.is_some())
}

/// Not a command: `UpdateFunctionConfiguration` replaces all variables at once.
fn fix(facts: &Facts, function: &Function) -> String {
    format!(
        "set {}=s3://BUCKET/PREFIX on the function {} in {}, beside its other variables, or deploy the stack again",
        settings::ARCHIVE.name,
        function.name,
        facts.region
    )
}

/// The resource-based policy of a function, or of one of its versions and aliases.
fn policy(facts: &Facts, name: &str, policy: &Part<Option<String>>) -> Vec<Finding> {
    let room = POLICY_SIZE.for_part(name, policy, |policy, name| {
        let size = policy.as_deref().map_or(0, str::len);
        let seen = format!("{size} of {POLICY_CHARACTERS} characters");
        if size * 100 < POLICY_CHARACTERS * WARN_PERCENT {
            return POLICY_SIZE.ok(name, seen);
        }
        let fix = facts.aws(&format!(
            "lambda add-permission --function-name {name} --statement-id cloudwatch-logs --action \
             lambda:InvokeFunction --principal logs.amazonaws.com --source-account {} --source-arn '{}' (after \
             lambda remove-permission for one statement, to make room; then remove the others)",
            facts.account,
            facts.arn("logs", "log-group:*")
        ));
        POLICY_SIZE.warning(name, seen, fix)
    });
    let Some(Some(document)) = policy.seen() else { return vec![room] };
    let open = confused_deputies(document);
    let source = if open.is_empty() {
        SOURCE.ok(name, "every statement for a service has conditions on the source")
    } else {
        let fix = format!(
            "replace the statement: {} && {}",
            facts.aws(&format!("lambda remove-permission --function-name {name} --statement-id SID")),
            facts.aws(&format!(
                "lambda add-permission --function-name {name} --statement-id SID --action lambda:InvokeFunction \
                 --principal logs.amazonaws.com --source-account {} --source-arn '{}'",
                facts.account,
                facts.arn("logs", "log-group:*")
            ))
        );
        SOURCE.warning(name, open.join("; "), fix)
    };
    vec![room, source]
}
