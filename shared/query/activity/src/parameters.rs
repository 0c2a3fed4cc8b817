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

/// A value in a list: of an object, what its members say.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => members.values().map(text).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}
