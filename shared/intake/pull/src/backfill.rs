//! A backfill of one log group: read, compare with the archive, archive what is missing, count twice.
//!
//! `window → pages → events that the archive lacks → payloads → pipeline → cursor`
//!
//! A window is done when everything of it is in the archive; only then does the cursor say so. Whatever ends a run between
//! two writes, the next one reads the window again, finds what was archived, and adds the rest.

use std::collections::{BTreeMap, HashSet};
use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt;
use mailtrail_archive::{Archive, ArchiveError, ArchiveReader};
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_clock::now;
use mailtrail_pipeline::{Pipeline, RunError};
use mailtrail_subscription::{Composer, Origin, Payload, RetrievedEvent};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::archived;
use crate::copies::Copies;
use crate::count::verify;
use crate::cursor::{Cursor, by_day};
use crate::error::PullError;
use crate::group::LogGroup;
use crate::hashes::Hashes;
use crate::known::{Has, Known};
use crate::ledger::Counts;
use crate::measure::measure;
use crate::observer::Observer;
use crate::pages::Pages;
use crate::report::Report;
use crate::source::{Source, SourceEvent};
use crate::window::{Stride, Window};

/// How pulled events were retrieved, as their raw copies say it.
pub(crate) const RETRIEVED_BY: &str = "FilterLogEvents";
/// Payloads of a log group that are archived while the next page is read.
const ARCHIVED_AT_A_TIME: usize = 2;

/// Where events are read from, and where they go.
pub struct Backfill<S> {
    /// The log groups.
    pub source: S,
    /// The archive, to compare with.
    pub reader: ArchiveReader,
    /// The same archive, to write to; nothing in a dry run.
    pub writer: Option<Writer>,
    /// Whether masked events are read as they were logged.
    pub unmask: bool,
    /// When a call that failed is made again.
    pub retry: RetryPolicy,
    /// The largest decoded raw copy that is read.
    pub decoded_limit: usize,
}

/// What writes.
pub struct Writer {
    /// Where cursors are kept.
    pub archive: Archive,
    /// Where payloads go.
    pub pipeline: Arc<Pipeline>,
}

impl<S: Source> Backfill<S> {
    /// Reads the range of a log group, and archives what the archive does not have of it. What ended it early is in the
    /// report, beside what was done until then.
    pub async fn run(&self, group: &LogGroup, range: Window, observer: &dyn Observer) -> Report {
        let mut report = Report::new(group, range);
        if let Err(error) = self.run_into(&mut report, group, range, observer).await {
            report.failure = Some(error);
        }
        report.was_stopped = observer.is_stopped();
        report
    }

    async fn run_into(
        &self,
        report: &mut Report,
        group: &LogGroup,
        range: Window,
        observer: &dyn Observer,
    ) -> Result<(), PullError> {
        let mut cursor = match &self.writer {
            Some(writer) => {
                Some(Cursor::open(&writer.archive, group, range, self.unmask, now(), observer).await?)
            }
            None => None,
        };
        let Some(ids) = measure(self, group, range, observer).await? else { return Ok(()) };
        report.ids = ids;
        let done = match &mut cursor {
            Some(cursor) => self.proved(cursor, report, observer).await?,
            None => BTreeMap::new(),
        };
        for (window, counts) in &done {
            observer.done(*window, *counts);
        }
        report.by_day = by_day(&done);
        let windows: Vec<Window> = done.into_keys().collect();
        for left in range.without(&windows) {
            self.segment(report, group, left, cursor.as_mut(), observer).await?;
        }
        if let Some(cursor) = &mut cursor {
            cursor.flush().await?;
        }
        if observer.is_stopped() {
            return Ok(());
        }
        verify(self, report, group, observer).await?;
        match cursor {
            Some(cursor) if !observer.is_stopped() && report.counts().left == 0 => Ok(cursor.end().await?),
            _ => Ok(()),
        }
    }

    /// The windows that an interrupted run wrote down as done, and of which the archive has as many events as it says. Who may
    /// write to the archive can write such entries, too: the other windows are read again.
    async fn proved(
        &self,
        cursor: &mut Cursor<'_>,
        report: &Report,
        observer: &dyn Observer,
    ) -> Result<BTreeMap<Window, Counts>, ArchiveError> {
        let mut done = cursor.done(report.range);
        let windows: Vec<Window> = done.keys().copied().collect();
        let limit = self.decoded_limit;
        let held =
            archived::counts(&self.reader, &report.group, &windows, report.ids, limit, observer).await?;
        done.retain(|window, counts| {
            let held = held.get(window).copied().unwrap_or_default();
            let is_proved = held >= counts.in_source;
            if !is_proved {
                observer.note(format!(
                    "an interrupted run says that the archive has {} events of `{}` from {window}, and it has {held}: they are \
                     read again",
                    counts.in_source, report.group.name
                ));
                cursor.doubt(*window);
            }
            is_proved
        });
        Ok(done)
    }

