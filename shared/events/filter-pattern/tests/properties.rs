//! What holds of every pattern and every message.

use mailtrail_filter_pattern::{FilterPattern, MAX_CHARACTERS};
use proptest::prelude::*;

fn parse(pattern: &str) -> FilterPattern {
    FilterPattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

/// A selector without a wildcard.
fn selector() -> impl Strategy<Value = String> {
    let step = prop_oneof![
        4 => "[.][ab]",
        1 => r"[.]\['[a-c. \p{Greek}]{0,3}'\]",
        1 => r"[.][ab]\[[0-2]\]",
    ];
    prop::collection::vec(step, 1..3).prop_map(|steps| format!("${}", steps.concat()))
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-b*._+-]{1,4}",
        "[+-]?[0-9]{1,3}([.][0-9])?(e[+-]?[0-9])?",
        any::<String>().prop_map(|text| format!("\"{}\"", text.replace(['"', '\\'], "x"))),
        r#""[ab*]{0,3}(\\"|\\\\|\\a)[ab]?""#,
    ]
}

fn comparison() -> impl Strategy<Value = String> {
    prop_oneof![
        (prop::sample::select(vec!["=", "!= ", " = "]), value())
            .prop_map(|(sign, value)| format!("{sign}{value}")),
        "(<|<=|>|>= )-?[0-9]{1,3}(e[0-9])?",
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let test = prop_oneof![
        4 => comparison(),
        1 => prop::sample::select(vec![" IS NULL", " IS TRUE", " IS  FALSE", " NOT EXISTS"]).prop_map(str::to_owned),
    ];
    (selector(), test).prop_map(|(selector, test)| format!("{selector}{test}"))
}

/// What stands between the braces of a JSON pattern.
fn expression() -> impl Strategy<Value = String> {
    condition().prop_recursive(4, 12, 3, |inner| {
        (prop::collection::vec(inner, 1..4), prop::sample::select(vec!["&&", " || "]), any::<bool>())
            .prop_map(|(parts, joint, wrapped)| {
                let joined = parts.join(joint);
                if wrapped { format!("( {joined})") } else { joined }
            })
    })
}

fn term() -> impl Strategy<Value = String> {
    let needle = prop_oneof!["[A-Za-z0-9_]{1,5}", any::<String>().prop_map(|text| format!("{text:?}"))];
    ("[?-]?", needle).prop_map(|(role, needle)| format!("{role}{needle}"))
}

fn field() -> impl Strategy<Value = String> {
    let conditions = prop::collection::vec((comparison(), prop::sample::select(vec!["&&", "||"])), 0..3);
    ("[a-z_-]{1,4}", conditions).prop_map(|(name, conditions)| {
        let Some((last, others)) = conditions.split_last() else { return name };
        let others = others.iter().map(|(comparison, joint)| format!("{name} {comparison} {joint}"));
        let conditions: Vec<String> = others.chain([format!("{name} {}", last.0)]).collect();
        conditions.join(" ")
    })
}

fn pattern() -> impl Strategy<Value = String> {
    let any_pattern = prop_oneof![
        3 => expression().prop_map(|expression| format!("{{{expression}}}")),
        1 => prop::collection::vec(term(), 0..5).prop_map(|terms| terms.join(" ")),
        1 => prop::collection::vec(field(), 0..4).prop_map(|fields| format!("[{}]", fields.join(","))),
        1 => (field(), field()).prop_map(|(first, last)| format!("[{first}, ...,{last}]")),
        1 => r"%[a-c]{1,2}(\[\^?[a-c]{1,3}-?\]|\\[dDsSwW.]|\\x4[1-9])[+*?]?% x",
    ];
    any_pattern.prop_filter("short enough", |pattern| pattern.chars().count() < MAX_CHARACTERS / 2)
}

fn json_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["null", "true", "false", "1", "-2.5e1", "\"a\"", "\"\\u0061b\"", "\"12\""])
            .prop_map(str::to_owned),
        "[0-9]",
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(("[a-c]", inner), 0..4).prop_map(|members| object(&members)),
        ]
    })
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn message() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(("[ab]", json_value()), 0..4).prop_map(|members| object(&members)),
        1 => any::<String>(),
        1 => "[ab\"\\[\\] 0-9]{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_pattern_is_the_same_pattern(pattern in pattern(), message in message()) {
        let parsed = parse(&pattern);
        let again = parse(&parsed.to_string());
        prop_assert_eq!(again.to_string(), parsed.to_string());
        prop_assert_eq!(again.matches(&message), parsed.matches(&message));
        prop_assert_eq!(again, parsed);
    }

    #[test]
    fn any_text_is_a_pattern_or_an_error_with_a_place(text: String, message: String) {
        match FilterPattern::parse(&text) {
            Ok(pattern) => { pattern.matches(&message); }
            Err(error) => prop_assert!((1..=text.chars().count() + 1).contains(&error.position())),
        }
    }

    #[test]
    fn any_text_of_the_languages_own_characters_is_a_pattern_or_an_error(
        text in r#"[{\[%"?-]?[ $.a0*=!<>&|()\[\]{},%"'\\ISNULEXT]{0,40}"#, message in message(),
    ) {
        if let Ok(pattern) = FilterPattern::parse(&text) {
            pattern.matches(&message);
            prop_assert_eq!(FilterPattern::parse(&pattern.to_string()), Ok(pattern));
        }
    }

    #[test]
    fn and_matches_what_both_match_and_or_what_one_matches(
        left in condition(), right in condition(), message in message(),
    ) {
        let matches = |pattern: String| parse(&pattern).matches(&message);
        let (a, b) = (matches(format!("{{{left}}}")), matches(format!("{{{right}}}")));
        prop_assert_eq!(matches(format!("{{ {left} && {right} }}")), a && b);
        prop_assert_eq!(matches(format!("{{ {left} || {right} }}")), a || b);
    }

    #[test]
    fn and_binds_tighter_than_or(a in condition(), b in condition(), c in condition()) {
        prop_assert_eq!(parse(&format!("{{{a} || {b} && {c}}}")), parse(&format!("{{{a} || ({b} && {c})}}")));
        prop_assert_eq!(parse(&format!("{{{a} && {b} || {c}}}")), parse(&format!("{{({a} && {b}) || {c}}}")));
    }

    #[test]
    fn a_comparable_value_is_equal_or_unequal_and_never_both(value in value(), json in json_value()) {
        let message = format!("{{\"a\":{json}}}");
        let equal = parse(&format!("{{ $.a = {value} }}")).matches(&message);
        let unequal = parse(&format!("{{ $.a != {value} }}")).matches(&message);
        let is_comparable = json.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit());
        prop_assert_eq!((equal || unequal, equal && unequal), (is_comparable, false));
    }

    #[test]
    fn a_quoted_text_is_found_where_it_stands(before: String, text: String, after: String) {
        let pattern = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let message = [before, text, after].concat();
        prop_assert!(parse(&pattern).matches(&message));
    }
}
