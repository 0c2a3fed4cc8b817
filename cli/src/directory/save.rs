//! `mailtrail directory save`: reads organizations side by side, and keeps what changed.

use anyhow::{Context, bail};
use aws_sdk_workmail::Client;
use futures_util::future::join_all;
use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_aws_client::{Clients, Deadline, Pace};
use mailtrail_clock::{Time, now};
use mailtrail_directory::{Listed, NOT_AVAILABLE, Snapshot};
use mailtrail_plain_text::shell_word;
use mailtrail_policy_survey::Account;
use mailtrail_snapshots::{SavedSnapshot, keep};
use mailtrail_workmail::{Options, OrganizationSummary, Progress, REGIONS, duration, pace, read};
use serde::Serialize;

use super::args::SaveArgs;
use super::progress::{Watched, watch};
use super::warn;
use crate::args::Target;
use crate::backfill::check_account;
use crate::output::{self, ERROR, Exit, FAINT, Output, SUCCESS, WARNING, count, json_lines, paint, plain};
use crate::workmail::organizations;

/// A Region and its organizations.
struct Found {
    account: Account,
    pace: Pace,
    organizations: Vec<(OrganizationSummary, Progress)>,
}

/// What became of an organization: a line of `--json`.
#[derive(Debug, Serialize)]
struct Saved {
    organization: String,
    alias: String,
    account: String,
    region: String,
    /// The snapshot that says what was read; nothing where there is none.
    key: Option<String>,
    /// Whether that is an earlier one, as nothing changed.
    unchanged: bool,
    users: Option<usize>,
    groups: Option<usize>,
    resources: Option<usize>,
    aliases: Option<usize>,
    refused: Vec<String>,
    not_available: Vec<String>,
    /// Why there is no snapshot.
    failed: Option<String>,
}

pub(crate) async fn run(args: &SaveArgs) -> anyhow::Result<Exit> {
    let clients = Clients::default();
    let config = args.archive.config()?;
    let (found, unread) = find(args).await?;
    let reader = ArchiveReader::open(&config, &clients).await;
    if let Some(first) = found.first() {
        check_account(&reader, &first.account, &config).await?;
    }
    let archive = Archive::open(&config, &clients).await?;
    let began = now();
    let works = found.iter().flat_map(|region| {
        let organizations = region.organizations.iter();
        organizations
            .map(|(summary, progress)| save(region, summary, progress, &archive, began, args.details))
    });
    let watched: Vec<Watched<'_>> = found.iter().map(watched).collect();
    let saved = watch(join_all(works), &watched).await?;
    let output = Output::for_text(args.json || args.is_step);
    for saved in &saved {
        output.write(&text(saved, args))?;
    }
    if args.json {
        Output::Stdout.write(&json_lines(&saved)?)?;
    }
    if saved.is_empty() {
        warn("nothing was saved: the account has no WorkMail organization in the Regions that were asked");
    }
    output.write(&not_available(&saved))?;
    let is_whole = |saved: &Saved| saved.failed.is_none() && saved.refused.is_empty();
    if !saved.is_empty() && saved.iter().all(|saved| saved.failed.is_some()) {
        bail!("no organization could be saved");
    }
    let is_done = !saved.is_empty() && unread == 0 && saved.iter().all(is_whole);
    Ok(if is_done { Exit::Done } else { Exit::NeedsAttention })
}

/// The organizations that are meant, and the number of Regions that could not be asked.
async fn find(args: &SaveArgs) -> anyhow::Result<(Vec<Found>, usize)> {
    let given: Vec<String> = args.regions.iter().map(ToString::to_string).collect();
    let mut regions = if given.is_empty() { REGIONS.map(str::to_owned).to_vec() } else { given };
    regions.dedup();
    let listed = join_all(regions.iter().map(|region| list(region, args))).await;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for (region, listed) in regions.iter().zip(listed) {
        match listed {
            Ok(listed) => found.push(listed),
            Err(error) => {
                failures
                    .push(error.context(format!("failed to list the WorkMail organizations in {region}")));
            }
        }
    }
    if found.is_empty() && !failures.is_empty() {
        return Err(failures.swap_remove(0));
    }
    for failure in &failures {
        warn(&format!("{failure:#}"));
    }
    for name in &args.organizations {
        let is_it = |it: &OrganizationSummary| it.id == *name || it.alias == *name;
        if !found.iter().flat_map(|it| &it.organizations).any(|(it, _)| is_it(it)) {
            let account = found.first().map_or("", |it| it.account.id.as_str());
            let regions = regions.join(", ");
            bail!(
                "unknown WorkMail organization `{name}` in account {account}, {regions}; see all with: mailtrail workmail status --region {}",
                regions.split(',').next().unwrap_or_default()
            );
        }
    }
    let is_meant = |it: &OrganizationSummary| {
        let mut names = args.organizations.iter();
        args.organizations.is_empty() || names.any(|name| it.id == *name || it.alias == *name)
    };
    for region in &mut found {
        region.organizations.retain(|(it, _)| is_meant(it));
    }
    Ok((found, failures.len()))
}

