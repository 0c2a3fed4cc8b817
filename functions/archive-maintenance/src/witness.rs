//! Which log groups have a witness: those of a WorkMail organization, whose metrics count what they log. Pure.

use mailtrail_config::{Organization, PerLogGroup};
use mailtrail_coverage::{Log, Observed};

/// The log groups that WorkMail makes for email events begin with this, and end with the alias of the organization.
/// <https://docs.aws.amazon.com/workmail/latest/adminguide/tracking.html>
const OF_ALIAS: &str = "/aws/workmail/emailevents/";
/// Those of our stack.
const OF_STACK: (&str, &str) = ("/workmail/", "/email-events");
const AUDIT_OF_STACK: (&str, &str) = ("/aws/vendedlogs/workmail/", "/authentication");

/// What a log group logs that metrics count as well; nothing for any other.
pub(crate) fn observed(log_group: &str, organizations: &PerLogGroup<Organization>) -> Option<Observed> {
    let between = |(start, end): (&str, &str)| log_group.strip_prefix(start)?.strip_suffix(end);
    let observed = |log, organization: &str, alias: &str| Observed {
        log_group: log_group.to_owned(),
        log,
        organization: organization.to_owned(),
        alias: alias.to_owned(),
    };
    if let Some(organization) = between(AUDIT_OF_STACK) {
        return Some(observed(Log::Authentication, organization, ""));
    }
    let alias = log_group.strip_prefix(OF_ALIAS).unwrap_or_default();
    let is_mail = !alias.is_empty() || between(OF_STACK).is_some();
    is_mail.then(|| observed(Log::EmailEvents, organizations.id_of(log_group).unwrap_or_default(), alias))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORGANIZATION: &str = "m-0123456789abcdef0123456789abcdef";

    #[test]
    fn log_groups_of_organizations_have_a_witness_and_others_have_none() {
        let entry = format!("/aws/workmail/emailevents/example={ORGANIZATION}");
        let organizations = PerLogGroup::parse([entry.as_str()]).unwrap();
        let found = |name: &str| observed(name, &organizations).map(|it| (it.organization, it.alias, it.log));
        let mail = |alias: &str| Some((ORGANIZATION.to_owned(), alias.to_owned(), Log::EmailEvents));
        assert_eq!(found("/aws/workmail/emailevents/example"), mail("example"));
        assert_eq!(found(&format!("/workmail/{ORGANIZATION}/email-events")), mail(""));
        let sign_ins = found(&format!("/aws/vendedlogs/workmail/{ORGANIZATION}/authentication"));
        assert_eq!(sign_ins, Some((ORGANIZATION.to_owned(), String::new(), Log::Authentication)));
        for other in
            ["/cloudtrail/example", "/aws/vendedlogs/workmail/m-1/tokens", "/aws/workmail/emailevents/"]
        {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
