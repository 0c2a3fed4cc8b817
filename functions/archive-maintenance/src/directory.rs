//! Saves the directories of the WorkMail organizations of the account and Region: who and what their ids are.

use aws_sdk_workmail::Client;
use futures_util::future::join_all;
use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_plain_text::shell_word;
use mailtrail_policy_survey::Account;
use mailtrail_snapshots::keep;
use mailtrail_workmail::{Options, OrganizationSummary, Progress, ReadError, organizations, pace, read};
use serde::Serialize;

/// What became of the directory of an organization.
#[derive(Debug, Serialize)]
pub(crate) struct Saved {
    pub(crate) organization: String,
    /// The snapshot that says what was read; nothing where there is none.
    pub(crate) key: Option<String>,
    /// Whether that is an earlier one, as nothing changed.
    pub(crate) unchanged: bool,
    /// Calls that were refused.
    pub(crate) refused: Vec<String>,
    /// Earlier snapshots that it could not be compared with, and why.
    pub(crate) unread: Vec<String>,
    /// Why there is no snapshot.
    pub(crate) failed: Option<String>,
}

impl Saved {
    /// What people are to be told.
    pub(crate) fn failures(&self) -> impl Iterator<Item = String> {
        let organization = &self.organization;
        let refused = self.refused.iter();
        let refused =
            refused.map(move |refusal| format!("the directory of `{organization}` is not whole: {refusal}"));
        refused.chain(self.unread.iter().cloned()).chain(self.failed.clone())
    }
}

/// Saves all of them, side by side. One that cannot be read to its end until `working` is over is left to the command line.
///
/// # Errors
/// When it cannot be told which there are.
pub(crate) async fn save(
    account: &Account,
    archive: &Archive,
    now: Time,
    working: Deadline,
) -> Result<Vec<Saved>, String> {
    let client = Client::new(&account.config);
    let found = organizations(account, &client, working).await;
    let found = found.map_err(|error| format!("failed to list the WorkMail organizations: {error}"))?;
    let pace = pace(account);
    let works = found.iter().map(|organization| async {
        let progress = Progress::default();
        let options = Options { details: false, deadline: working };
        let read = read(account, organization, &pace, options, &progress, now).await;
        let saved = Saved {
            organization: organization.id.clone(),
            key: None,
            unchanged: false,
            refused: Vec::new(),
            unread: Vec::new(),
            failed: None,
        };
        let snapshot = match read {
            Ok(snapshot) => snapshot,
            Err(error) => {
                return Saved { failed: Some(told(&error, organization, account, archive)), ..saved };
            }
        };
        match keep(archive, &snapshot, working).await {
            Ok(kept) => Saved {
                key: Some(kept.key),
                unchanged: kept.is_unchanged,
                refused: snapshot.refused,
                unread: kept.unread.iter().map(ToString::to_string).collect(),
                ..saved
            },
            Err(error) => Saved { failed: Some(error.to_string()), ..saved },
        }
    });
    Ok(join_all(works).await)
}

/// Why there is no snapshot; where the time does not suffice, with the command that saves it.
fn told(
    error: &ReadError,
    organization: &OrganizationSummary,
    account: &Account,
    archive: &Archive,
) -> String {
    let is_out_of_time = match error {
        ReadError::NoTime { .. } => true,
        ReadError::Stopped { error, .. } => error.failure.is_out_of_time(),
        ReadError::Gone { .. } | ReadError::Identifier(_) => false,
    };
    if !is_out_of_time {
        return error.to_string();
    }
    let location = archive.location().to_string();
    let words =
        [("organization", organization.id.as_str()), ("region", &account.region), ("archive", &location)];
    let options = words.map(|(name, value)| format!("--{name} {}", shell_word(value)));
    format!("{error}; save it on a machine: mailtrail directory save {}", options.join(" "))
}
