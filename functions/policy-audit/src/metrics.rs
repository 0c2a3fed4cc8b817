//! The metrics of one audit.

use mailtrail_policy_report::Report;
use mailtrail_telemetry::report::PolicyMetrics;

use crate::notification;

/// The days to a limit that is never hit: a metric needs a number, and an alarm watches for small ones.
const NEVER: i64 = 100_000;

/// What a report measured. Without the policies of the account there are no sizes; without its log groups it is unknown
/// which entries are dead; and as long as it is not known of each policy whether it grows, no day is the first.
pub(crate) fn measured(report: &Report) -> PolicyMetrics {
    let Some(policies) = report.measures.account_policies else { return PolicyMetrics::default() };
    let fullest = report.measures.policies.iter().max_by_key(|measure| measure.size);
    let number = |count: usize| Some(count as u64);
    let never = || report.not_known_yet.is_empty().then_some(NEVER);
    PolicyMetrics {
        characters: number(fullest.map_or(0, |measure| measure.size)),
        soft_share: number(fullest.map_or(0, |measure| measure.soft_percent)),
        hard_share: number(fullest.map_or(0, |measure| measure.hard_percent)),
        policies: number(policies),
        dead_entries: report.log_groups_looked_at.1.and_then(|_| number(notification::dead_entries(report))),
        days_to_limit: report.fewest_days().or_else(never),
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_resource_policy::forecast::History;
    use mailtrail_resource_policy::inventory::{Inventory, Part};
    use mailtrail_resource_policy::limits::WARNING_DAYS;
    use mailtrail_resource_policy::plan::Options;

    use super::*;

    const EACH_DAY: i64 = 24 * 60 * 60 * 1000;

    fn sample() -> Inventory {
        Inventory::from_json(include_str!("../../../infra/policies/account.json")).unwrap()
    }

    /// After so many audits of an account, one each day: nothing in it changes.
    fn after(audits: i64, inventory: &Inventory) -> Report {
        let report = |history: &History, day| {
            Report::of(inventory, history, &Options::default(), WARNING_DAYS, day * EACH_DAY)
        };
        (1..audits).fold(report(&History::default(), 0), |last, day| report(&last.history, day))
    }

    fn names(measured: &PolicyMetrics) -> Vec<&'static str> {
        measured.declared().into_iter().map(|(name, _)| name).collect()
    }

    fn not_seen<T>() -> Part<T> {
        Part::NotSeen { reason: "access denied".to_owned() }
    }

    #[test]
    fn everything_is_measured_where_everything_was_seen_often_enough() {
        let measured = measured(&after(3, &sample()));
        assert_eq!(
            (measured.characters, measured.policies, measured.dead_entries),
            (Some(5053), Some(2), Some(40))
        );
        assert_eq!(measured.days_to_limit, Some(NEVER));
        assert_eq!(measured.declared().len(), 7);
        let written = serde_json::to_value(measured).unwrap();
        let written: Vec<&String> = written.as_object().unwrap().keys().collect();
        assert!(
            names(&measured)
                .iter()
                .all(|name| *name == "audit_failed" || written.iter().any(|it| it == name))
        );
    }

    #[test]
    fn without_the_policies_of_the_account_nothing_is_measured() {
        let blind = Inventory { account_policies: not_seen(), ..sample() };
        let measured = measured(&after(3, &blind));
        assert_eq!(names(&measured), ["audit_failed"]);
        assert_eq!(serde_json::to_value(measured).unwrap(), serde_json::json!({}));
    }

    #[test]
    fn without_the_log_groups_no_entries_are_counted_as_dead() {
        let blind = Inventory { log_groups: not_seen(), ..sample() };
        let measured = measured(&after(3, &blind));
        assert_eq!((measured.dead_entries, measured.characters), (None, Some(5053)));
        assert!(!names(&measured).contains(&"dead_entries"));
    }

    #[test]
    fn until_it_is_known_whether_policies_grow_no_day_is_told() {
        assert_eq!(measured(&after(2, &sample())).days_to_limit, None);
        let empty = Inventory { account_policies: Part::Seen { at: 0, value: Vec::new() }, ..sample() };
        let measured = measured(&after(1, &empty));
        assert_eq!((measured.characters, measured.days_to_limit), (Some(0), Some(NEVER)));
    }
}
