//! What is known of a service with V1 log delivery, and the commands that are made of it.

use serde::{Deserialize, Serialize};

use crate::inventory::LogGroup;

/// A row of the table: how one service is pointed to another log group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Its id, in kebab case.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Whether its deliveries need the resource policies that this crate is about.
    pub policy: PolicyRequirement,
    /// The operations that tell where it logs to.
    pub read: &'static [&'static str],
    /// How it is changed.
    pub change: Change,
    /// What to know before.
    pub note: &'static str,
}

/// Whether deliveries of a service need a resource policy of CloudWatch Logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyRequirement {
    /// They do, for `delivery.logs.amazonaws.com`.
    LogDelivery,
    /// They do, for another principal, in a policy that the customer writes.
    Own,
    /// They go by an IAM role; moving them makes no room.
    Role,
    /// No page of AWS says so.
    NotVerified,
}

/// How a service is pointed to another log group.
///
/// A command is a list of arguments. `<name>` in an argument is a value; in an argument that is JSON it is a JSON string.
/// `<name!>` is JSON that was found, with the old log group replaced by the new one wherever a string is that and nothing
/// else. `<names*>` repeats the command for each word of a value. `<group>`, `<group_arn>` (without `:*`) and
/// `<group_arn_star>` (with it) are the log group that the command points to, `<other>`, `<other_arn>` the one that it
/// points away from. An argument in `"$(…)"`, and `"$new"`, are for the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The same commands point there and back; nothing is interrupted.
    InPlace(&'static [Command]),
    /// The same commands point there and back; the resource is modified, which needs a maintenance window.
    Window(&'static [Command]),
    /// Nothing can be changed: something new is made beside the old.
    Recreate {
        /// There.
        forward: &'static [Command],
        /// And back.
        back: &'static [Command],
    },
    /// It cannot be done, and this is why.
    Impossible(&'static str),
}

/// One command, its arguments after `aws`.
pub type Command = &'static [&'static str];

/// What to run for one destination, forward and back, or why it cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commands {
    /// The service, by its id in [`super::services`].
    pub service: String,
    /// The commands that point it to the new log group, in order.
    pub forward: Vec<String>,
    /// The commands that point it back, in order.
    pub back: Vec<String>,
    /// Why it cannot be done, or what is missing.
    pub refused: Option<String>,
    /// What to know before.
    pub note: String,
}

/// Where a destination moves, and in which account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route<'a> {
    /// `aws`, `aws-cn` …
    pub partition: &'a str,
    /// `us-east-1`
    pub region: &'a str,
    /// 12 digits.
    pub account: &'a str,
    /// The old log group, by name.
    pub from: &'a str,
    /// The new log group, by name.
    pub to: &'a str,
    /// The old log group, if it was seen.
    pub known: Option<&'a LogGroup>,
}

impl Service {
    /// Whether it may need that a resource policy names the log group. Those that choose its name themselves, and are
    /// not said to need a policy, do not.
    pub(super) fn may_need_policy(&self) -> bool {
        match self.policy {
            PolicyRequirement::LogDelivery => true,
            PolicyRequirement::NotVerified => !matches!(self.change, Change::Impossible(_)),
            PolicyRequirement::Own | PolicyRequirement::Role => false,
        }
    }
}
