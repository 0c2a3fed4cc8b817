//! Message journeys: what WorkMail logs about one message, from submission or arrival to its last mailbox.
//!
//! The events of a journey are those that WorkMail logs. Each leg of a message has its own trace id; only the message id
//! connects the sending leg of an internal message with the receiving one, as in real logs.

pub(crate) mod company;
pub(crate) mod line;

use company::{
    BUSINESS, CLEAN, INBOUND_RULES, INCOMING_BOUNCES, JOURNAL, MAILBOX_RULES, MAILBOXES, OUTBOUND_RULE,
    OUTGOING_BOUNCES, OUTSIDERS, PARTNERS, SPAMMERS,
};
use line::{BouncedRecipient, Checks, MailEvent, OutgoingBounce, RuleAction, line};

use crate::rng::Rng;

/// One log line of a journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// When it is logged, in milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) message: String,
}

/// The mail server of a small company.
#[derive(Debug, Clone)]
pub(crate) struct Mailroom {
    rng: Rng,
}

/// A message on its way into the organization.
struct Arrival {
    recipients: Vec<&'static str>,
    sender: Option<&'static str>,
    from: &'static str,
    subject: &'static str,
    message_id: String,
    checks: Checks,
}

/// What is logged under one trace id; its clock only goes forward.
struct Leg {
    trace_id: String,
    clock: i64,
    steps: Vec<Step>,
}

impl Leg {
    fn log(&mut self, after_ms: u32, event: &MailEvent<'_>) {
        self.clock += i64::from(after_ms);
        self.steps.push(Step { at: self.clock, message: line(&self.trace_id, event) });
    }
}

