//! `mailtrail trace` on a bucket.

use std::time::Duration;

use mailtrail_faulty_aws::{FaultKind, Faults};
use mailtrail_samples::Batch;
use serde_json::json;

use crate::mailtrail::with_a_bucket;
use crate::trace::{event, lines};

/// What is read of a bucket at a time.
const REQUESTS: usize = 64;

#[test]
fn as_many_objects_are_read_at_a_time_as_s3_takes_well() {
    let (aws, mailtrail) = with_a_bucket();
    let objects = REQUESTS + 20;
    for number in 0..objects {
        let members = json!({"recipient": "bob@example.com", "folder": "Inbox"});
        let after = i64::try_from(number).unwrap();
        let event = event(after, &format!("in-{number}"), "MAILBOX_EMAIL_DELIVERED", members);
        mailtrail.write(&format!("in/{number}.gz"), Batch::of(vec![event]).to_gzip());
    }
    mailtrail.run(&["ingest", "in"]).expect(0);
    // Long enough for all to be asked for on a busy machine.
    aws.set_faults(Faults::none().with(FaultKind::S3Slow, 1.0).slow_by(Duration::from_secs(2)));
    let run = mailtrail.run(&["trace", "--json"]).expect(0);
    assert_eq!(lines(&run.stdout).len(), objects);
    assert_eq!(aws.most_late(), REQUESTS);
}
