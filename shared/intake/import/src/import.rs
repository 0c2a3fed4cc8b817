//! From a file to payloads.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Cursor, Read};

use bytes::Bytes;
use mailtrail_clock::Time;
use mailtrail_subscription::{
    Composer, Holds, Origin, Other, Payload, Recognized, RetrievedEvent, Shape, recognize,
};

use crate::entry::{ReadEntry, Reader, organization_of};
use crate::event::{FileEvent, Sink};
use crate::items::Items;
use crate::lines::{self, Counts, Lines, Rows};
use crate::window::Window;
use crate::wrapper::Inside;
use crate::{Damage, FileOrigin, decode, wrapper};

/// The longest id of an event, and the longest name of where it is from. CloudWatch Logs has 512 characters for a name: with longer
/// ones, a payload cannot be read, nor the other events in it.
const LONGEST_NAME: usize = 4 << 10;
/// How many wrappers in each other are opened: a queue of a topic of an event, and one more.
const DEEPEST: usize = 4;

/// Reads a file, and makes payloads of its events while it does. Blocks.
pub struct Import<'r> {
    sources: VecDeque<Source<'r>>,
    gathering: Gathering,
    decoded_limit: usize,
    ready: VecDeque<Payload>,
    report: Report,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Events that were made into payloads. Those of payloads that the file holds are not among them.
    pub events: u64,
    /// Events of which nothing says from which log group they are.
    pub without_log_group: u64,
    /// Events of which nothing says from which log stream they are.
    pub without_log_stream: u64,
    /// Events without a time that can be read: they are of 1 January 1970.
    pub without_time: u64,
    /// Entries that are no log events.
    pub other_entries: u64,
    /// Lists and documents of another kind than the file.
    pub of_other_kind: u64,
    /// Entries of wrappers whose data is no base64.
    pub not_base64: u64,
    /// Lines further down that may be the header of other fields: they are events, and what follows has the fields of the
    /// header before.
    pub headers: u64,
    /// Entries that are longer than any log event.
    pub too_long: u64,
    /// What wrappers held besides log events, and how often.
    pub others: BTreeMap<Other, u64>,
    /// Why the file was not read to its end.
    pub damage: Option<Damage>,
}

impl Report {
    /// Whether all of the file was taken in.
    pub fn is_whole(&self) -> bool {
        let Self { other_entries, of_other_kind, not_base64, headers, too_long, without_time, .. } = self;
        let counts = [other_entries, of_other_kind, not_base64, headers, too_long, without_time];
        counts.into_iter().all(|count| *count == 0) && self.others.is_empty() && self.damage.is_none()
    }
}

