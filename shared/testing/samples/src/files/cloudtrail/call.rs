//! CloudTrail records of API calls, and files of them.

use crate::batch::Batch;
use crate::example::OWNER;
use crate::files::sample::{SampleFile, batch_of, file, fnv1a};

const LOG_GROUP: &str = "aws-cloudtrail-logs-111122223333-example";
const LOG_STREAM: &str = "111122223333_CloudTrail_eu-west-1";
const SUBSCRIPTION_FILTER: &str = "mailtrail-cloudtrail";

pub(super) const WORKMAIL: &str = "workmail.amazonaws.com";
pub(super) const IAM: &str = "iam.amazonaws.com";
pub(super) const S3: &str = "s3.amazonaws.com";
pub(super) const STS: &str = "sts.amazonaws.com";
pub(super) const SIGN_IN: &str = "signin.amazonaws.com";

pub(super) const BY_CLI: &str = r#""sourceIPAddress":"203.0.113.20","userAgent":"aws-cli/2.30.0""#;

/// A record without the members that every record has: the identity, the service, the event name, and other members.
pub(super) struct Call<'a> {
    pub(super) identity: &'a str,
    pub(super) service: &'a str,
    pub(super) name: &'a str,
    pub(super) rest: String,
}

pub(super) fn call<'a>(identity: &'a str, service: &'a str, name: &'a str, rest: &str) -> Call<'a> {
    Call { identity, service, name, rest: rest.into() }
}

/// A call with the AWS CLI, with these parameters and an empty response.
pub(super) fn by_cli<'a>(identity: &'a str, service: &'a str, name: &'a str, parameters: &str) -> Call<'a> {
    let rest =
        format!(r#"{BY_CLI},"requestParameters":{parameters},"responseElements":null,"readOnly":false"#);
    Call { identity, service, name, rest }
}

impl Call<'_> {
    /// The record with this index in a file of this name.
    pub(super) fn json(&self, file: &str, index: usize) -> String {
        let Self { identity, service, name, rest } = self;
        let sum = fnv1a(file);
        let (high, low) = (sum >> 32, sum & 0xffff_ffff);
        let (kind, request) = match *service {
            SIGN_IN => ("AwsConsoleSignIn", String::new()),
            _ => ("AwsApiCall", format!(r#""requestID":"{high:08x}-0a1b-4c2d-8e3f-{index:012}","#)),
        };
        format!(
            r#"{{"eventVersion":"1.11","userIdentity":{identity},"eventTime":"2026-11-20T10:14:{second:02}Z",
            "eventSource":"{service}","eventName":"{name}","awsRegion":"eu-west-1",{rest},
            {request}"eventID":"{low:08x}-0a1b-4c2d-8e3f-{index:012}",
            "eventType":"{kind}","managementEvent":true,"recipientAccountId":"111122223333",
            "eventCategory":"Management"}}"#,
            second = 10 + index,
        )
    }
}

/// A file with one record for each call.
pub(super) fn called(name: &str, about: &'static str, calls: &[Call<'_>]) -> SampleFile {
    let records = calls.iter().enumerate().map(|(index, call)| call.json(name, index));
    written(name, about, &records.collect::<Vec<_>>())
}

/// A file of complete records.
pub(super) fn written<T: AsRef<str>>(name: &str, about: &'static str, records: &[T]) -> SampleFile {
    let batch = Batch {
        owner: OWNER.into(),
        log_group: LOG_GROUP.into(),
        log_stream: LOG_STREAM.into(),
        subscription_filters: vec![SUBSCRIPTION_FILTER.into()],
        ..batch_of(name, records.iter().map(AsRef::as_ref))
    };
    file(format!("{name}.json"), about, batch.to_invocation())
}
