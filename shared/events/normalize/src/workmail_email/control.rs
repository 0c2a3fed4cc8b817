//! What rules, DMARC and the spam filter did with a message.

use std::borrow::Cow;
use std::collections::HashSet;

use mailtrail_ocsf::{Action, Disposition, Policy, Unmapped};

use super::verdict;
use crate::fields::Fields;

#[derive(Default)]
pub(super) struct Control<'a> {
    pub(super) policy: Option<Policy<'a>>,
    pub(super) action: Option<Action<'a>>,
    pub(super) disposition: Option<Disposition<'a>>,
    /// Whom the rule names.
    pub(super) recipients: Vec<Cow<'a, str>>,
    /// The DMARC policy that was applied.
    pub(super) dmarc_policy: Option<Cow<'a, str>>,
}

impl<'a> Control<'a> {
    pub(super) fn take(name: &str, fields: &mut Fields<'a>, unmapped: &mut Unmapped<'a>) -> Self {
        match name {
            "RULE_APPLIED" => Self::rule(fields, unmapped),
            "DMARC_POLICY_APPLIED" => Self::dmarc(fields),
            _ => Self::spam(fields, unmapped),
        }
    }

    /// An email-flow rule of the organization, or a rule of one mailbox.
    fn rule(fields: &mut Fields<'a>, unmapped: &mut Unmapped<'a>) -> Self {
        let (name, r#type) = (fields.take_text("ruleName"), fields.take_text("ruleType"));
        let (mut actions, mut data) = (Vec::new(), None);
        if let Some((list, json)) = fields.take_objects("ruleActions") {
            actions = list;
            data = Some(json.get());
        }
        let target = fields.take_text("targetRecipient");
        if let Some(target) = &target {
            // A target is where a mailbox rule sends mail on to: worth a key of its own.
            unmapped.keep("targetRecipient", target.clone());
        }
        let word = common_action(&mut actions);
        let named = actions.iter_mut().flat_map(|action| action.take_texts("recipients"));
        let recipients = distinct(named.chain(target));
        let (action, disposition) = word.map(rule_outcome).unzip();
        let policy = if name.is_some() || r#type.is_some() {
            let data = data.map(|json| format!("{{\"ruleActions\":{json}}}"));
            Some(Policy { name, uid: None, r#type, is_applied: true, data })
        } else {
            if let Some(json) = data {
                unmapped.keep("ruleActions", json);
            }
            None
        };
        Self { policy, action, disposition, recipients, dmarc_policy: None }
    }

    fn dmarc(fields: &mut Fields<'a>) -> Self {
        let Some(word) = fields.take_text("policy") else { return Self::default() };
        let (action, disposition) = match word.to_ascii_uppercase().as_str() {
            "NONE" => (Action::ALLOWED, Disposition::NO_ACTION),
            "QUARANTINE" => (Action::DENIED, Disposition::QUARANTINED),
            "REJECT" => (Action::DENIED, Disposition::REJECTED),
            _ => (Action::other(word.clone()), Disposition::other(word.clone())),
        };
        let name = Some(Cow::Borrowed("DMARC"));
        Self {
            policy: Some(Policy {
                name: name.clone(),
                uid: None,
                r#type: name,
                is_applied: true,
                data: None,
            }),
            action: Some(action),
            disposition: Some(disposition),
            recipients: Vec::new(),
            dmarc_policy: Some(word),
        }
    }

    /// SES marks spam and lets it through; the verdict itself has no place in OCSF.
    fn spam(fields: &mut Fields<'a>, unmapped: &mut Unmapped<'a>) -> Self {
        let Some(word) = verdict::take("spamVerdict", fields, unmapped) else { return Self::default() };
        let failed = word.eq_ignore_ascii_case("FAIL");
        unmapped.keep("spamVerdict", word);
        Self {
            action: failed.then_some(Action::OBSERVED),
            disposition: failed.then_some(Disposition::DETECTED),
            ..Self::default()
        }
    }
}

/// The action that all recipients have in common; nothing where they differ.
fn common_action<'a>(actions: &mut [Fields<'a>]) -> Option<Cow<'a, str>> {
    let mut words = actions.iter_mut().map(|action| action.take_text("action"));
    let first = words.next()??;
    words.all(|word| word.is_some_and(|word| word.eq_ignore_ascii_case(&first))).then_some(first)
}

/// AWS documents no list of words for the log; these are those of the console and of the Run Lambda action
/// (<https://docs.aws.amazon.com/workmail/latest/adminguide/email-flows.html>,
/// <https://docs.aws.amazon.com/workmail/latest/adminguide/lambda.html>).
fn rule_outcome(word: Cow<'_, str>) -> (Action<'_>, Disposition<'_>) {
    match word.to_ascii_uppercase().as_str() {
        "DROP" => (Action::DENIED, Disposition::DROPPED),
        "BOUNCE" => (Action::DENIED, Disposition::REJECTED),
        "JUNK" | "MOVE_TO_JUNK" | "DELIVER_TO_JUNK" => (Action::MODIFIED, Disposition::QUARANTINED),
        "DEFAULT" | "DELIVER" => (Action::ALLOWED, Disposition::ALLOWED),
        _ => (Action::other(word.clone()), Disposition::other(word)),
    }
}

fn distinct<'a>(texts: impl Iterator<Item = Cow<'a, str>>) -> Vec<Cow<'a, str>> {
    let mut seen = HashSet::new();
    texts.filter(|text| seen.insert(text.clone())).collect()
}
