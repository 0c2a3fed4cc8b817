//! `[ … ]`

use super::{error, matches};

const LINE: &str = r#"192.0.2.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;

#[test]
fn fields_have_names_and_conditions() {
    for pattern in [
        "[ip, user, username, timestamp, request, status_code, bytes]",
        "[ip, user, username, timestamp, request, status_code, bytes > 1000]",
        "[ip, user, username, timestamp, request, status_code = 404, bytes]",
        "[ip, user, username, timestamp, request, status_code = 4*, bytes]",
        "[ip, user, username, timestamp, request =*html*, status_code = 4*, bytes]",
    ] {
        assert!(matches(pattern, LINE), "{pattern}");
    }
    assert!(!matches("[ip, user, username, timestamp, request, status_code = 200, bytes]", LINE));
    assert!(!matches("[ip, user, username, timestamp, request, status_code, bytes > 2000]", LINE));
}

#[test]
fn conditions_on_a_field_are_joined_by_and_and_or() {
    assert!(matches("[..., status_code = 4* && status_code != 403, bytes]", LINE));
    assert!(matches("[..., status_code = 410 || status_code = 404, bytes]", LINE));
    assert!(matches("[..., s = 4* && s = 9 || s = 404, bytes]", LINE));
    assert!(!matches("[..., status_code >= 400 && status_code < 404, bytes]", LINE));
    assert!(matches("[w1=ERROR || w1=WARN, w2]", "WARN message"));
    assert!(!matches("[w1!=ERROR&&w1!=WARN, w2]", "WARN message"));
}

#[test]
fn an_ellipsis_stands_for_any_number_of_fields() {
    for pattern in [
        "[..., status_code, bytes = 1534]",
        "[ip, user, ..., status_code = 404, bytes]",
        "[ip=192.0.2.*, user, ...]",
        "[...]",
    ] {
        assert!(matches(pattern, LINE), "{pattern}");
    }
    assert!(matches("[a = 1, ..., b = 2]", "1 2"));
    assert!(!matches("[a, ..., b]", "1"));
}

#[test]
fn an_ellipsis_stands_only_once() {
    let error = error("[..., a, ...]");
    assert_eq!((error.position(), error.expected()), (10, "an ellipsis (...) at most once"));
}

#[test]
fn quoted_and_bracketed_text_is_one_field() {
    assert!(matches(r#"[a, b, c, time = "10/Oct/2000*", request = "GET /index.html HTTP/1.0", ...]"#, LINE));
}

#[test]
fn the_last_field_is_the_rest_of_the_line() {
    assert!(matches("[w1=ERROR, w2]", "ERROR 09/25/2014 12:00:02 Failed to process request"));
    assert!(matches(r#"[w1, rest = "12:00 \"a b\" c"]"#, r#"x 12:00 "a b" c"#));
    assert!(matches(r#"[w1, w2, rest = "a b"]"#, r#"x 12:00 "a b""#));
    assert!(!matches("[w1=ERROR]", "ERROR message"));
    assert!(!matches("[w1=ERROR, w2]", "ERROR"));
}

#[test]
fn a_regular_expression_is_a_condition() {
    assert!(matches(
        r"[ip=%192\.0\.2\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
        LINE
    ));
    assert!(matches(
        "[level, date, url=%/service/resource/[0-9]+$%, ms]",
        "INFO today /service/resource/67 1200"
    ));
}

#[test]
fn a_field_may_have_no_name_and_a_list_no_field() {
    assert!(matches("[..., request=*.html*, status_code=4*,]", LINE));
    assert!(matches("[]", LINE) && matches("[]", ""));
    assert!(matches("[,]", "a b") && !matches("[,]", "a"));
}
