use super::{Value, json, record, with};

const ROLE: &str = "arn:aws:iam::111122223333:role/admin";

/// A call of a service by an IAM user.
fn call(service: &str, name: &str, members: Value) -> Value {
    let user = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana", "userName": "ana"});
    let call = json!({"eventVersion": "1.11", "eventID": "e", "eventSource": service, "eventName": name,
        "sourceIPAddress": "192.0.2.1", "userIdentity": user});
    record(&with(call, members))
}

fn by(identity: &Value) -> Value {
    call("s3.amazonaws.com", "GetObject", json!({"userIdentity": identity}))
}

fn assume(members: Value) -> Value {
    call("sts.amazonaws.com", "AssumeRole", members)
}

#[test]
fn a_call_is_an_authentication_by_its_service_and_its_name() {
    for (service, name, activity) in [
        ("signin.amazonaws.com", "ConsoleLogin", "Logon"),
        ("SSO.amazonaws.com", "UserAuthentication", "Logon"),
        ("sso.amazonaws.com", "CredentialVerification", "Preauth"),
    ] {
        let record = call(service, name, json!({}));
        let said = (&record["class_name"], &record["activity_name"]);
        assert_eq!(said, (&json!("Authentication"), &json!(activity)), "{service} {name}");
        let other = call("workmail.amazonaws.com", name, json!({}));
        assert_eq!(other["class_name"], "API Activity", "{name}");
    }
    assert_eq!(call("STS.amazonaws.com", "AssumeRole", json!({}))["class_name"], "Authentication");
}

#[test]
fn the_verb_or_else_read_only_tells_the_activity() {
    let activity = |name: &str, read_only: Value| {
        call("ec2.amazonaws.com", name, json!({"readOnly": read_only}))["activity_name"].clone()
    };
    assert_eq!(activity("TerminateInstances", json!(false)), "Delete");
    assert_eq!(activity("Invoke", json!(true)), "Read");
    for read_only in [json!(false), json!("no"), Value::Null] {
        assert_eq!(activity("Invoke", read_only), "Invoke");
    }
}

#[test]
fn a_sign_in_that_failed_says_so_in_any_case() {
    for word in ["Failure", "failure"] {
        let answer = json!({"responseElements": {"ConsoleLogin": word}});
        assert_eq!(call("signin.amazonaws.com", "ConsoleLogin", answer)["status"], "Failure", "{word}");
    }
}

#[test]
fn whether_mfa_was_used_is_kept_where_it_is_neither_yes_nor_no() {
    let sign_in = |word: &str| {
        call("signin.amazonaws.com", "ConsoleLogin", json!({"additionalEventData": {"MFAUsed": word}}))
    };
    assert_eq!(sign_in("Yes")["is_mfa"], true);
    assert_eq!(sign_in("No")["is_mfa"], false);
    let unknown = sign_in("Maybe");
    assert_eq!(unknown.get("is_mfa"), None);
    assert_eq!(unknown["unmapped"]["additionalEventData.MFAUsed"], "Maybe");
}

#[test]
fn the_error_of_a_refused_role_names_what_it_was_for() {
    let refused = |resource: &str| {
        let text = format!("User: x is not authorized to perform: sts:AssumeRole on resource: {resource}");
        assume(json!({"errorCode": "AccessDenied", "errorMessage": text}))
    };
    assert_eq!(refused(ROLE)["user"]["uid"], ROLE);
    assert_eq!(refused(ROLE)["session"]["issuer"], ROLE);
    let root = "arn:aws:iam::444455556666:root";
    assert_eq!(refused(root)["user"]["account"]["uid"], "444455556666");
    // Neither a role nor a root user: nothing is concluded, and the user is the one who asked.
    for resource in ["arn:aws:iam::111122223333:user/bob", "x:role/admin", "y:root"] {
        let record = refused(resource);
        assert_eq!(record["user"]["name"], "ana", "{resource}");
        assert_eq!(record.get("session"), None, "{resource}");
    }
}

#[test]
fn a_root_user_is_named_by_an_account_of_12_digits_or_by_an_arn() {
    let root = |target: &str| {
        call("sts.amazonaws.com", "AssumeRoot", json!({"requestParameters": {"targetPrincipal": target}}))
            ["user"]
            .clone()
    };
    assert_eq!(root("444455556666")["account"]["uid"], "444455556666");
    assert_eq!(root("444455556666").get("uid"), None);
    assert_eq!(root("4444555566667")["uid"], "4444555566667");
    assert_eq!(root("arn:aws:iam::444455556666:root")["account"]["uid"], "444455556666");
}

#[test]
fn a_session_is_named_after_the_colon_of_its_principal() {
    let session = |principal: &str| {
        by(&json!({"type": "AssumedRole", "principalId": principal, "arn": "arn:aws:sts::1:assumed-role/r/s"}))
            ["actor"]["session"]
            .clone()
    };
    assert_eq!(session("AROAEXAMPLE:ana")["uid_alt"], "ana");
    assert_eq!(session("AROAEXAMPLE:"), Value::Null);
    assert_eq!(session("AROAEXAMPLE"), Value::Null);
}

#[test]
fn a_session_alone_is_an_actor() {
    let record =
        by(&json!({"type": "Unknown", "sessionContext": {"attributes": {"mfaAuthenticated": "true"}}}));
    assert_eq!(record["actor"]["session"]["is_mfa"], true);
}

#[test]
fn the_identity_provider_of_the_caller_counts_before_that_of_its_session() {
    let web = json!({"webIdFederationData": {"federatedProvider": "arn:web"}});
    let identity = json!({"type": "WebIdentityUser", "principalId": "p", "sessionContext": web});
    assert_eq!(by(&identity)["actor"]["idp"]["name"], "arn:web");
    let both = by(&with(identity.clone(), json!({"identityProvider": "idp"})));
    assert_eq!(both["actor"]["idp"]["name"], "idp");
    let kept = "userIdentity.sessionContext.webIdFederationData.federatedProvider";
    assert_eq!(both["unmapped"][kept], "arn:web");
}

#[test]
fn an_aggregate_names_its_account_by_another_key() {
    let record = record(&json!({"eventVersion": "1.0", "eventId": "e", "accountId": "444455556666"}));
    assert_eq!(record["cloud"]["account"]["uid"], "444455556666");
}
