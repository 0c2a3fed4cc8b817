//! Where a probe that did not arrive was last seen.

use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_policy_survey::Account;
use serde::Serialize;

use super::Probe;
use super::route::Route;

/// The longest part of a log line that is shown, in characters.
const LONGEST: usize = 400;

/// What the name of the object ends with that says why a payload is in quarantine.
const REASON: &str = ".json";

/// A part of the way, and what was seen there.
#[derive(Debug, Serialize)]
pub(super) struct Hop {
    pub(super) name: &'static str,
    pub(super) seen: String,
}

/// The log group, the log of the function, and the quarantine. A call that fails is what was seen.
pub(super) async fn look(account: &Account, route: &Route, probe: &Probe, log_group: &str) -> Vec<Hop> {
    vec![
        Hop { name: "log group", seen: in_log_group(account, probe, log_group).await },
        Hop { name: "function", seen: in_function_log(account, route, probe).await },
        Hop { name: "quarantine", seen: in_quarantine(route, probe).await },
    ]
}

async fn in_log_group(account: &Account, probe: &Probe, log_group: &str) -> String {
    let read = account.calls.run("GetLogEvents", Deadline::NEVER, || {
        let get = account.logs.get_log_events().log_group_name(log_group).log_stream_name(probe.stream());
        get.start_from_head(true).send()
    });
    match read.await {
        Ok(answer) if answer.events().is_empty() => "does not show the event yet".to_owned(),
        Ok(_) => "has the event".to_owned(),
        Err(error) => format!("not known: logs:{error}"),
    }
}

/// The newest line of the function since the probe was sent. A function that is not invoked prints nothing.
async fn in_function_log(account: &Account, route: &Route, probe: &Probe) -> String {
    let group = &route.function_log_group;
    let ask = |token| {
        let filter = account.logs.filter_log_events().log_group_name(group);
        filter.start_time(probe.time.millis()).set_next_token(token).send()
    };
    let read = account.calls.all("FilterLogEvents", Deadline::NEVER, ask, |answer| {
        let lines = answer.events().iter().filter_map(|event| event.message().map(str::to_owned));
        (lines.collect::<Vec<String>>(), answer.next_token.clone())
    });
    match read.await {
        Ok(lines) => match lines.last() {
            None => format!("no line in {group} since: not invoked, or its log is delayed"),
            Some(line) => format!(
                "{} lines in {group} since, the last one: {}",
                lines.len(),
                line.trim().chars().take(LONGEST).collect::<String>()
            ),
        },
        Err(error) if error.is_missing() => format!("the log group {group} does not exist: never invoked"),
        Err(error) => format!("not known: logs:{error}"),
    }
}

async fn in_quarantine(route: &Route, probe: &Probe) -> String {
    let reasons = match route.archive.folders("quarantine", Deadline::NEVER).await {
        Ok(reasons) => reasons,
        Err(error) => return format!("not known: {error}"),
    };
    let mut objects = 0;
    for reason in &reasons {
        for day in [probe.time.day(), now().day()].into_iter().collect::<std::collections::BTreeSet<_>>() {
            match route.archive.list(&format!("{reason}/eventDay={day}"), Deadline::NEVER).await {
                Ok(keys) => objects += keys.iter().filter(|key| key.ends_with(REASON)).count(),
                Err(error) => return format!("not known: {error}"),
            }
        }
    }
    format!("{objects} payloads of this day")
}
