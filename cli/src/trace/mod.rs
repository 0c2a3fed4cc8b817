//! `mailtrail trace`: where a message went, from the email events of archives.
//!
//! What became of a message is decided by `mailtrail-trace`; here is what is read, and how it is shown. Two passes:
//!
//! ```text
//! pass 1: objects → Learned → Index → which legs are asked for, and when their events were logged
//! pass 2: objects → records of those legs → Assembler → Message → Answer
//! ```
//!
//! A message is of a range of time if one of its events is. So the days within the window around the range are read, too:
//! another leg of the same message may have begun there, and have what is asked for. Records that are too many for the
//! memory lie in temporary files, one for each part (`messages`), and so does an answer that is sorted part by part
//! (`sorted`).

mod accesses;
mod answer;
mod archives;
mod args;
mod csv;
mod fates;
mod groups;
pub(crate) mod help;
mod journey;
mod known;
mod last_list;
mod list;
mod messages;
mod nothing;
mod scan;
mod sorted;
mod temporary;

use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt, pin_mut, stream};
use mailtrail_archive::{ArchiveReader, ObjectBody};
use mailtrail_clock::{DAY, Time, TimeRange};
use mailtrail_trace::{AsOf, Filter, Index, Prepared, Query, Selection};

use answer::Answer;
use archives::{Archives, Pass, processors};
pub(crate) use args::TraceArgs;
use args::What;
use known::Known;
use last_list::LastList;
use messages::{Assembled, Assembler, Lines};
use scan::Scanned;

use crate::output::{Exit, NUMBER, count, paint};
use crate::reading::{self, Tally};

/// Legs that are gathered in memory; more of them are gathered in parts.
const MOST_LEGS: usize = 8_000;
/// Latest messages that are gathered at once; of more of them, all are gathered in parts.
const MOST_LATEST: usize = 1_000;
/// Events of a part, about: some tens of megabytes.
const EVENTS_OF_A_PART: usize = 25_000;
/// Parts at most: each is an open file.
const MOST_PARTS: usize = 200;

pub(crate) async fn run(args: TraceArgs) -> anyhow::Result<Exit> {
    let readers = args.archives.readers().await;
    reading::tolerate_closed_pipe_and_missing_bucket(trace(args, readers).await)
}

/// What is asked, and of which time.
struct Question {
    query: Query,
    range: TimeRange,
    /// Whether the journey is told.
    is_detailed: bool,
}

impl Question {
    /// What the arguments ask; a number of the last list stands for the message there.
    fn of(args: &TraceArgs, tally: &Tally) -> anyhow::Result<Self> {
        let (query, range) = (args.query(), args.times.range);
        let Some(What::Number(number)) = args.what else {
            return Ok(Self { query, range, is_detailed: args.output.detail });
        };
        let entry = LastList::load()?.entry(number, args, tally)?;
        let asked_range = if range == TimeRange::default() { entry.range() } else { range };
        let query = Query { trace_id: Some(entry.trace_id), ..query };
        Ok(Self { query, range: asked_range, is_detailed: true })
    }

    /// Whether every message is asked for, of all time.
    fn asks_for_all(&self) -> bool {
        self.query == Query::default() && self.range == TimeRange::default()
    }
}

async fn trace(args: TraceArgs, readers: Vec<ArchiveReader>) -> anyhow::Result<Exit> {
    let mut tally = Tally::start();
    let question = Question::of(&args, &tally)?;
    let mut archives = Archives::open(readers, args.jobs, &mut tally).await?;
    if archives.days().is_empty() {
        return nothing::without_email(&archives, tally).await;
    }
    let directory = known::directory(&archives, question.range, &mut tally).await;
    let new = || (Known::new(&args, directory.clone()), Answer::new(&args, question.is_detailed));
    let (known, mut answer) = new();
    let latest = answer.limit().filter(|limit| *limit <= MOST_LATEST && question.asks_for_all());
    // As many again, for copies for the journal that are not shown.
    let twice = latest.map(|latest| latest.saturating_mul(2));
    let mut known = find(&mut archives, &question, known, twice, &mut answer, &mut tally).await?;
    if known.found_since.is_some_and(|since| !answer.begins_at(since)) {
        // Copies for the journal, which are not shown, have the places of others.
        let (again, new_answer) = new();
        answer = new_answer;
        known = find(&mut archives, &question, again, None, &mut answer, &mut tally).await?;
    }
    if known.as_of.log_groups().next().is_none() && question.range == TimeRange::default() {
        return nothing::without_email(&archives, tally).await;
    }
    if answer.messages() == 0 {
        return nothing::found(&mut archives, &args, &question, &known, answer, tally).await;
    }
    nothing::beginning(&archives, &question, &tally);
    let is_whole = known.found_since.is_none();
    let text = match latest.filter(|_| !is_whole) {
        Some(latest) => format!("the latest {} shown", paint(NUMBER, count(latest as u64, "message"))),
        None => format!("{} found", paint(NUMBER, count(answer.messages(), "message"))),
    };
    answer.end(&args, is_whole, &tally)?;
    Ok(tally.end(&text))
}

