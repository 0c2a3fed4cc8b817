//! The quotas of CloudWatch Logs, and our own bound on nesting.

use mailtrail_filter_pattern::FilterPattern;

use super::{error, matches};

#[test]
fn a_pattern_has_at_most_1024_characters() {
    let longest = "é".repeat(1022);
    assert!(matches(&format!("\"{longest}\""), &longest));
    let error = error(&format!("\"{longest}é\""));
    assert_eq!(
        error.to_string(),
        "character 1025: expected at most 1024 characters in a pattern, found 1025"
    );
}

#[test]
fn a_pattern_has_at_most_two_regular_expressions() {
    for pattern in ["[a=%x%, b=%y%, c=%z%]", "{ $.a=%x% || $.a=%y% || $.a=%z% }", "%x% %y% %z%"] {
        let error = error(pattern);
        assert_eq!(Some(error.position()), pattern.rfind("%z%").map(|at| at + 1), "{pattern}");
        assert_eq!(error.expected(), "at most 2 regular expressions in a pattern");
    }
    assert!(FilterPattern::parse("[a=%x%, b=%y%, c]").is_ok());
}

#[test]
fn a_selector_has_at_most_one_wildcard_and_a_pattern_three() {
    assert_eq!(error("{ $.a[*].* = 1 }").expected(), "at most one wildcard in a selector");
    let three = "$.a[*] = 1 || $.b[*] = 1 || $.* = 1";
    assert!(FilterPattern::parse(&format!("{{ {three} }}")).is_ok());
    let four = error(&format!("{{ {three} || $.c[*] = 1 }}"));
    assert_eq!(four.expected(), "at most 3 selectors with a wildcard in a pattern");
}

#[test]
fn parentheses_stand_at_most_32_deep() {
    let nested = |depth| format!("{{ {}$.a = 1{} }}", "(".repeat(depth), ")".repeat(depth));
    assert!(matches(&nested(32), r#"{"a":1}"#));
    let error = error(&nested(33));
    assert_eq!((error.position(), error.expected()), (35, "at most 32 parentheses inside each other"));
}

#[test]
fn an_error_repeats_at_most_40_characters() {
    assert_eq!(error(&format!("{{ $.a > {} }}", "b".repeat(41))).found(), format!("`{}`", "b".repeat(40)));
}

#[test]
fn a_regular_expression_takes_at_most_4_mib() {
    // Of these repetitions the first fits into 4 MiB, and the second into 40.
    assert!(FilterPattern::parse("%.{1000}%").is_ok());
    let error = error("%.{1000}{20}%");
    assert_eq!(error.found(), "one whose repetitions make it too large");
}
