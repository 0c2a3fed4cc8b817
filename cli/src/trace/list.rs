//! A list of messages, for people: one line each.

use mailtrail_clock::Time;
use mailtrail_trace::Message;

use super::fates;
use crate::output::{Row, Table, Zone};

const TABLE: Table =
    Table { headings: &["#", "time", "from", "what became of it", "subject"], emphasised: 3, details: 4 };

/// The messages, numbered from 1. `width` is that of the terminal, if there is one.
pub(super) fn text(messages: &[Message], zone: &Zone, width: Option<usize>) -> String {
    let rows = messages.iter().zip(1..).map(|(message, number)| row(message, number, zone)).collect();
    TABLE.text(rows, width)
}

fn row(message: &Message, number: usize, zone: &Zone) -> Row {
    let cells = vec![
        number.to_string(),
        if message.first_time == Time::EPOCH { "unknown".to_owned() } else { zone.text(message.first_time) },
        message.from.clone().unwrap_or_default(),
        fates::brief(message),
        message.subject.clone().unwrap_or_default(),
    ];
    Row { cells, is_emphasised: fates::is_failure(message) }
}
