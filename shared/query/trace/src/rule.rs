//! Rules: email-flow rules of the organization, and rules of one mailbox.

use serde_json::Value;

use crate::Mailbox;

/// A rule that was applied to a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Its name.
    pub name: Option<String>,
    /// `INBOUND_RULE`, `OUTBOUND_RULE` or `MAILBOX_RULE`.
    pub kind: Option<String>,
    /// What it did; recipients may get different actions.
    pub actions: Vec<RuleAction>,
    /// Where a mailbox rule moved or copied the message.
    pub target_folder: Option<String>,
    /// Whom a mailbox rule forwarded or redirected the message to.
    pub target_recipient: Option<Mailbox>,
}

/// One action of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleAction {
    /// The log's own word.
    pub action: String,
    /// For whom; for all where it is empty.
    pub recipients: Vec<Mailbox>,
}

/// What an action does to a message, as far as its word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Drop,
    Bounce,
    Junk,
    Redirect,
    Move,
    /// Nothing to the fate of the message in its mailbox: a copy, a forward, a default, a word that is not known.
    None,
}

impl RuleAction {
    /// WorkMail documents no list of words for its log; these are the words of the console, of the mailbox rules and of the
    /// Run Lambda action (<https://docs.aws.amazon.com/workmail/latest/adminguide/email-flows.html>,
    /// <https://docs.aws.amazon.com/workmail/latest/adminguide/lambda.html>).
    pub(crate) fn effect(&self) -> Effect {
        match self.action.to_ascii_uppercase().as_str() {
            "DROP" | "DELETE" => Effect::Drop,
            "BOUNCE" => Effect::Bounce,
            "JUNK" | "MOVE_TO_JUNK" | "DELIVER_TO_JUNK" => Effect::Junk,
            "REDIRECT" => Effect::Redirect,
            "MOVE" => Effect::Move,
            _ => Effect::None,
        }
    }
}

impl Rule {
    pub(crate) fn is_of_mailbox(&self) -> bool {
        self.is_kind("MAILBOX_RULE")
    }

    pub(crate) fn is_outbound(&self) -> bool {
        self.is_kind("OUTBOUND_RULE")
    }

    fn is_kind(&self, kind: &str) -> bool {
        self.kind.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(kind))
    }
}

/// The actions of `ruleActions`, a list of objects; what has another shape in it is left out.
pub(crate) fn actions(rule_actions: &Value) -> Vec<RuleAction> {
    let entries = rule_actions.as_array().map(Vec::as_slice).unwrap_or_default();
    let action = |entry: &Value| {
        Some(RuleAction {
            action: entry["action"].as_str()?.to_owned(),
            recipients: mailboxes(&entry["recipients"]),
        })
    };
    entries.iter().filter_map(action).collect()
}

/// A text, or a list of them.
fn mailboxes(value: &Value) -> Vec<Mailbox> {
    let texts = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    texts.iter().filter_map(Value::as_str).filter_map(Mailbox::parse).collect()
}