    /// Reads a stretch of time, window by window, until it ends or is stopped.
    pub(crate) async fn segment(
        &self,
        report: &mut Report,
        group: &LogGroup,
        segment: Window,
        mut cursor: Option<&mut Cursor<'_>>,
        observer: &dyn Observer,
    ) -> Result<(), PullError> {
        let mut copies = Copies::of(&self.reader, group, segment, self.decoded_limit, observer).await?;
        let (mut known, mut stride, mut rest) = (Known::new(report.ids), Stride::first(), Some(segment));
        while let Some(left) = rest {
            if observer.is_stopped() {
                return Ok(());
            }
            let window = stride.next(left);
            known.forget_before(window.start());
            self.learn(&mut known, &mut copies, window, group, cursor.as_deref(), report, observer).await?;
            let (counts, ended) = self.window(report, group, window, &mut known, observer).await;
            report.by_day.0.entry(window.day()).or_default().add(counts);
            ended?;
            if observer.is_stopped() {
                return Ok(());
            }
            observer.done(window, counts);
            // What is left of a window is tried again by the next run.
            if let Some(cursor) = cursor.as_mut().filter(|_| counts.left == 0) {
                cursor.advance(window, counts).await?;
            }
            stride.learn(window, counts.in_source);
            rest = Window::new(window.end(), left.end());
        }
        Ok(())
    }

    /// Learns what the archive has until the end of a window. A copy that may be half written is run again: a pulled one of
    /// a run that was interrupted, and any one that has no records.
    #[expect(clippy::too_many_arguments, reason = "the state of one segment")]
    async fn learn(
        &self,
        known: &mut Known,
        copies: &mut Copies<'_>,
        window: Window,
        group: &LogGroup,
        cursor: Option<&Cursor<'_>>,
        report: &mut Report,
        observer: &dyn Observer,
    ) -> Result<(), PullError> {
        let due = copies.due(window.end()).await?;
        let mut read = pin!(copies.read_all(due));
        while let Some(copies) = read.try_next().await? {
            for copy in copies {
                let batches = copy.batches(group);
                let was_pulled =
                    batches.iter().any(|batch| batch.retrieved_by.as_deref() == Some(RETRIEVED_BY));
                let is_doubtful = was_pulled && cursor.is_some_and(|cursor| cursor.is_doubtful(copy.time));
                for batch in &batches {
                    known.add(batch);
                }
                if let Some(writer) = self.writer.as_ref().filter(|_| is_doubtful || !copy.has_records) {
                    let run = writer.pipeline.run(&copy.payload, now(), Deadline::NEVER).await;
                    if let Some(error) = run.failure {
                        report.damaged_objects += passed_over(error, observer)?;
                        continue;
                    }
                    report.completed_copies +=
                        u64::from(run.witnesses.iter().any(|it| !it.already && !it.key.starts_with("raw/")));
                }
            }
        }
        Ok(())
    }

    /// Reads a window, and archives what is not known. The counts are true also where it ended early.
    async fn window(
        &self,
        report: &mut Report,
        group: &LogGroup,
        window: Window,
        known: &mut Known,
        observer: &dyn Observer,
    ) -> (Counts, Result<(), PullError>) {
        let mut work = WindowWork::new(group, self.writer.as_ref(), observer);
        let read = self.read_window(group, window, known, &mut work, observer).await;
        let archived = work.finish().await;
        report.damaged_objects += work.damaged_objects;
        (work.counts(), read.and(archived))
    }

    async fn read_window(
        &self,
        group: &LogGroup,
        window: Window,
        known: &mut Known,
        work: &mut WindowWork<'_>,
        observer: &dyn Observer,
    ) -> Result<(), PullError> {
        let mut pages = Pages::of(&self.source, &group.name, window, self.retry);
        loop {
            let Some(page) = unless_stopped(observer, pages.next()).await else { return Ok(()) };
            let Some(events) = page.map_err(|failure| read_error(group, window, failure))? else {
                return Ok(());
            };
            for event in events {
                work.take(event, known);
            }
            work.archive_complete().await?;
            if observer.is_stopped() {
                return Ok(());
            }
        }
    }
}

