//! `mailtrail coverage`: what log groups have of each day, beside what the archive has.

mod args;
mod calendar;
mod groups;
pub(crate) mod help;
mod print;
mod progress;
mod witness;

use std::cell::Cell;
use std::collections::BTreeMap;

use anyhow::{Context, bail};
use mailtrail_archive::{Archive, ArchiveConfig, ArchiveReader};
use mailtrail_aws_client::Clients;
use mailtrail_clock::{Time, now};
use mailtrail_coverage::{
    Checker, Day, DayCoverage, DayState, LastChecks, Method, Reason, SourceDays, judge_days, keep,
};
use mailtrail_policy_survey::Account;
use mailtrail_pull::{
    ArchivedDays, Backfill, CloudWatch, LogGroup, Observer, Window, archived_days, calls_per_second,
};

use serde::{Serialize, Serializer};

pub(crate) use args::CoverageArgs;
use groups::Compared;
use progress::Progress;
use witness::Witnesses;

use crate::backfill::check_account;
use crate::output::{self, Exit, FAINT, Output, WARNING, json_lines, paint, plain};

/// What is said where the archive cannot be written to.
const NOT_KEPT: &str = "failed to keep the result (--dry-run keeps nothing)";

/// A log group, its days, and what the archive kept of earlier checks of them.
struct Checked {
    group: LogGroup,
    days: Vec<DayCoverage>,
    earlier: BTreeMap<Day, Earlier>,
}

/// What an earlier check found.
#[derive(Debug, Clone, Copy, Serialize)]
struct Earlier {
    state: DayState,
    #[serde(serialize_with = "write_time")]
    checked: Time,
}

/// A line of `--json`.
#[derive(Debug, Serialize)]
struct JsonDay<'a> {
    #[serde(flatten)]
    day: &'a DayCoverage,
    earlier: Option<Earlier>,
}

/// What every part of a check needs.
struct Check<'a> {
    args: &'a CoverageArgs,
    reader: &'a ArchiveReader,
    /// Where results are kept; nothing in a dry run.
    archive: Option<&'a Archive>,
    progress: &'a Progress,
    now: Time,
    /// Whether an object of the archive could not be read, or is not believed.
    has_unreadable: Cell<bool>,
}

pub(crate) async fn run(args: CoverageArgs) -> anyhow::Result<Exit> {
    let account = account(&args).await?;
    let (config, clients) = (args.archive.config()?, Clients::default());
    let reader = ArchiveReader::open(&config, &clients).await;
    let progress = Progress::start()?;
    let archive = match &account {
        Some(_) if !args.dry_run => Some(Archive::open(&config, &clients).await?),
        _ => None,
    };
    let check = Check {
        args: &args,
        reader: &reader,
        archive: archive.as_ref(),
        progress: &progress,
        now: now(),
        has_unreadable: Cell::new(false),
    };
    let mut checked = match &account {
        Some(account) => Box::pin(check.online(account, &config)).await?,
        None => check.offline().await?,
    };
    check.add_earlier(&mut checked).await?;
    progress.finish();
    if progress.is_stopped() {
        bail!("stopped before the end; nothing of this check is kept");
    }
    let days: Vec<DayCoverage> = checked.iter().flat_map(|it| it.days.iter().cloned()).collect();
    Output::for_text(args.json).write(&print::report(&checked, &args))?;
    if args.json {
        let lines = checked.iter().flat_map(|Checked { days, earlier, .. }| {
            days.iter().map(|day| JsonDay { day, earlier: earlier.get(&day.day).copied() })
        });
        Output::Stdout.write(&json_lines(lines)?)?;
    }
    if let Some(archive) = &archive {
        keep(archive, &days).await.context(NOT_KEPT)?;
    }
    let needs_attention = |day: &DayCoverage| {
        day.state.needs_attention() || day.reason == Some(Reason::NotAnswered) || is_logged_nowhere(day)
    };
    let is_done = !days.iter().any(needs_attention) && !check.has_unreadable.get();
    Ok(if is_done { Exit::Done } else { Exit::NeedsAttention })
}

/// Whether an organization logs to a log group that does not exist, or once did, and metrics tell of what was not archived.
fn is_logged_nowhere(day: &DayCoverage) -> bool {
    day.method == Method::Metric && day.reason == Some(Reason::NoLogGroup)
}

/// The account, where AWS can be asked.
async fn account(args: &CoverageArgs) -> anyhow::Result<Option<Account>> {
    if args.offline {
        return Ok(None);
    }
    let reason = match args.account.open_if_configured().await? {
        Ok(account) => return Ok(Some(account)),
        Err(reason) => reason,
    };
    if args.exact || args.organization.is_some() {
        bail!("{reason}: give --region, and choose a profile with AWS_PROFILE; see: aws configure list");
    }
    let text = format!("AWS was not asked, as {reason}: give --region, or choose a profile with AWS_PROFILE");
    output::note(&format!("{} {}", paint(WARNING, "!"), plain(&text)));
    Ok(None)
}

