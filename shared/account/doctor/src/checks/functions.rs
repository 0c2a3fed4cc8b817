//! The functions: running, with an archive, and with room in their policies.

use mailtrail_config::settings;
use mailtrail_resource_policy::inventory::Part;

use crate::documents::confused_deputies;
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::parts::Function;

pub(super) static ACTIVE: Check = Check {
    id: "function-active",
    subject: Subject::Functions,
    why: "A function that is not there, or cannot run, archives nothing.",
};
pub(super) static ARCHIVE: Check = Check {
    id: "function-archive",
    subject: Subject::Functions,
    why: "A function does not start without its archive.",
};
pub(super) static ROOM: Check = Check {
    id: "function-policy-room",
    subject: Subject::Functions,
    why: "A function's policy holds 20,480 characters; one statement for each log group fills it, and then no log \
          group can be added.",
};
pub(super) static SOURCE: Check = Check {
    id: "function-policy-source",
    subject: Subject::Functions,
    why: "Without conditions on the source, CloudWatch Logs can be made to invoke the function by any account.",
};

/// Characters of a function's policy.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const POLICY_CHARACTERS: usize = 20_480;
/// From this share on, in percent, somebody should look.
const NEAR_PERCENT: usize = 80;

/// Whether a function is one of mailtrail's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ours {
    /// It was named, or it has an archive.
    Yes,
    /// It is somebody else's, or not there.
    No,
    /// Its settings were not seen.
    Unknown(String),
}

pub(super) fn is_ours(facts: &Facts, function: &Function) -> Ours {
    if facts.named_functions.contains(&function.name) || function.variable(settings::ARCHIVE.name).is_some() {
        return Ours::Yes;
    }
    let hidden = function.known().and_then(|settings| settings.environment.reason());
    match function.settings.reason().or(hidden) {
        Some(reason) => Ours::Unknown(reason.to_owned()),
        None => Ours::No,
    }
}

/// Whether what a filter sends to an ARN comes to a function of mailtrail: straight, or through a data stream. What
/// goes to another account is not followed.
pub(super) fn comes_to_us(facts: &Facts, destination: &str) -> Ours {
    if let Some(function) = facts.function(destination) {
        return is_ours(facts, function);
    }
    if !destination.contains(":kinesis:") {
        return Ours::No;
    }
    let readers = match facts.stream_readers.get(destination) {
        Some(Part::Seen { value, .. }) => value,
        Some(Part::NotSeen { reason }) => return Ours::Unknown(reason.clone()),
        None => return Ours::Unknown(format!("who reads {destination} was not looked at")),
    };
    let mut unknown = None;
    for answer in readers.iter().filter_map(|arn| facts.function(arn)).map(|it| is_ours(facts, it)) {
        match answer {
            Ours::Yes => return Ours::Yes,
            Ours::Unknown(_) => unknown = Some(answer),
            Ours::No => {}
        }
    }
    unknown.unwrap_or(Ours::No)
}

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in &facts.functions {
        let ours = is_ours(facts, function);
        if ours != Ours::No {
            findings.push(active(facts, function));
        }
        if ours == Ours::Yes && function.known().is_some() {
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
    ACTIVE.on(&function.name, &function.settings, |settings, name| {
        let Some(settings) = settings else {
            return ACTIVE.broken(
                name,
                "there is no such function",
                "deploy the stack of infra/, or name another one",
            );
        };
        match settings.state.as_str() {
            // One that was not used for long is woken by its next event.
            "Active" | "Inactive" | "" => ACTIVE.ok(name, "it can run"),
            state => {
                let look = facts.aws(&format!("lambda get-function-configuration --function-name {name}"));
                ACTIVE.broken(name, format!("its state is {state}"), look)
            }
        }
    })
}

fn archive(facts: &Facts, function: &Function) -> Finding {
    let Some(settings) = function.known() else { return ARCHIVE.unknown(&function.name, "no settings") };
    ARCHIVE.on(&function.name, &settings.environment, |_, name| {
        match function.variable(settings::ARCHIVE.name) {
            Some(url) if is_in_s3(facts, url) => ARCHIVE.ok(name, url),
            Some(url) => {
                let variable = settings::ARCHIVE.name;
                let seen = format!("{variable} is {url}, which is no place in S3: nothing would be kept");
                ARCHIVE.broken(name, seen, fix(facts, function))
            }
            None => {
                ARCHIVE.broken(name, format!("{} is not set", settings::ARCHIVE.name), fix(facts, function))
            }
        }
    })
}

/// A folder of a function is gone when the function ends.
fn is_in_s3(facts: &Facts, url: &str) -> bool {
    facts.archives.iter().any(|archive| archive.url == url && archive.bucket.is_some())
}

/// The command that sets variables sets all of them at once: there is none to be filled in.
fn fix(facts: &Facts, function: &Function) -> String {
    format!(
        "set {}=s3://BUCKET/PREFIX on the function {} in {} beside its other variables, or deploy the stack again",
        settings::ARCHIVE.name,
        function.name,
        facts.region
    )
}

/// The policy of a function, or of one of its versions and aliases.
fn policy(facts: &Facts, name: &str, policy: &Part<Option<String>>) -> Vec<Finding> {
    let room = ROOM.on(name, policy, |policy, name| {
        let size = policy.as_deref().map_or(0, str::len);
        let seen = format!("{size} of {POLICY_CHARACTERS} characters");
        if size * 100 < POLICY_CHARACTERS * NEAR_PERCENT {
            return ROOM.ok(name, seen);
        }
        let fix = facts.aws(&format!(
            "lambda add-permission --function-name {name} --statement-id cloudwatch-logs --action \
             lambda:InvokeFunction --principal logs.amazonaws.com --source-account {} --source-arn '{}' (after one \
             lambda remove-permission --statement-id SID to make room for it; then remove the others)",
            facts.account,
            facts.arn("logs", "log-group:*")
        ));
        ROOM.look(name, seen, fix)
    });
    let Some(Some(document)) = policy.seen() else { return vec![room] };
    let open = confused_deputies(document);
    let source = if open.is_empty() {
        SOURCE.ok(name, "each service is let in for its source only")
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
        SOURCE.look(name, open.join("; "), fix)
    };
    vec![room, source]
}
