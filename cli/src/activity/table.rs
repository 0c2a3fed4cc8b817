//! Events as a table, for people: a heading for each day, and below it a line for each event.
//!
//! On a terminal a line is as wide as the terminal at most: the widest columns give way first, and what does not
//! fit is cut in its middle. Elsewhere nothing gives way. (A crate for tables would lay out all rows at once, where a day is
//! what we have, and needs to be told the rest of this anyway.)

use mailtrail_clock::Time;

use super::deed::Outcome;
use super::event::Event;
use crate::output::{BAD, BOLD, FAINT, paint, plain};

const HEADINGS: [&str; COLUMNS] = ["time", "who", "event", "result", "from", "via", "about"];
const COLUMNS: usize = 7;
const RESULT: usize = 3;
/// From here on columns are details.
const DETAILS: usize = 5;
const GAP: usize = 2;
/// No column gives way below this width.
const NARROW: usize = 10;
/// No cell is wider: parameters may have a hundred kilobytes.
const WIDEST: usize = 120;

/// The lines of a day. `width` is that of the terminal, if there is one.
pub(super) fn day(day: Time, events: &[Event], width: Option<usize>) -> String {
    let rows: Vec<[String; COLUMNS]> = events.iter().map(cells).collect();
    let widths = widths(&rows, width);
    let title = if day == Time::EPOCH { "at an unknown time".to_owned() } else { date(day) };
    let mut text = format!("{}\n", paint(BOLD, title));
    let line = |cells: &[String; COLUMNS], failed: bool| {
        let shown = (0..COLUMNS).filter(|&column| widths[column] > 0);
        let mut fitted: Vec<(usize, String)> =
            shown.map(|column| (column, fit(&cells[column], widths[column]))).collect();
        if let Some((_, last)) = fitted.last_mut() {
            last.truncate(last.trim_end().len());
        }
        let painted = fitted
            .into_iter()
            .map(|(column, cell)| if failed && column == RESULT { paint(BAD, cell) } else { cell });
        painted.collect::<Vec<_>>().join(&" ".repeat(GAP))
    };
    let mut add = |line: &str| {
        text.push_str(line.trim_end());
        text.push('\n');
    };
    add(&paint(FAINT, line(&HEADINGS.map(str::to_owned), false)));
    for (cells, event) in rows.iter().zip(events) {
        add(&line(cells, event.outcome == Outcome::Failure));
    }
    text
}

fn cells(event: &Event) -> [String; COLUMNS] {
    let time = event.time.rfc3339();
    let time = time.split_once('T').map_or("", |(_, time)| time);
    [
        if event.time == Time::EPOCH { "" } else { time },
        &event.who,
        &format!("{} {}", event.service.strip_prefix("Amazon ").unwrap_or(&event.service), event.name),
        event.result(),
        &event.source,
        &event.via,
        &event.target,
    ]
    .map(|cell| cut(&plain(cell).replace('\t', " "), WIDEST))
}

fn date(day: Time) -> String {
    day.rfc3339().chars().take(10).collect()
}

/// The width of each column; none for one in which nothing stands.
fn widths(rows: &[[String; COLUMNS]], limit: Option<usize>) -> [usize; COLUMNS] {
    let mut widths = [0; COLUMNS];
    for (column, width) in widths.iter_mut().enumerate() {
        let widest = rows.iter().map(|row| length(&row[column])).max().unwrap_or_default();
        *width = if widest == 0 { 0 } else { widest.max(HEADINGS[column].len()) };
    }
    let Some(limit) = limit else { return widths };
    let gaps = GAP * widths.iter().filter(|&&width| width > 0).count().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > limit {
        // The time keeps its width: nobody can guess the rest of it. Details give way twice as soon.
        let weight = |column: usize, width: usize| if column >= DETAILS { 2 * width } else { width };
        let others = widths.iter_mut().enumerate().skip(1).filter(|(_, width)| **width > NARROW);
        let Some((_, widest)) = others.max_by_key(|(column, width)| weight(*column, **width)) else { break };
        *widest -= 1;
    }
    widths
}

/// A cell, cut or filled up to a width.
fn fit(cell: &str, width: usize) -> String {
    let cell = cut(cell, width);
    let missing = width.saturating_sub(length(&cell));
    cell + &" ".repeat(missing)
}

/// A cell without its middle, if it is wider: of many ids, the end makes the difference.
fn cut(cell: &str, width: usize) -> String {
    let length = length(cell);
    if length <= width {
        return cell.to_owned();
    }
    let end = width.saturating_sub(1) / 2;
    let start = width.saturating_sub(1) - end;
    let characters = || cell.chars();
    characters().take(start).chain(['…']).chain(characters().skip(length - end)).collect()
}

/// In characters. Names in AWS are of narrow ones; a wide one in a user's parameters shifts its own line only.
fn length(cell: &str) -> usize {
    cell.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(who: &str, target: &str, outcome: Outcome) -> Event {
        let [time, later] = [1_795_161_649_000, 1_795_161_649_515].map(Time::from_millis);
        Event {
            time: if target.is_empty() { time } else { later }.unwrap(),
            who: who.to_owned(),
            service: "iam".to_owned(),
            name: "DeleteUser".to_owned(),
            target: target.to_owned(),
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
        let events = [
            event("alice", "", Outcome::Success),
            event("Admin/bob", "{\"userName\":\"eve\"}", Outcome::Failure),
        ];
        insta::assert_snapshot!(shown(&events, None), @r#"
        2026-11-20
        time           who        event           result  from        about
        08:00:49Z      alice      iam DeleteUser  ok      192.0.2.44
        08:00:49.515Z  Admin/bob  iam DeleteUser  failed  192.0.2.44  {"userName":"eve"}
        "#);
    }

    #[test]
    fn the_widest_columns_give_way_to_a_narrow_terminal() {
        let events =
            [event("alice", &"x".repeat(500), Outcome::Success), event("bob", "y", Outcome::Unknown)];
        for width in [80, 100, 200] {
            let shown = shown(&events, Some(width));
            assert!(shown.lines().all(|line| length(line) <= width), "{shown}");
            assert!(shown.contains("08:00:49.515Z") && shown.contains("x…x"), "{shown}");
        }
        assert!(shown(&events, Some(10)).contains("alice"));
        assert!(shown(&events, None).contains(&format!("{}…x", "x".repeat(WIDEST / 2))));
    }

    #[test]
    fn a_cell_that_is_cut_keeps_both_its_ends() {
        assert_eq!(cut("S-1-1-11-3333333333-1001", 11), "S-1-1…-1001");
        assert_eq!(cut("Grüße", 4), "Gr…e");
        assert_eq!([cut("ab", 2), cut("ab", 1), cut("", 0)], ["ab", "…", ""]);
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
}
