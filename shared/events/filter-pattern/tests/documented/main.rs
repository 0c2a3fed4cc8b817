//! Every rule that CloudWatch Logs documents, and every example that it gives.

mod json;
mod limits;
mod space_delimited;
mod terms;

use mailtrail_filter_pattern::{FilterPattern, ParseError};

fn matches(pattern: &str, message: &str) -> bool {
    match FilterPattern::parse(pattern) {
        Ok(parsed) => parsed.matches(message),
        Err(error) => panic!("{pattern}: {error}"),
    }
}

fn error(pattern: &str) -> ParseError {
    match FilterPattern::parse(pattern) {
        Ok(parsed) => panic!("{pattern} was taken for {parsed}"),
        Err(error) => error,
    }
}

#[test]
fn what_is_wrong_is_said_in_words_with_its_place() {
    for (pattern, message) in [
        (
            "{ $.a }",
            "character 7: expected an operator: =, !=, <, <=, >, >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS, found `}`",
        ),
        ("{ a = 1 }", "character 3: expected a selector, such as $.key, found `a`"),
        (
            "{ $.a == 1 }",
            "character 8: expected a value: a word, a number, a \"text\" in double quotes or a %regex%, found `=`",
        ),
        ("{ $.a > big }", "character 9: expected a number, such as 500, -1.5 or 10e3, found `big`"),
        (
            "{ $.a = 1",
            "character 10: expected &&, || or } at the end of the JSON pattern, found the end of the pattern",
        ),
        ("{ ($.a = 1 }", "character 12: expected &&, || or a closing parenthesis, found `}`"),
        ("{ $.a IS MAYBE }", "character 10: expected NULL, TRUE or FALSE after IS, found `MAYBE`"),
        ("{ $.a NOT THERE }", "character 11: expected EXISTS after NOT, found `THERE`"),
        ("{ $.a = 1 } x", "character 13: expected the end of the pattern, found `x`"),
        (
            "[a = 1 && b = 2]",
            "character 11: expected a condition on `a`, the field that it stands in, found `b`",
        ),
        ("[a b]", "character 4: expected a comma between fields, or ] at the end of the pattern, found `b`"),
        (
            "[a, !]",
            "character 5: expected the name of a field (letters, digits, - and _), ..., a comma or ], found `!`",
        ),
    ] {
        assert_eq!(error(pattern).to_string(), message);
    }
    assert!(error("{ $.a = user@example.com }").expected().contains("double quotes"));
}
