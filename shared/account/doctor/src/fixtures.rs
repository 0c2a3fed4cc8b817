//! An account in which everything is in order. Each test changes one thing of it.

use std::collections::BTreeMap;

use mailtrail_resource_policy::inventory::{
    Delivery, DeliveryDestination, DeliverySource, DestinationConfiguration, Inventory,
    LogGroup as ListedGroup, Part, ResourcePolicy,
};

use crate::{
    Archive, Bucket, Days, EmailEvents, Encryption, ErrorLog, Facts, Failures, Filter, Finding, Function,
    FunctionSettings, GroupSettings, IdentityPolicy, Key, KeySettings, LogGroup, Organization, Role,
    SavedDirectory, Severity, Stream, StreamDestination, StreamSettings, Subscriptions, Template, Topic,
    checks,
};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const ORGANIZATION: &str = "m-0123456789abcdef0123456789abcdef";
pub(crate) const EVENTS: &str = "/aws/workmail/emailevents/example";
pub(crate) const AUDIT: &str = "/aws/vendedlogs/workmail/example/audit";
pub(crate) const FUNCTION: &str = "mailtrail-workmail-events";
pub(crate) const STREAM: &str = "mail";
pub(crate) const FAILURES: &str = "example-failures";
pub(crate) const TARGET: &str = "example-logs";
pub(crate) const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000000";
pub(crate) const ARCHIVE: &str = "s3://example-archive/mail";
/// 20 November 2026.
pub(crate) const NOW: i64 = 20_777 * 24 * 60 * 60 * 1000;
const FILTER_SINCE: i64 = NOW - 10 * 24 * 60 * 60 * 1000;

pub(crate) fn seen<T>(value: T) -> Part<T> {
    Part::Seen { at: NOW, value }
}

pub(crate) fn arn(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}")
}

/// The findings that are not in order, as check id and severity, without notes.
pub(crate) fn problems(facts: &Facts) -> Vec<(&'static str, Severity)> {
    let found = checks(facts).into_iter().filter(|finding| finding.severity > Severity::Note);
    found.map(|Finding { check, severity, .. }| (check.id, severity)).collect()
}

/// The findings for [`intact`] after a change.
pub(crate) fn problems_after(change: impl FnOnce(&mut Facts)) -> Vec<(&'static str, Severity)> {
    let mut facts = intact();
    change(&mut facts);
    problems(&facts)
}

/// An account in which everything is in order: email events and four audit logs to log groups that a function is
/// subscribed to, one audit log to a bucket too and one to a stream.
pub(crate) fn intact() -> Facts {
    Facts {
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        at: NOW,
        organizations: seen(vec![Organization {
            id: ORGANIZATION.to_owned(),
            alias: "example".to_owned(),
            email_events: seen(Some(EmailEvents {
                log_group_arn: arn("logs", &format!("log-group:{EVENTS}:*")),
                role_arn: format!("arn:aws:iam::{ACCOUNT}:role/workmail-events"),
            })),
        }]),
        inventory: inventory(),
        templates: seen(templates()),
        account_filters: seen(Vec::new()),
        account_masking: seen(Vec::new()),
        log_groups: vec![
            group(EVENTS, true),
            group(AUDIT, true),
            group(&format!("/aws/lambda/{FUNCTION}"), false),
        ],
        functions: vec![function()],
        streams: vec![Stream {
            name: STREAM.to_owned(),
            settings: seen(Some(StreamSettings {
                status: "ACTIVE".to_owned(),
                source: "DirectPut".to_owned(),
                decompresses: false,
                destination: Some(StreamDestination {
                    role_arn: role_arn("firehose"),
                    bucket_arn: "arn:aws:s3:::example-stream".to_owned(),
                    prefix: "mail/!{timestamp:yyyy}/".to_owned(),
                    error_log: Some(ErrorLog {
                        log_group: "/aws/kinesisfirehose/mail".to_owned(),
                        log_stream: "DestinationDelivery".to_owned(),
                    }),
                }),
            })),
            tags: seen(BTreeMap::from([("LogDeliveryEnabled".to_owned(), "true".to_owned())])),
            last_error: seen(Some(NOW - 2 * mailtrail_clock::DAY)),
        }],
        buckets: vec![target(), archive_bucket()],
        keys: BTreeMap::from([(KEY.to_owned(), key())]),
        roles: BTreeMap::from([
            ("workmail-events".to_owned(), seen(Some(logging_role()))),
            ("mailtrail".to_owned(), seen(Some(function_role()))),
            ("firehose".to_owned(), seen(Some(firehose_role()))),
            (
                "AWSServiceRoleForLogDelivery".to_owned(),
                seen(Some(role("AWSServiceRoleForLogDelivery", "{}", &[]))),
            ),
        ]),
        topics: vec![Topic {
            arn: arn("sns", "mailtrail"),
            subscriptions: seen(Some(Subscriptions { confirmed: 1, pending: 0 })),
        }],
        failures: BTreeMap::from([(FAILURES.to_owned(), seen(Failures::default()))]),
        archives: vec![Archive {
            url: ARCHIVE.to_owned(),
            bucket: Some("example-archive".to_owned()),
            owner: Some(ACCOUNT.to_owned()),
            owner_fits: seen(true),
            key: None,
            functions: [FUNCTION.to_owned()].into(),
            days: seen(Some(Days { first: "20261110".to_owned(), last: "20261120".to_owned() })),
            coverage: seen(Vec::new()),
            refused_coverage: 0,
            directories: seen(vec![SavedDirectory {
                organization: ORGANIZATION.to_owned(),
                taken: NOW - 30 * 24 * 60 * 60 * 1000,
                as_of: NOW - 24 * 60 * 60 * 1000,
            }]),
            ended: Vec::new(),
        }],
        ..Facts::default()
    }
}