/// The message of a day to which the most different things happened, with its journey: for `mailtrail demo`.
pub(crate) async fn most_eventful(archive: &Path, day: Time) -> anyhow::Result<Option<String>> {
    let mut tally = Tally::hidden();
    let readers = vec![ArchiveReader::directory(archive.to_owned())];
    let mut archives = Archives::open(readers, None, &mut tally).await?;
    let range = TimeRange::new(Some(day), Time::from_millis(day.millis() + DAY))?;
    let question = Question { query: Query::default(), range, is_detailed: true };
    let mut answer = Answer::of_most_eventful();
    find(&mut archives, &question, Known::default(), None, &mut answer, &mut tally).await?;
    Ok(answer.most_eventful())
}

/// Both passes: the messages go to the answer; what was known besides the events is handed back. With `latest`, so many
/// messages are found that begin last, and perhaps more of them.
async fn find(
    archives: &mut Archives,
    question: &Question,
    mut known: Known,
    latest: Option<usize>,
    answer: &mut Answer,
    tally: &mut Tally,
) -> anyhow::Result<Arc<Known>> {
    let filter = Arc::new(Filter::new(&question.query, known.directory.as_deref()));
    let prepared = learn(archives, &filter, question.range, latest, &mut known, tally).await?;
    known.gaps = known::gaps(archives, known.read, tally).await;
    known.tells_journey = question.is_detailed;
    let assembler = Assembler { filter: Arc::clone(&filter), known: Arc::new(known), range: question.range };
    tally.preparing("putting legs together");
    let gathered = gather(archives, prepared, tally).await?;
    assemble(archives, gathered, &assembler, answer, tally).await?;
    Ok(assembler.known)
}

/// The first pass so far.
struct Learning<'f> {
    index: Index<'f>,
    events: usize,
    as_of: AsOf,
}

impl Learning<'_> {
    #[expect(clippy::unnecessary_wraps, reason = "what is done with a scanned object may fail")]
    fn take(&mut self, scanned: Scanned) -> anyhow::Result<()> {
        self.as_of.merge(scanned.learned.as_of().clone());
        self.events += scanned.events;
        self.index.take(scanned.learned);
        Ok(())
    }
}

/// The first pass: how the second one is to be done.
async fn learn(
    archives: &mut Archives,
    filter: &Arc<Filter>,
    range: TimeRange,
    latest: Option<usize>,
    known: &mut Known,
    tally: &mut Tally,
) -> anyhow::Result<Prepared> {
    let look = {
        let filter = Arc::clone(filter);
        move |_: &str, body: &mut ObjectBody| scan::learn(body, &filter)
    };
    let mut learned = Learning { index: Index::new(filter), events: 0, as_of: AsOf::default() };
    let window = known.window_millis();
    // What is found is known only from events of other days, too: a bounce does not say who sent the message.
    if let Some(latest) = latest {
        known.read = learn_last_days(archives, latest, window, &mut learned, look.clone(), tally).await?;
    } else {
        let read = widened(range, (range.since(), range.until()), window);
        let take = |scanned| learned.take(scanned);
        archives.scan(Pass::First, |day| read.overlaps_day(day), tally, look.clone(), take).await?;
        if range != TimeRange::default() {
            let (first, last) = learned.index.span_of_legs_in(range).unzip();
            let wide = widened(read, (first, last), window);
            let is_new = |day| wide.overlaps_day(day) && !read.overlaps_day(day);
            archives.scan(Pass::First, is_new, tally, look.clone(), |scanned| learned.take(scanned)).await?;
            known.read = wide;
        }
    }
    if known.read != TimeRange::default() {
        // How far each log group goes is known only from the end.
        let (last, read) = (archives.last_days(), known.read);
        let is_new = |day| last.contains(&day) && !read.overlaps_day(day);
        let take = |scanned: Scanned| {
            learned.as_of.merge(scanned.learned.as_of().clone());
            Ok(())
        };
        archives.scan(Pass::First, is_new, tally, look, take).await?;
    }
    let Learning { index, events, as_of } = learned;
    known.as_of = as_of;
    if let Some(latest) = latest {
        let selection = index.select_latest(latest);
        known.found_since = selection.told_since();
        return Ok(Prepared::AtOnce(selection));
    }
    let parts = (events / EVENTS_OF_A_PART + 1).min(MOST_PARTS);
    Ok(index.prepare(MOST_LEGS, u16::try_from(parts).unwrap_or(u16::MAX)))
}

