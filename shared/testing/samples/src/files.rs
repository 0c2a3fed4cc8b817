//! The sample files in `events/`: what each is called, what it shows, and its bytes.
//!
//! Policy: hand-written where the shape is the point, generated where the amount is. Event ids derive from
//! the name of the file, so that adding a file changes no other.

mod audit;
mod cloudtrail;
mod events;
mod hostile;
mod inputs;
mod raw;

use crate::{
    batch::{Batch, Event, event_id},
    envelope::{gzip, invocation, one_line},
};

/// One file below `events/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFile {
    /// Path below `events/`, with `/`.
    pub name: String,
    /// What the file is, in one line of Markdown.
    pub about: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Every sample file, the README excepted.
pub fn sample_files() -> Vec<SampleFile> {
    sections().into_iter().flat_map(|section| section.files).collect()
}

/// `events/README.md`: a table of all files.
pub fn readme() -> String {
    let tables: Vec<String> = sections().iter().map(Section::table).collect();
    format!("{INTRODUCTION}\n{}", tables.join("\n"))
}

const INTRODUCTION: &str = "\
# Sample invocations

Made by `cargo xtask generate` from `shared/testing/samples`: do not edit them here. All addresses are of the
documentation domains, the account is 111122223333, the organization's own domain is example.com.

Every `.json` file but `payload.json` is an event as Lambda hands it to the function, or a record that
holds one. While `cargo lambda watch` runs:

```
cargo lambda invoke workmail-events --data-file events/organization-email-received.json
```

The `.gz` files and `payload.json` are payloads without an invocation around them. The command line
takes all of them:

```
mailtrail ingest events/payload.gz
```
";

struct Section {
    title: &'static str,
    about: &'static str,
    files: Vec<SampleFile>,
}

impl Section {
    fn table(&self) -> String {
        let rows: Vec<String> =
            self.files.iter().map(|file| format!("| `{}` | {} |\n", file.name, file.about)).collect();
        format!("## {}\n\n{}\n\n| file | what it is |\n|---|---|\n{}", self.title, self.about, rows.concat())
    }
}

fn sections() -> [Section; 5] {
    [
        Section {
            title: "WorkMail email events",
            about: "One CloudWatch batch each, with one event or a few of a kind.",
            files: events::files(),
        },
        Section {
            title: "WorkMail audit logs",
            about: "The five kinds of audit log, with one event or a few of a kind.",
            files: audit::files(),
        },
        Section {
            title: "CloudTrail",
            about: "Records as a trail sends them to CloudWatch Logs: every kind of identity, and every trap.",
            files: cloudtrail::files(),
        },
        Section {
            title: "Kinds of input",
            about: "The same content in every wrapping that it can arrive in.",
            files: inputs::files(),
        },
        Section {
            title: "Hostile input",
            about: "What the pipeline must survive without losing or inventing anything.",
            files: hostile::files(),
        },
    ]
}

/// One batch of log lines written by hand: its name, what it shows, and the lines (broken between the tokens
/// of their JSON).
struct Sample {
    name: &'static str,
    about: &'static str,
    messages: &'static [&'static str],
}

impl Sample {
    /// The invocation of the batch, after it was moved to where it was logged.
    fn file(&self, moved: impl Fn(Batch) -> Batch) -> SampleFile {
        let batch = moved(batch_of(self.name, self.messages.iter().copied()));
        file(format!("{}.json", self.name), self.about, batch.to_invocation())
    }
}

fn file(name: impl Into<String>, about: &'static str, bytes: Vec<u8>) -> SampleFile {
    SampleFile { name: name.into(), about, bytes }
}

/// The invocation of a decoded payload.
fn invoked(name: &str, about: &'static str, payload: impl AsRef<[u8]>) -> SampleFile {
    file(name, about, invocation(&gzip(payload.as_ref())))
}

/// 2026-11-20T10:15:02Z: the time of the hand-written events.
const QUARTER_PAST_TEN: i64 = 1_795_169_702_000;

/// The time and id of the `index`-th event in the file of this name.
fn stamp(name: &str, index: u32) -> (i64, String) {
    let timestamp = QUARTER_PAST_TEN + 250 * i64::from(index);
    (timestamp, event_id(timestamp, (u128::from(fnv1a(name)) << 64) | u128::from(index)))
}

/// FNV-1a, 64 bits.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A batch of these log lines, with the times and ids of the file of this name. Where a line is JSON written
/// over several lines, it becomes one.
fn batch_of<'a>(name: &str, messages: impl IntoIterator<Item = &'a str>) -> Batch {
    let events = messages.into_iter().zip(0..).map(|(message, index)| {
        let (timestamp, id) = stamp(name, index);
        Event { id, timestamp, message: one_line(message) }
    });
    Batch::of(events.collect())
}

/// An ordinary batch for the file of this name: one message that arrives for two mailboxes.
fn ordinary(name: &str) -> Batch {
    batch_of(name, [RECEIVED, DELIVERED_TO_ANA, DELIVERED_TO_BOB])
}

const RECEIVED: &str = r#"{"traceId":"6f1d2c3b-0a19-4e28-9d37-5c46b5a4f302",
    "event":{"eventName":"ORGANIZATION_EMAIL_RECEIVED","recipients":["ana@example.com","bob@example.com"],
    "from":"orders@example.org","subject":"Order 20261","messageId":"<20261@mx.example.org>",
    "spamVerdict":"PASS","dkimVerdict":"PASS","dmarcVerdict":"PASS","spfVerdict":"PASS",
    "messageTimestamp":"2026-11-20T10:15:01.730Z"}}"#;
const DELIVERED_TO_ANA: &str = r#"{"traceId":"6f1d2c3b-0a19-4e28-9d37-5c46b5a4f302",
    "event":{"eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"ana@example.com","folder":"INBOX"}}"#;
const DELIVERED_TO_BOB: &str = r#"{"traceId":"6f1d2c3b-0a19-4e28-9d37-5c46b5a4f302",
    "event":{"eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"bob@example.com","folder":"INBOX"}}"#;