/// What work gives, unless it is stopped first: no one waits for the turn of a call that is not wanted any more.
pub(crate) async fn unless_stopped<T>(observer: &dyn Observer, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = observer.stopped() => None,
        done = work => Some(done),
    }
}

/// Names an object that is in the way of one payload: it is damaged, or of others. Any other error ends the run.
fn passed_over(error: RunError, observer: &dyn Observer) -> Result<u64, PullError> {
    if !error.is_of_one_payload() {
        return Err(error.into());
    }
    observer.note(format!("{error}; what belongs there is left, and the rest goes on"));
    Ok(1)
}

pub(crate) fn read_error(group: &LogGroup, window: Window, failure: Failure) -> PullError {
    PullError::Read { log_group: group.name.clone(), window, failure }
}

/// The events of one window on their way into the archive.
struct WindowWork<'a> {
    writer: Option<&'a Writer>,
    origin: Origin,
    composer: Composer,
    complete: Vec<Payload>,
    archiving: JoinSet<Result<(u64, u64), RunError>>,
    hashes: Hashes,
    /// The events that were read; a page may return one again.
    seen: HashSet<u128>,
    counts: Counts,
    damaged_objects: u64,
    observer: &'a dyn Observer,
}

impl<'a> WindowWork<'a> {
    fn new(group: &LogGroup, writer: Option<&'a Writer>, observer: &'a dyn Observer) -> Self {
        let origin = Origin {
            account: group.account.clone(),
            region: Some(group.region.clone()),
            log_group: group.name.clone(),
            log_stream: String::new(),
        };
        Self {
            writer,
            origin,
            composer: Composer::new(RETRIEVED_BY),
            complete: Vec::new(),
            archiving: JoinSet::new(),
            hashes: Hashes::default(),
            seen: HashSet::new(),
            counts: Counts::default(),
            damaged_objects: 0,
            observer,
        }
    }

    /// Counts an event that was read, and gathers it if the archive does not have it.
    fn take(&mut self, event: SourceEvent, known: &mut Known) {
        if !self.seen.insert(self.hashes.identity(&event.log_stream, &event.id)) {
            return;
        }
        self.counts.in_source += 1;
        match known.find(&event) {
            Has::Event => {
                self.counts.in_archive_before += 1;
                return;
            }
            Has::OtherMessage => self.counts.other_message += 1,
            Has::Nothing => {}
        }
        if self.writer.is_some() {
            let SourceEvent { id, log_stream, timestamp, message } = event;
            self.origin.log_stream = log_stream;
            let event = RetrievedEvent { id: Some(id), timestamp, message };
            self.complete.extend(self.composer.add(&self.origin, event));
        }
    }

    /// Archives the payloads that are complete, a few at a time.
    async fn archive_complete(&mut self) -> Result<(), PullError> {
        let Some(writer) = self.writer else { return Ok(()) };
        for payload in std::mem::take(&mut self.complete) {
            while self.archiving.len() >= ARCHIVED_AT_A_TIME {
                self.join_one().await?;
            }
            let (pipeline, runtime) = (Arc::clone(&writer.pipeline), Handle::current());
            // Decoding and compressing is work for a processor.
            self.archiving.spawn_blocking(move || {
                let run = runtime.block_on(pipeline.run(&payload, now(), Deadline::NEVER));
                run.failure.map_or(Ok((run.ledger.events, run.ledger.archived)), Err)
            });
        }
        Ok(())
    }

    async fn join_one(&mut self) -> Result<(), PullError> {
        let Some(joined) = self.archiving.join_next().await else { return Ok(()) };
        let (events, archived) = match joined? {
            Ok(counts) => counts,
            Err(error) => {
                self.damaged_objects += passed_over(error, self.observer)?;
                return Ok(());
            }
        };
        self.counts.added += archived;
        if events == archived {
            return Ok(());
        }
        Err(PullError::NotArchived { log_group: self.origin.log_group.clone(), events, archived })
    }

    /// Archives what is left, unless it was stopped, and waits for every write to end: none must be cancelled half-way.
    async fn finish(&mut self) -> Result<(), PullError> {
        let mut ended = Ok(());
        if !self.observer.is_stopped() {
            self.complete.extend(self.composer.finish());
            ended = self.archive_complete().await;
        }
        while !self.archiving.is_empty() {
            ended = ended.and(self.join_one().await);
        }
        ended
    }

    fn counts(&self) -> Counts {
        let Counts { in_source, in_archive_before, added, .. } = self.counts;
        Counts { left: in_source - in_archive_before - added, ..self.counts }
    }
}
