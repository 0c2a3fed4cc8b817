//! `{ … }`

use mailtrail_filter_pattern::FilterPattern;

use super::{error, matches};

const EVENT: &str = r#"{
  "eventType": "UpdateTrail", "sourceIPAddress": "192.0.2.111", "arrayKey": ["value", "another value"],
  "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
  "SomeObject": null, "ThisFlag": true, "OtherFlag": false, "cluster.name": "c"
}"#;

const COMPOUND: &str = r#"{
  "user": {"id": 1, "email": "john@example.com"},
  "users": [{"id": 2, "email": "jane@example.com"}, {"id": 3, "email": "joan@example.com"}],
  "actions": ["GET", "PUT", "DELETE"],
  "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]]
}"#;

#[test]
fn a_string_is_equal_or_not() {
    assert!(matches(r#"{ $.eventType = "UpdateTrail" }"#, EVENT));
    assert!(matches("{ $.eventType = UpdateTrail }", EVENT));
    assert!(!matches(r#"{ $.eventType != "UpdateTrail" }"#, EVENT));
    assert!(matches("{$.userIdentity.type = Root}", r#"{"userIdentity":{"type":"Root"}}"#));
    assert!(matches(
        r#"{ $.event.eventName = "OUTGOING_EMAIL_BOUNCED" }"#,
        r#"{"event":{"eventName":"OUTGOING_EMAIL_BOUNCED"}}"#
    ));
}

#[test]
fn strings_and_keys_are_case_sensitive() {
    assert!(!matches("{ $.eventType = updateTrail }", EVENT));
    assert!(!matches("{ $.EventType = UpdateTrail }", EVENT));
}

#[test]
fn a_star_at_an_end_of_a_string_is_a_wildcard() {
    assert!(matches("{ $.sourceIPAddress != 198.51.* }", EVENT));
    assert!(!matches("{ $.sourceIPAddress != 192.0.* }", EVENT));
    assert!(matches(r#"{ $.eventType = "*Trail" }"#, EVENT));
    assert!(matches("{ $.eventType = *date* }", EVENT));
}

#[test]
fn an_equal_star_asks_for_a_string_or_number_that_is_there() {
    assert!(matches("{ $.errorCode = * }", r#"{"errorCode":"AccessDenied"}"#));
    assert!(matches("{ $.errorCode = * }", r#"{"errorCode":404}"#));
    assert!(!matches("{ $.errorCode = * }", r#"{"errorCode":null}"#));
    assert!(!matches("{ $.errorCode = * }", "{}"));
}

#[test]
fn array_elements_are_counted_from_zero() {
    assert!(matches(r#"{ $.arrayKey[0] = "value" }"#, EVENT));
    assert!(!matches(r#"{ $.arrayKey[1] = "value" }"#, EVENT));
    assert!(matches("{ $.objectList[1].id = 2 }", EVENT));
    assert!(!matches("{ $.objectList[2].id = 2 }", EVENT));
    assert!(!matches(r#"{ $.eventType[0] = "U" }"#, EVENT));
}

#[test]
fn a_wildcard_selector_takes_any_element_or_member() {
    assert!(matches("{ $.objectList[*].id = 2 }", EVENT));
    assert!(!matches("{ $.objectList[*].id = 3 }", EVENT));
    assert!(matches("{ $.arrayKey[*] = %val.{2}% }", EVENT));
    assert!(matches(r"{ $.* = %192\.0\.2\.1[0-9]{1,2}% }", EVENT));
}

#[test]
fn a_key_with_a_dot_stands_in_quotes_and_brackets() {
    assert!(matches(r#"{ $.['cluster.name'] = "c" }"#, EVENT));
    assert!(!matches(r#"{ $.cluster.name = "c" }"#, EVENT));
}

#[test]
fn is_null_wants_the_key_and_not_exists_wants_it_away() {
    assert!(matches("{ $.SomeObject IS NULL }", EVENT));
    assert!(!matches("{ $.SomeOtherObject IS NULL }", EVENT));
    assert!(matches("{ $.SomeOtherObject NOT EXISTS }", EVENT));
    assert!(!matches("{ $.SomeObject NOT EXISTS }", EVENT));
    assert!(!matches("{ $.objectList NOT EXISTS }", EVENT));
}

#[test]
fn is_true_and_is_false_want_a_boolean() {
    assert!(matches("{ $.ThisFlag IS TRUE }", EVENT) && !matches("{ $.ThisFlag IS FALSE }", EVENT));
    assert!(matches("{ $.OtherFlag IS FALSE }", EVENT) && !matches("{ $.OtherFlag IS TRUE }", EVENT));
    assert!(!matches("{ $.flag IS TRUE }", r#"{"flag":"true"}"#));
    assert!(!matches("{ $.ThisFlag = true }", EVENT));
}

#[test]
fn is_not_and_exists_are_refused_and_the_error_says_what_to_write() {
    let is_not = error("{ $.a IS NOT NULL }");
    assert_eq!(is_not.position(), 10);
    assert!(is_not.expected().contains("knows no IS NOT") && is_not.expected().contains("= *"));
    let exists = error("{ $.a EXISTS }");
    assert_eq!(exists.position(), 7);
    assert!(exists.expected().contains("knows no EXISTS") && exists.expected().contains("= *"));
}

#[test]
fn numbers_compare_by_value() {
    assert!(matches("{ $.latency >= 500 }", r#"{"latency":500}"#));
    assert!(matches("{ $.numbers[0] < 10e3 }", r#"{"numbers":[9999]}"#));
    assert!(!matches("{ $.numbers[0] < 10e-3 }", r#"{"numbers":[0.01]}"#));
    assert!(matches(
        "{ $.processes[4].averageRuntime <= 55.5 }",
        r#"{"processes":[0,0,0,0,{"averageRuntime":55.5}]}"#
    ));
    assert!(matches("{ $.errorCode = 400 }", r#"{"errorCode":400.0}"#));
    assert!(matches("{ $.errorCode != 500 }", r#"{"errorCode":400}"#));
    assert!(!matches("{ $.latency > +1000 }", r#"{"latency":1000}"#));
    assert!(matches("{ $.balance > -1.5E+1 }", r#"{"balance":-14}"#));
    assert!(matches("{ $.errorCode = 4* }", r#"{"errorCode":404}"#));
}

#[test]
fn an_account_number_is_the_same_as_a_number_and_as_a_string() {
    let pattern = r#"{ ($.eventName = "UpdateTrail") && ($.recipientAccountId = 111122223333) }"#;
    assert!(matches(pattern, r#"{"eventName":"UpdateTrail","recipientAccountId":"111122223333"}"#));
    assert!(matches(pattern, r#"{"eventName":"UpdateTrail","recipientAccountId":111122223333}"#));
}

#[test]
fn an_array_or_an_object_neither_equals_nor_differs() {
    for pattern in ["{ $.users = 1 }", "{ $.users != 1 }", "{ $.users = * }", "{ $.users = %1% }"] {
        assert!(!matches(pattern, r#"{"users":[1,2,3]}"#), "{pattern}");
        assert!(!matches(pattern, r#"{"users":{"a":1}}"#), "{pattern}");
    }
}

#[test]
fn what_is_missing_or_no_string_or_number_does_not_differ_either() {
    for message in ["{}", r#"{"a":null}"#, r#"{"a":true}"#] {
        assert!(!matches("{ $.a != x }", message), "{message}");
    }
}

#[test]
fn a_regular_expression_is_found_anywhere_in_the_value() {
    assert!(matches("{ $.eventType = %Trail% }", EVENT));
    assert!(!matches("{ $.eventType = %^Trail% }", EVENT));
    assert!(matches("{ $.eventType != %^Trail% }", EVENT));
    assert!(matches(r"{ $.ip = %10\.10\.0\.1% }", r#"{"ip":"10.10.0.1"}"#));
}

#[test]
fn parentheses_bind_tighter_than_and_and_and_tighter_than_or() {
    assert!(matches(r#"{ ($.user.id = 1) && ($.users[0].email = "jane@example.com") }"#, COMPOUND));
    assert!(!matches(
        r#"{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }"#,
        COMPOUND
    ));
    assert!(matches(
        r#"{ $.user.email = "john@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }"#,
        COMPOUND
    ));
    assert!(!matches(
        r#"{ ($.user.email = "john@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }"#,
        COMPOUND
    ));
    assert!(matches("{ $.coordinates[1][2] = 6 }", COMPOUND));
    assert!(matches("{$.foo = bar || $.foo = baz}", r#"{"foo":"baz"}"#));
}

#[test]
fn a_message_that_is_not_a_json_object_never_matches() {
    for message in ["", "text", "[1]", "1", "\"{}\"", "null", "{", "{\"b\":1", "{\"b\":1} x", "x {}"] {
        assert!(!matches("{ $.a NOT EXISTS }", message), "{message}");
        assert!(!matches("{ $.a != 1 || $.b = 1 }", message), "{message}");
    }
    assert!(matches("{ $.a NOT EXISTS }", " {}\n"));
}

#[test]
fn escapes_in_a_message_are_read_and_half_a_character_costs_nothing() {
    assert!(matches(r#"{ $.a = "x\"y" }"#, r#"{"a":"x\"\u0079"}"#));
    assert!(matches("{ $.a = 1 && $.b = cut* }", r#"{"b":"cut\ud83d","a":1}"#));
}

#[test]
fn one_boolean_of_several_is_enough() {
    let message = r#"{"flags":[true,false,null]}"#;
    for test in ["IS TRUE", "IS FALSE", "IS NULL"] {
        assert!(matches(&format!("{{ $.flags[*] {test} }}"), message), "{test}");
        assert!(!matches(&format!("{{ $.flags[*] {test} }}"), r#"{"flags":["x"]}"#), "{test}");
    }
}

#[test]
fn a_number_begins_and_ends_with_a_digit() {
    let equals =
        |value: &str, json: &str| matches(&format!("{{ $.a = {value} }}"), &format!(r#"{{"a":{json}}}"#));
    // What is no number is a text, and equal to itself alone.
    for text in ["1.", ".5", "1e", "-", "+.5", "1.5."] {
        assert!(equals(text, &format!("\"{text}\"")), "{text}");
    }
    assert!(!equals("1.", "1") && !equals(".5", "0.5") && !equals("+.5", "0.5"));
    assert!(!matches("{ $.a < 2 }", r#"{"a":"1."}"#) && !matches("{ $.a < 2 }", r#"{"a":".5"}"#));
    assert!(matches("{ $.a < 2 }", r#"{"a":"1"}"#));
}

#[test]
fn a_quoted_number_is_printed_in_its_quotes() {
    let quoted = FilterPattern::parse(r#"{ $.a = "3" }"#).unwrap();
    assert_eq!(quoted.to_string(), r#"{ $.a = "3" }"#);
    assert!(!quoted.matches(r#"{"a":3.0}"#));
    assert_eq!(FilterPattern::parse(r#"{ $.a = "x" }"#).unwrap().to_string(), "{ $.a = x }");
}

#[test]
fn white_space_in_a_regular_expression_is_any_of_ascii() {
    for space in ["\\t", "\\n", "\\u000b", "\\f", "\\r", " "] {
        assert!(matches(r"{ $.a = %x\sy% }", &format!(r#"{{"a":"x{space}y"}}"#)), "{space}");
        assert!(!matches(r"{ $.a = %x\Sy% }", &format!(r#"{{"a":"x{space}y"}}"#)), "{space}");
    }
}
