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
use mailtrail_archive::{Archive, ArchiveConfig, ArchiveReader, Location};
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
use crate::backfill::groups::Functions;
use crate::output::{self, Exit, FAINT, Output, WARNING, json_lines, paint, plain};

/// What is said where the archive cannot be written to.
const NOT_KEPT: &str = "failed to keep the result (--dry-run keeps nothing)";

/// A log group, its days, and what the archive kept of earlier checks of them.
struct Checked {
    group: LogGroup,
    days: Vec<DayCoverage>,
    earlier: BTreeMap<Day, Earlier>,
    /// Whether mailtrail itself writes to it, so that no backfill reads it.
    is_own: bool,
}

/// A log group and what it has.
struct Counted {
    compared: Compared,
    range: (Day, Day),
    source: SourceDays,
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
    /// Whether something was not compared: an object of the archive could not be read, or is not believed, or it is not known
    /// whether there are more log groups.
    is_partial: Cell<bool>,
}

pub(crate) async fn run(args: CoverageArgs) -> anyhow::Result<Exit> {
    let account = account(&args).await?;
    let (config, clients) = (args.archive.config()?, Clients::default());
    check_directory(&config)?;
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
        is_partial: Cell::new(false),
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
    // An answer that was paid for is shown, whether it can be kept or not.
    Output::for_text(args.json || args.is_step).write(&print::report(&checked, &args))?;
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
        day.state.needs_attention()
            || matches!(day.reason, Some(Reason::NotAnswered | Reason::CountsDiffer))
            || is_logged_nowhere(day)
    };
    let is_done = !days.is_empty() && !days.iter().any(needs_attention) && !check.is_partial.get();
    Ok(if is_done { Exit::Done } else { Exit::NeedsAttention })
}

/// Whether an organization logs to a log group that does not exist, or once did, and metrics tell of what was not archived.
fn is_logged_nowhere(day: &DayCoverage) -> bool {
    day.method == Method::Metric && day.reason == Some(Reason::NoLogGroup)
}

