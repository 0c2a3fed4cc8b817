//! What holds for every text: a value is its text, and nothing that is unsafe in a path or a terminal is valid.

#![allow(clippy::unwrap_used)]

use std::fmt::Display;
use std::str::FromStr;

use mailtrail_aws_types::{AccountId, Arn, BucketName, LogGroupName, Region, StarPattern, glob};
use proptest::prelude::*;

/// Parsing and writing give the text back, in the text itself and in JSON.
fn is_its_text<T>(text: &str)
where
    T: FromStr + Display + serde::Serialize + serde::de::DeserializeOwned,
    T::Err: std::fmt::Debug,
{
    let json = serde_json::to_string(text).unwrap();
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(value.to_string(), text);
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
    }
    assert_eq!(serde_json::from_str::<T>(&json).is_ok(), text.parse::<T>().is_ok());
}

/// Text near to what is valid: that of an identifier with one character changed, inserted or deleted.
fn near(valid: &'static str) -> impl Strategy<Value = String> {
    (valid, any::<prop::sample::Index>(), prop::option::of(any::<char>()), any::<bool>()).prop_map(
        |(text, index, character, replace)| {
            let mut characters: Vec<char> = text.chars().collect();
            let at = index.index(characters.len());
            if replace {
                characters.remove(at);
            }
            characters.splice(at..at, character);
            characters.into_iter().collect()
        },
    )
}

/// Every way to match, by recursion: the definition that the iterative matcher is held against.
fn oracle(pattern: &[char], text: &[char], question_mark: bool) -> bool {
    match (pattern, text) {
        ([], _) => text.is_empty(),
        (['*', rest @ ..], _) => (0..=text.len()).any(|skip| oracle(rest, &text[skip..], question_mark)),
        (['?', rest @ ..], [_, left @ ..]) if question_mark => oracle(rest, left, question_mark),
        ([wanted, rest @ ..], [found, left @ ..]) => wanted == found && oracle(rest, left, question_mark),
        (_, []) => false,
    }
}

proptest! {
    #[test]
    fn every_identifier_is_its_text(
        account in near("[0-9]{12}"),
        region in near("[a-z]{2,4}(-[a-z]{2,9}){1,2}-[0-9]{1,2}"),
        group in near("[-_/.#a-zA-Z0-9]{1,40}"),
        bucket in near("[a-z0-9][-.a-z0-9]{1,20}[a-z0-9]"),
    ) {
        is_its_text::<AccountId>(&account);
        is_its_text::<Region>(&region);
        is_its_text::<LogGroupName>(&group);
        is_its_text::<BucketName>(&bucket);
    }

    #[test]
    fn what_is_valid_is_safe_in_a_path_and_a_terminal(
        account in near("[0-9]{12}"),
        region in near("[a-z]{2,4}(-[a-z]{2,9}){1,2}-[0-9]{1,2}"),
        group in near("[-_/.#a-zA-Z0-9]{1,40}"),
        bucket in near("[a-z0-9][-.a-z0-9]{1,20}[a-z0-9]"),
    ) {
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_folder = |text: &str| is_plain(text) && !text.contains(['/', '\\', '*', '?']) && !text.contains("..");
        prop_assert!(!AccountId::is_valid(&account) || is_folder(&account));
        prop_assert!(!Region::is_valid(&region) || is_folder(&region));
        prop_assert!(!BucketName::is_valid(&bucket) || is_folder(&bucket));
        prop_assert!(!LogGroupName::is_valid(&group) || is_plain(&group));
    }

    #[test]
    fn an_arn_is_its_parts(
        text in near("arn:aws(-[a-z]{2}){0,1}:[a-z0-9]{1,5}:([a-z]{2}-west-[0-9]){0,1}:([0-9]{12}){0,1}:[ -~]{1,20}"),
    ) {
        if let Ok(arn) = Arn::parse(&text) {
            let parts = [arn.partition(), arn.service(), arn.region(), arn.account(), arn.resource()];
            prop_assert_eq!(format!("arn:{}", parts.join(":")), text.as_str());
            prop_assert_eq!(arn.to_string(), text.as_str());
            prop_assert!(!text.contains(char::is_control));
            prop_assert!(parts[..4].iter().all(|part| !part.contains(['/', '.', '*'])));
            prop_assert!(arn.resource().ends_with(arn.resource_id()));
        }
    }

    #[test]
    fn globs_match_what_their_definition_says(pattern in "[ab*?]{0,8}", text in "[ab*?]{0,8}") {
        let characters = |text: &str| text.chars().collect::<Vec<_>>();
        let (wanted, found) = (characters(&pattern), characters(&text));
        prop_assert_eq!(glob::matches(&pattern, &text), oracle(&wanted, &found, true));
        prop_assert_eq!(StarPattern::new(pattern.as_str()).matches(&text), oracle(&wanted, &found, false));
    }

    #[test]
    fn what_covers_a_pattern_matches_all_that_it_matches(
        pattern in "[ab*?]{0,6}", other in "[ab*?]{0,6}", text in "[ab]{0,6}",
    ) {
        if glob::covers(&pattern, &other) && glob::matches(&other, &text) {
            prop_assert!(glob::matches(&pattern, &text), "{} over {} on {}", pattern, other, text);
        }
    }
}
