//! What a call was asked with: `requestParameters` of CloudTrail.

use serde_json::Value;

use crate::ActivityFields;

/// The parameters of a request as name and text, in their order: objects flattened into dotted names, lists joined by commas.
/// None for a request that is not logged as JSON.
pub fn parameters(fields: &ActivityFields<'_>) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let request = fields.api.request.data.get().and_then(|data| serde_json::from_str(data).ok());
    if let Some(Value::Object(members)) = request {
        for (name, value) in members {
            flatten(name, &value, &mut parameters);
        }
    }
    let kept = fields.unmapped.below("requestParameters.");
    parameters.extend(kept.map(|(name, value)| (name.to_owned(), value.to_owned())));
    parameters
}

fn flatten(name: String, value: &Value, parameters: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (member, value) in members {
                flatten(format!("{name}.{member}"), value, parameters);
            }
        }
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().map(text).collect();
            parameters.push((name, texts.join(", ")));
        }
        value => parameters.push((name, text(value))),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
