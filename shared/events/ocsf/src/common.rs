//! What every record begins with, whatever its class.

use serde::Serialize;

use mailtrail_clock::Time;

use crate::{ActivityId, Class, Classification, Cloud, Enrichment, Metadata, Severity};

/// The attributes that OCSF requires of every event, and the account and Region (profile `cloud`).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommonAttributes<'a> {
    #[serde(flatten)]
    classification: Classification<'a>,
    #[serde(flatten)]
    severity: Severity,
    /// When it happened.
    #[serde(flatten)]
    pub time: Time,
    /// Where it comes from.
    pub metadata: Metadata<'a>,
    /// The account and Region.
    pub cloud: Cloud<'a>,
    /// What others know about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enrichments: Vec<Enrichment<'a>>,
}

impl<'a> CommonAttributes<'a> {
    /// `class_uid`.
    pub fn class_uid(&self) -> u32 {
        self.classification.class_uid()
    }

    /// `activity_name`.
    pub fn activity_name(&self) -> &str {
        self.classification.activity_name()
    }

    /// The common attributes of a record of this class. The severity is always informational: no source of ours rates its
    /// events, and we do not invent ratings.
    pub fn new(
        class: Class,
        activity: ActivityId<'a>,
        time: Time,
        metadata: Metadata<'a>,
        cloud: Cloud<'a>,
    ) -> Self {
        let classification = Classification::new(class, activity);
        Self {
            classification,
            severity: Severity::INFORMATIONAL,
            time,
            metadata,
            cloud,
            enrichments: Vec::new(),
        }
    }
}
