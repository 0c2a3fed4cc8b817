//! May this principal do this, on this resource, in this context? Allowed, denied, or not decided.
//!
//! The rules of one account: an explicit `Deny` wins over every `Allow`, and what nothing allows is denied
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>). Policies of
//! several kinds (permission boundaries, organizations) are not put together here.
//!
//! What is not understood is never taken for a yes or a no: a policy that cannot be read, a statement with a policy
//! variable, a condition on a key of which the context says nothing. The answer is then [`Decision::Depends`], unless
//! what is understood decides it whichever way the rest turns out.
//!
//! ```
//! use mailtrail_resource_policy::condition::Context;
//! use mailtrail_resource_policy::document::Document;
//! use mailtrail_resource_policy::evaluate::{Decision, Policies, Request, Requester};
//!
//! let document = Document::parse(
//!     r#"{"Statement": {"Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"},
//!         "Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:*:*:log-group:/aws/vendedlogs/*",
//!         "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}}"#,
//! )?;
//! let policies = Policies::of_account([&document]);
//! let request = Request {
//!     requester: Requester::Service("delivery.logs.amazonaws.com"),
//!     action: "logs:PutLogEvents",
//!     resource: "arn:aws:logs:us-east-1:111122223333:log-group:/aws/vendedlogs/mail:log-stream:a",
//! };
//! let context = Context::new().with("aws:SourceAccount", "111122223333");
//! assert_eq!(policies.decide(&request, &context), Decision::Allowed);
//! assert_eq!(policies.decide(&request, &Context::new()), Decision::Depends);
//! # Ok::<(), mailtrail_resource_policy::document::DocumentError>(())
//! ```

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use mailtrail_aws_types::glob;

use crate::Ternary;
use crate::condition::{self, Context};
use crate::document::Document;
use crate::resources::Resources;
use crate::statement::{Effect, ElementMatch, Principal, PrincipalMatch, StatementElements};

/// A request, context apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// Who asks.
    pub requester: Requester<'a>,
    /// `logs:PutLogEvents`; case does not matter.
    pub action: &'a str,
    /// An ARN, or `*` for a call that is about no resource.
    pub resource: &'a str,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requester<'a> {
    /// A service of AWS: `delivery.logs.amazonaws.com`.
    Service(&'a str),
    /// An identity, by its ARN.
    Aws(&'a str),
    /// The holder of an identity policy, which has no `Principal`.
    Holder,
}

impl fmt::Display for Requester<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(name) | Self::Aws(name) => f.write_str(name),
            Self::Holder => f.write_str("the holder"),
        }
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allowed,
    /// No: denied, or not allowed by anything.
    Denied,
    /// It depends on something that is not known, or not understood.
    Depends,
}

/// Policies that hold together, ready to be asked many times.
#[derive(Debug, Clone, Default)]
pub struct Policies<'a> {
    statements: Vec<Compiled<'a>>,
    unclear: Unclear<'a>,
}

/// Where something that is not understood has a say.
#[derive(Debug, Clone, Default)]
struct Unclear<'a> {
    everywhere: bool,
    /// The ARNs of log groups whose own policies are not understood: they say nothing of others.
    in_groups: HashSet<&'a str>,
}

impl<'a> Unclear<'a> {
    fn add(&mut self, log_group_arn: Option<&'a str>) {
        match log_group_arn {
            Some(arn) => drop(self.in_groups.insert(arn)),
            None => self.everywhere = true,
        }
    }

    fn is_of(&self, resource: &str) -> bool {
        self.everywhere || log_group_of(resource).is_some_and(|group| self.in_groups.contains(group))
    }
}

/// A statement, ready to be asked.
#[derive(Debug, Clone)]
struct Compiled<'a> {
    number: usize,
    elements: &'a StatementElements,
    resources: Resources<'a>,
    /// The ARN of the log group outside of which it says nothing.
    only: Option<&'a str>,
}

impl<'a> Policies<'a> {
    /// Policies of an account, or of one identity.
    pub fn of_account(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let mut policies = Self::default();
        for document in documents {
            policies.add(document, None);
        }
        policies
    }

    /// Adds a policy; one of a log group says nothing about any other.
    pub fn add(&mut self, document: &'a Document, log_group_arn: Option<&'a str>) {
        let log_group_arn = log_group_arn.map(without_tail);
        for statement in document.statements() {
            match statement.elements() {
                Ok(elements) => {
                    self.statements.push(Compiled::new(self.statements.len(), elements, log_group_arn));
                }
                Err(_) => self.unclear.add(log_group_arn),
            }
        }
    }

    /// Adds what cannot be read: whatever nothing else decides now depends on it.
    pub fn add_unreadable(&mut self) {
        self.unclear.add(None);
    }

    /// Adds the policy of a log group that cannot be read: the same, of that log group only.
    pub fn add_unreadable_of(&mut self, log_group_arn: &'a str) {
        self.unclear.add(Some(without_tail(log_group_arn)));
    }

    /// Decides one request.
    pub fn decide(&self, request: &Request, context: &Context) -> Decision {
        self.asked_by(request.requester, request.action, context).decide(request.resource)
    }

    /// Whether a statement that denies may apply to a request on one resource and says nothing of another one, whatever
    /// its conditions say. What is not understood may deny.
    pub(crate) fn may_deny_only(
        &self,
        requester: Requester,
        action: &str,
        resource: &str,
        other: &str,
    ) -> bool {
        let group = log_group_of(resource);
        self.unclear.is_of(resource)
            || self.statements.iter().any(|statement| {
                let elements = statement.elements;
                elements.effect == Effect::Deny
                    && statement.only.is_none_or(|only| Some(only) == group)
                    && is_meant(&elements.principal, requester) != Ternary::No
                    && has_action(&elements.action, action) != Ternary::No
                    && statement.speaks_of(resource) != Ternary::No
                    && statement.speaks_of(other) != Ternary::Yes
            })
    }

