//! What is known about an event from outside of it.

use std::borrow::Cow;

use serde::Serialize;

/// Object `enrichment`: something from outside the event that was laid beside one of its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Enrichment<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
    r#type: &'static str,
    provider: &'static str,
    data: Cow<'a, str>,
}

impl<'a> Enrichment<'a> {
    /// The mark that an entry of the operator's watch list applies to this event: `name` and `value` are the
    /// attribute that it was recognised by, `data` is the name of the entry.
    ///
    /// It is an enrichment and no observable: an observable repeats what the event says, and its types are a
    /// closed list; that it is watched is knowledge from outside.
    pub fn watch(
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, str>>,
        entry: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            r#type: "watch",
            provider: "mailtrail",
            data: entry.into(),
        }
    }

    /// The name that an id had at the time of the event: `name` and `value` are the attribute that holds the id.
    pub fn directory_name(
        name: impl Into<Cow<'a, str>>,
        id: impl Into<Cow<'a, str>>,
        its_name: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            value: id.into(),
            r#type: "name",
            provider: "mailtrail",
            data: its_name.into(),
        }
    }
}
