//! What people are told: once for what is new, not every day for what they know.

use mailtrail_coverage::Day;
use mailtrail_delivery::Announcement;
use mailtrail_plain_text::{escape, shell_word};
use mailtrail_retirement::{ClosingNote, LogGroupDays, Missing, Step, countdown};

use crate::due::GroupDay;
use crate::ending::Outlook;
use crate::findings::{Finding, Kind};

/// The most bytes of a message: 256 KiB.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const MOST_BYTES: usize = 256 * 1024;

/// Where the log groups are, and the archive.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    /// As the command line takes it.
    pub(crate) archive: &'a str,
}

/// Events of a day that were missing, and that were archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) day: GroupDay,
    pub(crate) events: u64,
}

/// The message, if there is anything new, or anything was filled in.
pub(crate) fn of(
    news: &[Finding],
    filled: &[Filled],
    outlook: &[String],
    id: &str,
    context: &Context<'_>,
) -> Option<Announcement> {
    if news.is_empty() && filled.is_empty() {
        return None;
    }
    let lines = news.iter().map(|finding| line(finding, context)).chain(filled.iter().map(filled_line));
    let lines = lines.chain(outlook.iter().cloned());
    let mut body = lines.collect::<Vec<_>>().join("\n");
    let end = body.floor_char_boundary(MOST_BYTES);
    body.truncate(end);
    let Context { account, region, .. } = *context;
    let subject = format!("mailtrail: coverage of {account} in {region}: {}", summary(news, filled));
    let attributes = vec![("account", account.to_owned()), ("region", region.to_owned())];
    Some(Announcement { id: id.to_owned(), subject, body, attributes })
}

/// What there is of organizations that did not end, what is missing, what would be lost with them, and what to do before that.
pub(crate) fn outlook(outlooks: &[Outlook], days_left: i64, context: &Context<'_>) -> Vec<String> {
    if outlooks.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("{}.", countdown(days_left))];
    for Outlook { holdings, to_do } in outlooks {
        lines.push(format!("WorkMail organization {} {}:", escape(&holdings.alias), holdings.organization));
        let of_group =
            |group: &LogGroupDays| format!("Log group {}: {}", escape(&group.log_group), group.text());
        lines.extend(holdings.log_groups.iter().map(of_group));
        lines.push(match &holdings.snapshot {
            Some(snapshot) => format!("Names: last read on {}", Day::of(snapshot.as_of)),
            None => "Names: never saved; they are lost when WorkMail ends".to_owned(),
        });
        let step = |Step { reason, command }: &Step| {
            format!("To do ({}): {}", escape(reason), in_archive(command, context))
        };
        lines.extend(to_do.iter().map(step));
    }
    lines
}

/// A command with its archive and Region, to paste.
pub(crate) fn in_archive(command: &str, context: &Context<'_>) -> String {
    let (archive, region) = (shell_word(context.archive), shell_word(context.region));
    format!("mailtrail {command} --archive {archive} --region {region}")
}

/// An organization that ended.
pub(crate) fn ended(note: &ClosingNote, context: &Context<'_>) -> Announcement {
    let (alias, id, ended) = (escape(&note.alias), &note.organization, Day::of(note.ended));
    let mut lines = vec![format!(
        "The WorkMail organization {alias} {id} ended on {ended}: whole answers of ListOrganizations of two days do not have it. \
         Its days are compared until {}, when no further events of the last one are taken.",
        note.final_on
    )];
    let of_group = |group: &LogGroupDays| format!("Log group {}: {}", escape(&group.log_group), group.text());
    lines.extend(note.log_groups.iter().map(of_group));
    lines.push(match &note.snapshot {
        Some(key) => format!("Names: {key}"),
        None => "Names: never saved".to_owned(),
    });
    let missing = |missing: &Missing| format!("Missing ({}): {}", missing.kind, escape(&missing.text));
    lines.extend(note.missing.iter().map(missing));
    lines.push(format!("See it with: {}", status(note, context)));
    about(note, &format!("{alias} ended on {ended}"), &lines, context)
}

/// An organization that came back after a closing note.
pub(crate) fn returned(key: &str, note: &ClosingNote, context: &Context<'_>) -> Announcement {
    let (alias, id) = (escape(&note.alias), &note.organization);
    let lines = [
        format!(
            "The WorkMail organization {alias} {id} is there again. Its days are compared again; its closing note stands: {key}"
        ),
        format!("See it with: {}", status(note, context)),
    ];
    about(note, &format!("{alias} is there again"), &lines, context)
}

fn status(note: &ClosingNote, context: &Context<'_>) -> String {
    in_archive(&format!("workmail status --organization {}", note.organization), context)
}

fn about(note: &ClosingNote, what: &str, lines: &[String], context: &Context<'_>) -> Announcement {
    let Context { account, region, .. } = *context;
    let mut body = lines.join("\n");
    let end = body.floor_char_boundary(MOST_BYTES);
    body.truncate(end);
    let subject = format!("mailtrail: WorkMail of {account} in {region}: {what}");
    let attributes = vec![("account", account.to_owned()), ("region", region.to_owned())];
    Announcement {
        id: format!("{}-{}", note.organization, note.written.compact()),
        subject,
        body,
        attributes,
    }
}