    /// Everything but the resource decided, for many resources.
    pub fn asked_by(&self, requester: Requester, action: &str, context: &Context) -> Asked<'_, 'a> {
        let mut asked = Asked { everywhere: Vec::new(), in_groups: HashMap::new(), unclear: &self.unclear };
        for statement in &self.statements {
            // A member that is not known could mean anything.
            let complete = if statement.elements.complete { Ternary::Yes } else { Ternary::Unknown };
            let applies = Ternary::all([
                complete,
                is_meant(&statement.elements.principal, requester),
                has_action(&statement.elements.action, action),
                condition::all_hold(&statement.elements.condition, context),
            ]);
            if applies != Ternary::No {
                match statement.only {
                    None => asked.everywhere.push((applies, statement)),
                    Some(group) => asked.in_groups.entry(group).or_default().push((applies, statement)),
                }
            }
        }
        asked
    }
}

/// Policies that were asked who, what and in which context: which resources are left.
#[derive(Debug, Clone)]
pub struct Asked<'p, 'a> {
    everywhere: Vec<(Ternary, &'p Compiled<'a>)>,
    in_groups: HashMap<&'a str, Vec<(Ternary, &'p Compiled<'a>)>>,
    unclear: &'p Unclear<'a>,
}

impl Asked<'_, '_> {
    /// Which statements are left, and whether they apply for certain: the same gives the same answers.
    pub(crate) fn signature(&self) -> BTreeSet<(usize, bool)> {
        let statements = self.everywhere.iter().chain(self.in_groups.values().flatten());
        statements.map(|(applies, statement)| (statement.number, *applies == Ternary::Yes)).collect()
    }

    /// Decides for one resource.
    pub fn decide(&self, resource: &str) -> Decision {
        let (mut allowed, mut denied) = (Ternary::No, Ternary::No);
        let in_group = log_group_of(resource).and_then(|group| self.in_groups.get(group));
        for (applies, statement) in self.everywhere.iter().chain(in_group.into_iter().flatten()) {
            let answer = match statement.elements.effect {
                Effect::Allow => &mut allowed,
                Effect::Deny => &mut denied,
            };
            if *answer != Ternary::Yes {
                *answer = Ternary::any([*answer, Ternary::all([*applies, statement.speaks_of(resource)])]);
            }
        }
        match (denied, allowed) {
            (Ternary::Yes, _) => Decision::Denied,
            _ if self.unclear.is_of(resource) => Decision::Depends,
            (Ternary::No, Ternary::Yes) => Decision::Allowed,
            (_, Ternary::No) => Decision::Denied,
            _ => Decision::Depends,
        }
    }
}

impl<'a> Compiled<'a> {
    fn new(number: usize, elements: &'a StatementElements, only: Option<&'a str>) -> Self {
        let (ElementMatch::Only(patterns) | ElementMatch::AllBut(patterns)) = &elements.resource;
        Self { number, elements, resources: Resources::new(patterns), only }
    }

    fn speaks_of(&self, resource: &str) -> Ternary {
        let named = self.resources.matches(resource);
        match self.elements.resource {
            ElementMatch::Only(_) => named,
            ElementMatch::AllBut(_) => named.not(),
        }
    }
}

/// The ARN of a log group without the `:*` that some answers of AWS have at its end.
fn without_tail(arn: &str) -> &str {
    arn.strip_suffix(":*").unwrap_or(arn)
}

/// The ARN of the log group that a resource is, or is in.
fn log_group_of(resource: &str) -> Option<&str> {
    const KIND: &str = ":log-group:";
    let start = resource.find(KIND)? + KIND.len();
    let end = resource[start..].find(':').map_or(resource.len(), |end| start + end);
    Some(&resource[..end])
}

fn is_meant(who: &PrincipalMatch, requester: Requester) -> Ternary {
    match who {
        PrincipalMatch::Holder => (requester == Requester::Holder).into(),
        PrincipalMatch::Only(principals) => {
            Ternary::any(principals.iter().map(|principal| is_one(principal, requester)))
        }
        PrincipalMatch::AllBut(principals) => {
            Ternary::any(principals.iter().map(|principal| is_one(principal, requester))).not()
        }
    }
}

fn is_one(principal: &Principal, requester: Requester) -> Ternary {
    match (principal, requester) {
        (_, Requester::Holder) | (Principal::Other(..), _) => Ternary::Unknown,
        (Principal::Anyone, _) => Ternary::Yes,
        (Principal::Service(name), Requester::Service(service)) => {
            (name == "*" || name.eq_ignore_ascii_case(service)).into()
        }
        (Principal::Service(_), Requester::Aws(_)) | (Principal::Aws(_), Requester::Service(_)) => {
            Ternary::No
        }
        // An account as principal leaves it to that account, whose policies are not here.
        (Principal::Aws(name), Requester::Aws(arn)) if name == arn => Ternary::Yes,
        (Principal::Aws(_), Requester::Aws(_)) => Ternary::Unknown,
    }
}

fn has_action(choice: &ElementMatch, action: &str) -> Ternary {
    let action = action.to_ascii_lowercase();
    let named = |patterns: &[String]| {
        patterns.iter().any(|pattern| glob::matches(&pattern.to_ascii_lowercase(), &action))
    };
    match choice {
        ElementMatch::Only(patterns) => named(patterns).into(),
        ElementMatch::AllBut(patterns) => (!named(patterns)).into(),
    }
}
