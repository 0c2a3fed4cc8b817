//! The company that the traffic is about, and the world that writes to it. Tables only.

use super::line::Checks;

/// Mailboxes of the organization, people first, then shared ones.
pub(crate) const MAILBOXES: &[&str] = &[
    "ana@example.com",
    "bob@example.com",
    "carla@example.com",
    "dmitri@example.com",
    "elif@example.com",
    "femi@example.com",
    "grace@example.com",
    "hiro@example.com",
    "ines@example.com",
    "jonas@example.com",
    "accounts@example.com",
    "info@example.com",
    "sales@example.com",
    "support@example.com",
];

/// Who is written to outside.
pub(crate) const PARTNERS: &[&str] = &[
    "orders@example.org",
    "k.tanaka@example.org",
    "m.okafor@example.org",
    "billing@example.org",
    "press@example.net",
    "l.moreau@example.net",
    "service@example.net",
    "former.colleague@example.net",
];

/// Someone outside who writes to the company.
pub(crate) struct Outsider {
    /// As the From header shows it.
    pub(crate) from: &'static str,
    /// What the checks make of that mail.
    pub(crate) checks: Checks,
    pub(crate) subjects: &'static [&'static str],
}

pub(crate) const OUTSIDERS: &[Outsider] = &[
    Outsider { from: "orders@example.org", checks: CLEAN, subjects: BUSINESS },
    Outsider { from: "\"Tanaka, Keiko\" <k.tanaka@example.org>", checks: CLEAN, subjects: BUSINESS },
    Outsider { from: "m.okafor@example.org", checks: CLEAN, subjects: BUSINESS },
    Outsider { from: "Léa Moreau <l.moreau@example.net>", checks: UNSIGNED, subjects: BUSINESS },
    Outsider { from: "billing@example.org", checks: CLEAN, subjects: BUSINESS },
    Outsider { from: "newsletter@example.net", checks: UNSIGNED, subjects: NEWS },
    Outsider { from: "no-reply@example.net", checks: CLEAN, subjects: NEWS },
];

/// Those whom the checks should stop.
pub(crate) const SPAMMERS: &[Outsider] = &[
    Outsider { from: "winner@example.net", checks: SPAM, subjects: BAIT },
    Outsider { from: "Payroll <payroll@example.org>", checks: spoofed("QUARANTINE"), subjects: BAIT },
    Outsider { from: "security@example.org", checks: spoofed("REJECT"), subjects: BAIT },
    Outsider { from: "parcel@example.net", checks: spoofed("NONE"), subjects: BAIT },
];

pub(crate) const CLEAN: Checks =
    Checks { spam: "PASS", dkim: "PASS", dmarc: "PASS", dmarc_policy: None, spf: "PASS" };
const UNSIGNED: Checks =
    Checks { spam: "PASS", dkim: "GRAY", dmarc: "GRAY", dmarc_policy: None, spf: "PASS" };
const SPAM: Checks = Checks { spam: "FAIL", dkim: "GRAY", dmarc: "GRAY", dmarc_policy: None, spf: "GRAY" };

const fn spoofed(policy: &'static str) -> Checks {
    Checks { spam: "GRAY", dkim: "FAIL", dmarc: "FAIL", dmarc_policy: Some(policy), spf: "FAIL" }
}

pub(crate) const BUSINESS: &[&str] = &[
    "Order 20261",
    "Re: Order 20261",
    "Offer for the second half of the year",
    "Minutes of Tuesday's call",
    "Invoice 4711",
    "Re: Invoice 4711",
    "Your delivery note",
    "Liefertermin für März bestätigt",
    "見積書のご確認",
    "Agenda \"Q1 planning\", draft 2",
    "Holiday plan 🌴",
    "Contract, signed",
];

const NEWS: &[&str] = &["What is new this week", "Your monthly summary", "Planned maintenance on Sunday"];

const BAIT: &[&str] = &["You have WON!!!", "Your mailbox is almost full, verify now", "Unpaid customs fee"];

/// A rule of the organization for incoming mail, and the action it takes for one recipient.
pub(crate) const INBOUND_RULES: &[(&str, &str)] = &[
    ("drop-executables", "DROP"),
    ("junk-bulk-mail", "MOVE_TO_JUNK"),
    ("partners-never-junk", "BYPASS_SPAM_CHECK"),
];

pub(crate) const OUTBOUND_RULE: (&str, &str) = ("footer-and-archive", "DEFAULT");

/// What a mailbox rule does: its name, action, folder, recipient.
pub(crate) struct MailboxRule {
    pub(crate) name: &'static str,
    pub(crate) action: &'static str,
    pub(crate) folder: Option<&'static str>,
    pub(crate) recipient: Option<&'static str>,
}

pub(crate) const MAILBOX_RULES: &[MailboxRule] = &[
    MailboxRule { name: "Newsletters", action: "Move", folder: Some("Newsletters"), recipient: None },
    MailboxRule { name: "Orders", action: "Copy", folder: Some("Projects/Orders"), recipient: None },
    MailboxRule {
        name: "Holiday cover",
        action: "Forward",
        folder: None,
        recipient: Some("grace@example.com"),
    },
    MailboxRule {
        name: "fwd",
        action: "Redirect",
        folder: None,
        recipient: Some("former.colleague@example.net"),
    },
];

pub(crate) const JOURNAL: &str = "journal@archive.example.com";

/// Why a mailbox of our own does not take a message: reason and status.
pub(crate) const INCOMING_BOUNCES: &[(&str, &str)] =
    &[("Mailbox full", "5.2.2"), ("Message too large", "5.3.4"), ("Recipient not found", "5.1.1")];

/// Why a server outside does not: its answer and status.
pub(crate) const OUTGOING_BOUNCES: &[(&str, &str)] = &[
    ("550 5.1.1 user unknown", "5.1.1"),
    ("552 5.2.2 mailbox full", "5.2.2"),
    ("554 5.7.1 message rejected by policy", "5.7.1"),
    ("421 4.4.1 connection timed out", "4.4.1"),
];