impl Mailroom {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed) }
    }

    /// All that is logged about one message that comes up at `at`. Steps of different legs may overlap in
    /// time.
    pub(crate) fn journey(&mut self, at: i64) -> Vec<Step> {
        match self.rng.below(10) {
            0..=3 => self.arrives_from(OUTSIDERS, at),
            4 => self.arrives_from(SPAMMERS, at),
            5..=7 => self.is_sent(at, PARTNERS),
            _ => self.is_sent(at, MAILBOXES),
        }
    }

    fn arrives_from(&mut self, outsiders: &'static [company::Outsider], at: i64) -> Vec<Step> {
        let outsider = self.rng.pick(outsiders);
        let recipients = self.some_of(MAILBOXES);
        let subject = *self.rng.pick(outsider.subjects);
        let arrival = Arrival {
            recipients,
            sender: None,
            from: outsider.from,
            subject,
            message_id: self.message_id("mx.example.org"),
            checks: outsider.checks,
        };
        self.is_received(at, arrival)
    }

    /// A colleague sends a message to some of `addressees`, and now and then a copy to one more colleague.
    fn is_sent(&mut self, at: i64, addressees: &'static [&'static str]) -> Vec<Step> {
        let from = *self.rng.pick(MAILBOXES);
        let sender = self.rng.one_in(10).then(|| *self.rng.pick(MAILBOXES)).filter(|sender| *sender != from);
        let subject = *self.rng.pick(BUSINESS);
        let message_id = self.message_id("mail.example.com");
        let mut recipients = self.some_of(addressees);
        let copy = *self.rng.pick(MAILBOXES);
        if self.rng.one_in(6) && !recipients.contains(&copy) {
            recipients.push(copy);
        }

        let mut leg = self.leg(at);
        leg.log(
            0,
            &MailEvent::OutgoingEmailSubmitted { recipients: recipients.clone(), sender, from, subject },
        );
        if self.rng.one_in(8) {
            let (rule, action) = OUTBOUND_RULE;
            leg.log(
                self.rng.between(20, 90),
                &organization_rule(rule, "OUTBOUND_RULE", action, recipients.clone()),
            );
        }
        self.maybe_journal(&mut leg);
        for recipient in &recipients {
            let wait = self.rng.between(400, 9_000);
            if PARTNERS.contains(recipient) && self.rng.one_in(10) {
                leg.log(wait, &MailEvent::OutgoingEmailBounced(self.outgoing_bounce(recipient)));
            } else {
                let message_id = message_id.clone();
                leg.log(wait, &MailEvent::OutgoingEmailSent { recipient, sender, from, message_id });
            }
        }

        let mut steps = leg.steps;
        recipients.retain(|recipient| MAILBOXES.contains(recipient));
        if !recipients.is_empty() {
            let arrival = Arrival { recipients, sender, from, subject, message_id, checks: CLEAN };
            steps.extend(self.is_received(leg.clock + 350, arrival));
        }
        steps
    }

    fn is_received(&mut self, at: i64, arrival: Arrival) -> Vec<Step> {
        let Arrival { mut recipients, sender, from, subject, message_id, checks } = arrival;
        let mut leg = self.leg(at);
        leg.log(
            0,
            &MailEvent::OrganizationEmailReceived {
                recipients: recipients.clone(),
                sender,
                from,
                subject,
                message_id,
                checks,
                message_timestamp: time_text(at - i64::from(self.rng.between(80, 900))),
            },
        );
        if let Some(policy) = checks.dmarc_policy {
            let recipients = recipients.clone();
            leg.log(self.rng.between(5, 60), &MailEvent::DmarcPolicyApplied { from, recipients, policy });
            if policy == "REJECT" {
                return leg.steps;
            }
        }

        let mut junk = checks.spam == "FAIL" || checks.dmarc_policy == Some("QUARANTINE");
        if self.rng.one_in(7) {
            let (rule, action) = *self.rng.pick(INBOUND_RULES);
            leg.log(
                self.rng.between(20, 90),
                &organization_rule(rule, "INBOUND_RULE", action, recipients.clone()),
            );
            match action {
                "DROP" => recipients.clear(),
                "MOVE_TO_JUNK" => junk = true,
                _ => junk = false,
            }
        }
        self.maybe_journal(&mut leg);
        for recipient in recipients {
            self.reaches_mailbox(&mut leg, recipient, junk);
        }
        leg.steps
    }

    fn reaches_mailbox(&mut self, leg: &mut Leg, recipient: &'static str, junk: bool) {
        let wait = self.rng.between(150, 2_500);
        if self.rng.one_in(25) {
            let (reason, status) = *self.rng.pick(INCOMING_BOUNCES);
            let bounced_recipient = BouncedRecipient { email_address: recipient, reason, status };
            return leg.log(wait, &MailEvent::IncomingEmailBounced { bounced_recipient });
        }
        let folder = if junk { "Junk E-mail" } else { "INBOX" };
        leg.log(wait, &MailEvent::MailboxEmailDelivered { recipient, folder });
        if !junk && self.rng.one_in(8) {
            let rule = self.rng.pick(MAILBOX_RULES);
            let event = MailEvent::RuleApplied {
                rule_name: rule.name,
                rule_type: "MAILBOX_RULE",
                rule_actions: vec![RuleAction { action: rule.action, recipients: vec![] }],
                target_folder: rule.folder,
                target_recipient: rule.recipient,
            };
            leg.log(self.rng.between(30, 400), &event);
        }
    }

    fn maybe_journal(&mut self, leg: &mut Leg) {
        if self.rng.one_in(6) {
            leg.log(
                self.rng.between(10, 120),
                &MailEvent::JournalingInitiated { journaling_address: JOURNAL },
            );
        }
    }

    fn outgoing_bounce(&mut self, recipient: &'static str) -> OutgoingBounce<'static> {
        let (reason, status) = *self.rng.pick(OUTGOING_BOUNCES);
        match self.rng.below(3) {
            0 => {
                let bounced_recipient = BouncedRecipient { email_address: recipient, reason, status };
                OutgoingBounce::Object { bounced_recipient }
            }
            1 => OutgoingBounce::Flat { bounced_recipient: recipient, reason },
            _ => OutgoingBounce::Destination { destination: recipient, reason },
        }
    }

    /// One to three different entries of a table, one most often.
    fn some_of(&mut self, table: &'static [&'static str]) -> Vec<&'static str> {
        let wanted = *self.rng.pick(&[1, 1, 1, 2, 2, 3]);
        let mut chosen = vec![];
        while chosen.len() < wanted {
            let entry = *self.rng.pick(table);
            if !chosen.contains(&entry) {
                chosen.push(entry);
            }
        }
        chosen
    }

    fn leg(&mut self, at: i64) -> Leg {
        Leg { trace_id: self.uuid(), clock: at, steps: vec![] }
    }

    fn message_id(&mut self, host: &str) -> String {
        format!("<{}@{host}>", self.uuid())
    }

    /// A random UUID (version 4).
    fn uuid(&mut self) -> String {
        let (high, low) = (self.rng.bits(), self.rng.bits());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0x0fff,
            (low >> 48) & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }
}

