//! Conditions: what holds in a context, and which condition follows from which.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use mailtrail_aws_types::glob;

use crate::Ternary;
use crate::arn::ResourcePattern;

/// `aws:SourceArn`: the resource on whose behalf a service acts.
pub const SOURCE_ARN: &str = "aws:SourceArn";
/// `aws:SourceAccount`: the account on whose behalf a service acts.
pub const SOURCE_ACCOUNT: &str = "aws:SourceAccount";

/// One line of a `Condition`: an operator, a key and the values of which one must fit (none, for the `Not…` operators).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Clause {
    /// `StringEquals`, `ArnLike` …, as written; case does not matter.
    pub operator: String,
    /// `aws:SourceArn` …, as written; case does not matter.
    pub key: String,
    /// Numbers and booleans by their spelling.
    pub values: Vec<String>,
}

/// What is known of a request besides principal, action and resource. A key that was never mentioned here is
/// unknown, and so is every condition on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context(BTreeMap<String, Option<String>>);

impl Context {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// A request that a service makes on behalf of a resource in an account.
    pub fn source(arn: &str, account: &str) -> Self {
        Self::new().with(SOURCE_ARN, arn).with(SOURCE_ACCOUNT, account)
    }

    /// A key that has this one value.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.0.insert(key.to_ascii_lowercase(), Some(value.to_owned()));
        self
    }

    /// A key that the request is known not to have.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.0.insert(key.to_ascii_lowercase(), None);
        self
    }
}

/// How an operator compares, and what it does besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Operator {
    compare: Compare,
    negated: bool,
    if_exists: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Equal,
    EqualIgnoringCase,
    Like,
    Arn,
    Null,
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (name, if_exists) =
            lower.strip_suffix("ifexists").map_or((lower.as_str(), false), |name| (name, true));
        let (compare, negated) = match name {
            "stringequals" => (Compare::Equal, false),
            "stringnotequals" => (Compare::Equal, true),
            "stringequalsignorecase" | "bool" => (Compare::EqualIgnoringCase, false),
            "stringnotequalsignorecase" => (Compare::EqualIgnoringCase, true),
            "stringlike" => (Compare::Like, false),
            "stringnotlike" => (Compare::Like, true),
            "arnequals" | "arnlike" => (Compare::Arn, false),
            "arnnotequals" | "arnnotlike" => (Compare::Arn, true),
            "null" if !if_exists => (Compare::Null, false),
            _ => return None,
        };
        Some(Self { compare, negated, if_exists })
    }
}

impl Compare {
    fn holds(self, wanted: &str, value: &str) -> Ternary {
        match self {
            _ if wanted.contains("${") => Ternary::Unknown,
            Self::Equal => (wanted == value).into(),
            Self::EqualIgnoringCase => wanted.eq_ignore_ascii_case(value).into(),
            Self::Like => glob::matches(wanted, value).into(),
            Self::Arn => ResourcePattern::new(wanted).matches(value),
            Self::Null => Ternary::Unknown,
        }
    }

    /// Whether every value that fits `one` fits `other`.
    fn narrows(self, one: &str, other: &str) -> bool {
        match self {
            _ if one.contains("${") || other.contains("${") => one == other,
            Self::Equal | Self::Null => one == other,
            Self::EqualIgnoringCase => one.eq_ignore_ascii_case(other),
            Self::Like => glob::covers(other, one),
            Self::Arn => ResourcePattern::new(other).covers(&ResourcePattern::new(one)),
        }
    }
}

impl fmt::Display for Clause {
    /// `StringEquals aws:SourceAccount 111122223333`; one of several values: `a or b`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.operator, self.key, self.values.join(" or "))
    }
}

impl Clause {
    /// A clause on one key.
    pub fn new(operator: &str, key: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Self { operator: operator.to_owned(), key: key.to_owned(), values }
    }

