//! The event classes, by the names under which the archive keeps them.

use std::fmt;
use std::str::FromStr;

/// An OCSF event class that mailtrail emits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What fits no other class: a log event of unknown shape, or one that lacks what its class requires.
    BaseEvent,
    /// A step of a message on its way.
    EmailActivity,
    /// A log-in, or an assumed identity.
    Authentication,
    /// A call of a service's API, an access to a mailbox item, an access rule evaluated.
    ApiActivity,
    /// A token or another managed thing created or deleted.
    EntityManagement,
}

impl Class {
    /// All classes, in the order of their declaration.
    pub const ALL: [Self; 5] = [
        Self::BaseEvent,
        Self::EmailActivity,
        Self::Authentication,
        Self::ApiActivity,
        Self::EntityManagement,
    ];

    /// The OCSF name of the class: a folder of the archive, an option of a stream.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BaseEvent => "base_event",
            Self::EmailActivity => "email_activity",
            Self::Authentication => "authentication",
            Self::ApiActivity => "api_activity",
            Self::EntityManagement => "entity_management",
        }
    }

    /// `class_uid`.
    pub const fn uid(self) -> u32 {
        match self {
            Self::BaseEvent => 0,
            Self::EmailActivity => 4009,
            Self::Authentication => 3002,
            Self::ApiActivity => 6003,
            Self::EntityManagement => 3004,
        }
    }

    /// `class_name`: the caption.
    pub const fn caption(self) -> &'static str {
        match self {
            Self::BaseEvent => "Base Event",
            Self::EmailActivity => "Email Activity",
            Self::Authentication => "Authentication",
            Self::ApiActivity => "API Activity",
            Self::EntityManagement => "Entity Management",
        }
    }

    /// `category_uid`; OCSF numbers a class as a thousand times its category and some.
    pub const fn category_uid(self) -> u32 {
        self.uid() / 1000
    }

    /// `category_name`: the caption of the category.
    pub const fn category_caption(self) -> &'static str {
        match self {
            Self::BaseEvent => "Uncategorized",
            Self::EmailActivity => "Network Activity",
            Self::Authentication | Self::EntityManagement => "Identity & Access Management",
            Self::ApiActivity => "Application Activity",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is not one of a class that we emit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownClass(pub String);

impl fmt::Display for UnknownClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Class::ALL.iter().map(|class| class.name()).collect();
        write!(f, "unknown event class `{}`; the classes are {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownClass {}

impl FromStr for Class {
    type Err = UnknownClass;

    fn from_str(name: &str) -> Result<Self, UnknownClass> {
        Self::ALL.into_iter().find(|class| class.name() == name).ok_or_else(|| UnknownClass(name.to_owned()))
    }
}
