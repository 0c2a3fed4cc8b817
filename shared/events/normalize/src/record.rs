//! A record of any class.

use mailtrail_clock::Time;
use mailtrail_ocsf::{
    ApiActivity, Authentication, BaseEvent, Class, CommonAttributes, EmailActivity, Enrichment,
    EntityManagement,
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
        self.common().time
    }

    /// The id of the event: `metadata.uid`.
    pub fn uid(&self) -> &str {
        &self.common().metadata.uid
    }

    /// Lays something beside it that was not in the event.
    pub fn enrich(&mut self, enrichment: Enrichment<'a>) {
        self.common_mut().enrichments.push(enrichment);
    }

    /// What every record begins with.
    pub fn common(&self) -> &CommonAttributes<'a> {
        match self {
            Self::EmailActivity(record) => &record.common,
            Self::Authentication(record) => &record.common,
            Self::ApiActivity(record) => &record.common,
            Self::EntityManagement(record) => &record.common,
            Self::BaseEvent(record) => &record.common,
        }
    }

    fn common_mut(&mut self) -> &mut CommonAttributes<'a> {
        match self {
            Self::EmailActivity(record) => &mut record.common,
            Self::Authentication(record) => &mut record.common,
            Self::ApiActivity(record) => &mut record.common,
            Self::EntityManagement(record) => &mut record.common,
            Self::BaseEvent(record) => &mut record.common,
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
