//! `mailtrail doctor --probe`: sends one marked event through a log group, its subscription filter, function and archive,
//! and waits until the archive has it.

mod hops;
mod route;

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use mailtrail_archive::{ArchiveReader, batch_object_key};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{Time, now};
use mailtrail_doctor::Facts;
use mailtrail_ocsf::Class;
use mailtrail_plain_text::shell_word;
use mailtrail_policy_survey::Account;
use mailtrail_subscription::{PROBE_STREAM_PREFIX, probe_message};
use serde::{Deserialize, Serialize};

use super::args::DoctorArgs;
use crate::confirm::confirm;
use crate::output::{self, Exit, Output, SUCCESS, WARNING, paint, plain};
use crate::reading::for_each_line;
use hops::Hop;
use route::Route;

/// How long to wait between two looks into the archive.
const PAUSE: Duration = Duration::from_secs(2);
const PAUSE_OF_A_STAND_IN: Duration = Duration::from_millis(100);

/// The event that is sent.
#[derive(Debug)]
struct Probe {
    /// 16 hex digits.
    id: String,
    time: Time,
}

/// The result: the object of `--json`.
#[derive(Debug, Serialize)]
struct Outcome<'a> {
    probe: &'a str,
    log_group: &'a str,
    log_stream: String,
    filter: &'a str,
    function: &'a str,
    archive: String,
    /// The object with the record of the probe.
    key: Option<&'a str>,
    seconds: f64,
    /// Where the probe was looked for, when it had not arrived.
    hops: &'a [Hop],
    /// The command that checks the settings of the way.
    #[serde(skip)]
    next: &'a str,
}