async fn list(region: &str, args: &SaveArgs) -> anyhow::Result<Found> {
    let target = Target { region: region.to_owned(), assume_role: args.assume_role.clone() };
    let account = target.open().await?;
    let client = Client::new(&account.config);
    let organizations = organizations::list(&account, &client, Deadline::NEVER).await?;
    let pace = pace(&account);
    let organizations = organizations.into_iter().map(|it| (it, Progress::default())).collect();
    Ok(Found { account, pace, organizations })
}

fn watched(region: &Found) -> Watched<'_> {
    Watched {
        organizations: region.organizations.iter().map(|(_, progress)| progress).collect(),
        duration: Box::new(|calls| duration(calls, &region.account)),
    }
}

/// Reads an organization, and keeps it as soon as it is whole.
async fn save(
    Found { account, pace, .. }: &Found,
    summary: &OrganizationSummary,
    progress: &Progress,
    archive: &Archive,
    began: Time,
    details: bool,
) -> Saved {
    let options = Options { details, deadline: Deadline::NEVER };
    let done = async {
        let snapshot = read(account, summary, pace, options, progress, began).await?;
        let kept = keep(archive, &snapshot, Deadline::NEVER).await.context("failed to keep the snapshot")?;
        anyhow::Ok((snapshot, kept))
    };
    let mut saved = Saved {
        organization: summary.id.clone(),
        alias: summary.alias.clone(),
        account: account.id.clone(),
        region: account.region.clone(),
        key: None,
        unchanged: false,
        users: None,
        groups: None,
        resources: None,
        aliases: None,
        refused: Vec::new(),
        not_available: NOT_AVAILABLE.map(str::to_owned).to_vec(),
        failed: None,
    };
    match Box::pin(done).await {
        Ok((snapshot, kept)) => saved.add(snapshot, kept),
        Err(error) => saved.failed = Some(format!("{error:#}")),
    }
    saved
}

impl Saved {
    fn add(&mut self, snapshot: Snapshot, kept: SavedSnapshot) {
        for error in &kept.unread {
            warn(&format!("an earlier snapshot was not compared: {error}"));
        }
        self.key = Some(kept.key);
        self.unchanged = kept.is_unchanged;
        self.users = snapshot.users.as_ref().map(Vec::len);
        self.groups = snapshot.groups.as_ref().map(Vec::len);
        self.resources = snapshot.resources.as_ref().map(Vec::len);
        self.aliases = aliases(&snapshot);
        self.refused = snapshot.refused;
    }
}

/// How many aliases were read; nothing where none could be.
fn aliases(snapshot: &Snapshot) -> Option<usize> {
    let of = |list: &Listed<String>| list.as_ref().map(Vec::len);
    let users = snapshot.users.iter().flatten().filter_map(|it| of(&it.aliases));
    let groups = snapshot.groups.iter().flatten().filter_map(|it| of(&it.aliases));
    let resources = snapshot.resources.iter().flatten().filter_map(|it| of(&it.aliases));
    let was_refused = snapshot.refused.iter().any(|refusal| refusal.starts_with("ListAliases:"));
    let all: Vec<usize> = users.chain(groups).chain(resources).collect();
    (!all.is_empty() || !was_refused).then(|| all.iter().sum())
}

fn text(saved: &Saved, args: &SaveArgs) -> String {
    let name = format!("{} ({}, {})", plain(&saved.alias), plain(&saved.organization), plain(&saved.region));
    if let Some(failure) = &saved.failed {
        return format!("{} {name}: {}\n", paint(ERROR, "✗"), plain(failure));
    }
    let counts = [
        (saved.users, "user"),
        (saved.groups, "group"),
        (saved.resources, "resource"),
        (saved.aliases, "alias"),
    ];
    let counts = counts.map(|(number, noun)| match (number, noun) {
        (None, _) => format!("{noun}: not read"),
        (Some(1), _) => format!("1 {noun}"),
        (Some(number), "alias") => format!("{number} aliases"),
        (Some(number), _) => count(u64::try_from(number).unwrap_or(u64::MAX), noun),
    });
    let key = saved.key.as_deref().unwrap_or_default();
    let what = if saved.unchanged { "nothing changed since" } else { "saved as" };
    let mut lines = vec![
        format!("{} {name}: {}", paint(SUCCESS, "✓"), counts.join(", ")),
        format!("    {what} {}", plain(key)),
    ];
    let refused = |refusal: &String| format!("    {} refused: {}", paint(WARNING, "!"), plain(refusal));
    lines.extend(saved.refused.iter().map(refused));
    if saved.refused.iter().any(|refusal| refusal.contains("AccessDenied")) {
        let region = shell_word(&saved.region);
        lines.push("    what the caller must be allowed:".to_owned());
        lines.push(format!("      mailtrail permissions directory s3 --region {region}"));
    }
    if !saved.unchanged && args.details {
        let text = "with telephone, street and the like of users: it is personal data";
        lines.push(format!("    {}", paint(FAINT, text)));
    }
    lines.join("\n") + "\n"
}

fn not_available(saved: &[Saved]) -> String {
    if saved.iter().all(|saved| saved.key.is_none()) {
        return String::new();
    }
    let text = format!(
        "not saved, as no call of WorkMail tells it: {}; mailtrail directory --help says what to save by hand",
        NOT_AVAILABLE.join(", ")
    );
    format!("{}\n", paint(FAINT, output::wrap(&text, 2)))
}
