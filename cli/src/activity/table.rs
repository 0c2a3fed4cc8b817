//! Events as a table, for people: a heading for each day, and below it a row for each event.
//!
//! On a terminal a row is as wide as the terminal at most: the widest columns give way first, and what does not fit is
//! wrapped at words. Where the columns do not fit side by side, the last of them are printed below the row, each on a line
//! that begins with its heading. Of a cell that would fill the screen (a policy, a template) the end is left out, which `…` shows.
//! Elsewhere every cell is whole and on one line.

use mailtrail_activity::Outcome;
use mailtrail_clock::Time;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::event::Event;
use crate::output::{BOLD, ERROR, FAINT, paint, plain};

const HEADINGS: [&str; COLUMNS] = ["time", "who", "event", "result", "from", "via", "about"];
const COLUMNS: usize = 7;
const RESULT: usize = 3;
/// From here on columns are details.
const DETAILS: usize = 5;
const GAP: usize = 2;
/// No column gives way below this width.
const NARROW: usize = 10;
/// Characters of a cell that are shown on a terminal.
const LONGEST: usize = 500;

/// The rows of a day. `width` is that of the terminal, if there is one.
pub(super) fn day(day: Time, events: &[Event], width: Option<usize>) -> String {
    let has_millis = events.iter().any(|event| event.time.millis() % 1_000 != 0);
    let mut rows: Vec<[String; COLUMNS]> = events.iter().map(|event| cells(event, has_millis)).collect();
    if width.is_some() {
        rows.iter_mut().flatten().for_each(shorten);
    }
    let layout = Layout::new(&rows, width);
    let title = if day == Time::EPOCH { "at an unknown time".to_owned() } else { date(day) };
    let mut text = format!("{}\n", paint(BOLD, title));
    let mut add = |line: &str| {
        text.push_str(line.trim_end());
        text.push('\n');
    };
    for line in lines(&HEADINGS.map(str::to_owned), &layout.widths) {
        add(&paint(FAINT, join(line, false)));
    }
    for (cells, event) in rows.iter().zip(events) {
        let is_failure = event.outcome == Outcome::Failure;
        for line in lines(cells, &layout.widths) {
            add(&join(line, is_failure));
        }
        for (column, line) in layout.below(cells) {
            add(&painted(column, line, is_failure));
        }
    }
    text
}

fn cells(event: &Event, has_millis: bool) -> [String; COLUMNS] {
    let time = if event.time == Time::EPOCH { String::new() } else { clock(event.time, has_millis) };
    let also = match event.also_in.as_slice() {
        [] => String::new(),
        accounts => format!(" (also in {})", accounts.join(", ")),
    };
    [
        &time,
        &event.who_named,
        &format!("{} {}", event.service.strip_prefix("Amazon ").unwrap_or(&event.service), event.name),
        event.result(),
        &event.source,
        &event.via,
        format!("{}{also}", event.target_named).trim_start(),
    ]
    .map(|cell| plain(cell).replace('\t', " "))
}

