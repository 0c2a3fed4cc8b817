//! What an event was about.

use std::borrow::Cow;

use serde::Serialize;

use crate::{ResourceRole, User};

/// Object `resource_details`. OCSF requires a name or a uid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Resource<'a> {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    /// Its id or ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<Cow<'a, str>>,
    /// What kind of thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<Cow<'a, str>>,
    /// Where it is kept: of an item in a mailbox the path of its folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Cow<'a, str>>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<User<'a>>,
    /// What it has to do with the event.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub role: Option<ResourceRole>,
}

impl Resource<'_> {
    /// Whether OCSF accepts it.
    pub fn is_identified(&self) -> bool {
        self.name.is_some() || self.uid.is_some()
    }
}