    /// Whether it is about this key.
    pub fn is_on(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// Whether a request is let through only with a fitting value of the key: no `Not…`, no `…IfExists`, no `Null`, no
    /// `ForAllValues:`, which holds where there is no value.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
    pub fn demands(&self) -> bool {
        self.demanding().is_some()
    }

    /// Whether it demands a value, and not every value that the key can have fits.
    pub fn restricts(&self) -> bool {
        let widest = match self.key.to_ascii_lowercase().as_str() {
            "aws:sourcearn" => "arn:*:*:*:*:*",
            "aws:sourceaccount" => "????????????",
            "aws:sourceorgid" => "o-*",
            "aws:sourceorgpaths" => "o-*/*",
            _ => "*",
        };
        let is_idle = |operator: Operator| self.values.iter().any(|it| operator.compare.narrows(widest, it));
        self.demanding().is_some_and(|operator| !is_idle(operator))
    }

    fn demanding(&self) -> Option<Operator> {
        const ANY: &str = "foranyvalue:";
        let operator = self.operator.to_ascii_lowercase();
        Operator::parse(operator.strip_prefix(ANY).unwrap_or(&operator))
            .filter(|operator| !operator.negated && !operator.if_exists && operator.compare != Compare::Null)
    }

    /// Whether it holds. Operators other than those on strings, ARNs and booleans are not evaluated.
    pub fn holds(&self, context: &Context) -> Ternary {
        let Some(operator) = Operator::parse(&self.operator) else { return Ternary::Unknown };
        let Some(value) = context.0.get(&self.key.to_ascii_lowercase()) else { return Ternary::Unknown };
        if operator.compare == Compare::Null {
            return self
                .values
                .iter()
                .any(|wanted| wanted.eq_ignore_ascii_case("true") == value.is_none())
                .into();
        }
        let Some(value) = value else { return (operator.if_exists || operator.negated).into() };
        let fits = Ternary::any(self.values.iter().map(|wanted| operator.compare.holds(wanted, value)));
        if operator.negated { fits.not() } else { fits }
    }

    /// Whether another clause holds wherever this one does. Sound: a `true` is certain, a `false` is not.
    fn implies(&self, other: &Self) -> bool {
        if !self.key.eq_ignore_ascii_case(&other.key) {
            return false;
        }
        match (Operator::parse(&self.operator), Operator::parse(&other.operator)) {
            (Some(one), Some(two)) if one == two && !one.negated && one.compare != Compare::Null => {
                let narrows =
                    |value: &String| other.values.iter().any(|wider| one.compare.narrows(value, wider));
                self.values.iter().all(narrows)
            }
            _ => {
                let same = |one: &[String], two: &[String]| one.iter().all(|value| two.contains(value));
                self.operator.eq_ignore_ascii_case(&other.operator)
                    && same(&self.values, &other.values)
                    && same(&other.values, &self.values)
            }
        }
    }
}

/// Whether all clauses hold.
pub fn all_hold(condition: &[Clause], context: &Context) -> Ternary {
    Ternary::all(condition.iter().map(|clause| clause.holds(context)))
}

/// Whether a condition holds wherever another one does. Sound: a `true` is certain, a `false` is not.
pub fn implies(narrow: &[Clause], wide: &[Clause]) -> bool {
    wide.iter().all(|wider| narrow.iter().any(|clause| clause.implies(wider)))
}

/// The two conditions that AWS writes itself: whatever log delivery of this account does in this Region.
pub fn of_own_account(partition: &str, region: &str, account: &str) -> Vec<Clause> {
    let source = format!("arn:{partition}:logs:{region}:{account}:*");
    vec![
        Clause::new("StringEquals", SOURCE_ACCOUNT, &[account]),
        Clause::new("ArnLike", SOURCE_ARN, &[&source]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERY: &str = "arn:aws:logs:us-east-1:111122223333:delivery-source:mail";

    fn clause(operator: &str, key: &str, value: &str) -> Clause {
        Clause::new(operator, key, &[value])
    }

    #[test]
    fn what_is_not_known_is_not_decided() {
        let context = Context::source(DELIVERY, "111122223333").without("aws:PrincipalOrgID");
        for (operator, key, value, expected) in [
            ("StringEquals", "AWS:sourceaccount", "111122223333", Ternary::Yes),
            ("StringEquals", "aws:SourceAccount", "444455556666", Ternary::No),
            ("stringnotequals", "aws:SourceAccount", "444455556666", Ternary::Yes),
            ("ArnLike", "aws:SourceArn", "arn:aws:logs:us-east-1:111122223333:*", Ternary::Yes),
            ("ArnLike", "aws:SourceArn", "arn:aws:logs:eu-west-1:111122223333:*", Ternary::No),
            ("StringLike", "aws:SourceArn", "arn:aws:logs:*", Ternary::Yes),
            ("StringEquals", "aws:SourceOrgID", "o-1", Ternary::Unknown),
            ("StringEquals", "aws:PrincipalOrgID", "o-1", Ternary::No),
            ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1", Ternary::Yes),
            ("Null", "aws:PrincipalOrgID", "true", Ternary::Yes),
            ("NumericLessThan", "aws:SourceAccount", "1", Ternary::Unknown),
            ("ForAnyValue:StringEquals", "aws:SourceAccount", "1", Ternary::Unknown),
            ("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}", Ternary::Unknown),
        ] {
            assert_eq!(clause(operator, key, value).holds(&context), expected, "{operator} {key} {value}");
        }
    }

    #[test]
    fn a_narrower_condition_implies_a_wider_one() {
        let wide = of_own_account("aws", "us-east-1", "111122223333");
        let mut narrow = vec![clause("ArnEquals", "aws:sourcearn", DELIVERY)];
        assert!(!implies(&narrow, &wide));
        narrow.push(clause("StringEquals", "aws:SourceAccount", "111122223333"));
        narrow.push(clause("Bool", "aws:SecureTransport", "true"));
        assert!(implies(&narrow, &wide));
        assert!(!implies(&wide, &narrow));
        assert!(implies(&wide, &[]));
        assert!(!implies(&[], &wide));
    }

    #[test]
    fn a_clause_restricts_if_it_demands_a_value_that_not_every_request_has() {
        for (operator, key, value, demands, restricts) in [
            ("StringEquals", SOURCE_ACCOUNT, "111122223333", true, true),
            ("StringLike", SOURCE_ACCOUNT, "1111*", true, true),
            ("StringLike", SOURCE_ACCOUNT, "*", true, false),
            ("StringLike", SOURCE_ACCOUNT, "????????????", true, false),
            ("ArnLike", "aws:sourcearn", "arn:aws:logs:*:111122223333:*", true, true),
            ("ArnLike", SOURCE_ARN, "*", true, false),
            ("ArnEquals", SOURCE_ARN, "arn:*:*:*:*:*", true, false),
            ("StringLike", SOURCE_ARN, "arn:*", true, false),
            ("ForAnyValue:StringLike", "aws:SourceOrgPaths", "o-a1b2c3d4e5/*", true, true),
            ("foranyvalue:StringLike", "aws:SourceOrgPaths", "o-*/*", true, false),
            ("ForAllValues:StringLike", "aws:SourceOrgPaths", "o-a1b2c3d4e5/*", false, false),
            ("StringEqualsIfExists", SOURCE_ACCOUNT, "111122223333", false, false),
            ("StringNotEquals", SOURCE_ACCOUNT, "111122223333", false, false),
        ] {
            let clause = clause(operator, key, value);
            let found = (clause.demands(), clause.restricts());
            assert_eq!(found, (demands, restricts), "{operator} {key} {value}");
        }
    }

    #[test]
    fn of_negated_conditions_only_equal_ones_imply_each_other() {
        let one = [clause("StringNotLike", "aws:SourceArn", "a*")];
        let other = [clause("StringNotLike", "aws:SourceArn", "ab")];
        assert!(!implies(&one, &other) && !implies(&other, &one));
        assert!(implies(&one, &one));
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    #[test]
    fn a_key_that_the_request_lacks_satisfies_negated_operators_and_if_exists_only() {
        let context = Context::new().without("aws:SourceVpc");
        for (operator, expected) in [
            ("StringEquals", Ternary::No),
            ("StringLike", Ternary::No),
            ("StringEqualsIgnoreCase", Ternary::No),
            ("ArnLike", Ternary::No),
            ("Bool", Ternary::No),
            ("StringNotEquals", Ternary::Yes),
            ("StringNotEqualsIgnoreCase", Ternary::Yes),
            ("StringNotLike", Ternary::Yes),
            ("ArnNotEquals", Ternary::Yes),
            ("ArnNotLike", Ternary::Yes),
            ("StringEqualsIfExists", Ternary::Yes),
            ("StringNotEqualsIfExists", Ternary::Yes),
            ("BoolIfExists", Ternary::Yes),
        ] {
            assert_eq!(clause(operator, "aws:SourceVpc", "vpc-1").holds(&context), expected, "{operator}");
        }
    }

    #[test]
    fn each_operator_compares_in_its_own_way() {
        let context = Context::new().with("aws:x", "arn:aws:logs:eu-west-1:1:Group");
        for (operator, value, expected) in [
            ("StringEquals", "arn:aws:logs:eu-west-1:1:group", Ternary::No),
            ("StringNotEquals", "arn:aws:logs:eu-west-1:1:group", Ternary::Yes),
            ("StringEqualsIgnoreCase", "arn:aws:logs:eu-west-1:1:group", Ternary::Yes),
            ("StringNotEqualsIgnoreCase", "arn:aws:logs:eu-west-1:1:group", Ternary::No),
            ("StringNotEqualsIgnoreCase", "other", Ternary::Yes),
            ("StringEquals", "arn:*", Ternary::No),
            ("StringLike", "arn:*", Ternary::Yes),
            ("StringNotLike", "arn:*", Ternary::No),
            ("StringNotLike", "x*", Ternary::Yes),
            ("ArnEquals", "arn:aws:logs:*:1:*", Ternary::Yes),
            ("ArnNotEquals", "arn:aws:logs:*:1:*", Ternary::No),
            ("ArnNotLike", "arn:aws:logs:*:1:*", Ternary::No),
            ("ArnNotLike", "arn:aws:logs:*:2:*", Ternary::Yes),
            ("Null", "true", Ternary::No),
            ("Null", "false", Ternary::Yes),
            ("NullIfExists", "true", Ternary::Unknown),
        ] {
            assert_eq!(clause(operator, "aws:x", value).holds(&context), expected, "{operator} {value}");
        }
        let bool = Context::new().with("aws:SecureTransport", "TRUE");
        assert_eq!(clause("Bool", "aws:SecureTransport", "true").holds(&bool), Ternary::Yes);
    }

    #[test]
    fn one_fitting_value_is_enough_unless_the_operator_is_negated() {
        let context = Context::new().with("aws:x", "b");
        let of = |operator: &str| Clause::new(operator, "aws:x", &["a", "b"]).holds(&context);
        assert_eq!((of("StringEquals"), of("StringNotEquals")), (Ternary::Yes, Ternary::No));
    }

    #[test]
    fn every_value_of_a_narrower_clause_has_to_be_covered() {
        let one = |operator: &str, values: &[&str]| [Clause::new(operator, "aws:x", values)];
        let wide = one("StringEquals", &["a", "b"]);
        assert!(implies(&one("StringEquals", &["a"]), &wide));
        assert!(!implies(&one("StringEquals", &["a", "c"]), &wide));
        assert!(!implies(&wide, &one("StringEquals", &["a"])));
        let not = one("StringNotEquals", &["a", "b"]);
        assert!(implies(&not, &one("StringNotEquals", &["b", "a"])));
        assert!(!implies(&not, &one("StringNotEquals", &["a"])));
        assert!(!implies(&one("StringNotEquals", &["a"]), &not));
        let null = one("Null", &["true", "false"]);
        assert!(!implies(&one("Null", &["true"]), &null) && implies(&null, &null));
    }

    #[test]
    fn an_optional_key_does_not_imply_a_required_one() {
        let [optional, required] =
            ["StringEqualsIfExists", "StringEquals"].map(|it| [clause(it, "aws:x", "a")]);
        assert!(!implies(&optional, &required));
        assert!(implies(&optional, &optional) && implies(&required, &required));
        let [mail, any] = ["m*", "*"].map(|value| [clause("StringLikeIfExists", "aws:x", value)]);
        assert!(implies(&mail, &any) && !implies(&any, &mail));
    }

    #[test]
    fn a_policy_variable_covers_nothing_but_itself() {
        let [own, any] = ["${aws:username}", "*"].map(|value| [clause("StringLike", "aws:x", value)]);
        assert!(!implies(&own, &any) && !implies(&any, &own) && implies(&own, &own));
    }

    #[test]
    fn a_null_check_demands_no_value() {
        assert!(!clause("Null", SOURCE_ACCOUNT, "false").demands());
    }
}
