//! From the JSON that people write to entries, and what is wrong with those that are left out.

use std::collections::BTreeMap;

use mailtrail_activity::{Activity, ActivityFields, Subject};
use mailtrail_aws_types::{AccountId, StarPattern};
use mailtrail_filter_pattern::FilterPattern;
use mailtrail_names::Names;
use mailtrail_normalize::Record;
use serde_json::Value;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::criteria::{Criterion, EventKind, Match, Watch, WatchedEvent};
use crate::mail::{Mail, MailCriteria};
use crate::members::Members;

/// The most entries of a list: each is a metric of its own, which CloudWatch bills and which is compared with every
/// event.
pub const MAX_WATCHES: usize = 100;
/// The longest name. It is the value of a metric's dimension, which may have 1,024 characters, and part of an
/// announcement's subject, which may have 100.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const MAX_NAME: usize = 64;

/// The entries that are right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WatchList {
    watches: Vec<Watch>,
}

/// What is wrong with a list, or with one of its entries. The text goes into logs, so it repeats of a list only names of
/// entries that are valid: those are in logs and metrics anyway. Whatever else stands there may name people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WrongWatch {
    /// The whole list cannot be read.
    #[error("the watch list is not what it should be ({0}); it is {{\"watches\": [{{\"name\": …, …}}, …]}}")]
    List(String),
    /// One entry is left out.
    #[error("entry {number}{}, field `{field}`: {reason}", called(.name))]
    Entry {
        /// Which, counted from 1.
        number: usize,
        /// Its name, where it has a valid one.
        name: String,
        /// The field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

fn called(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" (`{name}`)") }
}

impl WatchList {
    /// Reads a list: `{"watches": […]}`, or the array alone. What is wrong comes beside what is right.
    pub fn parse(json: &str) -> (Self, Vec<WrongWatch>) {
        let entries = match entries(json) {
            Ok(entries) => entries,
            Err(wrong) => return (Self::default(), vec![wrong]),
        };
        let (mut list, mut wrong) = (Self::default(), Vec::new());
        for (at, entry) in entries.iter().enumerate() {
            let members = serde_json::from_str::<Members>(entry.get()).ok();
            match list.entry(members.as_ref()) {
                Ok(watch) => list.watches.push(watch),
                Err((field, reason)) => {
                    let name = members.as_ref().and_then(|members| name(members).ok()).unwrap_or_default();
                    wrong.push(WrongWatch::Entry { number: at + 1, name, field, reason });
                }
            }
        }
        (list, wrong)
    }

    /// Whether no entry is valid.
    pub fn is_empty(&self) -> bool {
        self.watches.is_empty()
    }

    /// The entries.
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// Whether an entry names a user: then names matter.
    pub fn names_users(&self) -> bool {
        let mut criteria = self.watches.iter().flat_map(|watch| &watch.criteria);
        criteria.any(|criterion| matches!(criterion, Criterion::Identity(Subject::User, _)))
    }

