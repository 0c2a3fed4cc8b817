//! The record types as JSON Schemas (feature `schema`), for whatever is generated from them.
//!
//! The schemas are derived beside the serialisers and from the same attributes: what a schema has no place for,
//! no record can write.

use schemars::Schema;
use schemars::generate::SchemaSettings;

use crate::{ApiActivity, Authentication, BaseEvent, Class, EmailActivity, EntityManagement};

impl Class {
    /// What a record of this class may consist of, as it is written. Every object is spelled out where it stands;
    /// there are no references.
    pub fn schema(self) -> Schema {
        let settings = SchemaSettings::draft2020_12().for_serialize().with(|it| it.inline_subschemas = true);
        let generator = settings.into_generator();
        match self {
            Self::BaseEvent => generator.into_root_schema_for::<BaseEvent<'_>>(),
            Self::EmailActivity => generator.into_root_schema_for::<EmailActivity<'_>>(),
            Self::Authentication => generator.into_root_schema_for::<Authentication<'_>>(),
            Self::ApiActivity => generator.into_root_schema_for::<ApiActivity<'_>>(),
            Self::EntityManagement => generator.into_root_schema_for::<EntityManagement<'_>>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_flattened_into_a_record_is_flattened_in_its_schema() {
        for class in Class::ALL {
            let schema = class.schema();
            for name in ["class_uid", "severity", "time", "time_dt", "metadata", "status_id", "unmapped"] {
                assert!(schema.pointer(&format!("/properties/{name}")).is_some(), "{class}.{name}");
            }
            assert_eq!(schema.pointer("/$defs"), None);
        }
    }

    #[test]
    fn nothing_but_text_is_in_unmapped() {
        let schema = Class::BaseEvent.schema();
        let values = schema.pointer("/properties/unmapped/additionalProperties/type").unwrap();
        assert_eq!(values, "string");
    }
}
