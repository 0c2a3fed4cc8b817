//! Services with V1 log delivery: each is asked, through its own API, which log groups it writes to.
//!
//! AWS has no list of V1 deliveries ([`mailtrail_resource_policy::v1`]). Asked are the two services that nearly all
//! public reports of full policies are about; the inventory says which were asked, and how each of them answered, so
//! that silence is not taken for an answer.
//!
//! A service says no more than where it delivers to **now**. What is read needs `states:ListStateMachines`,
//! `states:DescribeStateMachine` and `apigateway:GET`.

mod destination;
mod http_apis;
mod step_functions;

use std::collections::BTreeMap;

use mailtrail_aws_client::Deadline;
use mailtrail_resource_policy::inventory::{Inventory, Part, V1Destination};
use mailtrail_resource_policy::v1::service;

use crate::clients::Account;
use crate::part::part;

/// What a service answered.
type Answer = (&'static str, Part<Vec<V1Destination>>);

/// Asks each service, and puts the answers into the inventory. One that refuses leaves the others as they are.
pub(crate) async fn ask(account: &Account, deadline: Deadline, inventory: &mut Inventory) {
    let (machines, apis) = tokio::join!(
        part(step_functions::destinations(account, deadline)),
        part(http_apis::destinations(account, deadline))
    );
    (inventory.v1_destinations, inventory.v1_services) =
        together(vec![(step_functions::ID, machines), (http_apis::ID, apis)]);
}

/// The destinations of all services that answered, and how each did. Where none did, nothing was seen.
fn together(answers: Vec<Answer>) -> (Part<Vec<V1Destination>>, BTreeMap<String, Part<usize>>) {
    let (mut found, mut reasons) = (None::<(i64, Vec<V1Destination>)>, Vec::new());
    let mut services = BTreeMap::new();
    for (id, answer) in answers {
        let answer = match answer {
            Part::Seen { at, value } => {
                let count = value.len();
                let (first, all) = found.get_or_insert_with(|| (at, Vec::new()));
                *first = at.min(*first);
                all.extend(value);
                Part::Seen { at, value: count }
            }
            Part::NotSeen { reason } => {
                reasons.push(format!("{}: {reason}", service(id).map_or(id, |service| service.title)));
                Part::NotSeen { reason }
            }
        };
        services.insert(id.to_owned(), answer);
    }
    let destinations = match found {
        Some((at, value)) => Part::Seen { at, value },
        None => Part::NotSeen { reason: reasons.join("; ") },
    };
    (destinations, services)
}

#[cfg(test)]
mod tests {
    use super::destination::destination;
    use super::*;

    fn seen(at: i64, groups: &[&str]) -> Part<Vec<V1Destination>> {
        let found = groups.iter().map(|group| destination("step-functions", (*group).to_owned(), []));
        Part::Seen { at, value: found.collect() }
    }

    fn denied() -> Part<Vec<V1Destination>> {
        Part::NotSeen { reason: "denied".to_owned() }
    }

    #[test]
    fn every_service_that_is_asked_is_one_of_the_table() {
        assert!(service(step_functions::ID).is_some() && service(http_apis::ID).is_some());
    }

    #[test]
    fn what_was_found_stands_together_with_the_time_of_the_first() {
        let (all, services) =
            together(vec![(step_functions::ID, seen(2, &["a", "b"])), (http_apis::ID, seen(1, &["c"]))]);
        assert_eq!((all.at(), all.seen().map(Vec::len)), (Some(1), Some(3)));
        assert_eq!(services[step_functions::ID], Part::Seen { at: 2, value: 2 });
        assert_eq!(services[http_apis::ID], Part::Seen { at: 1, value: 1 });
    }

    #[test]
    fn a_service_that_refuses_leaves_the_other_one_seen() {
        let (all, services) =
            together(vec![(step_functions::ID, denied()), (http_apis::ID, seen(1, &["c"]))]);
        assert_eq!(all.seen().map(Vec::len), Some(1));
        assert_eq!(services[step_functions::ID].reason(), Some("denied"));
    }

    #[test]
    fn where_all_refuse_nothing_was_seen_and_the_reasons_are_told() {
        let (all, services) = together(vec![(step_functions::ID, denied()), (http_apis::ID, denied())]);
        let reason = "Step Functions: denied; API Gateway HTTP and WebSocket APIs: denied";
        assert_eq!((all.reason(), services.len()), (Some(reason), 2));
    }

    #[test]
    fn a_value_that_the_service_did_not_tell_is_left_out() {
        let found = destination(
            "api-gateway-http",
            "a".to_owned(),
            [("stage", Some("live".to_owned())), ("format", None)],
        );
        assert_eq!(found.values, BTreeMap::from([("stage".to_owned(), "live".to_owned())]));
    }
}
