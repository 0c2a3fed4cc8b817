//! Base Event (class 0): what fits nowhere else, kept nevertheless.
//!
//! <https://schema.ocsf.io/1.8.0/classes/base_event>

use std::borrow::Cow;

use serde::Serialize;

use crate::{CommonAttributes, Status, Unmapped};

/// A record of class Base Event.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BaseEvent<'a> {
    /// What every record begins with.
    #[serde(flatten)]
    pub common: CommonAttributes<'a>,
    /// How it went, where the source tells.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status<'a>>,
    /// The log event as it came, where its shape is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_data: Option<Cow<'a, str>>,
    /// What has no place above.
    #[serde(skip_serializing_if = "Unmapped::is_empty")]
    pub unmapped: Unmapped<'a>,
}