pub(crate) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// A role with one inline policy that allows these actions, each on its resource.
pub(crate) fn role(name: &str, trust: &str, allowed: &[(&str, &str)]) -> Role {
    let statement = |(action, resource): &(&str, &str)| {
        format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#)
    };
    let document = policy(&allowed.iter().map(statement).collect::<Vec<_>>());
    Role {
        arn: role_arn(name),
        trust: trust.to_owned(),
        policies: seen(vec![IdentityPolicy { name: "write".to_owned(), document }]),
        boundary: seen(None),
    }
}

/// The role that WorkMail assumes, with the trust policy that AWS documents.
pub(crate) fn logging_role() -> Role {
    let group = arn("logs", &format!("log-group:{EVENTS}:*"));
    role("workmail-events", &trust(false), &[("logs:CreateLogStream", &group), ("logs:PutLogEvents", &group)])
}

pub(crate) fn service_trust(service: &str) -> String {
    trust(false).replace("events.workmail.amazonaws.com", service)
}

fn function_role() -> Role {
    let own = arn("logs", &format!("log-group:/aws/lambda/{FUNCTION}:*"));
    let allowed = [
        ("s3:PutObject", "arn:aws:s3:::example-archive/mail/*"),
        ("s3:PutObject", "arn:aws:s3:::example-failures/aws/lambda/*"),
        ("logs:PutLogEvents", &own),
        ("kinesis:*", "*"),
    ];
    role("mailtrail", &service_trust("lambda.amazonaws.com"), &allowed)
}

fn firehose_role() -> Role {
    let allowed = [("s3:PutObject", "arn:aws:s3:::example-stream/*")];
    role("firehose", &service_trust("firehose.amazonaws.com"), &allowed)
}

pub(crate) fn trust(conditions: bool) -> String {
    let condition = if conditions {
        format!(
            r#","Condition":{{"StringEquals":{{"aws:SourceAccount":"{ACCOUNT}"}},"ArnLike":{{"aws:SourceArn":"{}"}}}}"#,
            arn("workmail", &format!("organization/{ORGANIZATION}"))
        )
    } else {
        String::new()
    };
    format!(
        r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"Service":"events.workmail.amazonaws.com"}},"Action":"sts:AssumeRole"{condition}}}]}}"#
    )
}

/// A statement that allows log delivery these actions, followed by its `Condition` where there is one.
pub(crate) fn statement(actions: &str, resource: &str, conditions: &str) -> String {
    format!(
        r#"{{"Sid":"Deliver","Effect":"Allow","Principal":{{"Service":"delivery.logs.amazonaws.com"}},"Action":[{actions}],"Resource":"{resource}"{conditions}}}"#
    )
}

