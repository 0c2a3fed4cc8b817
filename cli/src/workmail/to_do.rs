//! What is to be done for an organization while there is time: commands to paste.

use mailtrail_clock::DAY;
use mailtrail_coverage::Day;
use mailtrail_plain_text::shell_word;
use mailtrail_policy_survey::Account;
use mailtrail_retirement::{Holdings, Standing, Step, steps};

use crate::args::{ArchiveArgs, command_in};

/// What is to be done for an organization of which an archive has this, as lines to paste.
pub(super) fn to_do(
    account: &Account,
    archive: &ArchiveArgs,
    holdings: &Holdings,
    standing: Standing,
    is_listed: Option<bool>,
) -> Vec<Step> {
    let steps = steps(holdings, standing, is_listed).into_iter();
    let whole = |step: Step| Step { command: with_archive(account, archive, &step.command), ..step };
    steps.map(whole).collect()
}

/// A command with its archive, in an account and Region.
pub(super) fn with_archive(account: &Account, archive: &ArchiveArgs, command: &str) -> String {
    let options = archive.options();
    let options = options.iter().map(|(name, value)| format!(" {name} {}", shell_word(value)));
    command_in(account, command) + &options.collect::<String>()
}

/// A moment as its day.
pub(super) fn date(time: mailtrail_clock::Time) -> String {
    Day::new(time.millis().div_euclid(DAY)).unwrap_or_default().to_string()
}
