//! A journey while it is written: log lines, and beside them what they mean.

use super::plan::{Kind, Leg, Link, Plan, Planned, Recipient, Said};
use super::spelling::spell;
use crate::example::LOG_GROUP;
use crate::mail::company::CLEAN;
use crate::mail::line::{BouncedRecipient, Checks, MailEvent, OutgoingBounce, RuleAction, line};
use crate::mail::time_text;
use crate::rng::Rng;

pub(super) struct Draft<'r> {
    pub(super) rng: &'r mut Rng,
    /// Makes subject and addresses of the journey its own.
    pub(super) number: usize,
    pub(super) plan: Plan,
    clock: i64,
    directory: Vec<(String, Vec<String>)>,
}

/// What a rule did: its word, whom it names, and what that says of them.
pub(super) struct Action<'a> {
    pub(super) word: &'a str,
    pub(super) recipients: &'a [usize],
    pub(super) said: Option<Said>,
}

/// What a mailbox rule did.
#[derive(Clone, Copy)]
pub(super) struct MailboxRule<'a> {
    pub(super) owner: usize,
    pub(super) word: &'a str,
    pub(super) folder: Option<&'a str>,
    pub(super) target: Option<&'a str>,
    pub(super) said: Option<Said>,
}

impl<'r> Draft<'r> {
    pub(super) fn new(rng: &'r mut Rng, number: usize, begins: i64) -> Self {
        // Some begin a few seconds before midnight, UTC.
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let until_midnight = if rng.one_in(8) { DAY - 4000 - begins % DAY } else { 0 };
        Self { rng, number, plan: Plan::default(), clock: begins + until_midnight, directory: Vec::new() }
    }

    pub(super) fn finish(self) -> (Plan, Vec<(String, Vec<String>)>) {
        (self.plan, self.directory)
    }

    pub(super) fn wait(&mut self, milliseconds: i64) {
        self.clock += milliseconds;
    }

    pub(super) fn subject(&self) -> String {
        format!("Order {}", self.number)
    }

    pub(super) fn message_id(&mut self) -> String {
        format!("{:016x}.{}@mail.example.com", self.rng.bits(), self.number)
    }

    pub(super) fn recipient(&mut self, address: &str, direction: &'static str) -> usize {
        if direction != "outbound" && !address.contains('*') {
            self.directory.push((address.to_owned(), vec![address.to_owned()]));
        }
        self.plan.recipients.push(Recipient {
            address: address.to_owned(),
            direction,
            members: Vec::new(),
            masked: 0,
        });
        self.plan.recipients.len() - 1
    }

    /// A group or an alias of recipients that were planned before.
    pub(super) fn group(&mut self, address: &str, direction: &'static str, members: Vec<usize>) -> usize {
        let addresses = members.iter().map(|member| self.plan.recipients[*member].address.clone()).collect();
        self.directory.push((address.to_owned(), addresses));
        self.plan.recipients.push(Recipient { address: address.to_owned(), direction, members, masked: 0 });
        self.plan.recipients.len() - 1
    }

    pub(super) fn leg(&mut self, message_id: &str) -> usize {
        self.leg_in(LOG_GROUP, message_id)
    }

    pub(super) fn leg_in(&mut self, log_group: &'static str, message_id: &str) -> usize {
        let trace_id = format!("{:016x}-{}-{}", self.rng.bits(), self.number, self.plan.legs.len());
        self.plan.legs.push(Leg { trace_id, log_group, message_id: message_id.to_owned(), copy_of: None });
        self.plan.legs.len() - 1
    }

    pub(super) fn link(&mut self, one: usize, other: usize, needs: &[&[usize]]) {
        let needs = needs.iter().map(|any| any.to_vec()).collect();
        self.plan.links.push(Link { legs: (one, other), needs });
    }

    /// Logs an event, and says what it means.
    fn log(
        &mut self,
        leg: usize,
        kind: Kind,
        event: &MailEvent<'_>,
        names: &[usize],
        says: &[(usize, Said)],
    ) -> usize {
        self.clock += i64::from(self.rng.between(5, 900));
        self.plan.events.push(Planned {
            leg,
            at: self.clock,
            line: line(&self.plan.legs[leg].trace_id, event),
            kind,
            names: names.to_vec(),
            says: says.to_vec(),
            target: None,
        });
        self.plan.events.len() - 1
    }

    fn spelled(&mut self, recipient: usize) -> String {
        let address = self.plan.recipients[recipient].address.clone();
        spell(self.rng, &address)
    }

    fn spelled_all(&mut self, recipients: &[usize]) -> Vec<String> {
        recipients.iter().map(|recipient| self.spelled(*recipient)).collect()
    }

    /// With its angle brackets, or without.
    fn written_id(&mut self, leg: usize) -> String {
        let id = self.plan.legs[leg].message_id.clone();
        if id.is_empty() || self.rng.one_in(4) { id } else { format!("<{id}>") }
    }

    pub(super) fn submitted(&mut self, leg: usize, from: &str, recipients: &[usize]) -> usize {
        let (texts, from, subject) = (self.spelled_all(recipients), spell(self.rng, from), self.subject());
        let texts = texts.iter().map(String::as_str).collect();
        let event = MailEvent::OutgoingEmailSubmitted {
            recipients: texts,
            sender: None,
            from: &from,
            subject: &subject,
        };
        self.log(leg, Kind::Submitted, &event, recipients, &[])
    }

