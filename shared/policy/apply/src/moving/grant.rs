//! Whether log delivery may write to a log group, by what the policies say now.

use std::collections::BTreeSet;

use mailtrail_resource_policy::arn;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::evaluate::{Decision, Policies, Request, Requester};
use mailtrail_resource_policy::limits::{DELIVERY_ACTIONS, LOG_DELIVERY};

use super::error::MoveError;
use crate::aws::Aws;
use crate::error::MoveBlocked;

/// Any log stream.
const STREAM: &str = "any";

/// Asks for each source whether it may. Whatever depends on something that is not understood counts as a no.
pub(crate) async fn check(aws: &Aws<'_>, group: &str, sources: &BTreeSet<String>) -> Result<(), MoveError> {
    let (account, deadline) = (aws.account, aws.deadline);
    let texts = account.account_policies(deadline).await?;
    let own = account.log_group_policy(group, deadline).await?;
    let group_arn = aws.group_arn(group);
    let documents: Vec<_> = texts.iter().map(|policy| Document::parse(&policy.document)).collect();
    let own = own.map(|policy| Document::parse(&policy.document));
    let mut policies = Policies::default();
    for (document, of) in
        documents.iter().map(|it| (it, None)).chain(own.iter().map(|it| (it, Some(&group_arn))))
    {
        match document {
            Ok(document) => policies.add(document, of.map(String::as_str)),
            Err(_) => policies.add_unreadable(),
        }
    }
    let resource = format!("{group_arn}:log-stream:{STREAM}");
    let (partition, region, id) = (arn::partition(&account.region), &account.region, &account.id);
    for source in sources {
        let source_arn = format!("arn:{partition}:logs:{region}:{id}:delivery-source:{source}");
        let context = Context::source(&source_arn, id);
        let is_allowed = DELIVERY_ACTIONS.iter().all(|&action| {
            let request =
                Request { requester: Requester::Service(LOG_DELIVERY), action, resource: &resource };
            policies.decide(&request, &context) == Decision::Allowed
        });
        if !is_allowed {
            return Err(MoveError::Blocked(MoveBlocked::NotGranted(group.to_owned(), source.clone())));
        }
    }
    Ok(())
}
