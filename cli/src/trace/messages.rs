//! The messages of some records: of all that are asked for, or of one part after the other.

use std::io;
use std::sync::Arc;

use mailtrail_clock::{Time, TimeRange};
use mailtrail_trace::{Filter, Gatherer, MailEvent, Message, Selection};

use super::known::Known;
use super::scan::{Line, record};
use super::temporary::{Chunks, Writer};
use crate::reading::{Doubles, EventKey, Novelty, RecordKeys, Seen};

/// Records that were gathered: in memory where they are few.
pub(super) enum Lines {
    Few(Vec<Line>),
    Many(Writer),
}

/// Makes messages of records. Pure, but for the files that these lie in, and work for a processor.
#[derive(Debug, Clone)]
pub(super) struct Assembler {
    pub(super) filter: Arc<Filter>,
    pub(super) known: Arc<Known>,
    /// What is asked for: a message with an event in it.
    pub(super) range: TimeRange,
}

#[derive(Debug, Default)]
pub(super) struct Assembled {
    pub(super) messages: Vec<Message>,
    /// Log group and uid of events that are archived with different contents.
    pub(super) contradicting: Vec<(String, String)>,
}

impl Lines {
    pub(super) fn push(&mut self, line: Line) -> io::Result<()> {
        match self {
            Self::Few(lines) => lines.push(line),
            Self::Many(writer) => {
                writer.write(line.account.as_bytes())?;
                writer.write(&line.record)?;
            }
        }
        Ok(())
    }

    fn read(self) -> io::Result<Box<dyn Iterator<Item = io::Result<Line>>>> {
        Ok(match self {
            Self::Few(lines) => Box::new(lines.into_iter().map(Ok)),
            Self::Many(writer) => Box::new(pairs(writer.finish()?)),
        })
    }
}

fn pairs(mut chunks: Chunks) -> impl Iterator<Item = io::Result<Line>> {
    std::iter::from_fn(move || {
        let line = |account: io::Result<Vec<u8>>, chunks: &mut Chunks| {
            let account = String::from_utf8_lossy(&account?).into_owned();
            let record = chunks.next().transpose()?.unwrap_or_default();
            Ok(Line { account, record })
        };
        Some(line(chunks.next()?, &mut chunks))
    })
}

impl Assembler {
    /// The messages of some records, oldest first. A record that is stored twice counts once.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub(super) fn assemble(&self, lines: Lines, selection: &Selection) -> anyhow::Result<Assembled> {
        let (keys, mut seen, mut doubles) = (RecordKeys::default(), Seen::default(), Doubles::default());
        let (mut gatherer, mut assembled) = (Gatherer::new(selection), Assembled::default());
        for line in lines.read()? {
            let Line { account, record: line } = line?;
            let fields = record(&line)?;
            let (log_group, log_stream, uid) = (fields.log_group(), fields.log_stream(), fields.uid());
            let key = EventKey { account: &account, log_group, log_stream, uid };
            match seen.add(keys.identity(key, &line)?) {
                Novelty::New => {}
                Novelty::Copy => continue,
                Novelty::OtherContent => {
                    assembled.contradicting.push((log_group.to_owned(), uid.to_owned()));
                }
            }
            let time = Time::from_millis(fields.millis()).unwrap_or(Time::EPOCH);
            if doubles.is_shown(time, keys.content(&account, &line)?, uid)
                && let Some(event) = MailEvent::of(&fields)
            {
                gatherer.add(event);
            }
        }
        assembled.messages = gatherer.finish(&self.filter, &self.known.context());
        assembled.messages.retain(|message| self.is_in_range(message));
        Ok(assembled)
    }

    fn is_in_range(&self, message: &Message) -> bool {
        message.first_time == Time::EPOCH
            || (self.range.until().is_none_or(|until| message.first_time < until)
                && self.range.since().is_none_or(|since| message.last_time >= since))
    }
}
