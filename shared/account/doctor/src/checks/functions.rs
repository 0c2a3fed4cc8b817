//! Functions: their state, archive, and resource-based policy.

use mailtrail_config::settings;
use mailtrail_resource_policy::inventory::Part;

use crate::access::{ConfusedDeputy, confused_deputies, joined};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
use crate::model::{Function, Topic};
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

pub(super) static CONCURRENCY: Check = Check {
    id: "function-concurrency",
    subject: Subject::Functions,
    why: "A function with a reserved concurrency of 0 is never invoked: its events wait, and are discarded after six hours.",
};
pub(super) static ON_FAILURE: Check = Check {
    id: "function-on-failure",
    subject: Subject::Functions,
    why: "An event that fails three times goes to the on-failure destination: what lies there is not in the archive, and \
          without a destination it is lost.",
};
pub(super) static SUBSCRIBERS: Check = Check {
    id: "topic-subscribers",
    subject: Subject::Functions,
    why: "Alarms and watched events go to this topic; without a confirmed subscription no one receives them.",
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
            findings.extend(concurrency(facts, function));
            findings.extend(on_failure(facts, function));
            findings.extend(policy(facts, &function.name, &function.policy));
            for (qualifier, of_qualifier) in &function.qualified {
                findings.extend(policy(facts, &format!("{}:{qualifier}", function.name), of_qualifier));
            }
        }
    }
    findings.extend(facts.topics.iter().map(|topic| subscribers(facts, topic)));
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
                let inspect =
                    facts.aws(&format!("lambda get-function-configuration --function-name {}", word(&name)));
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

fn concurrency(facts: &Facts, function: &Function) -> Option<Finding> {
    function.known()?;
    Some(CONCURRENCY.for_part(
        &function.name,
        &function.reserved_concurrency,
        |reserved, name| match reserved {
            None => CONCURRENCY.ok(name, "that of the account"),
            Some(0) => {
                let fix =
                    facts.aws(&format!("lambda delete-function-concurrency --function-name {}", word(&name)));
                CONCURRENCY.broken(name, "0 reserved: the function is not invoked", fix)
            }
            Some(reserved) => CONCURRENCY.ok(name, format!("{reserved} reserved")),
        },
    ))
}

/// Of a function that CloudWatch Logs invokes; where a data stream is between, its mapping has the destination.
fn on_failure(facts: &Facts, function: &Function) -> Vec<Finding> {
    let is_it = |arn: &String| facts.function(arn).is_some_and(|it| it.name == function.name);
    let is_invoked = facts.filter_destinations().iter().any(is_it);
    let of_function = is_invoked.then(|| {
        ON_FAILURE.for_part(&function.name, &function.on_failure, |destination, name| {
            destination_of(facts, function, name, destination.as_deref())
        })
    });
    let of_mappings = facts.mappings_of(function).map(|(stream, mapping)| {
        let resource = format!("{}, reading {stream}", function.name);
        destination_of(facts, function, resource, mapping.on_failure.as_deref())
    });
    of_function.into_iter().chain(of_mappings).collect()
}

fn destination_of(
    facts: &Facts,
    function: &Function,
    resource: String,
    destination: Option<&str>,
) -> Finding {
    let Some(destination) = destination else {
        let fix = "set an on-failure destination, or deploy the stack in infra/ again";
        return ON_FAILURE.warning(resource, "no on-failure destination", fix);
    };
    let Some(bucket) = destination.strip_prefix("arn:").and_then(|arn| arn.split_once(":s3:::")) else {
        let seen = format!("failed events go to {destination}; whether some lie there is not read");
        return ON_FAILURE.note(resource, seen);
    };
    failures(facts, function, bucket.1)
}

fn failures(facts: &Facts, function: &Function, bucket: &str) -> Finding {
    let resource = format!("{}, bucket {bucket}", function.name);
    let Some(held) = facts.failures.get(bucket) else {
        return ON_FAILURE.unknown(resource, "it was not read");
    };
    ON_FAILURE.for_part(resource, held, |held, resource| {
        if held.objects == 0 {
            return ON_FAILURE.ok(resource, "no failed event");
        }
        let objects = if held.objects == 1 { "object" } else { "objects" };
        let more = if held.more { "more than " } else { "" };
        let archive = function.variable(settings::ARCHIVE.name).unwrap_or_default();
        let fix = Fix::steps(
            "read in each object why it failed, then archive the events, and delete the objects:",
            [format!(
                "mailtrail redrive failures {} --archive {}",
                word(&format!("s3://{bucket}")),
                word(archive)
            )],
        );
        ON_FAILURE.broken(resource, format!("{more}{} {objects} of failed events", held.objects), fix)
    })
}

fn subscribers(facts: &Facts, topic: &Topic) -> Finding {
    SUBSCRIBERS.for_part(&topic.arn, &topic.subscriptions, |subscriptions, arn| {
        let list = facts.aws(&format!("sns list-subscriptions-by-topic --topic-arn {}", word(&arn)));
        match subscriptions {
            None => SUBSCRIBERS.broken(arn, "the topic does not exist", "deploy the stack in infra/ again"),
            Some(it) if it.confirmed > 0 => SUBSCRIBERS.ok(arn, format!("{} confirmed", it.confirmed)),
            Some(it) => {
                let seen = format!("no confirmed subscription, {} not confirmed", it.pending);
                let advice = "subscribe an address (`aws sns subscribe`), and confirm it with the link that is sent there:";
                SUBSCRIBERS.warning(arn, seen, Fix::steps(advice, [list]))
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
        let fix = Fix::steps(
            "remove a statement for one log group, to make room for one that covers all log groups; then remove the others:",
            [
                facts.aws(&format!("lambda get-policy --function-name {}", word(&name))),
                allow_logs(facts, &name, "cloudwatch-logs"),
            ],
        );
        POLICY_SIZE.warning(name, seen, fix)
    });
    let Some(Some(document)) = policy.seen() else { return vec![room] };
    let open = confused_deputies(document);
    let source = if open.is_empty() {
        SOURCE.ok(name, "every statement for a service has conditions on the source")
    } else {
        SOURCE.warning(name, joined(&open), replace(facts, name, &open))
    };
    vec![room, source]
}

/// The command that lets CloudWatch Logs invoke a function for every log group of the account and Region.
pub(super) fn allow_logs(facts: &Facts, function: &str, statement: &str) -> String {
    facts.aws(&format!(
        "lambda add-permission --function-name {} --statement-id {} --action lambda:InvokeFunction \
         --principal logs.amazonaws.com --source-account {} --source-arn {}",
        word(function),
        word(statement),
        word(&facts.account),
        word(&facts.arn("logs", "log-group:*"))
    ))
}

/// Each statement again, with conditions: the permission is missing for a moment, in which CloudWatch Logs retries.
fn replace(facts: &Facts, function: &str, open: &[ConfusedDeputy]) -> Fix {
    let of_statement = |it: &ConfusedDeputy| {
        let remove = format!(
            "lambda remove-permission --function-name {} --statement-id {}",
            word(function),
            word(&it.statement)
        );
        [facts.aws(&remove), allow_logs(facts, function, &it.statement)]
    };
    Fix::steps("", open.iter().flat_map(of_statement))
}
