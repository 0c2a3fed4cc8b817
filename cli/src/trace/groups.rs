//! How many messages and recipients there are of each sender, domain, day, …

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_trace::Message;
use serde::Serialize;

use super::args::GroupBy;
use crate::output::{NUMBER, Zone, csv_lines, json_lines, paint, plain};

/// Groups that are counted apart; what belongs to none of them is counted together, so that the memory is bounded.
const MOST_GROUPS: usize = 200_000;

#[derive(Debug)]
pub(super) struct Groups {
    by: GroupBy,
    counts: BTreeMap<String, Count>,
    others: Count,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    messages: u64,
    recipients: u64,
}

#[derive(Serialize)]
struct Group<'a> {
    #[serde(rename = "group")]
    name: Option<&'a str>,
    messages: u64,
    recipients: u64,
}

impl Groups {
    pub(super) fn new(by: GroupBy) -> Self {
        Self { by, counts: BTreeMap::new(), others: Count::default() }
    }

    pub(super) fn add(&mut self, message: &Message, zone: &Zone) {
        let recipients = message.recipients.len() as u64;
        let from = message.from.clone().unwrap_or_default();
        match self.by {
            GroupBy::Sender => self.count(from, 1, recipients),
            GroupBy::Domain => {
                let domain = from.rsplit_once('@').map(|(_, domain)| domain.to_owned());
                self.count(domain.unwrap_or_default(), 1, recipients);
            }
            GroupBy::Day => self.count(zone.date(message.first_time), 1, recipients),
            GroupBy::Status | GroupBy::Recipient => {
                let mut groups: BTreeSet<String> = BTreeSet::new();
                for recipient in &message.recipients {
                    let group = match self.by {
                        GroupBy::Status => recipient.status.as_str().to_owned(),
                        _ => recipient.address.clone(),
                    };
                    let is_new = groups.insert(group.clone());
                    self.count(group, u64::from(is_new), 1);
                }
            }
        }
    }

    fn count(&mut self, group: String, messages: u64, recipients: u64) {
        let is_full = self.counts.len() >= MOST_GROUPS && !self.counts.contains_key(&group);
        let count = if is_full { &mut self.others } else { self.counts.entry(group).or_default() };
        count.messages += messages;
        count.recipients += recipients;
    }

    /// Days in their order, everything else the most frequent first; the others, if there are any, last.
    fn sorted(&self) -> Vec<Group<'_>> {
        let group = |(name, count): (Option<_>, &Count)| Group {
            name,
            messages: count.messages,
            recipients: count.recipients,
        };
        let named = self.counts.iter().map(|(name, count)| (Some(name.as_str()), count));
        let mut sorted: Vec<Group<'_>> = named.map(group).collect();
        if self.by != GroupBy::Day {
            sorted.sort_by_key(|group| std::cmp::Reverse((group.messages, group.recipients)));
        }
        if self.others.recipients > 0 || self.others.messages > 0 {
            sorted.push(group((None, &self.others)));
        }
        sorted
    }

    pub(super) fn json(&self) -> anyhow::Result<Vec<u8>> {
        Ok(json_lines(self.sorted())?.into_bytes())
    }

    pub(super) fn csv(&self) -> anyhow::Result<Vec<u8>> {
        let names = [["group", "messages", "recipients"].map(str::to_owned)];
        let rows = self.sorted().into_iter().map(|group| {
            let name = group.name.unwrap_or_default().to_owned();
            [name, group.messages.to_string(), group.recipients.to_string()]
        });
        csv_lines(names.into_iter().chain(rows))
    }

    pub(super) fn text(&self) -> String {
        let line = |group: Group<'_>| {
            let name = match group.name {
                None => "others".to_owned(),
                Some("") => "none is logged".to_owned(),
                Some(name) => plain(name),
            };
            let messages = paint(NUMBER, format_args!("{:>9}", group.messages));
            format!("{messages} {:>10}  {name}\n", group.recipients)
        };
        let lines: String = self.sorted().into_iter().map(line).collect();
        format!("{:>9} {:>10}\n{lines}", "messages", "recipients")
    }
}