fn summary(news: &[Finding], filled: &[Filled]) -> String {
    let of = |kind| news.iter().filter(|finding| finding.kind == kind).count();
    let days = |count: usize| if count == 1 { "1 day".to_owned() } else { format!("{count} days") };
    let said =
        [(of(Kind::Gap), "with a gap"), (of(Kind::Silent), "without events"), (filled.len(), "filled in")];
    let said = said.into_iter().filter(|(count, _)| *count > 0);
    said.map(|(count, what)| format!("{} {what}", days(count))).collect::<Vec<_>>().join(", ")
}

fn line(Finding { day, kind, events, .. }: &Finding, context: &Context<'_>) -> String {
    let (name, date) = (escape(&day.log_group), day.day);
    match kind {
        Kind::Gap => format!(
            "Gap: {name} on {date}: the archive lacks {events} events; fill it with: {}",
            backfill(day, context)
        ),
        Kind::Silent => format!(
            "Silent: {name} on {date}: the metrics of WorkMail count {events}, and no such event was logged; \
             is the logging on? mailtrail workmail status"
        ),
    }
}

fn filled_line(Filled { day, events }: &Filled) -> String {
    format!("Filled in: {} on {}: {events} events that the archive lacked", escape(&day.log_group), day.day)
}

/// The command that fills a gap.
fn backfill(day: &GroupDay, context: &Context<'_>) -> String {
    let (since, next) = (day.day.to_string(), Day::new(day.day.number() + 1).unwrap_or(day.day));
    let until = next.to_string();
    let words = [
        ("--log-group", day.log_group.as_str()),
        ("--since", since.as_str()),
        ("--until", until.as_str()),
        ("--archive", context.archive),
        ("--region", context.region),
    ];
    let add = |command: String, (option, value)| format!("{command} {option} {}", shell_word(value));
    words.into_iter().fold("mailtrail backfill".to_owned(), add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Findings;

    const CONTEXT: Context<'static> =
        Context { account: "111122223333", region: "eu-west-1", archive: "s3://example-trail/mail" };

    fn day(log_group: &str, number: i64) -> GroupDay {
        GroupDay { log_group: log_group.to_owned(), day: Day::new(number).unwrap() }
    }

    fn news(found: &[(&str, i64, Kind, u64)]) -> Vec<Finding> {
        let mut findings = Findings::default();
        for (log_group, number, kind, events) in found {
            findings.note(&day(log_group, *number), Some((*kind, *events)));
        }
        findings.news()
    }

    #[test]
    fn a_gap_is_told_with_the_command_that_fills_it() {
        let news = news(&[("/example/mail", 20_777, Kind::Gap, 12)]);
        let message = of(&news, &[], &[], "id", &CONTEXT).unwrap();
        assert_eq!(message.subject, "mailtrail: coverage of 111122223333 in eu-west-1: 1 day with a gap");
        assert_eq!(
            message.body,
            "Gap: /example/mail on 2026-11-20: the archive lacks 12 events; fill it with: mailtrail backfill --log-group \
             /example/mail --since 2026-11-20 --until 2026-11-21 --archive s3://example-trail/mail --region eu-west-1"
        );
    }

    #[test]
    fn what_was_filled_in_and_what_is_silent_is_told_and_nothing_else_is() {
        assert_eq!(of(&[], &[], &[], "id", &CONTEXT), None);
        let filled =
            [Filled { day: day("a", 20_776), events: 3 }, Filled { day: day("a", 20_777), events: 1 }];
        let news = news(&[("b", 20_777, Kind::Silent, 40)]);
        let message = of(&news, &filled, &[], "id", &CONTEXT).unwrap();
        assert!(message.subject.ends_with(": 1 day without events, 2 days filled in"), "{}", message.subject);
        let lines: Vec<&str> = message.body.lines().collect();
        assert!(lines[0].starts_with("Silent: b on 2026-11-20: the metrics of WorkMail count 40, "));
        assert_eq!(
            lines[1..],
            [
                "Filled in: a on 2026-11-19: 3 events that the archive lacked",
                "Filled in: a on 2026-11-20: 1 events that the archive lacked",
            ]
        );
    }

    #[test]
    fn a_name_is_data_in_a_message_and_in_a_shell() {
        let name = "a b'; rm -rf /\u{1b}[2J\n# \u{202e}";
        let message = of(&news(&[(name, 20_777, Kind::Gap, 1)]), &[], &[], "id", &CONTEXT).unwrap();
        assert_eq!(
            (message.body.lines().count(), escape(&message.body).into_owned()),
            (1, message.body.clone())
        );
        let command = message.body.split("fill it with: ").nth(1).unwrap();
        assert_eq!(shell_words::split(command).unwrap().len(), 12);
        assert!(command.contains(shell_word(name).as_ref()), "{command}");
    }
}
