//! Entity Management (class 3004): a token or another managed thing created or deleted.
//!
//! <https://schema.ocsf.io/1.8.0/classes/entity_management>

use std::borrow::Cow;

use serde::Serialize;

use crate::{Actor, CommonAttributes, Endpoint, EntityType, HttpRequest, Observable, Status, Unmapped};

/// A record of class Entity Management.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityManagement<'a> {
    /// What every record begins with.
    #[serde(flatten)]
    pub common: CommonAttributes<'a>,
    /// How it went.
    #[serde(flatten)]
    pub status: Status<'a>,
    /// The thing.
    pub entity: ManagedEntity<'a>,
    /// Who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor<'a>>,
    /// Where they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_endpoint: Option<Endpoint<'a>>,
    /// The program that they used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_request: Option<HttpRequest<'a>>,
    /// Every address, user name and credential of the record, to search by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observables: Vec<Observable<'a>>,
    /// What has no place above.
    #[serde(skip_serializing_if = "Unmapped::is_empty")]
    pub unmapped: Unmapped<'a>,
}

/// Object `managed_entity`. OCSF requires a name or something else that tells it from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ManagedEntity<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// What kind of thing.
    #[serde(flatten)]
    pub kind: EntityType,
    /// What else is known about it, as JSON in text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}
