//! One message and its journey, for people.

use std::fmt::Write;

use mailtrail_clock::Time;
use mailtrail_trace::{EventName, Message, Recipient, RecipientStatus, StatusCode};

use super::fates;
use crate::output::{BOLD, ERROR, FAINT, WARNING, Zone, paint, plain, wrap};

/// A message that took as long as this was held up.
const HELD_MILLIS: i64 = 60 * 60 * 1000;
const INDENT: usize = 4;

/// What is known of a message, its recipients, and its journey.
pub(super) fn text(message: &Message, zone: &Zone) -> String {
    let mut page = Page { text: String::new(), zone };
    page.head(message);
    page.more(message);
    page.recipients(message);
    page.steps(message);
    page.doubts(message);
    page.text
}

struct Page<'z> {
    text: String,
    zone: &'z Zone,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.line(&format!("  {}", paint(FAINT, text)));
    }

    /// A paragraph of text that strangers may have written.
    fn paragraph(&mut self, text: &str) {
        let wrapped = wrap(&plain(text), INDENT);
        self.line(&format!("{}{wrapped}", " ".repeat(INDENT)));
    }

    fn fact(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.line(&format!("  {} {}", paint(FAINT, format_args!("{name:<11}")), plain(value)));
        }
    }

    fn head(&mut self, message: &Message) {
        let subject = message.subject.as_deref().map_or_else(|| "without a subject".to_owned(), plain);
        self.line(&paint(BOLD, subject));
        let from = message.from.as_deref().unwrap_or("unknown");
        let from = match &message.from_name {
            Some(name) => format!("{name} <{from}>"),
            None => from.to_owned(),
        };
        self.fact("from", &from);
        self.fact("sent by", message.sender.as_deref().unwrap_or_default());
        self.fact("Message-ID", message.message_id.as_deref().unwrap_or("none is logged"));
        self.fact("trace ids", &message.trace_ids.join(" "));
        self.fact("direction", message.direction.as_str());
        self.fact("time zone", &self.zone.name());
    }

    fn recipients(&mut self, message: &Message) {
        self.heading("recipients");
        if message.recipients.is_empty() {
            self.paragraph("No recipient is logged.");
        }
        for recipient in &message.recipients {
            self.recipient(recipient, message.first_time);
        }
    }

    fn recipient(&mut self, recipient: &Recipient, first_time: Time) {
        let who = match &recipient.name {
            Some(name) => format!("{name} <{}>", recipient.address),
            None => recipient.address.clone(),
        };
        let at = recipient.time.map(|time| format!(", {}", self.zone.text(time))).unwrap_or_default();
        let took = recipient.time.map(|time| time.millis() - first_time.millis());
        let took = took.filter(|_| first_time != Time::EPOCH);
        let held = took.filter(|took| *took >= HELD_MILLIS);
        let held = held.map(|took| format!(" (held for {})", duration(took))).unwrap_or_default();
        let text = wrap(&plain(&format!("{who}{at}: {}{held}", fates::sentence(recipient))), INDENT + 2);
        let is_failure = matches!(
            recipient.status,
            RecipientStatus::Bounced | RecipientStatus::Dropped | RecipientStatus::Rejected
        );
        let text = if is_failure { paint(ERROR, text) } else { text };
        self.line(&format!("    {text}"));
        let code = recipient.status_code.as_deref().and_then(StatusCode::parse);
        let advice = code.and_then(StatusCode::advice).map(|advice| format!("Usually helps: {advice}"));
        let reason = recipient.unknown_reason.map(|reason| reason.sentence().to_owned());
        let explanation = recipient.explanation.as_deref().map(str::to_owned);
        for sentence in [explanation, advice, reason].into_iter().flatten() {
            let wrapped = wrap(&plain(&sentence), INDENT + 2);
            self.line(&format!("      {wrapped}"));
        }
    }

    fn more(&mut self, message: &Message) {
        if !message.journaled_to.is_empty() {
            self.fact("journal", &message.journaled_to.join(", "));
        }
        let verdicts = message.verdicts.iter().map(|(kind, word)| format!("{} {word}", kind.name()));
        self.fact("verdicts", &verdicts.collect::<Vec<_>>().join(", "));
    }

    fn steps(&mut self, message: &Message) {
        let Some(steps) = &message.journey else { return };
        self.heading("journey");
        let (mut date, mut last) = (String::new(), None);
        for step in steps {
            let is_known = step.time != Time::EPOCH;
            let on = if is_known { self.zone.date(step.time) } else { "at an unknown time".to_owned() };
            if on != date {
                self.line(&format!("    {}", paint(BOLD, &on)));
                date = on;
            }
            let gap = last.map(|last: Time| step.time.millis() - last.millis()).filter(|gap| *gap > 0);
            let later = gap.map(|gap| format!("+{}", duration(gap))).unwrap_or_default();
            let clock = paint(FAINT, format_args!("{} {later:>12}", self.zone.clock(step.time, true)));
            let indent = INDENT + 12 + 1 + 12 + 2;
            let wrapped = wrap(&plain(&step.text), indent);
            self.line(&format!("    {clock}  {wrapped}"));
            last = Some(step.time).filter(|_| is_known);
        }
    }

    fn doubts(&mut self, message: &Message) {
        let mut doubts = Vec::new();
        let begins = |name: &EventName| matches!(name, EventName::Received | EventName::Submitted);
        if message.journey.as_ref().is_some_and(|steps| !steps.iter().any(|step| begins(&step.event))) {
            doubts.push(
                "The archive does not have its beginning: neither a submission nor an arrival.".to_owned(),
            );
        }
        if !message.complete {
            doubts.push("Events of it may be missing: not all of its time was read, or could be.".to_owned());
        }
        if message.more_legs > 0 {
            doubts.push(format!("{} more legs belong to it, and are not told.", message.more_legs));
        }
        if message.same_message_id > 0 {
            let (legs, are) = if message.same_message_id == 1 { ("leg", "is") } else { ("legs", "are") };
            doubts.push(format!(
                "{} more {legs} with the same Message-ID {are} not of it: its sender chose the id.",
                message.same_message_id
            ));
        }
        if !message.likely_trace_ids.is_empty() {
            doubts.push(format!(
                "Nothing joins these legs to it, and sender, subject and time suggest that they are of it: {}",
                message.likely_trace_ids.join(" ")
            ));
        }
        if !doubts.is_empty() {
            let mark = paint(WARNING, "!");
            for doubt in doubts {
                let wrapped = wrap(&plain(&doubt), INDENT);
                self.line(&format!("  {mark} {wrapped}"));
            }
        }
        if let Some(as_of) = message.as_of {
            let text = format!("known up to {}", self.zone.text(as_of));
            self.line(&format!("  {}", paint(FAINT, text)));
        }
    }
}