    pub(super) fn sent(&mut self, leg: usize, from: &str, recipient: usize) -> usize {
        let (text, from, message_id) = (self.spelled(recipient), spell(self.rng, from), self.written_id(leg));
        let event = MailEvent::OutgoingEmailSent { recipient: &text, sender: None, from: &from, message_id };
        self.log(leg, Kind::Sent, &event, &[recipient], &[(recipient, Said::Sent)])
    }

    /// A bounce from outside, in any of its three shapes.
    pub(super) fn bounced_outside(&mut self, leg: usize, recipient: usize) -> usize {
        let text = self.spelled(recipient);
        let reason = "550 5.1.1 user unknown";
        let bounce = match self.rng.below(3) {
            0 => OutgoingBounce::Object {
                bounced_recipient: BouncedRecipient { email_address: &text, reason, status: "5.1.1" },
            },
            1 => OutgoingBounce::Flat { bounced_recipient: &text, reason },
            _ => OutgoingBounce::Destination { destination: &text, reason },
        };
        let says = [(recipient, Said::BouncedOutgoing)];
        self.log(leg, Kind::Other, &MailEvent::OutgoingEmailBounced(bounce), &[recipient], &says)
    }

    pub(super) fn received(&mut self, leg: usize, from: &str, recipients: &[usize]) -> usize {
        self.received_checked(leg, from, recipients, CLEAN)
    }

    pub(super) fn received_checked(
        &mut self,
        leg: usize,
        from: &str,
        recipients: &[usize],
        checks: Checks,
    ) -> usize {
        let (texts, from, subject) = (self.spelled_all(recipients), spell(self.rng, from), self.subject());
        let message_id = self.written_id(leg);
        let event = MailEvent::OrganizationEmailReceived {
            recipients: texts.iter().map(String::as_str).collect(),
            sender: None,
            from: &from,
            subject: &subject,
            message_id,
            checks,
            message_timestamp: time_text(self.clock),
        };
        self.log(leg, Kind::Received, &event, recipients, &[])
    }

    pub(super) fn delivered(&mut self, leg: usize, recipient: usize, folder: &str, said: Said) -> usize {
        let text = self.spelled(recipient);
        let event = MailEvent::MailboxEmailDelivered { recipient: &text, folder };
        self.log(leg, Kind::Other, &event, &[recipient], &[(recipient, said)])
    }

    pub(super) fn bounced_inside(&mut self, leg: usize, recipient: usize, status: &str) -> usize {
        let text = self.spelled(recipient);
        let bounced_recipient = BouncedRecipient { email_address: &text, reason: "Mailbox full", status };
        let event = MailEvent::IncomingEmailBounced { bounced_recipient };
        self.log(leg, Kind::Other, &event, &[recipient], &[(recipient, Said::BouncedIncoming)])
    }

    pub(super) fn dmarc(&mut self, leg: usize, from: &str, recipients: &[usize], policy: &str) -> usize {
        let texts = self.spelled_all(recipients);
        let texts = texts.iter().map(String::as_str).collect();
        let rejects = policy == "REJECT";
        let says: Vec<_> = recipients.iter().filter(|_| rejects).map(|own| (*own, Said::Rejected)).collect();
        let event = MailEvent::DmarcPolicyApplied { from, recipients: texts, policy };
        self.log(leg, Kind::Other, &event, recipients, &says)
    }

    pub(super) fn organization_rule(&mut self, leg: usize, rule_type: &str, actions: &[Action<'_>]) -> usize {
        let texts: Vec<Vec<String>> =
            actions.iter().map(|action| self.spelled_all(action.recipients)).collect();
        let rule_actions = actions.iter().zip(&texts).map(|(action, texts)| RuleAction {
            action: action.word,
            recipients: texts.iter().map(String::as_str).collect(),
        });
        let names: Vec<usize> = actions.iter().flat_map(|action| action.recipients).copied().collect();
        let says = actions.iter().filter_map(|action| Some((action.recipients, action.said?)));
        let says: Vec<_> =
            says.flat_map(|(recipients, said)| recipients.iter().map(move |own| (*own, said))).collect();
        let event = MailEvent::RuleApplied {
            rule_name: "by-department",
            rule_type,
            rule_actions: rule_actions.collect(),
            target_folder: None,
            target_recipient: None,
        };
        self.log(leg, Kind::Other, &event, &names, &says)
    }

    pub(super) fn mailbox_rule(&mut self, leg: usize, rule: MailboxRule<'_>) -> usize {
        let target = rule.target.map(|target| spell(self.rng, target));
        let event = MailEvent::RuleApplied {
            rule_name: "own",
            rule_type: "MAILBOX_RULE",
            rule_actions: vec![RuleAction { action: rule.word, recipients: vec![] }],
            target_folder: rule.folder,
            target_recipient: target.as_deref(),
        };
        let says: Vec<_> = rule.said.map(|said| (rule.owner, said)).into_iter().collect();
        let index = self.log(leg, Kind::MailboxRule, &event, &[], &says);
        self.plan.events[index].target = rule.target.map(str::to_owned);
        index
    }

    /// The start of journaling: where its copy goes, and the event.
    pub(super) fn journaling(&mut self, leg: usize) -> (String, usize) {
        let address = format!("journal-{}@archive.example.org", self.number);
        let event = MailEvent::JournalingInitiated { journaling_address: &address };
        let index = self.log(leg, Kind::Journaling, &event, &[], &[]);
        self.plan.events[index].target = Some(address.clone());
        (address, index)
    }

    pub(super) fn pick(&mut self, table: &[&'static str]) -> &'static str {
        self.rng.pick::<&'static str>(table)
    }
}