pub(crate) fn source_conditions(acl: bool) -> String {
    let acl = if acl { r#","s3:x-amz-acl":"bucket-owner-full-control""# } else { "" };
    format!(
        r#","Condition":{{"StringEquals":{{"aws:SourceAccount":"{ACCOUNT}"{acl}}},"ArnLike":{{"aws:SourceArn":"{}"}}}}"#,
        arn("logs", "delivery-source:*")
    )
}

pub(crate) fn policy(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

pub(crate) fn bucket_policy(list_actions: &str, acl: bool) -> String {
    let objects = format!("arn:aws:s3:::{TARGET}/AWSLogs/{ACCOUNT}/*");
    policy(&[
        statement(list_actions, &format!("arn:aws:s3:::{TARGET}"), &source_conditions(false)),
        statement(r#""s3:PutObject""#, &objects, &source_conditions(acl)),
    ])
}

pub(crate) const LIST_ACTIONS: &str = r#""s3:GetBucketAcl","s3:ListBucket""#;

pub(crate) fn key_policy(actions: &str, conditions: &str) -> String {
    let root = format!(
        r#"{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"kms:*","Resource":"*"}}"#
    );
    policy(&[root, statement(actions, "*", conditions)])
}

/// The resource-based policy of a function, as Lambda writes it.
pub(crate) fn invoke_policy(conditions: bool) -> String {
    let condition = if conditions {
        format!(
            r#","Condition":{{"StringEquals":{{"AWS:SourceAccount":"{ACCOUNT}"}},"ArnLike":{{"AWS:SourceArn":"{}"}}}}"#,
            arn("logs", "log-group:*")
        )
    } else {
        String::new()
    };
    policy(&[format!(
        r#"{{"Sid":"logs","Effect":"Allow","Principal":{{"Service":"logs.amazonaws.com"}},"Action":"lambda:InvokeFunction","Resource":"{}"{condition}}}"#,
        arn("lambda", &format!("function:{FUNCTION}"))
    )])
}

fn function() -> Function {
    let environment = [("MAILTRAIL_ARCHIVE", ARCHIVE), ("MAILTRAIL_ARCHIVE_OWNER", ACCOUNT)];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Function {
        name: FUNCTION.to_owned(),
        settings: seen(Some(FunctionSettings {
            arn: arn("lambda", &format!("function:{FUNCTION}")),
            role: format!("arn:aws:iam::{ACCOUNT}:role/mailtrail"),
            log_group: format!("/aws/lambda/{FUNCTION}"),
            state: "Active".to_owned(),
            environment: seen(environment),
        })),
        policy: seen(Some(invoke_policy(true))),
        qualified: BTreeMap::new(),
        reserved_concurrency: seen(None),
        on_failure: seen(Some(format!("arn:aws:s3:::{FAILURES}"))),
    }
}

fn group(name: &str, subscribed: bool) -> LogGroup {
    let filter = Filter {
        name: "mailtrail".to_owned(),
        pattern: String::new(),
        destination_arn: arn("lambda", &format!("function:{FUNCTION}")),
        created: FILTER_SINCE,
        system_fields: ["@aws.account", "@aws.region", "@source.log"].map(str::to_owned).to_vec(),
        ..Filter::default()
    };
    LogGroup {
        name: name.to_owned(),
        settings: seen(Some(GroupSettings {
            retention_days: Some(400),
            class: "STANDARD".to_owned(),
            created: FILTER_SINCE,
        })),
        filters: seen(if subscribed { vec![filter] } else { Vec::new() }),
        masking: seen(None),
        first_event: seen(Some(FILTER_SINCE + 1)),
        last_event: seen(Some(NOW - 1)),
    }
}

fn target() -> Bucket {
    Bucket {
        name: TARGET.to_owned(),
        exists: seen(true),
        owner_fits: seen(true),
        policy: seen(Some(bucket_policy(LIST_ACTIONS, true))),
        encryption: seen(Some(Encryption { algorithm: "aws:kms".to_owned(), key: Some(KEY.to_owned()) })),
    }
}

fn archive_bucket() -> Bucket {
    let tls_only = format!(
        r#"{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::example-archive/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"{}"}}}}}}"#,
        false
    );
    Bucket {
        name: "example-archive".to_owned(),
        exists: seen(true),
        owner_fits: Part::default(),
        policy: seen(Some(policy(&[tls_only]))),
        encryption: seen(None),
    }
}

fn key() -> Key {
    let actions = r#""kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey""#;
    Key {
        settings: seen(Some(KeySettings {
            arn: KEY.to_owned(),
            manager: "CUSTOMER".to_owned(),
            state: "Enabled".to_owned(),
        })),
        policy: seen(Some(key_policy(actions, &source_conditions(false)))),
    }
}

const TYPES: [&str; 5] = [
    "ACCESS_CONTROL_LOGS",
    "AUTHENTICATION_LOGS",
    "WORKMAIL_AVAILABILITY_PROVIDER_LOGS",
    "WORKMAIL_MAILBOX_ACCESS_LOGS",
    "WORKMAIL_PERSONAL_ACCESS_TOKEN_LOGS",
];

fn templates() -> Vec<Template> {
    let kinds = ["CWL", "S3", "FH"];
    let template = |log_type: &str, kind: &str| Template {
        log_type: log_type.to_owned(),
        destination_type: kind.to_owned(),
        mandatory: vec!["event_timestamp".to_owned()],
    };
    TYPES.iter().flat_map(|log_type| kinds.map(|kind| template(log_type, kind))).collect()
}

fn inventory() -> Inventory {
    let source = |log_type: &str| DeliverySource {
        name: log_type.to_ascii_lowercase(),
        resource_arns: vec![arn("workmail", &format!("organization/{ORGANIZATION}"))],
        service: Some("workmail".to_owned()),
        log_type: Some(log_type.to_owned()),
        status: Some("ACTIVE".to_owned()),
        ..DeliverySource::default()
    };
    let destination = |name: &str, kind: &str, resource: String| DeliveryDestination {
        name: name.to_owned(),
        arn: arn("logs", &format!("delivery-destination:{name}")),
        delivery_destination_type: Some(kind.to_owned()),
        output_format: Some("json".to_owned()),
        delivery_destination_configuration: DestinationConfiguration { destination_resource_arn: resource },
        ..DeliveryDestination::default()
    };
    let delivery = |id: &str, log_type: &str, to: &str| Delivery {
        id: id.to_owned(),
        delivery_source_name: log_type.to_ascii_lowercase(),
        delivery_destination_arn: arn("logs", &format!("delivery-destination:{to}")),
        record_fields: vec!["event_timestamp".to_owned(), "user_id".to_owned()],
        ..Delivery::default()
    };
    let mut deliveries: Vec<Delivery> =
        TYPES.iter().enumerate().map(|(n, log_type)| delivery(&format!("d{n}"), log_type, "audit")).collect();
    deliveries.push(delivery("s3", TYPES[0], "bucket"));
    deliveries.push(delivery("fh", TYPES[0], "stream"));
    let grant = policy(&[statement(
        r#""logs:CreateLogStream","logs:PutLogEvents""#,
        &arn("logs", &format!("log-group:{AUDIT}:log-stream:*")),
        &source_conditions(false).replace("delivery-source:*", "*"),
    )]);
    Inventory {
        account: Some(ACCOUNT.to_owned()),
        region: Some(REGION.to_owned()),
        account_policies: seen(vec![ResourcePolicy {
            policy_name: Some("AWSLogDeliveryWrite20150319".to_owned()),
            document: grant,
            ..ResourcePolicy::default()
        }]),
        log_group_policies: BTreeMap::from([(AUDIT.to_owned(), seen(None))]),
        log_groups: seen(
            [EVENTS, AUDIT]
                .map(|name| ListedGroup { name: name.to_owned(), ..ListedGroup::default() })
                .to_vec(),
        ),
        delivery_sources: seen(TYPES.map(source).to_vec()),
        delivery_destinations: seen(vec![
            destination("audit", "CWL", arn("logs", &format!("log-group:{AUDIT}:*"))),
            destination("bucket", "S3", format!("arn:aws:s3:::{TARGET}")),
            destination("stream", "FH", arn("firehose", &format!("deliverystream/{STREAM}"))),
        ]),
        deliveries: seen(deliveries),
        ..Inventory::default()
    }
}
