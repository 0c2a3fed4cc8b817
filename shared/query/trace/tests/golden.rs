//! Golden files: what is told of journeys of some forms, as `mailtrail trace --json --detail` prints it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{events, known, trace};
use mailtrail_samples::journeys::Journeys;
use mailtrail_trace::{Context, Query};

/// The forms in which the most can be told.
const FORMS: [&str; 12] = [
    "from outside",
    "internal",
    "bounced after it was sent",
    "to both sides",
    "redirected inside",
    "redirected by one of two",
    "dropped by a rule",
    "journaled",
    "group beside a mailbox",
    "delivered against DMARC",
    "without a Message-ID",
    "masked",
];

#[test]
fn of_journeys() {
    for form in FORMS {
        let journey =
            Journeys::new(2026).take(Journeys::forms()).find(|journey| journey.form == form).unwrap();
        let all = events(&journey);
        let as_of = all.iter().map(|event| event.time.millis()).max().unwrap();
        let known = known(as_of, None);
        let context = Context { tells_journey: true, ..known.context() };
        let messages = trace(&all, &Query::default(), &context);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "golden" }, {
            insta::assert_json_snapshot!(form.replace(' ', "-"), messages);
        });
    }
}