fn shorten(cell: &mut String) {
    if let Some((at, _)) = cell.char_indices().nth(LONGEST) {
        cell.truncate(at);
        cell.push('…');
    }
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

/// Which columns are side by side, and which are printed below the row.
struct Layout {
    /// The width of each column; 0 for one that is not in the row.
    widths: [usize; COLUMNS],
    /// The columns below the row.
    below: Vec<usize>,
    /// The width of the terminal.
    limit: usize,
}

impl Layout {
    fn new(rows: &[[String; COLUMNS]], limit: Option<usize>) -> Self {
        let mut widths = [0; COLUMNS];
        for (column, width) in widths.iter_mut().enumerate() {
            let widest = rows.iter().map(|row| row[column].width()).max().unwrap_or_default();
            *width = if widest == 0 { 0 } else { widest.max(HEADINGS[column].len()) };
        }
        let limit = limit.unwrap_or(usize::MAX);
        let mut below = Vec::new();
        // The time keeps its width, and its place.
        for column in (1..COLUMNS).rev() {
            let narrowest = widths.iter().enumerate().map(|(column, &width)| match column {
                0 => width,
                _ => width.min(NARROW),
            });
            if narrowest.sum::<usize>() + gaps(&widths) <= limit {
                break;
            }
            if std::mem::take(&mut widths[column]) > 0 {
                below.insert(0, column);
            }
        }
        fit(&mut widths, limit);
        Self { widths, below, limit }
    }

    /// The lines below a row, each with its column.
    fn below(&self, cells: &[String; COLUMNS]) -> Vec<(usize, String)> {
        let mut lines = Vec::new();
        for &column in self.below.iter().filter(|&&column| !cells[column].is_empty()) {
            let heading = format!("  {}: ", HEADINGS[column]);
            let wrapped = wrap(&cells[column], self.limit.saturating_sub(heading.len()).max(NARROW));
            for (number, line) in wrapped.into_iter().enumerate() {
                let start = if number == 0 { heading.clone() } else { " ".repeat(heading.len()) };
                lines.push((column, start + &line));
            }
        }
        lines
    }
}

/// The width of the gaps between the columns in a row.
fn gaps(widths: &[usize; COLUMNS]) -> usize {
    GAP * widths.iter().filter(|&&width| width > 0).count().saturating_sub(1)
}

/// Narrows the columns until they fit.
fn fit(widths: &mut [usize; COLUMNS], limit: usize) {
    loop {
        let excess = (widths.iter().sum::<usize>() + gaps(widths)).saturating_sub(limit);
        // The time keeps its width. Details give way twice as soon.
        let weight = |column: usize, width: usize| if column >= DETAILS { 2 * width } else { width };
        let others = widths.iter_mut().enumerate().skip(1).filter(|(_, width)| **width > NARROW);
        let widest = others.max_by_key(|(column, width)| weight(*column, **width));
        let (Some((_, widest)), 1..) = (widest, excess) else { return };
        *widest -= 1;
    }
}

/// A row as lines: each cell wrapped and filled up to its column's width. Columns without a width are left out.
fn lines(cells: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> Vec<Vec<(usize, String)>> {
    let shown: Vec<usize> = (0..COLUMNS).filter(|&column| widths[column] > 0).collect();
    let wrapped: Vec<Vec<String>> =
        shown.iter().map(|&column| wrap(&cells[column], widths[column])).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or_default();
    let cell = |at: usize, line: usize| {
        let text = wrapped[at].get(line).map_or("", String::as_str);
        let missing = widths[shown[at]].saturating_sub(text.width());
        (shown[at], text.to_owned() + &" ".repeat(missing))
    };
    (0..height).map(|line| (0..shown.len()).map(|at| cell(at, line)).collect()).collect()
}

fn join(mut line: Vec<(usize, String)>, is_failure: bool) -> String {
    if let Some((_, last)) = line.last_mut() {
        last.truncate(last.trim_end().len());
    }
    let cells = line.into_iter().map(|(column, cell)| painted(column, cell, is_failure));
    cells.collect::<Vec<_>>().join(&" ".repeat(GAP))
}

/// The result of a failure stands out.
fn painted(column: usize, text: String, is_failure: bool) -> String {
    if is_failure && column == RESULT && !text.trim().is_empty() { paint(ERROR, text) } else { text }
}

/// A text in lines of at most this width, broken between words; a word that is wider is broken where the line ends.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + word.width() <= width {
            line.push_str(if gap == 1 { " " } else { "" });
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut used = 0;
        for character in word.chars() {
            let wide = character.width().unwrap_or_default();
            if used + wide > width && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(character);
            used += wide;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
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
    fn a_word_is_broken_only_where_it_is_wider_than_its_column() {
        assert_eq!(wrap("a few words", 7), ["a few", "words"]);
        assert_eq!(wrap("see abcdefghij x", 4), ["see", "abcd", "efgh", "ij x"]);
        // Characters of two columns each.
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("", 4), [""]);
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