/// An archive that is not there has nothing to compare, and must not come to be by a wrong name.
fn check_directory(config: &ArchiveConfig) -> anyhow::Result<()> {
    match &config.location {
        Location::Directory(path) if !path.is_dir() => {
            bail!("failed to read the archive `{}`: there is no such directory", path.display())
        }
        _ => Ok(()),
    }
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
        self.is_partial.set(self.is_partial.get() || witnesses.is_partial);
        if let Some(text) = witnesses.text().filter(|_| self.archive.is_some()) {
            output::note(&paint(FAINT, format!("saved {text}")));
        }
        self.progress.doing("finding the log groups".to_owned());
        let (mut compared, unread) = groups::find(account, self.args).await?;
        for text in unread {
            self.partial(text);
        }
        self.progress.doing("counting the events of the archive".to_owned());
        let mut archived = self.archived(Some(account), Some(groups::with_days_beside(range))).await?;
        witnesses.learn(&archived, self.archive, self.now).await?;
        if !self.args.names_log_groups() {
            compared.extend(groups::of_archive(account, &compared, &archived, self.progress).await);
            compared.extend(groups::of_organizations(account, &compared, &witnesses, self.progress).await);
        }
        compared.sort_by(|one, other| one.group.name.cmp(&other.group.name));
        let mut counted: Vec<Counted> = Vec::new();
        for compared in compared {
            let of_group = archived.get(&compared.group.id());
            if let Some(range) = groups::possible(&compared, range, of_group) {
                let source = self.count(account, &compared, range).await;
                counted.push(Counted { compared, range, source });
            }
        }
        let judge = |archived: &ArchivedDays, counted: &[Counted]| {
            let judged = counted.iter().map(|Counted { compared: Compared { group, .. }, range, source }| {
                let none = BTreeMap::new();
                let of_group = archived.get(&group.id()).unwrap_or(&none);
                let witness = |day, _| witnesses.of(&group.name, day, archived);
                let days = judge_days(group, *range, source, of_group, witness, self.now);
                Checked { group: group.clone(), days, earlier: BTreeMap::new(), is_own: false }
            });
            judged.collect::<Vec<_>>()
        };
        let mut judged = judge(&archived, &counted);
        if let Some(gaps) = gaps(judged.iter().flat_map(|it| &it.days)) {
            self.count_again(account, gaps, &judged, &mut archived, &mut counted).await?;
            judged = judge(&archived, &counted);
        }
        let mut functions = Functions::of(account);
        for checked in judged.iter_mut().filter(|it| gaps(&it.days).is_some()) {
            checked.is_own = functions.own_groups(&checked.group.name).await.contains(&checked.group.name);
        }
        Ok(judged)
    }

    /// Counts the days of a log group.
    async fn count(&self, account: &Account, compared: &Compared, range: (Day, Day)) -> SourceDays {
        let Compared { group, absence } = compared;
        if let Some(reason) = absence {
            return SourceDays::unknown(range, *reason);
        }
        self.progress.doing(format!("counting {}", plain(&group.name)));
        let source = Box::pin(self.checker(account).count(group, range, self.now, self.progress)).await;
        if let Some(failure) = &source.failure {
            self.progress.note(failure.to_string());
        }
        source
    }

    /// What was archived since the archive was counted is no gap. A log group of which that is so is counted again, after the
    /// archive: an event that both got meanwhile must not stand for one that is missing.
    async fn count_again(
        &self,
        account: &Account,
        range: (Day, Day),
        judged: &[Checked],
        archived: &mut ArchivedDays,
        counted: &mut [Counted],
    ) -> anyhow::Result<()> {
        self.progress.doing("counting the events of the archive again".to_owned());
        let again = self.archived(Some(account), Some(range)).await?;
        for (checked, counted) in judged.iter().zip(counted) {
            let Some(gaps) = gaps(&checked.days) else { continue };
            let id = checked.group.id();
            let of = |archived: &ArchivedDays, day: Day| archived.get(&id)?.get(&day.number()).copied();
            if Day::all(gaps.0, gaps.1).any(|day| of(archived, day) != of(&again, day)) {
                counted.source.update(self.count(account, &counted.compared, gaps).await);
            }
        }
        for (id, days) in again {
            archived.entry(id).or_default().extend(days);
        }
        Ok(())
    }

    /// Tells what was not compared.
    fn partial(&self, text: String) {
        self.progress.note(text);
        self.is_partial.set(true);
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
        if let Some(text) = groups::impossible(&archived, self.now) {
            self.partial(text);
        }
        let is_named = |name: &str| {
            self.args.log_groups.is_empty() || self.args.log_groups.iter().any(|named| named.name == name)
        };
        let checked = archived.into_iter().filter(|(id, _)| is_named(&id.name)).filter_map(|(id, counts)| {
            let days = groups::days_of_archive(*asked, &counts, self.now)?;
            let group =
                LogGroup { name: id.name, account: id.account, region: id.region, ..LogGroup::default() };
            let source = SourceDays::default();
            let days = judge_days(&group, days, &source, &counts, |_, _| None, self.now);
            Some(Checked { group, days, earlier: BTreeMap::new(), is_own: false })
        });
        Ok(checked.collect())
    }

    /// What earlier checks found, as far as it is believed.
    async fn add_earlier(&self, checked: &mut [Checked]) -> anyhow::Result<()> {
        let last = LastChecks::read(self.reader, None, self.now).await?;
        for (key, reason) in &last.refused {
            self.partial(format!("`{key}` is left out of account: {reason}"));
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
        self.is_partial.set(self.is_partial.get() || self.progress.notes() > before);
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

/// From the first day with a gap to the last one.
fn gaps<'a>(days: impl IntoIterator<Item = &'a DayCoverage>) -> Option<(Day, Day)> {
    let gaps = days.into_iter().filter(|it| it.state == DayState::Gap).map(|it| it.day);
    gaps.fold(None, |range, day| {
        Some(range.map_or((day, day), |(first, last): (Day, Day)| (first.min(day), last.max(day))))
    })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn write_time<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.rfc3339())
}
