//! Words, phrases and regular expressions.

use super::{error, matches};

#[test]
fn a_term_is_found_anywhere_and_with_its_case() {
    assert!(matches("ERROR", "[ERROR] A fatal exception has occurred"));
    assert!(matches("ERROR", "Exiting with ERRORCODE: -1"));
    assert!(!matches("ERROR", "an error happened"));
}

#[test]
fn several_terms_must_all_be_there() {
    assert!(matches("ERROR Exception", "[ERROR] Caught IllegalArgumentException"));
    assert!(!matches("ERROR Exception", "[ERROR] Bad request"));
    assert!(matches("Failed to process the request", "Unable to continue: Failed to process the request"));
}

#[test]
fn one_term_with_a_question_mark_is_enough() {
    for message in ["ERROR WARN message", "ERROR message", "WARN message"] {
        assert!(matches("?ERROR ?WARN", message));
    }
    assert!(!matches("?ERROR ?WARN", "INFO message"));
}

#[test]
fn terms_with_a_question_mark_are_ignored_beside_others() {
    for message in ["[INFO] REQUEST FAILED", "[WARN] UNAUTHORIZED REQUEST", "[ERROR] 400 BAD REQUEST"] {
        assert!(matches("?ERROR ?WARN REQUEST", message));
    }
    assert!(!matches("?ERROR ?ARGUMENTS REQUEST", "[ERROR] MISSING ARGUMENTS"));
    assert!(matches("?ERROR -WARN", "INFO"));
}

#[test]
fn a_term_with_a_minus_must_not_be_there() {
    assert!(matches("ERROR -WARN", "ERROR message") && !matches("ERROR -WARN", "ERROR WARN message"));
    assert!(!matches(r#""ERROR" -"Exiting""#, "Exiting with ERRORCODE: -1"));
    assert!(matches("-ERROR", "") && !matches("-ERROR", "ERROR"));
}

#[test]
fn a_phrase_stands_in_quotes() {
    assert!(matches(r#""INTERNAL SERVER ERROR""#, "[ERROR 500] INTERNAL SERVER ERROR"));
    assert!(!matches(r#""INTERNAL SERVER ERROR""#, "[ERROR 500] INTERNAL ERROR ON SERVER"));
    assert!(matches(r#""[ERROR]" Exception"#, "[ERROR] Unhandled Exception"));
    assert!(matches(r#""\"a\":1""#, r#"{"a":1}"#));
}

#[test]
fn a_regular_expression_is_a_term() {
    assert!(matches("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST"));
    assert!(matches("ERROR -%4[0-9]{2}%", "ERROR 500") && !matches("ERROR -%4[0-9]{2}%", "ERROR 404"));
    assert!(matches("?%[Ee]rror% ?FAIL", "an error"));
}

#[test]
fn an_empty_pattern_and_a_quoted_space_match_everything() {
    for pattern in ["", "  ", r#"" ""#, r#""""#] {
        assert!(matches(pattern, "") && matches(pattern, "word") && matches(pattern, "two words"));
    }
}

#[test]
fn a_term_with_special_characters_is_refused_without_quotes() {
    for (pattern, position) in [("time-out", 5), ("user@example.com", 5), ("a*", 2), ("- a", 2), ("café", 4)]
    {
        let error = error(pattern);
        assert_eq!(error.position(), position, "{pattern}");
        assert!(error.expected().contains("double quotes"), "{pattern}");
    }
    assert_eq!(error("\"INTERNAL SERVER").expected(), "a closing double quote");
    assert_eq!(error("\"a\"b").position(), 4);
}