pub(super) async fn run(args: &DoctorArgs) -> anyhow::Result<Exit> {
    let [target] = args.accounts.targets().await?.try_into().map_err(|_| {
        anyhow::anyhow!("--probe works in one account and Region: give one --region and one --assume-role")
    })?;
    let account = target.open().await?;
    let here = Facts {
        region: account.region.clone(),
        assumed_role: target.assume_role.clone(),
        ..Facts::default()
    };
    let log_group = match &args.probe.through {
        Some(group) => group.clone(),
        None => route::group_of_the_stack(&account).await?,
    };
    let next = here.mailtrail(&format!("doctor --log-group {}", shell_word(&log_group)));
    let route = Route::find(&account, &log_group, &next).await?;
    if args.probe.through.is_some() {
        let others = match route.others.as_slice() {
            [] => String::new(),
            others => format!(" Other filters send it on: {}.", plain(&others.join(", "))),
        };
        let question = format!(
            "Write a probe into {} in account {}, Region {}? Its event stays in the archive {}.{others}",
            plain(&log_group),
            account.id,
            account.region,
            plain(&route.archive.location().to_string())
        );
        confirm(args.probe.yes, &question)?;
    }
    let probe = Probe::new();
    let begun = Instant::now();
    probe.send(&account, &log_group).await?;
    let deadline = begun + Duration::from_secs(args.probe.timeout);
    let key = probe.wait_for(&account, &route.archive, &log_group, deadline).await?;
    let hops = match key {
        Some(_) => Vec::new(),
        None => hops::look(&account, &route, &probe, &log_group).await,
    };
    let outcome = Outcome {
        probe: &probe.id,
        log_group: &log_group,
        log_stream: probe.stream(),
        filter: &route.filter,
        function: &route.function,
        archive: route.archive.location().to_string(),
        key: key.as_deref(),
        seconds: (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        hops: &hops,
        next: &next,
    };
    if args.json {
        output::json(&outcome)?;
    } else {
        Output::Stdout.write(&outcome.text())?;
    }
    Ok(if key.is_some() { Exit::Done } else { Exit::NeedsAttention })
}

impl Probe {
    fn new() -> Self {
        let time = now();
        Self { id: format!("{:016x}", RandomState::new().hash_one(time.millis())), time }
    }

    /// The log stream, which marks the event as a probe.
    fn stream(&self) -> String {
        format!("{PROBE_STREAM_PREFIX}{}", self.id)
    }

    fn message(&self) -> String {
        probe_message(&self.id, &self.time.rfc3339())
    }

    async fn send(&self, account: &Account, log_group: &str) -> anyhow::Result<()> {
        let (calls, stream) = (&account.calls, self.stream());
        let failed = || format!("failed to write a probe into `{log_group}`");
        let created = calls.run("CreateLogStream", Deadline::NEVER, || {
            account.logs.create_log_stream().log_group_name(log_group).log_stream_name(&stream).send()
        });
        created.await.with_context(failed)?;
        let event = InputLogEvent::builder().timestamp(self.time.millis()).message(self.message()).build()?;
        let put = calls.run("PutLogEvents", Deadline::NEVER, || {
            let put = account.logs.put_log_events().log_group_name(log_group).log_stream_name(&stream);
            put.log_events(event.clone()).send()
        });
        let refused = put.await.with_context(failed)?.rejected_log_events_info;
        if let Some(refused) = refused {
            bail!(
                "CloudWatch Logs refused the probe for `{log_group}`: {refused:?}; check the clock of this machine"
            );
        }
        Ok(())
    }

    /// The key of the object that holds the probe, as soon as it is in the archive; `None` at the deadline.
    async fn wait_for(
        &self,
        account: &Account,
        archive: &ArchiveReader,
        log_group: &str,
        deadline: Instant,
    ) -> anyhow::Result<Option<String>> {
        let pause = if account.calls.are_to_a_stand_in() { PAUSE_OF_A_STAND_IN } else { PAUSE };
        // A probe has a log stream, and so a batch and an object, of its own.
        let partition = mailtrail_archive::Partition::new(Some(&account.region), Some(&account.id));
        let start = batch_object_key(Class::BaseEvent, &partition, self.time, self.time.compact());
        let start = start.trim_end_matches(".ndjson.zst");
        let folder = start.rsplit_once('/').map_or(start, |(folder, _)| folder);
        loop {
            let keys = archive.list(folder, Deadline::NEVER).await?;
            for key in keys.iter().filter(|key| key.starts_with(start)) {
                let object = archive.get(key, Deadline::NEVER).await?;
                if self
                    .is_in(&object, log_group)
                    .map_err(|error| anyhow::anyhow!("failed to read `{key}`: {error}"))?
                {
                    return Ok(Some(key.clone()));
                }
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Whether an object holds the record of this probe, with the message that was sent.
    fn is_in(&self, object: &[u8], log_group: &str) -> Result<bool, String> {
        #[derive(Deserialize)]
        struct Record {
            metadata: Metadata,
            raw_data: Option<String>,
        }
        #[derive(Deserialize)]
        struct Metadata {
            #[serde(default)]
            log_name: String,
            #[serde(default)]
            log_source: String,
        }

        let (mut found, stream, message) = (false, self.stream(), self.message());
        for_each_line(object, |line| {
            let Record { metadata, raw_data } = serde_json::from_slice(line)?;
            found |= metadata.log_name == log_group
                && metadata.log_source == stream
                && raw_data.as_deref() == Some(message.as_str());
            Ok(())
        })?;
        Ok(found)
    }
}

impl Outcome<'_> {
    fn text(&self) -> String {
        let through = format!(
            "log group {}, filter {}, function {}",
            plain(self.log_group),
            plain(self.filter),
            plain(self.function)
        );
        if let Some(key) = self.key {
            return format!(
                "{} the probe {} is in the archive {} after {} s\n  {}\n  configured route: {through}\n",
                paint(SUCCESS, "✓"),
                self.probe,
                plain(&self.archive),
                self.seconds,
                plain(key)
            );
        }
        let head = format!(
            "{} the probe {} did not arrive in {} s in the archive {}\n  configured route: {through}\n",
            paint(WARNING, "✗"),
            self.probe,
            self.seconds,
            plain(&self.archive)
        );
        let hops: Vec<String> =
            self.hops.iter().map(|hop| format!("  {}: {}\n", hop.name, plain(&hop.seen))).collect();
        let next = format!("  next: {}\n", plain(self.next));
        head + &hops.concat() + &next
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(stream: &str, message: &str) -> Vec<u8> {
        let record = json!({"metadata": {"log_name": "g", "log_source": stream}, "raw_data": message});
        zstd::bulk::compress(format!("{record}\n").as_bytes(), 3).unwrap()
    }

    #[test]
    fn a_probe_is_found_by_log_group_log_stream_and_message() {
        let probe = Probe::new();
        let (stream, message) = (probe.stream(), probe.message());
        assert!(mailtrail_subscription::is_probe(&stream, &message));
        assert_eq!(probe.is_in(&object(&stream, &message), "g"), Ok(true));
        assert_eq!(probe.is_in(&object(&stream, &message), "other"), Ok(false));
        assert_eq!(probe.is_in(&object("mailtrail-probe/other", &message), "g"), Ok(false));
        assert_eq!(probe.is_in(&object(&stream, "{}"), "g"), Ok(false));
        assert!(probe.is_in(b"no object", "g").is_err());
    }
}
