//! What is asked for. All of it must hold.

use clap::Args;
use mailtrail_activity::{Activity, IdentityKind, Outcome, Subject};
use mailtrail_aws_types::StarPattern;
use mailtrail_names::Names;

use super::address::AddressPattern;
use crate::args::account_pattern;

#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "the text of --help is no Markdown")]
#[command(next_help_heading = "Who and what (all that are given must match)")]
pub(crate) struct Filter {
    /// What a user did: by user name, address, id or ARN, by the name of a role session, or by source identity
    #[arg(long, value_name = "NAME")]
    pub(super) user: Option<StarPattern>,
    /// What was done in a role, in any of its sessions: its name, or its ARN
    #[arg(long, value_name = "ROLE")]
    pub(super) role: Option<StarPattern>,
    /// What was done in sessions of this name
    #[arg(long, value_name = "NAME")]
    pub(super) session: Option<StarPattern>,
    /// What was done with an access key, or with a personal access token of WorkMail
    #[arg(long, value_name = "ID")]
    pub(super) access_key: Option<StarPattern>,
    /// What an identity did, by its ARN: *:user/alice, arn:aws:sts::111122223333:assumed-role/Admin/*
    #[arg(long, value_name = "ARN")]
    pub(super) arn: Option<StarPattern>,
    /// Only events that this account logged, or whose caller belongs to it: 12 digits
    #[arg(long, value_name = "ACCOUNT", value_parser = account_pattern)]
    pub(super) account: Option<StarPattern>,
    /// Only this operation: AssumeRole, Delete*, read
    #[arg(long, value_name = "NAME")]
    pub(super) event_name: Option<StarPattern>,
    /// Only from this address or block: 203.0.113.20, 203.0.113.0/24, 203.0.113.*, cloudformation.amazonaws.com
    #[arg(long, value_name = "ADDRESS")]
    source_ip: Option<AddressPattern>,
    /// Only what failed or was refused; with --follow, also among the events that it adds
    #[arg(long)]
    failed: bool,
    /// Only access to the mailboxes of this user or resource: by name, address or id
    #[arg(long, value_name = "NAME")]
    pub(super) owner: Option<StarPattern>,
    /// Only access to a mailbox by a user who does not own it, or by an application in the owner's name
    #[arg(long)]
    not_owner: bool,
    /// Only what an application of WorkMail did in a user's name
    #[arg(long)]
    impersonated: bool,
}

impl Filter {
    /// The options that are given whose value is a name or an id, and what they are about.
    pub(super) fn patterns(&self) -> Vec<(&'static str, Asked, &StarPattern)> {
        let given = [
            ("--user", Asked::Identity(Subject::User), &self.user),
            ("--role", Asked::Identity(Subject::Role), &self.role),
            ("--session", Asked::Identity(Subject::Session), &self.session),
            ("--access-key", Asked::Identity(Subject::Credential), &self.access_key),
            ("--arn", Asked::Identity(Subject::Arn), &self.arn),
            ("--account", Asked::Account, &self.account),
            ("--event-name", Asked::Operation, &self.event_name),
            ("--owner", Asked::Owner, &self.owner),
        ];
        given
            .into_iter()
            .filter_map(|(option, asked, pattern)| Some((option, asked, pattern.as_ref()?)))
            .collect()
    }

    /// Whether it asks for anything but an outcome.
    pub(super) fn is_narrow(&self) -> bool {
        !self.patterns().is_empty() || self.source_ip.is_some()
    }

    /// Whether an activity is asked for, whatever its outcome.
    pub(super) fn selects(&self, activity: &Activity<'_>, names: &Names) -> bool {
        self.patterns().into_iter().all(|(_, asked, pattern)| asked.matches(activity, pattern, names))
            && self
                .source_ip
                .as_ref()
                .is_none_or(|wanted| activity.sources.iter().any(|source| wanted.matches(source)))
            && (!self.not_owner || activity.is_by_non_owner())
            && (!self.impersonated || activity.first(IdentityKind::Impersonator).is_some())
    }

    /// Whether the outcome of an activity is asked for.
    pub(super) fn accepts(&self, activity: &Activity<'_>) -> bool {
        !self.failed || activity.outcome == Outcome::Failure
    }
}

/// What an option is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Identity(Subject),
    Account,
    Operation,
    Owner,
}

impl Asked {
    /// Whether an activity is asked for. Of a user or owner, also by what else it is known by at the time.
    fn matches(self, activity: &Activity<'_>, pattern: &StarPattern, names: &Names) -> bool {
        let is_asked_for = |text: &str| pattern.matches(text);
        match self {
            Self::Identity(Subject::User) => {
                activity.find(Subject::User, is_asked_for).is_some()
                    || names.of_user(activity).iter().any(|known| is_asked_for(known.value))
            }
            Self::Identity(subject) => activity.find(subject, is_asked_for).is_some(),
            Self::Account => activity.find_account(is_asked_for).is_some(),
            Self::Operation => is_asked_for(activity.operation),
            Self::Owner => activity.owner.as_ref().is_some_and(|owner| {
                let others = names.others(activity.organization, &owner.value, activity.time);
                is_asked_for(&owner.value) || others.into_iter().any(is_asked_for)
            }),
        }
    }

    /// The values of an activity that the option is compared with.
    pub(super) fn values<'a>(self, activity: &'a Activity<'_>) -> Vec<&'a str> {
        match self {
            Self::Identity(subject) => {
                let kinds = subject.kinds();
                let identities = activity.identities.iter().filter(|identity| kinds.contains(&identity.kind));
                identities.flat_map(|identity| subject.texts(identity)).collect()
            }
            Self::Account => activity.values(IdentityKind::Account).chain([activity.event_account]).collect(),
            Self::Operation => vec![activity.operation],
            Self::Owner => activity.owner.iter().map(|owner| &*owner.value).collect(),
        }
    }
}
