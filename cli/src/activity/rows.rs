//! Events as a table, for people: a heading for each day, and below it a row for each event.

use mailtrail_activity::Outcome;
use mailtrail_clock::Time;

use super::event::Event;
use crate::output::{BOLD, Row, Table, paint};

const TABLE: Table = Table {
    headings: &["time", "who", "event", "result", "from", "via", "about"],
    emphasised: 3,
    details: 5,
};

/// The rows of a day. `width` is that of the terminal, if there is one.
pub(super) fn day(day: Time, events: &[Event], width: Option<usize>) -> String {
    let has_millis = events.iter().any(|event| event.time.millis() % 1_000 != 0);
    let rows = events.iter().map(|event| row(event, has_millis)).collect();
    let title = if day == Time::EPOCH { "at an unknown time".to_owned() } else { date(day) };
    format!("{}\n{}", paint(BOLD, title), TABLE.text(rows, width))
}

fn row(event: &Event, has_millis: bool) -> Row {
    let time = if event.time == Time::EPOCH { String::new() } else { clock(event.time, has_millis) };
    let also = match event.also_in.as_slice() {
        [] => String::new(),
        accounts => format!(" (also in {})", accounts.join(", ")),
    };
    let cells = vec![
        time,
        event.who_named.clone(),
        format!("{} {}", event.service.strip_prefix("Amazon ").unwrap_or(&event.service), event.name),
        event.result().to_owned(),
        event.source.clone(),
        event.via.clone(),
        format!("{}{also}", event.target_named).trim_start().to_owned(),
    ];
    Row { cells, is_emphasised: event.outcome == Outcome::Failure }
}

/// The time of the day, with three decimals or none.
fn clock(time: Time, has_millis: bool) -> String {
    let text = time.rfc3339();
    let seconds: String = text.split_once('T').map_or("", |(_, time)| time).chars().take(8).collect();
    if has_millis {
        format!("{seconds}.{:03}Z", time.millis().rem_euclid(1_000))
    } else {
        format!("{seconds}Z")
    }
}

fn date(day: Time) -> String {
    day.rfc3339().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn event(who: &str, target: &str, outcome: Outcome) -> Event {
        let [time, later] = [1_795_161_649_000, 1_795_161_649_500].map(Time::from_millis);
        Event {
            time: if target.is_empty() { time } else { later }.unwrap(),
            who_named: who.to_owned(),
            service: "iam".to_owned(),
            name: "DeleteUser".to_owned(),
            target_named: target.to_owned(),
            source: "192.0.2.44".to_owned(),
            outcome,
            ..Event::default()
        }
    }

    fn shown(events: &[Event], width: Option<usize>) -> String {
        let day = day(events[0].time, events, width);
        anstream::adapter::strip_str(&day).to_string()
    }

    #[test]
    fn a_day_has_a_heading_and_columns_in_which_something_stands() {
        let events = [event("alice", "", Outcome::Success), event("Admin/bob", "eve", Outcome::Failure)];
        insta::assert_snapshot!(shown(&events, None), @r"
        2026-11-20
        time           who        event           result  from        about
        08:00:49.000Z  alice      iam DeleteUser  ok      192.0.2.44
        08:00:49.500Z  Admin/bob  iam DeleteUser  failed  192.0.2.44  eve
        ");
        assert!(shown(&events[..1], None).contains("\n08:00:49Z  alice"));
    }

    #[test]
    fn on_a_narrow_terminal_words_are_wrapped_and_nothing_is_lost() {
        let about = "FULL_ACCESS for S-grantee on the mailbox of S-owner ".repeat(3);
        let events = [event("alice", about.trim(), Outcome::Success), event("bob", "y", Outcome::Unknown)];
        for width in [80, 100, 200] {
            let shown = shown(&events, Some(width));
            assert!(shown.lines().all(|line| line.width() <= width), "{shown}");
            assert_eq!(shown.matches("S-grantee").count(), 3, "{shown}");
        }
        assert!(shown(&events, Some(10)).contains("alice"));
        assert!(shown(&events, None).contains(about.trim()));
    }

    #[test]
    fn every_line_fits_however_narrow_the_terminal_and_the_time_is_whole() {
        let session = Event {
            via: "GetSessionToken → Support/laptop → MailAdmin/ticket-4711".to_owned(),
            error: "AccessDeniedException".to_owned(),
            ..event("MailAdmin/ticket-4711", &"FULL_ACCESS for S-grantee ".repeat(4), Outcome::Failure)
        };
        let events = [session, event("alice", "", Outcome::Success)];
        for width in 20..160 {
            let shown = shown(&events, Some(width));
            assert!(shown.lines().all(|line| line.width() <= width), "{width}\n{shown}");
            assert!(["08:00:49.000Z", "08:00:49.500Z"].iter().all(|time| shown.contains(time)), "{shown}");
            assert_eq!(shown.matches("S-grantee").count(), 4, "{shown}");
        }
        insta::assert_snapshot!(shown(&events, Some(40)), @"
        2026-11-20
        time           who           event
        08:00:49.500Z  MailAdmin/ti  iam
                       cket-4711     DeleteUser
          result: AccessDeniedException
          from: 192.0.2.44
          via: GetSessionToken → Support/laptop
               → MailAdmin/ticket-4711
          about: FULL_ACCESS for S-grantee
                 FULL_ACCESS for S-grantee
                 FULL_ACCESS for S-grantee
                 FULL_ACCESS for S-grantee
        08:00:49.000Z  alice         iam
                                     DeleteUser
          result: ok
          from: 192.0.2.44
        ");
        assert!(shown(&events, Some(80)).contains("\n  about: FULL_ACCESS for S-grantee"));
    }

    #[test]
    fn a_cell_is_shortened_on_a_terminal_only_and_the_mark_says_so() {
        let about = "Allow ".repeat(1_000);
        let events = [event("alice", about.trim(), Outcome::Success)];
        assert!(shown(&events, None).contains(about.trim()));
        let on_terminal = shown(&events, Some(120));
        assert!(on_terminal.contains('…') && on_terminal.lines().count() < 20, "{on_terminal}");
    }

    #[test]
    fn a_cell_has_no_power_over_the_terminal() {
        let shown = shown(&[event("\u{1b}[2J\u{9b}31m\t\n", "", Outcome::Success)], None);
        assert!(shown.contains("\\u{1b}[2J\\u{9b}31m \\n  iam DeleteUser"), "{shown}");
    }

    #[test]
    fn an_event_without_a_time_is_of_no_day() {
        let events = [Event { time: Time::EPOCH, ..event("alice", "", Outcome::Success) }];
        assert!(shown(&events, None).starts_with("at an unknown time\nwho "));
    }

    #[test]
    fn copies_in_other_accounts_are_named() {
        let copied =
            Event { also_in: vec!["444455556666".to_owned()], ..event("alice", "", Outcome::Success) };
        assert!(shown(&[copied], None).contains("  (also in 444455556666)\n"));
    }
}
