//! Reads the cases, for the tests of several crates: `#[path = "…/tests/cases/activity/cases.rs"] mod cases;`.

#![allow(dead_code, reason = "each test reads a part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

const DIRECTORY: &str = "tests/cases/activity";

/// Events, and what is asked of them.
#[derive(Debug, Deserialize)]
pub(crate) struct ActivityCase {
    /// What the case is about.
    pub(crate) name: String,
    /// The file of events.
    events: String,
    /// The questions.
    pub(crate) questions: Vec<Question>,
    /// The outcome of every event, by `metadata.uid`.
    pub(crate) outcomes: BTreeMap<String, String>,
    /// Events that are copies of another one, delivered to another account.
    pub(crate) copies: Vec<String>,
}

/// A question, and the events that answer it.
#[derive(Debug, Deserialize)]
pub(crate) struct Question {
    /// What is asked for; all of it must hold.
    pub(crate) ask: Ask,
    /// `metadata.uid` of the events, in the order of the file.
    pub(crate) found: Vec<String>,
}

/// What is asked for. What is absent is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ask {
    /// A user, as people name one.
    pub(crate) user: Option<String>,
    /// A role, by name or ARN.
    pub(crate) role: Option<String>,
    /// The name of a session.
    pub(crate) session: Option<String>,
    /// The id of an access key or token.
    pub(crate) access_key: Option<String>,
    /// The account of the caller or of the event.
    pub(crate) account: Option<String>,
    /// An address, or a block of addresses.
    pub(crate) source_ip: Option<String>,
    /// `failed_login`, `impersonation` or `non_owner_access`.
    pub(crate) event: Option<String>,
    /// What failed.
    pub(crate) failed: bool,
    /// Access to the mailbox of another user.
    pub(crate) not_owner: bool,
    /// Also what was done with the credentials that the events found handed out.
    pub(crate) follow: bool,
}

impl ActivityCase {
    /// The subscription payload with the events.
    pub(crate) fn payload(&self) -> Vec<u8> {
        read(&self.events)
    }
}

/// All cases.
pub(crate) fn activity_cases() -> Vec<ActivityCase> {
    serde_json::from_str(include_str!("cases.json")).unwrap()
}

fn read(name: &str) -> Vec<u8> {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let path = folders.map(|folder| folder.join(DIRECTORY).join(name)).find(|path| path.exists());
    fs::read(path.unwrap()).unwrap()
}
