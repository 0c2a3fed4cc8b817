//! Services with V1 log delivery: each has its own calls to read and to change where it logs to. Here are the AWS CLI
//! commands for that, filled in; they are for people, and are never run.
//!
//! There is no list of V1 deliveries in AWS: `logs:ListLogDeliveries` and its kin are IAM actions without an operation
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>). So what a
//! command needs besides the log groups is found through each service's own API, and stands in
//! [`V1Destination::values`] under the names of the placeholders.

mod fill;
mod prepare;
mod table;

use serde::{Deserialize, Serialize};

pub use table::services;

use crate::inventory::{Inventory, LogGroup, Part, V1Destination};
use fill::{Filled, Filler};

/// A row of the table: how one service is pointed to another log group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Its id, in kebab case.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Whether its deliveries need the resource policies that this crate is about.
    pub policy: Policy,
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
pub enum Policy {
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
    /// The service, by its id in [`services`].
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

/// The service of this id.
pub fn service(id: &str) -> Option<&'static Service> {
    services().find(|service| service.id == id)
}

/// Services that may deliver to a log group by a resource policy, and of which nobody knows where they do: those that
/// were not asked (`None`), and those that did not say, with the reason.
pub fn not_seen(inventory: &Inventory) -> impl Iterator<Item = (&'static Service, Option<&str>)> {
    services().filter(|service| service.may_need_policy()).filter_map(|service| {
        let answer = inventory.v1_services.get(service.id);
        match answer {
            None => Some((service, None)),
            Some(Part::NotSeen { reason }) => Some((service, Some(reason.as_str()))),
            Some(Part::Seen { .. }) => None,
        }
    })
}

impl Service {
    /// Whether it may need that a resource policy names the log group. Those that choose its name themselves, and are
    /// not said to need a policy, do not.
    fn may_need_policy(&self) -> bool {
        match self.policy {
            Policy::LogDelivery => true,
            Policy::NotVerified => !matches!(self.change, Change::Impossible(_)),
            Policy::Own | Policy::Role => false,
        }
    }
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

/// The commands for one destination.
pub fn commands(destination: &V1Destination, route: &Route) -> Commands {
    let refused = |note: &str, why: String| Commands {
        service: destination.service.clone(),
        forward: Vec::new(),
        back: Vec::new(),
        refused: Some(why),
        note: note.to_owned(),
    };
    let Some(service) = service(&destination.service) else {
        return refused("", format!("the service {} is not known", destination.service));
    };
    let (forward, back) = match service.change {
        Change::InPlace(commands) | Change::Window(commands) => (commands, commands),
        Change::Recreate { forward, back } => (forward, back),
        Change::Impossible(why) => return refused(service.note, why.to_owned()),
    };
    match (fill_all(forward, destination, route, false), fill_all(back, destination, route, true)) {
        (Ok(forward), Ok(back)) => {
            let mut all = prepare::new_log_group(service, route);
            all.extend(forward);
            let (service, note) = (destination.service.clone(), service.note.to_owned());
            Commands { service, forward: all, back, refused: None, note }
        }
        (Err(missing), _) | (_, Err(missing)) => refused(service.note, missing),
    }
}

fn fill_all(commands: &[Command], found: &V1Destination, route: &Route, back: bool) -> Filled<Vec<String>> {
    let filler = Filler::new(&found.values, route, back);
    let mut lines = Vec::new();
    for command in commands {
        lines.extend(filler.command(command)?);
    }
    Ok(lines)
}
