//! What the sign-ins of a batch say of names, before its events are compared with the watch list.

use mailtrail_activity::{Activity, ActivityFields};
use mailtrail_archive::Partition;
use mailtrail_config::IntakeConfig;
use mailtrail_names::SignIns;
use mailtrail_normalize::{Event, normalize};
use mailtrail_subscription::{LogBatch, is_probe};

use crate::encode::{Line, context};

/// The field that `WorkMail`'s sign-ins have, and no other event has. Only what has it is mapped twice.
/// <https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-workmail-audit-logging.html>
const FIELD: &str = "\"auth_successful\"";

/// The names and ids that sign-ins to `WorkMail` have.
pub(crate) fn sign_ins(batch: &LogBatch<'_>, config: &IntakeConfig) -> SignIns {
    let (mut sign_ins, partition) = (SignIns::default(), Partition::new(None, Some(&batch.owner)));
    for event in &batch.events {
        let line = Line::of(event, batch, config);
        if !line.values.as_deref().unwrap_or(&line.message).contains(FIELD)
            || is_probe(&batch.log_stream, &line.message)
        {
            continue;
        }
        let event = Event {
            uid: event.id(),
            time: event.time(),
            timestamp_text: event.timestamp_text(),
            message: &line.message,
            values: line.values.as_deref(),
        };
        let record = normalize(&event, &context(batch, &partition, config));
        sign_ins.learn(&Activity::of(&ActivityFields::from(&record)));
    }
    sign_ins
}