    /// The entries that apply to a record and the log event that it was made of. A user is also found by the names and ids
    /// that `names` knows of it.
    pub fn matches(&self, record: &Record<'_>, message: &str, names: &Names) -> Vec<Match<'_>> {
        if self.is_empty() {
            return Vec::new();
        }
        let fields = ActivityFields::from(record);
        let activity = Activity::of(&fields);
        let known = names.of_user(&activity);
        let asks_for_mail = self.watches.iter().any(Watch::asks_for_mail);
        let mail = if asks_for_mail { Mail::of(record) } else { None };
        let event = WatchedEvent {
            activity: &activity,
            known: &known,
            mail: mail.as_ref(),
            uid: record.uid(),
            message,
        };
        let watches = self.watches.iter().enumerate();
        watches.filter_map(|(at, watch)| watch.matches(at, &event)).collect()
    }

    fn entry(&self, entry: Option<&Members>) -> Result<Watch, (String, String)> {
        let fields = entry.ok_or_else(|| wrong("name", "an entry is a JSON object"))?;
        if let Some(again) = fields.repeated() {
            return Err(wrong(known(again), "it stands there twice"));
        }
        let name = name(fields)?;
        if self.watches.iter().any(|watch| watch.name == name) {
            return Err(wrong("name", "an entry of that name stands there already"));
        }
        if self.watches.len() == MAX_WATCHES {
            return Err(wrong("name", &format!("a list has at most {MAX_WATCHES} entries")));
        }
        let (mut criteria, mut mail) = (Vec::new(), MailCriteria::default());
        for (field, value) in fields.0.iter().filter(|(field, _)| field != "name") {
            if !mail.take(field, value)? {
                criteria.push(criterion(field, value)?);
            }
        }
        if !mail.is_empty() {
            criteria.push(Criterion::Mail(Box::new(mail)));
        }
        if criteria.is_empty() {
            return Err(wrong(
                "name",
                &format!("the entry says nothing besides its name; give one of {FIELDS}"),
            ));
        }
        criteria.sort_by_key(|criterion| matches!(criterion, Criterion::Pattern(_)));
        Ok(Watch { name, criteria })
    }
}

/// The entries, each as it was written.
fn entries(json: &str) -> Result<Vec<Box<RawValue>>, WrongWatch> {
    let list = |what: String| WrongWatch::List(what);
    let whole: &RawValue = serde_json::from_str(json).map_err(|error| list(error.to_string()))?;
    let array = |json: &str| serde_json::from_str::<Vec<Box<RawValue>>>(json).ok();
    if let Some(entries) = array(whole.get()) {
        return Ok(entries);
    }
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(whole.get())
        .map_err(|_| list("it is neither an object nor an array".to_owned()))?;
    if let Some(again) =
        serde_json::from_str::<Members>(whole.get()).ok().as_ref().and_then(Members::repeated)
    {
        return Err(list(format!("{} stands there twice", known(again))));
    }
    let watches = members.get("watches").ok_or_else(|| list("`watches` is missing".to_owned()))?;
    match array(watches.get()) {
        Some(entries) if members.len() == 1 => Ok(entries),
        Some(_) => Err(list("it has members besides `watches`".to_owned())),
        None => Err(list("`watches` is no array".to_owned())),
    }
}

const FIELDS: &str = "user, role, session, access_key, arn, account, event, sender, recipient, domain, subject, status, \
                      pattern";

/// The name of a member, where it looks like one of ours.
fn known(member: &str) -> &str {
    let is_word = |member: &str| member.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_word(member) { member } else { "…" }
}

pub(crate) fn wrong(field: &str, reason: &str) -> (String, String) {
    (field.to_owned(), reason.to_owned())
}

/// A name that can be the dimension of a metric, and that tells nothing to a terminal but itself.
fn name(fields: &Members) -> Result<String, (String, String)> {
    let name = fields.get("name").ok_or_else(|| wrong("name", "it is missing"))?;
    let name = text("name", name)?;
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || " -_./@".contains(letter);
    if name.len() > MAX_NAME || !name.chars().all(is_allowed) || name.trim() != name {
        let reason = format!("a name has at most {MAX_NAME} letters, digits, spaces and - _ . / @");
        return Err(wrong("name", &reason));
    }
    Ok(name.to_owned())
}

pub(crate) fn text<'v>(field: &str, value: &'v Value) -> Result<&'v str, (String, String)> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| wrong(field, "it must be text, and not empty"))
}

fn criterion(field: &str, value: &Value) -> Result<Criterion, (String, String)> {
    let said = || text(field, value).map(str::to_owned);
    let identity = |subject| said().map(|wanted| Criterion::Identity(subject, wanted));
    match field {
        "user" => identity(Subject::User),
        "role" => identity(Subject::Role),
        "session" => identity(Subject::Session),
        "access_key" => identity(Subject::Credential),
        "arn" => match said()? {
            arn if arn.starts_with("arn:") => Ok(Criterion::Arn(StarPattern::new(arn))),
            _ => Err(wrong(field, "an ARN begins with `arn:`; for a name, use user or role")),
        },
        "account" => match said()? {
            account if AccountId::is_valid(&account) => Ok(Criterion::Account(account)),
            _ => Err(wrong(field, "an account has 12 digits, as text")),
        },
        "event" => {
            let word = text(field, value)?;
            let known = EventKind::ALL.iter().find(|(name, _)| *name == word);
            known.map(|(_, notable)| Criterion::Event(*notable)).ok_or_else(|| {
                let words: Vec<_> = EventKind::ALL.iter().map(|(name, _)| *name).collect();
                wrong(field, &format!("it must be one of {}", words.join(", ")))
            })
        }
        "pattern" => {
            let pattern = FilterPattern::parse(text(field, value)?);
            pattern.map(Box::new).map(Criterion::Pattern).map_err(|error| {
                wrong(field, &format!("character {}: expected {}", error.position(), error.expected()))
            })
        }
        _ => Err(wrong(known(field), &format!("there is no such field; there are name, {FIELDS}"))),
    }
}