impl Check<'_> {
    /// Both sides.
    async fn online(&self, account: &Account, config: &ArchiveConfig) -> anyhow::Result<Vec<Checked>> {
        check_account(self.reader, account, config).await?;
        let Some(range) = groups::days(self.args.range, self.now) else { return Ok(Vec::new()) };
        self.progress.doing("reading the metrics of WorkMail".to_owned());
        let mut witnesses = Witnesses::read(account, self.reader, self.archive, self.now).await?;
        self.has_unreadable.set(self.has_unreadable.get() || witnesses.is_partial);
        if let Some(text) = witnesses.text().filter(|_| self.archive.is_some()) {
            output::note(&paint(FAINT, format!("saved {text}")));
        }
        self.progress.doing("finding the log groups".to_owned());
        let mut compared = groups::find(account, self.args).await?;
        self.progress.doing("counting the events of the archive".to_owned());
        let mut archived = self.archived(Some(account), Some(groups::with_days_beside(range))).await?;
        witnesses.learn(&archived, self.archive, self.now).await?;
        if !self.args.names_log_groups() {
            compared.extend(groups::of_archive(account, &compared, &archived).await?);
            compared.extend(groups::of_organizations(account, &compared, &witnesses).await?);
        }
        compared.sort_by(|one, other| one.group.name.cmp(&other.group.name));
        let checker = self.checker(account);
        let mut counted: Vec<(Compared, (Day, Day), SourceDays)> = Vec::new();
        for it in compared {
            let Some(days) = groups::possible(&it, range) else { continue };
            self.progress.doing(format!("counting {}", plain(&it.group.name)));
            let source = if it.exists {
                Box::pin(checker.count(&it.group, days, self.now, self.progress)).await
            } else {
                SourceDays::of_no_log_group(days)
            };
            if let Some(failure) = &source.failure {
                self.progress.note(failure.to_string());
            }
            counted.push((it, days, source));
        }
        let judge = |archived: &ArchivedDays| {
            let judged = counted.iter().map(|(it, days, source)| {
                let none = BTreeMap::new();
                let of_group = archived.get(&it.group.id()).unwrap_or(&none);
                let witness = |day, _| witnesses.of(&it.group.name, day, archived);
                let days = judge_days(&it.group, *days, source, of_group, witness, self.now);
                Checked { group: it.group.clone(), days, earlier: BTreeMap::new() }
            });
            judged.collect::<Vec<_>>()
        };
        let judged = judge(&archived);
        // What was archived since the archive was counted is no gap.
        let gaps = judged.iter().flat_map(|it| &it.days).filter(|it| it.state == DayState::Gap);
        let days: Vec<Day> = gaps.map(|it| it.day).collect();
        let Some(range) = days.iter().min().copied().zip(days.iter().max().copied()) else {
            return Ok(judged);
        };
        self.progress.doing("counting the events of the archive again".to_owned());
        for (id, days) in self.archived(Some(account), Some(range)).await? {
            archived.entry(id).or_default().extend(days);
        }
        Ok(judge(&archived))
    }

    /// The archive's side only.
    async fn offline(&self) -> anyhow::Result<Vec<Checked>> {
        self.progress.doing("counting the events of the archive".to_owned());
        let asked = &self.args.range;
        let range = match (asked.since(), groups::days(*asked, self.now)) {
            (Some(_), Some(range)) => Some(range),
            (Some(_), None) => return Ok(Vec::new()),
            (None, _) => None,
        };
        let archived = self.archived(None, range).await?;
        let is_named = |name: &str| {
            self.args.log_groups.is_empty() || self.args.log_groups.iter().any(|named| named.name == name)
        };
        let checked = archived.into_iter().filter(|(id, _)| is_named(&id.name)).filter_map(|(id, counts)| {
            let days = groups::days_of_archive(*asked, &counts, self.now)?;
            let group =
                LogGroup { name: id.name, account: id.account, region: id.region, ..LogGroup::default() };
            let source = SourceDays::default();
            let days = judge_days(&group, days, &source, &counts, |_, _| None, self.now);
            Some(Checked { group, days, earlier: BTreeMap::new() })
        });
        Ok(checked.collect())
    }

    /// What earlier checks found, as far as it is believed.
    async fn add_earlier(&self, checked: &mut [Checked]) -> anyhow::Result<()> {
        let last = LastChecks::read(self.reader, None, self.now).await?;
        for (key, reason) in &last.refused {
            self.progress.note(format!("`{key}` is left out of account: {reason}"));
            self.has_unreadable.set(true);
        }
        for Checked { group, earlier, .. } in checked {
            let id = group.id();
            let found = last.of(&id);
            earlier.extend(found.map(|it| (it.day, Earlier { state: it.state, checked: it.checked })));
        }
        Ok(())
    }

    /// What the archive has.
    async fn archived(
        &self,
        account: Option<&Account>,
        range: Option<(Day, Day)>,
    ) -> anyhow::Result<ArchivedDays> {
        let of = account.map(|account| (account.id.as_str(), account.region.as_str()));
        let range = range.and_then(|(first, last)| Window::of_days(first.number(), last.number()));
        let limit = self.args.decoded_limit.bytes();
        let before = self.progress.notes();
        let counted = archived_days(self.reader, of, range, limit, self.progress).await?;
        self.has_unreadable.set(self.has_unreadable.get() || self.progress.notes() > before);
        Ok(counted.unwrap_or_default())
    }

    fn checker(&self, account: &Account) -> Checker<CloudWatch> {
        let half = f64::from(calls_per_second(&account.region)) / 2.0;
        let rate = self.args.rate.or((!account.calls.are_to_a_stand_in()).then_some(half));
        Checker {
            backfill: Backfill {
                source: CloudWatch::new(account.logs.clone(), rate, false),
                reader: self.reader.clone(),
                writer: None,
                unmask: false,
                retry: account.calls.retry_policy(),
                decoded_limit: self.args.decoded_limit.bytes(),
            },
            exact: self.args.exact,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn write_time<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.rfc3339())
}
