//! Holds the answer to `ListTagsForDeliveryStream` against what such an answer must have.
//!
//! The SDK fills in what an answer lacks: `{}` becomes "no tags, and there are no more". For the gate that would be a
//! decision of an operator which no one took. So the text of the answer is read a second time, strictly.
//! <https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListTagsForDeliveryStream.html>

use aws_sdk_firehose::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_firehose::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_firehose::error::BoxError;
use serde::Deserialize;

/// Fails a call whose answer of success is not a list of tags.
#[derive(Debug)]
pub(super) struct RequireTagList;

/// What the answer must have.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagList {
    #[serde(rename = "HasMoreTags")]
    _has_more_tags: bool,
    #[serde(rename = "Tags")]
    _tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    #[serde(rename = "Key")]
    _key: String,
    #[serde(rename = "Value")]
    _value: Option<String>,
}

impl Intercept for RequireTagList {
    fn name(&self) -> &'static str {
        "RequireTagList"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        if answer.status().is_success() {
            check(answer.body().bytes().unwrap_or_default())?;
        }
        Ok(())
    }
}

/// The error says where the text departs from a list of tags, and nothing of what stands there.
fn check(body: &[u8]) -> Result<(), BoxError> {
    let read = serde_json::from_slice::<TagList>(body);
    read.map(drop).map_err(|error| {
        format!("not a list of tags (line {}, column {})", error.line(), error.column()).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_list_of_tags_is_one() {
        for body in [
            r#"{"HasMoreTags":false,"Tags":[]}"#,
            r#"{"Tags":[{"Key":"a"},{"Key":"b","Value":null},{"Key":"c","Value":"d"}],"HasMoreTags":true,"New":1}"#,
        ] {
            assert!(check(body.as_bytes()).is_ok(), "{body}");
        }
        for body in [
            "",
            "{}",
            "null",
            "[]",
            r#"{"Tags":[]}"#,
            r#"{"HasMoreTags":false}"#,
            r#"{"HasMoreTags":null,"Tags":[]}"#,
            r#"{"HasMoreTags":"false","Tags":[]}"#,
            r#"{"HasMoreTags":false,"Tags":null}"#,
            r#"{"HasMoreTags":false,"Tags":{}}"#,
            r#"{"HasMoreTags":false,"Tags":[{"Value":"true"}]}"#,
            r#"{"HasMoreTags":false,"Tags":[{"Key":"LogDeliveryEnabled","Value":true}]}"#,
            r#"{"HasMoreTags":false,"Tags":[{"Key":"a","Value":"b"}"#,
            r#"{"HasMoreTags":false,"Tags":[]}<html>"#,
            r#"{"tags":[],"hasMoreTags":false}"#,
            "<html><body>Sign in</body></html>",
        ] {
            assert!(check(body.as_bytes()).is_err(), "{body}");
        }
    }
}
