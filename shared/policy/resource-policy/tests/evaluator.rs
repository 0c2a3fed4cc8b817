//! What policies allow, for those that hold them and for services that are let in.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::evaluate::{Decision, Policies, Request, Requester};

const BUCKET: &str = "arn:aws:s3:::example-archive/raw/a.json.gz";
const STREAM: &str = "arn:aws:firehose:us-east-1:111122223333:deliverystream/mail";

fn document(statements: &str) -> Document {
    Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)).unwrap()
}

/// What an identity policy says to its holder.
fn holder(document: &Document, action: &str, resource: &str, context: &Context) -> Decision {
    let request = Request { requester: Requester::Holder, action, resource };
    Policies::of_account([document]).decide(&request, context)
}

#[test]
fn the_holder_of_an_identity_policy_may_do_what_a_statement_says() {
    let policy = document(
        r#"{"Effect":"Allow","Action":["s3:PutObject","s3:Get*"],"Resource":"arn:aws:s3:::example-archive/*"},
           {"Effect":"Allow","Action":"logs:DescribeResourcePolicies","Resource":"*"},
           {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::example-archive/config/*"}"#,
    );
    let none = Context::new();
    for (action, resource, expected) in [
        ("s3:PutObject", BUCKET, Decision::Allowed),
        ("S3:getobject", BUCKET, Decision::Allowed),
        ("s3:DeleteObject", BUCKET, Decision::Denied),
        ("s3:PutObject", "arn:aws:s3:::other/raw", Decision::Denied),
        ("s3:PutObject", "arn:aws:s3:::example-archive/config/a", Decision::Denied),
        ("logs:DescribeResourcePolicies", "*", Decision::Allowed),
        ("s3:PutObject", "*", Decision::Denied),
    ] {
        assert_eq!(holder(&policy, action, resource, &none), expected, "{action} on {resource}");
    }
}

#[test]
fn a_condition_on_a_tag_is_decided_by_what_is_known_of_it() {
    let policy = document(
        r#"{"Effect":"Allow","Action":"firehose:PutRecordBatch","Resource":"*",
            "Condition":{"StringEquals":{"aws:ResourceTag/LogDeliveryEnabled":"true"}}}"#,
    );
    let tag = "aws:ResourceTag/LogDeliveryEnabled";
    let decide = |context: Context| holder(&policy, "firehose:PutRecordBatch", STREAM, &context);
    assert_eq!(decide(Context::new().with(tag, "true")), Decision::Allowed);
    assert_eq!(decide(Context::new().with(tag, "True")), Decision::Denied);
    assert_eq!(decide(Context::new().without(tag)), Decision::Denied);
    assert_eq!(decide(Context::new()), Decision::Depends);
}

#[test]
fn an_explicit_deny_wins_even_where_the_rest_is_not_understood() {
    let deny = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;
    let odd = r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":7}"#;
    let allow = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    let decide = |statements: &str| holder(&document(statements), "s3:PutObject", BUCKET, &Context::new());
    assert_eq!(decide(&format!("{odd},{deny},{allow}")), Decision::Denied);
    assert_eq!(decide(&format!("{odd},{allow}")), Decision::Depends, "it might deny");
    assert_eq!(decide(odd), Decision::Depends);
    let unknown_member = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Unless":"sunday"}"#;
    assert_eq!(decide(unknown_member), Decision::Depends);
    assert_eq!(decide(&unknown_member.replace("s3:", "sqs:")), Decision::Denied);
}

#[test]
fn a_deny_that_may_hold_makes_an_allow_uncertain_and_never_a_yes() {
    let policy = document(
        r#"{"Effect":"Allow","Action":"*","Resource":"*"},
           {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}"#,
    );
    assert_eq!(holder(&policy, "s3:PutObject", BUCKET, &Context::new()), Decision::Depends);
}

#[test]
fn principals_are_told_apart() {
    let on = |principal: &str, requester: Requester| {
        let policy = document(&format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":"logs:PutLogEvents","Resource":"*"}}"#
        ));
        let request =
            Request { requester, action: "logs:PutLogEvents", resource: "arn:aws:logs:r:a:log-group:g:*" };
        Policies::of_account([&policy]).decide(&request, &Context::new())
    };
    let delivery = Requester::Service("delivery.logs.amazonaws.com");
    let alice = Requester::Aws("arn:aws:iam::111122223333:user/alice");
    assert_eq!(on(r#"{"Service":"delivery.logs.amazonaws.com"}"#, delivery), Decision::Allowed);
    assert_eq!(on(r#"{"Service":["es.amazonaws.com"]}"#, delivery), Decision::Denied);
    assert_eq!(on(r#"{"Service":"delivery.logs.amazonaws.com"}"#, alice), Decision::Denied);
    assert_eq!(on(r#"{"AWS":"arn:aws:iam::111122223333:user/alice"}"#, alice), Decision::Allowed);
    assert_eq!(on(r#"{"AWS":"111122223333"}"#, alice), Decision::Depends, "it is left to the account");
    assert_eq!(on(r#""*""#, delivery), Decision::Allowed);
    assert_eq!(on(r#""*""#, alice), Decision::Allowed);
    assert_eq!(on(r#"{"Federated":"example.com"}"#, alice), Decision::Depends);
}

#[test]
fn a_policy_of_a_log_group_says_nothing_of_others() {
    let open = document(r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#);
    let group = "arn:aws:logs:us-east-1:111122223333:log-group:/mail";
    let mut policies = Policies::default();
    policies.add(&open, Some(group));
    for (tail, expected) in [
        ("", Decision::Allowed),
        (":*", Decision::Allowed),
        (":log-stream:a", Decision::Allowed),
        ("box:log-stream:a", Decision::Denied),
    ] {
        let resource = format!("{group}{tail}");
        let requester = Requester::Service("delivery.logs.amazonaws.com");
        let request = Request { requester, action: "logs:PutLogEvents", resource: &resource };
        assert_eq!(policies.decide(&request, &Context::new()), expected, "{tail}");
    }
}

#[test]
fn the_policy_of_a_log_group_is_found_in_each_form_of_its_arn() {
    let open = document(r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#);
    let group = "arn:aws:logs:us-east-1:111122223333:log-group:/mail";
    let with_star = format!("{group}:*");
    let mut policies = Policies::default();
    policies.add(&open, Some(&with_star));
    let resource = format!("{group}:log-stream:a");
    let requester = Requester::Service("delivery.logs.amazonaws.com");
    let request = Request { requester, action: "logs:PutLogEvents", resource: &resource };
    assert_eq!(policies.decide(&request, &Context::new()), Decision::Allowed);
}

#[test]
fn a_service_is_named_in_any_case_or_by_a_star() {
    let on = |principal: &str| {
        let policy = document(&format!(
            r#"{{"Effect":"Allow","Principal":{{"Service":"{principal}"}},"Action":"*","Resource":"*"}}"#
        ));
        let requester = Requester::Service("delivery.logs.amazonaws.com");
        let request = Request { requester, action: "logs:PutLogEvents", resource: "*" };
        Policies::of_account([&policy]).decide(&request, &Context::new())
    };
    assert_eq!(on("Delivery.Logs.AmazonAWS.com"), Decision::Allowed);
    assert_eq!(on("*"), Decision::Allowed);
    assert_eq!(on("logs.amazonaws.com"), Decision::Denied);
}

#[test]
fn a_statement_without_a_principal_lets_no_service_in() {
    let policy = document(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let requester = Requester::Service("delivery.logs.amazonaws.com");
    let request = Request { requester, action: "logs:PutLogEvents", resource: "*" };
    assert_eq!(Policies::of_account([&policy]).decide(&request, &Context::new()), Decision::Denied);
}

#[test]
fn a_call_without_a_resource_needs_a_star() {
    let policy = document(r#"{"Effect":"Allow","Action":"*","Resource":"arn:*:*:*:*:*"}"#);
    assert_eq!(holder(&policy, "logs:DescribeLogGroups", "*", &Context::new()), Decision::Denied);
}

#[test]
fn a_statement_with_a_condition_twice_is_not_understood() {
    let policy = document(
        r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{
            "StringEquals":{"aws:x":"a"},"stringequals":{"AWS:X":"b"}}}"#,
    );
    let known = Context::new().with("aws:x", "c");
    assert_eq!(holder(&policy, "s3:PutObject", BUCKET, &known), Decision::Depends);
}

#[test]
fn a_resource_with_a_policy_variable_is_not_understood() {
    let policy = document(r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}/*"}"#);
    assert_eq!(holder(&policy, "s3:PutObject", BUCKET, &Context::new()), Decision::Depends);
}