/// Something that is read for events.
enum Source<'r> {
    Items(Items<decode::Text<'r>>, ReadEntry),
    Lines(Box<dyn Lines + Send + 'r>),
    /// A file in a wrapper.
    File {
        bytes: Bytes,
        depth: usize,
    },
    /// The entries of a wrapper.
    Entries {
        items: Items<decode::Text<'r>>,
        depth: usize,
    },
    /// A wrapper of another form than JSON, with what it is.
    Wrapper {
        shape: Shape,
        from: decode::Text<'r>,
        depth: usize,
    },
}

/// The events that are gathered for payloads.
struct Gathering {
    composer: Composer,
    shape: Shape,
    origin: FileOrigin,
    complete: VecDeque<Payload>,
    events: u64,
    without_log_group: u64,
    without_log_stream: u64,
    without_time: u64,
    too_long: u64,
}

impl<'r> Import<'r> {
    /// Whether files of this shape are taken in.
    pub fn reads(shape: Shape) -> bool {
        matches!(shape.holds(), Holds::LogEvents | Holds::Envelopes)
    }

    /// The import of a file of this shape, compressed or not. `decoded_limit` is that of [`Payload::decode`], and of
    /// wrappers.
    pub fn new(file: Other, from: impl Read + Send + 'r, origin: FileOrigin, decoded_limit: usize) -> Self {
        let gathering = Gathering {
            composer: Composer::new(file.shape.name()),
            shape: file.shape,
            origin,
            complete: VecDeque::new(),
            events: 0,
            without_log_group: 0,
            without_log_stream: 0,
            without_time: 0,
            too_long: 0,
        };
        let mut import = Self {
            sources: VecDeque::new(),
            gathering,
            decoded_limit,
            ready: VecDeque::new(),
            report: Report::default(),
        };
        import.add(file, from, 0);
        import
    }

    /// The next payload; nothing at the end.
    pub fn next_payload(&mut self) -> Option<Payload> {
        loop {
            if let Some(payload) = self.ready.pop_front() {
                return Some(payload);
            }
            let Some(source) = self.sources.pop_front() else {
                self.gathering.close();
                self.ready.append(&mut self.gathering.complete);
                if self.ready.is_empty() {
                    return None;
                }
                continue;
            };
            match self.advance(source) {
                Ok(Some(source)) => self.sources.push_front(source),
                Ok(None) => {}
                Err(damage) => {
                    self.report.damage.get_or_insert(damage);
                }
            }
            self.ready.append(&mut self.gathering.complete);
        }
    }

    /// What became of the file, after its last payload.
    pub fn finish(self) -> Report {
        let Gathering { events, without_log_group, without_log_stream, without_time, too_long, .. } =
            self.gathering;
        let too_long = self.report.too_long + too_long;
        Report { events, without_log_group, without_log_stream, without_time, too_long, ..self.report }
    }

    /// Reads one entry, and gives the source back unless it ended.
    fn advance(&mut self, source: Source<'r>) -> Result<Option<Source<'r>>, Damage> {
        match source {
            Source::Items(mut items, read) => {
                let went_on = items.next_item().map(|item| {
                    let is_event = item.map(|item| read(&String::from_utf8_lossy(item), &mut self.gathering));
                    self.report.other_entries += u64::from(is_event == Some(false));
                    is_event.is_some()
                });
                self.count(&mut items);
                Ok(went_on?.then_some(Source::Items(items, read)))
            }
            Source::Entries { mut items, depth } => {
                if depth == DEEPEST {
                    return Err(Damage::TooDeep { deepest: DEEPEST });
                }
                let inside = items
                    .next_item()
                    .map(|item| item.map(|item| wrapper::inside(&String::from_utf8_lossy(item))));
                self.count(&mut items);
                if let Some(inside) = inside? {
                    self.sources.push_front(Source::Entries { items, depth });
                    self.unwrap(inside, depth);
                }
                Ok(None)
            }
            Source::Lines(mut lines) => {
                let mut counts = Counts::default();
                let went_on = lines.advance(&mut self.gathering, &mut counts);
                self.report.other_entries += counts.other;
                self.report.too_long += counts.too_long;
                self.report.headers += counts.headers;
                Ok(went_on?.then_some(Source::Lines(lines)))
            }
            Source::Wrapper { shape, from, depth } => self.open(shape, from, depth).map(|()| None),
            Source::File { bytes, depth } => {
                self.file(&bytes, depth);
                Ok(None)
            }
        }
    }

    /// Opens a wrapper.
    fn open(&mut self, shape: Shape, from: decode::Text<'r>, depth: usize) -> Result<(), Damage> {
        if depth == DEEPEST {
            return Err(Damage::TooDeep { deepest: DEEPEST });
        }
        let mut bytes = Vec::new();
        let limit = self.decoded_limit as u64;
        let read = from.take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| Damage::of_read(&error, bytes.len() as u64))?;
        if bytes.len() as u64 > limit {
            return Err(Damage::TooLarge { limit });
        }
        let inside = match shape {
            Shape::NestedGzip => Inside::Data(Bytes::from(bytes)),
            _ => wrapper::of_base64(&bytes),
        };
        self.unwrap(vec![inside], depth);
        Ok(())
    }

    /// Goes on with what is inside a wrapper.
    fn unwrap(&mut self, inside: Vec<Inside>, depth: usize) {
        for inside in inside.into_iter().rev() {
            match inside {
                Inside::Data(bytes) => self.sources.push_front(Source::File { bytes, depth: depth + 1 }),
                Inside::NotBase64 => self.report.not_base64 += 1,
                Inside::Other => self.report.other_entries += 1,
            }
        }
    }

    fn count(&mut self, items: &mut Items<decode::Text<'r>>) {
        self.report.too_long += std::mem::take(&mut items.too_long);
        self.report.of_other_kind += std::mem::take(&mut items.of_other_kind);
    }

    /// Recognises what was in a wrapper.
    fn file(&mut self, bytes: &Bytes, depth: usize) {
        match recognize(bytes, self.decoded_limit) {
            Recognized::Payloads(_, payloads) => self.ready.extend(payloads),
            Recognized::Other(other) if Self::reads(other.shape) => {
                self.add(other, Cursor::new(bytes.clone()), depth);
            }
            Recognized::Other(other) => *self.report.others.entry(other).or_default() += 1,
        }
    }

    /// Begins to read a file of this shape, before all others.
    fn add(&mut self, file: Other, from: impl Read + Send + 'r, depth: usize) {
        let from = decode::decode(from, file.gzip);
        self.gathering.begin(file.shape);
        let source = if file.shape == Shape::InsightsResults {
            insights(from)
        } else if let Some(Reader { layout, read }) = Reader::of(file.shape) {
            Source::Items(Items::of(Window::of_text(from), layout), read)
        } else if let Some(layout) = wrapper::layout(file.shape) {
            Source::Entries { items: Items::of(Window::of_text(from), layout), depth }
        } else {
            let arn = self.gathering.organization_arn();
            match lines::of(file.shape, from, arn, self.gathering.origin.fields.as_deref()) {
                Ok(lines) => Source::Lines(lines),
                Err(from) => Source::Wrapper { shape: file.shape, from, depth },
            }
        };
        self.sources.push_front(source);
    }
}

/// Results of Insights are JSON or CSV.
fn insights(from: decode::Text<'_>) -> Source<'_> {
    let mut window = Window::of_text(from);
    // What fails here fails again when it is read.
    let first = window.take_byte_order_mark().and_then(|()| window.token()).unwrap_or_default();
    match (first, Reader::of(Shape::InsightsResults)) {
        (Some(b'{' | b'['), Some(Reader { layout, read })) => Source::Items(Items::of(window, layout), read),
        _ => Source::Lines(Box::new(Rows::new(window))),
    }
}

impl Gathering {
    /// Goes on with the events of a file of this shape.
    fn begin(&mut self, shape: Shape) {
        if shape != self.shape {
            self.close();
            self.composer = Composer::new(shape.name());
            self.shape = shape;
        }
    }

    fn close(&mut self) {
        self.complete.extend(self.composer.finish());
    }

    /// The organization that the path names, for logs that do not.
    fn organization_arn(&self) -> Option<String> {
        let FileOrigin { account, region, organization, .. } = &self.origin;
        let (account, region, organization) = (account.as_ref()?, region.as_ref()?, organization.as_ref()?);
        let partition = mailtrail_aws_types::AwsPartition::of_region(region).as_str();
        Some(format!("arn:{partition}:workmail:{region}:{account}:organization/{organization}"))
    }
}

/// Whether events of files of this shape are from a log group. Those of CloudTrail and of log delivery never saw one.
fn has_log_group(shape: Shape) -> bool {
    !matches!(
        shape,
        Shape::CloudTrailFile
            | Shape::CloudTrailInsightsFile
            | Shape::CloudTrailRecords
            | Shape::LookupEvents
            | Shape::AuditJson
            | Shape::AuditPlain
            | Shape::AuditW3c
    )
}

impl Sink for Gathering {
    fn event(&mut self, event: FileEvent<'_>) {
        let FileEvent { account, region, log_group, log_stream, id, timestamp, message } = event;
        let said = |said: Option<std::borrow::Cow<'_, str>>, otherwise: &Option<String>| {
            let said = said.filter(|text| !text.is_empty()).map(std::borrow::Cow::into_owned);
            said.or_else(|| otherwise.clone())
        };
        let (account, region) = match (account, region) {
            (None, None) => organization_of(&message).unwrap_or_default(),
            said => said,
        };
        let account = said(account, &self.origin.account);
        let log_group = said(log_group, &self.origin.log_group);
        let log_stream = said(log_stream, &self.origin.log_stream);
        let names = [&log_group, &log_stream, &account].map(|name| name.as_ref().map_or(0, String::len));
        if names.into_iter().chain(id.as_ref().map(|id| id.len())).any(|length| length > LONGEST_NAME) {
            self.too_long += 1;
            return;
        }
        self.events += 1;
        self.without_log_group += u64::from(log_group.is_none() && has_log_group(self.shape));
        self.without_log_stream += u64::from(log_stream.is_none() && has_log_group(self.shape));
        self.without_time += u64::from(timestamp.and_then(Time::from_millis).is_none());
        let origin = Origin {
            account: account.unwrap_or_default(),
            region: said(region, &self.origin.region),
            log_group: log_group.unwrap_or_default(),
            log_stream: log_stream.unwrap_or_default(),
        };
        let event = RetrievedEvent {
            id: id.map(std::borrow::Cow::into_owned),
            timestamp: timestamp.unwrap_or_default(),
            message: message.into_owned(),
        };
        self.complete.extend(self.composer.add(&origin, event));
    }
}

impl std::fmt::Debug for Import<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import").field("report", &self.report).finish_non_exhaustive()
    }
}
