//! The types of columns in Hive's words, which Glue, Athena and Firehose speak, from JSON Schemas.
//!
//! Policy: a schema that says more than a column can hold is refused; nothing is widened in silence.

use anyhow::{Context as _, bail};
use serde_json::{Map, Value};

/// The type of a column, or of a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Boolean,
    /// 32 bits.
    Int,
    /// 64 bits.
    Bigint,
    /// `map<string,string>`.
    Map,
    Array(Box<Self>),
    Struct(Vec<Field>),
}

/// A column, or an attribute of a struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Type,
    /// What its documentation says, on one line; empty where it has none.
    pub(super) about: String,
}

/// The columns of a record type, in the order of their names.
pub(super) fn columns(schema: &Value) -> anyhow::Result<Vec<Field>> {
    fields(schema["properties"].as_object().context("a record type has attributes")?)
}

fn fields(properties: &Map<String, Value>) -> anyhow::Result<Vec<Field>> {
    let field = |(name, schema): (&String, &Value)| {
        let kind = Type::of(schema).with_context(|| format!("attribute {name}"))?;
        let about = schema["description"].as_str().unwrap_or_default();
        let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Field { name: name.clone(), kind, about })
    };
    properties.iter().map(field).collect()
}

impl Type {
    /// The type that holds every value of a schema. An attribute that may be absent is `null` in the schema; a
    /// column may always be empty.
    fn of(schema: &Value) -> anyhow::Result<Self> {
        let names: Vec<_> = match &schema["type"] {
            Value::Array(names) => names.iter().filter(|name| *name != "null").collect(),
            name => vec![name],
        };
        let [Value::String(name)] = names[..] else { bail!("no single type: {schema}") };
        Ok(match name.as_str() {
            "string" => Self::String,
            "boolean" => Self::Boolean,
            "integer" => Self::of_format(schema["format"].as_str().unwrap_or_default())?,
            "array" => Self::Array(Box::new(Self::of(&schema["items"])?)),
            "object" => match (&schema["properties"], &schema["additionalProperties"]["type"]) {
                (Value::Object(properties), Value::Null) => Self::Struct(fields(properties)?),
                (Value::Null, Value::String(values)) if values == "string" => Self::Map,
                _ => bail!("neither a struct nor a map of text: {schema}"),
            },
            _ => bail!("no column can hold {schema}"),
        })
    }

    /// The integer that has room for one of Rust's.
    fn of_format(format: &str) -> anyhow::Result<Self> {
        Ok(match format {
            "uint8" | "int8" | "uint16" | "int16" | "int32" => Self::Int,
            "uint32" | "int64" => Self::Bigint,
            _ => bail!("no column can hold an integer of format {format:?}"),
        })
    }

    /// As Glue writes it: `struct<name:string,to:array<string>>`.
    pub(super) fn name(&self) -> String {
        match self {
            Self::String => "string".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::Int => "int".to_owned(),
            Self::Bigint => "bigint".to_owned(),
            Self::Map => "map<string,string>".to_owned(),
            Self::Array(items) => format!("array<{}>", items.name()),
            Self::Struct(fields) => {
                let fields: Vec<_> =
                    fields.iter().map(|field| format!("{}:{}", field.name, field.kind.name())).collect();
                format!("struct<{}>", fields.join(","))
            }
        }
    }

    /// The paths of a value's attributes for which the type has no place.
    #[cfg(test)]
    pub(super) fn misfits(&self, value: &Value) -> Vec<String> {
        let below = |name: &str, found: Vec<String>| {
            found
                .into_iter()
                .map(move |path| format!("{name}.{path}").trim_end_matches('.').to_owned())
                .collect()
        };
        match (self, value) {
            (Self::String, Value::String(_)) | (Self::Boolean, Value::Bool(_)) => vec![],
            (Self::Int, Value::Number(number))
                if number.as_i64().is_some_and(|it| i32::try_from(it).is_ok()) =>
            {
                vec![]
            }
            (Self::Bigint, Value::Number(number)) if number.is_i64() => vec![],
            (Self::Map, Value::Object(values)) => values
                .iter()
                .flat_map(|(key, it)| -> Vec<_> { below(key, Self::String.misfits(it)) })
                .collect(),
            (Self::Array(items), Value::Array(values)) => {
                values.iter().flat_map(|value| items.misfits(value)).collect()
            }
            (Self::Struct(fields), Value::Object(values)) => values
                .iter()
                .flat_map(|(name, value)| -> Vec<_> {
                    let field = fields.iter().find(|field| field.name == *name);
                    below(name, field.map_or_else(|| vec![String::new()], |it| it.kind.misfits(value)))
                })
                .collect(),
            _ => vec![String::new()],
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_becomes_the_type_that_holds_its_values() {
        let cases = [
            (json!({"type": ["string", "null"]}), "string"),
            (json!({"type": "integer", "format": "uint8"}), "int"),
            (json!({"type": "integer", "format": "uint32"}), "bigint"),
            (json!({"type": "array", "items": {"type": "boolean"}}), "array<boolean>"),
            (json!({"type": "object", "additionalProperties": {"type": "string"}}), "map<string,string>"),
            (
                json!({"type": "object", "properties": {"to": {"type": "string"}, "n": {"type": "integer", "format": "int64"}}}),
                "struct<n:bigint,to:string>",
            ),
        ];
        for (schema, name) in cases {
            assert_eq!(Type::of(&schema).unwrap().name(), name);
        }
    }

    #[test]
    fn a_schema_that_no_column_can_hold_is_refused() {
        for schema in [
            json!(true),
            json!({"type": ["string", "integer"]}),
            json!({"type": "number"}),
            json!({"type": "integer", "format": "uint64"}),
            json!({"type": "object"}),
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ] {
            assert!(Type::of(&schema).is_err(), "{schema}");
        }
    }
}
