//! What kind of event a record is: category, class, activity, and the type that follows from them.

use std::borrow::Cow;

use serde::Serialize;

use crate::Class;

/// An activity of a class: its number and its caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityId<'a> {
    id: u32,
    name: Cow<'a, str>,
    /// The caption in `type_name`, which stays "Other" where `name` is the source's own word.
    caption: &'static str,
}

impl<'a> ActivityId<'a> {
    /// The number that means "none of the above; see the name".
    const OTHER: u32 = 99;

    const fn listed(id: u32, caption: &'static str) -> Self {
        Self { id, name: Cow::Borrowed(caption), caption }
    }

    /// Something that the class has no activity for, in the source's own word.
    pub fn other(name: impl Into<Cow<'a, str>>) -> Self {
        Self { id: Self::OTHER, name: name.into(), caption: "Other" }
    }
}

impl ActivityId<'static> {
    /// Email Activity: a message leaves.
    pub const SEND: Self = Self::listed(1, "Send");
    /// Email Activity: a message arrives.
    pub const RECEIVE: Self = Self::listed(2, "Receive");
    /// Email Activity: a message is examined.
    pub const SCAN: Self = Self::listed(3, "Scan");
    /// Email Activity: a step of a message between arrival and mailbox.
    pub const TRACE: Self = Self::listed(4, "Trace");
    /// Authentication: a log-in.
    pub const LOGON: Self = Self::listed(1, "Logon");
    /// Authentication: a step before the log-in, such as the question for a second factor.
    pub const PREAUTH: Self = Self::listed(6, "Preauth");
    /// Authentication: an identity is assumed.
    pub const ACCOUNT_SWITCH: Self = Self::listed(7, "Account Switch");
    /// API Activity, Entity Management: something is made.
    pub const CREATE: Self = Self::listed(1, "Create");
    /// API Activity, Entity Management: something is looked at.
    pub const READ: Self = Self::listed(2, "Read");
    /// API Activity, Entity Management: something is changed.
    pub const UPDATE: Self = Self::listed(3, "Update");
    /// API Activity, Entity Management: something is removed.
    pub const DELETE: Self = Self::listed(4, "Delete");
    /// Any class: the source does not tell.
    pub const UNKNOWN: Self = Self::listed(0, "Unknown");
}

/// The classification attributes, which open every record.
///
/// `type_uid` is always `class_uid * 100 + activity_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Classification<'a> {
    category_uid: u32,
    category_name: &'static str,
    class_uid: u32,
    class_name: &'static str,
    activity_id: u32,
    activity_name: Cow<'a, str>,
    type_uid: u32,
    type_name: Cow<'static, str>,
}

impl<'a> Classification<'a> {
    pub(crate) fn class_uid(&self) -> u32 {
        self.class_uid
    }

    pub(crate) fn activity_name(&self) -> &str {
        &self.activity_name
    }

    /// Classifies a record as this activity of this class.
    pub fn new(class: Class, activity: ActivityId<'a>) -> Self {
        Self {
            category_uid: class.category_uid(),
            category_name: class.category_caption(),
            class_uid: class.uid(),
            class_name: class.caption(),
            type_uid: class.uid() * 100 + activity.id,
            type_name: type_name(class, activity.caption),
            activity_id: activity.id,
            activity_name: activity.name,
        }
    }
}

/// The caption of a type; those of the commonest class need no allocation.
fn type_name(class: Class, activity: &'static str) -> Cow<'static, str> {
    match (class, activity) {
        (Class::EmailActivity, "Send") => Cow::Borrowed("Email Activity: Send"),
        (Class::EmailActivity, "Receive") => Cow::Borrowed("Email Activity: Receive"),
        (Class::EmailActivity, "Scan") => Cow::Borrowed("Email Activity: Scan"),
        (Class::EmailActivity, "Trace") => Cow::Borrowed("Email Activity: Trace"),
        _ => Cow::Owned(format!("{}: {activity}", class.caption())),
    }
}
