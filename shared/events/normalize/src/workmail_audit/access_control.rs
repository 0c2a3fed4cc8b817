//! An access control rule that was evaluated: who, by which protocol, from where; and what it decided.
//!
//! No class of OCSF fits the evaluation of a policy; it is an API Activity with the rule and its decision in
//! `authorizations`. The log has no word for the operation, so it is ours.

use std::borrow::Cow;

use mailtrail_ocsf::{Action, ActivityId, ApiActivity, Authorization, Class, Disposition, Policy, Resource};

use super::entry::{Entry, Verdict};
use crate::observables::ObservableSources;

/// The record, if the event tells who was checked and where they were.
pub(super) fn record(mut entry: Entry<'_>) -> Option<ApiActivity<'_>> {
    let actor = entry.actor()?;
    let source = entry.source()?;
    let verdict = entry.verdict("access_granted");
    entry.is_controlled();
    let observables =
        ObservableSources { source: Some(&source), actor: Some(&actor), ..ObservableSources::default() }
            .observables();
    let resource = entry.organization_arn.take().map(|arn| Resource {
        uid: Some(arn),
        r#type: Some(Cow::Borrowed("AWS::WorkMail::Organization")),
        ..Resource::default()
    });
    Some(ApiActivity {
        authorizations: authorization(&mut entry, &verdict).into_iter().collect(),
        disposition: verdict.disposition(Disposition::UNAUTHORIZED),
        status: verdict.status,
        action: verdict.action,
        status_code: None,
        status_detail: None,
        actor,
        api: entry.api(Cow::Borrowed("AccessControlEvaluation")),
        src_endpoint: source,
        dst_endpoint: entry.protocol(),
        http_request: entry.http_request(),
        resources: resource.into_iter().collect(),
        observables,
        unmapped: entry.take_rest(),
        common: entry.into_common(Class::ApiActivity, ActivityId::other("Access Check")),
    })
}

/// The decision and its rule. Where no rule matched, the event names none.
fn authorization<'a>(entry: &mut Entry<'a>, verdict: &Verdict) -> Option<Authorization<'a>> {
    let decision =
        verdict.action.as_ref().map(|action| if *action == Action::ALLOWED { "ALLOW" } else { "DENY" });
    let (uid, r#type) = (entry.fields.take_text("rule_id"), entry.fields.take_text("scope"));
    let is_applied = uid.is_some();
    let policy = (uid.is_some() || r#type.is_some()).then_some(Policy {
        name: None,
        uid,
        r#type,
        is_applied,
        data: None,
    });
    (decision.is_some() || policy.is_some()).then_some(Authorization { decision, policy })
}