/// `0.9 s`, `3 min`, `2 h 5 min`, `3 days 2 h`.
fn duration(millis: i64) -> String {
    const SECOND: i64 = 1000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let mut text = String::new();
    let mut add = |number: i64, unit: &str| {
        if number > 0 {
            // A `String` takes every write.
            let _infallible = write!(text, "{}{number} {unit}", if text.is_empty() { "" } else { " " });
        }
    };
    let days = millis / DAY;
    match millis {
        ..MINUTE => return format!("{}.{} s", millis / SECOND, millis % SECOND / 100),
        MINUTE..HOUR => add(millis / MINUTE, "min"),
        HOUR..DAY => {
            add(millis / HOUR, "h");
            add(millis % HOUR / MINUTE, "min");
        }
        _ => {
            add(days, if days == 1 { "day" } else { "days" });
            add(millis % DAY / HOUR, "h");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_in_its_two_largest_units() {
        for (millis, expected) in [
            (900, "0.9 s"),
            (59_999, "59.9 s"),
            (60_000, "1 min"),
            (7_500_000, "2 h 5 min"),
            (86_400_000, "1 day"),
            (3 * 86_400_000 + 7_200_000, "3 days 2 h"),
        ] {
            assert_eq!(duration(millis), expected);
        }
    }
}
