//! `mailtrail permissions`: documents on stdout, remarks on stderr.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::mailtrail::Mailtrail;

const FULL: [&str; 8] = [
    "--account",
    "111122223333",
    "--region",
    "eu-west-1",
    "--bucket",
    "example-trail",
    "--resource",
    "arn:aws:workmail:eu-west-1:111122223333:organization/m-0123456789abcdef0123456789abcdef",
];

fn complaint(arguments: &[&str]) -> String {
    Mailtrail::new().complaint(&[&["permissions"], arguments].concat())
}

#[test]
fn the_documents_are_one_object_with_what_was_given_filled_in() {
    let run = Mailtrail::new().run(&[&["permissions", "workmail", "s3"], &FULL[..]].concat()).expect(0);
    let documents: Value = serde_json::from_str(&run.stdout).unwrap();
    let keys: BTreeSet<_> = documents.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["caller_policy", "console_policy", "bucket_policy", "key_policy"]));
    for given in ["eu-west-1", "example-trail", FULL[7]] {
        assert!(run.stdout.contains(given), "{run:#?}");
    }
    assert!(!run.stderr.contains("example: replace by your own"), "{run:#?}");
}

#[test]
fn the_caller_of_redrive_has_a_policy() {
    let policy = |arguments: &[&str]| {
        let run = Mailtrail::new().run(&[&["permissions", "redrive"], arguments].concat()).expect(0);
        serde_json::from_str::<Value>(&run.stdout).unwrap()["caller_policy"].to_string()
    };
    let bucket = policy(&["s3", "--bucket", "example-trail"]);
    assert!(bucket.contains("s3:ListBucket") && bucket.contains("arn:aws:s3:::example-trail/*"), "{bucket}");
    let stream = policy(&["firehose", "--stream", "mail", "--region", "eu-west-1", "--json"]);
    assert!(stream.contains("deliverystream/mail") && stream.contains("LogDeliveryEnabled"), "{stream}");
    assert!(complaint(&["redrive", "cloudwatch-logs"]).contains("supported: s3, firehose"));
    assert!(complaint(&["redrive", "s3", "--stream", "mail"]).contains("does not apply"));
    assert!(complaint(&["redrive", "s3", "--format", "cli"]).contains("as JSON only"));
}

#[test]
fn json_is_on_one_line() {
    let run = Mailtrail::new().run(&["permissions", "workmail", "s3", "--json"]).expect(0);
    assert_eq!(run.stdout.lines().count(), 1, "{run:#?}");
    assert!(serde_json::from_str::<Value>(&run.stdout).is_ok(), "{run:#?}");
}

#[test]
fn missing_inputs_are_examples_and_named_on_stderr() {
    let run = Mailtrail::new().run(&["permissions", "waf", "cloudwatch-logs"]).expect(0);
    assert!(run.stdout.contains("aws-waf-logs-example"), "{run:#?}");
    assert!(
        run.stderr.ends_with("! account, Region and log group are examples: replace by your own\n"),
        "{run:#?}"
    );
}

#[test]
fn the_region_may_come_from_the_environment() {
    let mailtrail = Mailtrail::new().env("AWS_REGION", "eu-west-1");
    let run = mailtrail.run(&["permissions", "workmail", "firehose"]).expect(0);
    assert!(run.stdout.contains(":eu-west-1:") && !run.stdout.contains("us-east-1"), "{run:#?}");
    let run = mailtrail.run(&["permissions", "cloudfront", "firehose"]).expect(0);
    assert!(run.stdout.contains(":us-east-1:") && !run.stdout.contains("eu-west-1"), "{run:#?}");
}

#[test]
fn a_template_and_commands_are_printed_alone() {
    for format in ["cloudformation", "cli"] {
        let arguments = [&["permissions", "workmail", "s3", "--format", format], &FULL[..]].concat();
        let run = Mailtrail::new().run(&arguments).expect(0);
        if format == "cli" {
            assert!(run.stdout.starts_with("# ") && run.stdout.contains("\naws logs "), "{run:#?}");
        } else {
            assert!(serde_json::from_str::<Value>(&run.stdout).is_ok(), "{run:#?}");
            assert!(run.stderr.contains("Not in the template: the key policy"), "{run:#?}");
        }
    }
}

#[test]
fn a_service_with_a_mechanism_of_its_own_has_a_page() {
    let run = Mailtrail::new().run(&["permissions", "lambda", "s3"]).expect(3);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("https://docs.aws.amazon.com/lambda/"), "{run:#?}");
}

#[test]
fn the_list_shows_every_service() {
    let run = Mailtrail::new().run(&["permissions", "--list"]).expect(0);
    insta::assert_snapshot!("permissions-list", run.stdout);
    let lines = Mailtrail::new().run(&["permissions", "--list", "--json"]).expect(0).stdout;
    assert_eq!(lines.lines().count() + 1, run.stdout.lines().count());
    let first: Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
    assert_eq!((&first["id"], &first["destinations"]["firehose"]), (&"workmail".into(), &"v2".into()));
}

#[test]
fn invalid_arguments_are_rejected_with_valid_ones() {
    let wrong: [&[&str]; 9] = [
        &["workmial", "s3"],
        &["zzz", "s3"],
        &["workmail", "sqs"],
        &["elasticache", "s3"],
        &["workmail", "s3", "--log-group", "x"],
        &["workmail", "s3", "--account", "12"],
        &["workmail", "s3", "--region", "europe"],
        &["waf", "firehose", "--stream", "mail"],
        &["workmail", "firehose", "--resource", "arn:aws:s3:::example"],
    ];
    insta::assert_snapshot!(wrong.map(complaint).join("\n"));
}

#[test]
fn a_service_and_a_destination_are_required_without_list() {
    assert!(complaint(&[]).contains("required arguments"));
    assert!(complaint(&["--list", "workmail"]).contains("cannot be used with"));
    assert!(complaint(&["workmail", "s3", "--json", "--format", "cli"]).contains("cannot be used with"));
}
