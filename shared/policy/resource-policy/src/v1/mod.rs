//! Services with V1 log delivery: each has its own calls to read and to change where it logs to. Here are the AWS CLI
//! commands for that, filled in; they are for people, and are never run.
//!
//! There is no list of V1 deliveries in AWS: `logs:ListLogDeliveries` and its kin are IAM actions without an operation
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>). So what a
//! command needs besides the log groups is found through each service's own API, and stands in
//! [`V1Destination::values`] under the names of the placeholders.

mod fill;
mod model;
mod prepare;
mod table;

pub use model::{Change, Command, Commands, PolicyRequirement, Route, Service};
pub use table::services;

use crate::inventory::{Inventory, Part, V1Destination};
use fill::{Filled, Filler};

/// The service of this id.
pub fn service(id: &str) -> Option<&'static Service> {
    services().find(|service| service.id == id)
}

/// Services that may deliver to a log group by a resource policy, whose destinations are unknown: those that
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
