//! What is asked for. All of it must be so.

use clap::Args;

use super::deed::{Deed, Outcome};
use super::pattern::Pattern;
use super::who::last_part;

#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "the text of --help is no Markdown")]
#[command(next_help_heading = "Who and what (all that are given must match)")]
pub(crate) struct Filter {
    /// What a user did, by name or id: of IAM, of IAM Identity Center, of WorkMail
    #[arg(long, value_name = "NAME")]
    user: Option<Pattern>,
    /// What was done in a role, in any of its sessions: its name, or its ARN
    #[arg(long, value_name = "ROLE")]
    role: Option<Pattern>,
    /// What was done in sessions of this name
    #[arg(long, value_name = "NAME")]
    session: Option<Pattern>,
    /// What was done with an access key, or with a personal access token of WorkMail
    #[arg(long, value_name = "ID")]
    access_key: Option<Pattern>,
    /// What an identity did, by its ARN: *:user/alice, arn:aws:sts::111122223333:assumed-role/Admin/*
    #[arg(long, value_name = "ARN")]
    arn: Option<Pattern>,
    /// Only this operation: AssumeRole, Delete*, read
    #[arg(long, value_name = "NAME")]
    event_name: Option<Pattern>,
    /// Only from this address: 203.0.113.20, 203.0.113.*, cloudformation.amazonaws.com
    #[arg(long, value_name = "ADDRESS")]
    source_ip: Option<Pattern>,
    /// Only what failed or was refused; with --follow, of what was found
    #[arg(long)]
    failed: bool,
    /// Only access to a mailbox by somebody who does not own it, or by an application in the owner's name
    #[arg(long)]
    not_owner: bool,
    /// Only what an application of WorkMail did in somebody's name
    #[arg(long)]
    impersonated: bool,
}

impl Filter {
    /// Whether it asks for anything that tells one deed from another before its outcome is known.
    pub(super) fn is_narrow(&self) -> bool {
        let Self { user, role, session, access_key, arn, event_name, source_ip, .. } = self;
        [user, role, session, access_key, arn, event_name, source_ip].into_iter().any(Option::is_some)
    }

    /// Whether a deed is asked for, whatever came of it.
    pub(super) fn selects(&self, deed: &Deed<'_>) -> bool {
        let who = &deed.who;
        let one = |pattern: &Option<Pattern>, texts: &[Option<&str>]| {
            let matches = |pattern: &Pattern| texts.iter().flatten().any(|text| pattern.matches(text));
            pattern.as_ref().is_none_or(matches)
        };
        let key = |pattern: &Pattern| who.keys.iter().any(|key| pattern.matches(key));
        one(&self.user, &[who.name, who.uid, who.uid_alt])
            && self.role.as_ref().is_none_or(|role| is_role(role, who.role.as_deref()))
            && one(&self.session, &[who.session])
            && self.access_key.as_ref().is_none_or(key)
            && one(&self.arn, &[who.uid])
            && one(&self.event_name, &[Some(deed.event)])
            && self.source_ip.as_ref().is_none_or(|address| address.matches_address(deed.source))
            && (!self.not_owner || deed.is_by_another())
            && (!self.impersonated || who.impersonator.is_some())
    }

    /// Whether what came of a deed is asked for.
    pub(super) fn accepts(&self, deed: &Deed<'_>) -> bool {
        !self.failed || deed.outcome == Outcome::Failure
    }
}

fn is_role(wanted: &Pattern, arn: Option<&str>) -> bool {
    arn.is_some_and(|arn| wanted.matches(if wanted.is_arn() { arn } else { last_part(arn) }))
}
