//! Carries a plan out: what the end-to-end tests drive.
//!
//! `apply ARCHIVE plan [GROUP…]` surveys the account and plans, with these log groups to be moved;
//! `apply ARCHIVE run PLAN`, `dry-run PLAN`, `resume JOURNAL`, `rollback JOURNAL`. ARCHIVE is a directory or
//! `s3://bucket/prefix`, PLAN is a file. Prints one JSON object, and what happens to stderr. Waits are short: it is
//! for stand-ins of AWS.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context, bail};
use mailtrail_delivery::{Archive, Deadline, Location, Pacing, S3Options, aws};
use mailtrail_policy_apply::{Apply, Event, Options};
use mailtrail_policy_survey::{Account, Budget, Calls, Survey};
use mailtrail_resource_policy::plan::{self, Plan};

/// Waits of a thousandth of a second, and a few of them.
const QUICK: Pacing =
    Pacing { first: Duration::from_millis(1), longest: Duration::from_millis(20), tries: 6 };
/// So many times faster than AWS allows.
const HASTE: u32 = 10_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [archive, command, objects @ ..] = arguments.as_slice() else {
        bail!("usage: apply ARCHIVE plan|run|dry-run|resume|rollback [GROUP…]|PLAN|JOURNAL");
    };
    let object = objects.first().map(String::as_str).unwrap_or_default();
    let config = aws::config().await;
    let archive = match archive.parse()? {
        Location::Directory(path) => Archive::directory(path)?,
        Location::S3 { bucket, prefix } => {
            Archive::s3(aws::s3(&config), &bucket, &prefix, S3Options::default())
        }
    };
    let region = config.region().context("no Region")?.to_string();
    let calls = Calls::new(QUICK).faster(HASTE);
    let account = Account::open(&config, &region, None, calls, Deadline::NEVER).await?;
    let wait = Duration::from_millis(200);
    let options =
        Options { wait, between_looks: Duration::from_millis(20), conflicts: QUICK, ..Options::default() };
    let apply = Apply::new(&account, &archive, options);
    let mut tell = |event: Event| {
        let told = serde_json::to_string(&event).unwrap_or_default();
        // Whoever does not listen any more does not miss it.
        drop(writeln!(io::stderr(), "{told}"));
    };
    let answer = match command.as_str() {
        "plan" => {
            let surveyed = Survey::new(&account, Deadline::NEVER).take(&Budget::default()).await;
            let wanted = plan::Options { moves: objects.to_vec(), ..plan::Options::default() };
            serde_json::to_string(&plan::plan(&surveyed.inventory, &wanted)?)?
        }
        "run" => serde_json::to_string(&apply.run(&read(object)?, &mut tell).await?)?,
        "dry-run" => serde_json::to_string(&apply.dry_run(&read(object)?).await?)?,
        "resume" => serde_json::to_string(&apply.resume(object, &mut tell).await?)?,
        "rollback" => serde_json::to_string(&apply.rollback(object, &mut tell).await?)?,
        other => bail!("`{other}` is no command"),
    };
    writeln!(io::stdout(), "{answer}")?;
    Ok(())
}

fn read(file: &str) -> anyhow::Result<Plan> {
    Ok(serde_json::from_slice(&std::fs::read(file)?)?)
}