fn organization_rule(
    rule_name: &'static str,
    rule_type: &'static str,
    action: &'static str,
    recipients: Vec<&'static str>,
) -> MailEvent<'static> {
    MailEvent::RuleApplied {
        rule_name,
        rule_type,
        rule_actions: vec![RuleAction { action, recipients }],
        target_folder: None,
        target_recipient: None,
    }
}

/// `2026-11-20T08:00:00.123Z`
pub(crate) fn time_text(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::*;

    const EIGHT: i64 = 1_795_161_600_000;

    fn lines(seed: u64, journeys: usize) -> Vec<Value> {
        let mut room = Mailroom::new(seed);
        (0..journeys)
            .flat_map(|_| room.journey(EIGHT))
            .map(|step| serde_json::from_str(&step.message).unwrap())
            .collect()
    }

    #[test]
    fn every_leg_starts_with_submission_or_arrival() {
        let mut first = BTreeMap::new();
        for line in lines(1, 500) {
            let name = line["event"]["eventName"].as_str().unwrap().to_owned();
            first.entry(line["traceId"].as_str().unwrap().to_owned()).or_insert(name);
        }
        let starts: BTreeSet<String> = first.into_values().collect();
        assert_eq!(Vec::from_iter(starts), ["ORGANIZATION_EMAIL_RECEIVED", "OUTGOING_EMAIL_SUBMITTED"]);
    }

    #[test]
    fn an_internal_message_has_two_trace_ids_and_one_message_id() {
        let mut traces: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in lines(2, 500) {
            if let Some(id) = line["event"]["messageId"].as_str() {
                traces.entry(id.into()).or_default().insert(line["traceId"].as_str().unwrap().into());
            }
        }
        let both_legs = traces.values().filter(|traces| traces.len() == 2).count();
        assert!(both_legs > 50, "{both_legs}");
        assert!(traces.values().all(|traces| traces.len() <= 2));
    }

    #[test]
    fn all_three_shapes_of_an_outgoing_bounce_occur() {
        let bounces =
            lines(3, 2_000).into_iter().filter(|line| line["event"]["eventName"] == "OUTGOING_EMAIL_BOUNCED");
        let shapes: BTreeSet<String> = bounces
            .map(|line| line["event"].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" "))
            .collect();
        let shapes = Vec::from_iter(shapes);
        assert_eq!(
            shapes,
            [
                "bouncedRecipient eventName",
                "bouncedRecipient eventName reason",
                "destination eventName reason"
            ]
        );
    }

    #[test]
    fn only_documentation_domains_occur() {
        for line in lines(4, 1_000) {
            for part in line.to_string().split('@').skip(1) {
                let end = part.find(['"', '>']).unwrap();
                let domain = part[..end].trim_end_matches('\\');
                assert!(
                    ["example.com", "example.org", "example.net"].iter().any(|known| domain.ends_with(known)),
                    "{domain}"
                );
            }
        }
    }

    #[test]
    fn the_time_of_a_message_is_written_to_the_millisecond() {
        assert_eq!(time_text(EIGHT), "2026-11-20T08:00:00.000Z");
        assert_eq!(time_text(EIGHT + 7), "2026-11-20T08:00:00.007Z");
    }
}