/// The first pass over the last days, as many as so many messages begin on, and the window before them. What was read is handed
/// back.
async fn learn_last_days<L>(
    archives: &mut Archives,
    messages: usize,
    window: i64,
    learned: &mut Learning<'_>,
    look: L,
    tally: &mut Tally,
) -> anyhow::Result<TimeRange>
where
    L: Fn(&str, &mut ObjectBody) -> Result<Scanned, String> + Clone + Send + Sync + 'static,
{
    let days: Vec<Time> = archives.days().into_iter().collect();
    let (mut read, mut count) = (None::<TimeRange>, 1);
    loop {
        let begin = days[days.len().saturating_sub(count)];
        let from = TimeRange::new(Some(begin), None)?;
        let wide = widened(from, (Some(begin), None), window);
        let is_all = days[0] >= wide.since().unwrap_or(begin);
        let wide = if is_all { TimeRange::default() } else { wide };
        let is_new = |day| wide.overlaps_day(day) && read.is_none_or(|read| !read.overlaps_day(day));
        archives.scan(Pass::First, is_new, tally, look.clone(), |scanned| learned.take(scanned)).await?;
        if is_all || learned.index.messages_since(begin) >= messages {
            return Ok(wide);
        }
        (read, count) = (Some(wide), count * 2);
    }
}

/// A range, and the window around two moments in it, in whole days.
fn widened(range: TimeRange, (first, last): (Option<Time>, Option<Time>), window: i64) -> TimeRange {
    let midnight = |millis: i64| Time::from_millis(millis.max(0) / DAY * DAY);
    let since = range.since().map(|since| {
        let first = first.and_then(|first| midnight(first.millis() - window));
        midnight(since.millis()).unwrap_or(since).min(first.unwrap_or(since))
    });
    let until = range.until().map(|until| {
        let last = last.and_then(|last| midnight(last.millis() + window + DAY - 1));
        midnight(until.millis() + DAY - 1).unwrap_or(until).max(last.unwrap_or(until))
    });
    TimeRange::new(since, until).unwrap_or(range)
}

/// The second pass: the records of each part.
async fn gather(
    archives: &mut Archives,
    prepared: Prepared,
    tally: &mut Tally,
) -> anyhow::Result<(Arc<Prepared>, Vec<Lines>)> {
    let wanted = Arc::new(prepared);
    let (span, mut lines) = match &*wanted {
        Prepared::AtOnce(selection) if selection.is_empty() => return Ok((wanted, Vec::new())),
        Prepared::AtOnce(selection) => (selection.span(), vec![Lines::Few(Vec::new())]),
        Prepared::InParts(parts) => {
            let lines = (0..parts.count()).map(|_| Ok(Lines::Many(temporary::Writer::new()?)));
            (None, lines.collect::<std::io::Result<_>>()?)
        }
    };
    let range =
        span.and_then(|(first, last)| TimeRange::new(Some(first), Time::from_millis(last.millis() + 1)).ok());
    let range = range.unwrap_or_default();
    let look = {
        let wanted = Arc::clone(&wanted);
        move |key: &str, body: &mut ObjectBody| scan::gather(key, body, &wanted)
    };
    let take = |found: Vec<(Vec<usize>, scan::Line)>| {
        for (parts, line) in found {
            for part in &parts[1..] {
                lines[*part].push(line.clone())?;
            }
            lines[parts[0]].push(line)?;
        }
        Ok(())
    };
    archives.scan(Pass::Again, |day| range.overlaps_day(day), tally, look, take).await?;
    Ok((wanted, lines))
}

/// The messages of each part, handed to the answer.
async fn assemble(
    archives: &Archives,
    (wanted, lines): (Arc<Prepared>, Vec<Lines>),
    assembler: &Assembler,
    answer: &mut Answer,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let parts = stream::iter(lines.into_iter().enumerate()).map(|(part, lines)| {
        let (wanted, assembler) = (Arc::clone(&wanted), assembler.clone());
        // On the runtime's own threads, which have no requests to wait for now: allocators keep memory for each thread, and
        // those for blocking work are many.
        tokio::spawn(async move {
            match &*wanted {
                Prepared::AtOnce(selection) => assembler.assemble(lines, selection),
                Prepared::InParts(parts) => {
                    let selection: Selection = parts.selection(part);
                    assembler.assemble(lines, &selection)
                }
            }
        })
    });
    let parts = parts.buffered(processors());
    pin_mut!(parts);
    let (window, is_detailed) = (assembler.known.window_millis(), assembler.known.tells_journey);
    let is_at_once = matches!(&*wanted, Prepared::AtOnce(_));
    if is_detailed && !is_at_once {
        tally.note("what the audit log says of the messages is left out: there are too many of them");
    }
    while let Some(assembled) = parts.next().await {
        let Assembled { mut messages, contradicting } = assembled??;
        for (log_group, uid) in contradicting {
            tally.contradicting(&log_group, &uid);
        }
        for message in &mut messages {
            let (first, last) = (message.first_time, message.last_time);
            message.complete &= !archives.is_unreadable_near(first, last, window);
        }
        if is_detailed && is_at_once {
            accesses::add(archives, &mut messages, window, tally).await?;
        }
        answer.take(messages)?;
        tally.found(answer.messages());
    }
    Ok(())
}
