//! What a caller needs to redrive: to read and write an archive, to send to a stream.
//!
//! It is not the log delivery of a service, and has the same destinations: a bucket (of the archive, or of failed invocations) or a stream.

use mailtrail_aws_types::{DELIVERY_TAG, DELIVERY_TAG_CONDITION};

use crate::account_region::{AccountRegion, EXAMPLE_ACCOUNT, EXAMPLE_REGION};
use crate::catalogue::Destination;
use crate::policy::{Policy, Statement};
use crate::setup::{Inputs, SetupError, validate_form};

/// What stands in the place of a service.
pub const REDRIVE: &str = "redrive";

/// The identity-based policy of a caller of `mailtrail redrive`, for one bucket or one stream. What is not given is an
/// example.
///
/// # Errors
/// When an input is invalid, or does not apply.
pub fn redrive(destination: Destination, inputs: Inputs<'_>) -> Result<Policy, SetupError> {
    if inputs.resource.is_some() {
        return Err(SetupError::NoResource { service: REDRIVE.to_owned() });
    }
    let account_region = AccountRegion::new(
        inputs.account.unwrap_or(EXAMPLE_ACCOUNT),
        inputs.region.unwrap_or(EXAMPLE_REGION),
    )?;
    match destination {
        Destination::CloudWatchLogs => Err(SetupError::Destination {
            service: REDRIVE.to_owned(),
            destination,
            supported: "s3, firehose".to_owned(),
        }),
        Destination::S3 => {
            let bucket = inputs.name.unwrap_or("amzn-s3-demo-bucket");
            validate_form(destination, bucket)?;
            Ok(archive(&account_region.s3(bucket)))
        }
        Destination::Firehose => {
            let stream = inputs.name.unwrap_or("example");
            validate_form(destination, stream)?;
            Ok(tagged_stream(&account_region.stream(stream)))
        }
    }
}

/// Without the permission to list, S3 answers 403 for what is absent, and no one can say what was sent.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>
fn archive(bucket: &str) -> Policy {
    let objects = format!("{bucket}/*");
    Policy::new(vec![
        Statement::allow("FindObjects", ["s3:ListBucket"], [bucket]),
        Statement::allow("ReadObjects", ["s3:GetObject"], [objects.as_str()]),
        Statement::allow("WriteArchive", ["s3:PutObject"], [objects]),
    ])
}

/// IAM enforces the rule that the code follows: no tag, no stream. Tags may be read without one.
fn tagged_stream(stream: &str) -> Policy {
    let (_, value) = DELIVERY_TAG;
    let send = Statement::allow("TaggedStream", ["firehose:PutRecordBatch"], [stream]);
    Policy::new(vec![
        Statement::allow("AskForTags", ["firehose:ListTagsForDeliveryStream"], [stream]),
        send.when("StringEquals", DELIVERY_TAG_CONDITION, value),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_and_a_stream_are_what_it_needs() {
        let named = |name| Inputs { name: Some(name), ..Inputs::default() };
        let bucket =
            serde_json::to_string(&redrive(Destination::S3, named("example-trail")).unwrap()).unwrap();
        assert!(bucket.contains(r#""s3:ListBucket"],"Resource":["arn:aws:s3:::example-trail"]"#), "{bucket}");
        assert!(
            bucket.contains(r#""s3:PutObject"],"Resource":["arn:aws:s3:::example-trail/*"]"#),
            "{bucket}"
        );
        let stream = redrive(Destination::Firehose, named("mail")).unwrap();
        let condition = stream.statements()[1].condition("StringEquals", DELIVERY_TAG_CONDITION);
        assert_eq!(condition, Some("true"));
        for (destination, name) in [(Destination::S3, "A"), (Destination::Firehose, "a b")] {
            assert!(matches!(redrive(destination, named(name)), Err(SetupError::Name { .. })));
        }
        let unsupported = redrive(Destination::CloudWatchLogs, Inputs::default()).unwrap_err();
        assert!(unsupported.to_string().ends_with("supported: s3, firehose"), "{unsupported}");
    }
}
