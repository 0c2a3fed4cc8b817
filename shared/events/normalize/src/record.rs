//! A record of any class.

use mailtrail_clock::Time;
use mailtrail_ocsf::{
    ApiActivity, Authentication, BaseEvent, Class, EmailActivity, Enrichment, EntityManagement, Head,
};
use serde::{Serialize, Serializer};

/// A normalised log event. Serialised, it is the OCSF record and nothing around it.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "one record lives at a time, on the stack")]
pub enum Record<'a> {
    /// A step of a message on its way.
    EmailActivity(EmailActivity<'a>),
    /// A log-in, or a role assumed.
    Authentication(Authentication<'a>),
    /// A call of a service's API, an access to a mailbox item, an access rule evaluated.
    ApiActivity(ApiActivity<'a>),
    /// A token created or deleted.
    EntityManagement(EntityManagement<'a>),
    /// What fits nowhere else.
    BaseEvent(BaseEvent<'a>),
}

impl<'a> Record<'a> {
    /// Its class: the folder that it is kept in.
    pub fn class(&self) -> Class {
        match self {
            Self::EmailActivity(_) => Class::EmailActivity,
            Self::Authentication(_) => Class::Authentication,
            Self::ApiActivity(_) => Class::ApiActivity,
            Self::EntityManagement(_) => Class::EntityManagement,
            Self::BaseEvent(_) => Class::BaseEvent,
        }
    }

    /// When it happened: its day, and its order among others.
    pub fn time(&self) -> Time {
        self.head().time
    }

    /// The id of the event: `metadata.uid`.
    pub fn uid(&self) -> &str {
        &self.head().metadata.uid
    }

    /// Lays something beside it that was not in the event.
    pub fn enrich(&mut self, enrichment: Enrichment<'a>) {
        self.head_mut().enrichments.push(enrichment);
    }

    /// What every record begins with.
    pub fn head(&self) -> &Head<'a> {
        match self {
            Self::EmailActivity(record) => &record.head,
            Self::Authentication(record) => &record.head,
            Self::ApiActivity(record) => &record.head,
            Self::EntityManagement(record) => &record.head,
            Self::BaseEvent(record) => &record.head,
        }
    }

    fn head_mut(&mut self) -> &mut Head<'a> {
        match self {
            Self::EmailActivity(record) => &mut record.head,
            Self::Authentication(record) => &mut record.head,
            Self::ApiActivity(record) => &mut record.head,
            Self::EntityManagement(record) => &mut record.head,
            Self::BaseEvent(record) => &mut record.head,
        }
    }
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::EmailActivity(record) => record.serialize(serializer),
            Self::Authentication(record) => record.serialize(serializer),
            Self::ApiActivity(record) => record.serialize(serializer),
            Self::EntityManagement(record) => record.serialize(serializer),
            Self::BaseEvent(record) => record.serialize(serializer),
        }
    }
}
