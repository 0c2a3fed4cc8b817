//! What the demo says.

use std::fmt::{Display, Write};
use std::io;
use std::path::Path;

use bytesize::ByteSize;
use indicatif::HumanCount;
use mailtrail_ocsf::OCSF_VERSION;

use super::{Outputs, tree};
use crate::outcome::Outcome;
use crate::output::{BOLD, FAINT, NUMBER, SUCCESS, count, paint};
use crate::summary::{by_count, novelty};

/// Width of the longest bar.
const BAR: u64 = 32;

/// `journey` is that of a message.
pub(super) fn demo(outcome: &Outcome, outputs: &Outputs, journey: Option<&str>) -> io::Result<String> {
    let mut page = Page::default();
    came_in(&mut page, outcome);
    came_out(&mut page, outcome);
    where_it_is(&mut page, outcome, outputs)?;
    one_message(&mut page, journey);
    try_next(&mut page, outputs);
    Ok(page.0)
}

/// Text that grows by lines.
#[derive(Default)]
struct Page(String);

impl Page {
    fn heading(&mut self, text: &str) {
        let space = if self.0.is_empty() { "" } else { "\n" };
        // A `String` takes every write.
        let _infallible = writeln!(self.0, "{space}{}", paint(BOLD, text));
    }

    fn line(&mut self, text: impl Display) {
        // A `String` takes every write.
        let _infallible = writeln!(self.0, "  {text}");
    }
}

fn came_in(page: &mut Page, outcome: &Outcome) {
    let Outcome { ledger, received_bytes, decoded_bytes, .. } = outcome;
    page.heading("What came in: a small company's working morning in Amazon WorkMail");
    page.line(format_args!(
        "{} in {} as CloudWatch Logs sends them ({}, {} decoded)",
        paint(NUMBER, count(ledger.events, "log event")),
        count(ledger.payloads, "payload"),
        ByteSize(*received_bytes),
        ByteSize(*decoded_bytes)
    ));
}

fn came_out(page: &mut Page, outcome: &Outcome) {
    let ledger = &outcome.ledger;
    page.heading(&format!("What came out: one OCSF {OCSF_VERSION} record for each event"));
    for (class, events) in by_count(ledger) {
        // At least a little of a bar, so that a few among many are seen.
        let width = (events * BAR).div_ceil(ledger.archived.max(1));
        let bar = "█".repeat(usize::try_from(width).unwrap_or_default());
        let number = paint(NUMBER, format_args!("{:>6}", HumanCount(events).to_string()));
        page.line(format_args!("{number}  {class:<16} {}", paint(NUMBER, bar)));
    }
    page.line(format_args!("{} {}", paint(SUCCESS, "✓"), novelty(ledger)));
}

fn where_it_is(page: &mut Page, outcome: &Outcome, outputs: &Outputs) -> io::Result<()> {
    page.heading("Where it is");
    page.line(outputs.archive.display());
    let folders = tree::folders(&outputs.archive)?;
    for (at, (name, folder)) in folders.iter().enumerate() {
        let branch = if at + 1 < folders.len() { "├─" } else { "└─" };
        let (files, size) = (count(folder.objects, "file"), ByteSize(folder.bytes).to_string());
        let meaning = paint(FAINT, tree::meaning(name));
        page.line(format_args!("{branch} {name:<16} {files:>8} {size:>10}  {meaning}"));
    }
    for stream in &outcome.ledger.streams {
        let delivered = count(stream.delivered, "event");
        let again = if outcome.ledger.already > 0 { " once more: de-duplicate by metadata.uid" } else { "" };
        page.line(format_args!("{}  {delivered}{again}", outputs.stream.display()));
    }
    Ok(())
}

fn one_message(page: &mut Page, journey: Option<&str>) {
    let Some(journey) = journey else { return };
    page.heading("One message, as `mailtrail trace` tells it");
    journey.lines().for_each(|line| page.line(line));
}

/// Commands that work as they stand, in this folder, one after the other.
fn try_next(page: &mut Page, outputs: &Outputs) {
    let program = std::env::args_os().next().unwrap_or_else(|| "mailtrail".into());
    let program = shell_word(Path::new(&program));
    let archive = shell_word(&outputs.archive);
    let (region, domain) = (mailtrail_samples::REGION, mailtrail_samples::INTERNAL_DOMAIN);
    page.heading("Try next");
    let mut suggest = |why: &str, command: &str| {
        page.line(paint(FAINT, format_args!("# {why}")));
        page.line(command);
    };
    let again = if outputs.is_named { format!(" --archive {archive}") } else { String::new() };
    suggest("the same again: nothing is stored twice", &format!("{program} demo{again}"));
    suggest(
        "the archive anew, from the raw bytes alone",
        &format!(
            "{program} ingest --archive {archive}-again \\\n    \
             --region {region} --internal-domain {domain} {archive}/raw"
        ),
    );
    suggest(
        "the bounces, as CloudWatch Logs showed them",
        &format!(
            "{program} search --archive {archive} \\\n    \
             --filter-pattern '{{ $.event.eventName = \"*_BOUNCED\" }}'"
        ),
    );
    suggest(
        "what became of the mail from one address to another",
        &format!(
            "{program} trace --archive {archive} \\\n    \
             --from elif@example.com --to billing@example.org --detail"
        ),
    );
    suggest(
        "what bounced, and why",
        &format!(
            "zstdcat {archive}/email_activity/*/*/*/*.zst |\n    \
             jq -r 'select(.status == \"Failure\") | [.time_dt, .to[0], .status_detail] | @tsv'"
        ),
    );
    suggest(
        "who sent how much",
        &format!(
            "cd {archive} && duckdb -init _about/duckdb.sql -c \"SELECT email.\\\"from\\\", count(*) AS sent\n    \
             FROM email_activity\n    \
             WHERE activity_name = 'Send' AND status = 'Success' GROUP BY ALL ORDER BY sent DESC\""
        ),
    );
}

/// A path as a word of a shell command: quoted where it must be.
fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    if text.chars().all(plain) { text.into_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_anything_but_plain_characters_is_quoted() {
        assert_eq!(shell_word(Path::new("mailtrail-demo/archive")), "mailtrail-demo/archive");
        assert_eq!(shell_word(Path::new("/tmp/it's here")), r"'/tmp/it'\''s here'");
    }
}
