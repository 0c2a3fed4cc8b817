//! What a payload is left with.

use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::DAY;
use mailtrail_config::IntakeConfig;
use mailtrail_pipeline::Pipeline;
use mailtrail_subscription::{Composer, Origin, RetrievedEvent};

use super::*;
use crate::intake::turns::Turns;

const TIME: i64 = 1_795_860_000_000;

fn payload(group: &str, messages: &[&str]) -> Payload {
    let mut composer = Composer::new("test");
    let origin = Origin {
        account: "111122223333".to_owned(),
        region: None,
        log_group: group.to_owned(),
        log_stream: "s".to_owned(),
    };
    for message in messages {
        let event = RetrievedEvent { id: None, timestamp: TIME, message: (*message).to_owned() };
        assert_eq!(composer.add(&origin, event), []);
    }
    composer.finish().remove(0)
}

/// What a subscription sends: the same with ids from this one on.
fn sent(payload: &Payload, first_id: u32) -> Payload {
    let mut text = payload.decode(1 << 20).unwrap().replace(",\"retrievedBy\":\"test\"", "");
    for id in (first_id..).take(text.matches("{\"timestamp\"").count()) {
        text = text.replacen("{\"timestamp\"", &format!("{{\"id\":\"{id:056}\", \"timestamp\""), 1);
    }
    Payload { content: Content::Plain(text.into()), ..payload.clone() }
}

/// The ids and messages of what is left.
fn events(left: &Left) -> Vec<(String, String)> {
    let mut events = Vec::new();
    for payload in &left.payloads {
        let text = payload.decode(1 << 20).unwrap();
        let batches = batches(&text).unwrap();
        events.extend(
            batches[0].events.iter().map(|event| (event.id().into_owned(), event.message().into_owned())),
        );
    }
    events
}

fn messages(left: &Left) -> Vec<String> {
    events(left).into_iter().map(|(_, message)| message).collect()
}

fn reader(folder: &std::path::Path) -> ArchivedEvents {
    ArchivedEvents::new(Some(ArchiveReader::directory(folder.to_owned())), IntakeConfig::default(), true)
}

async fn write(folder: &std::path::Path, payloads: &[Payload]) {
    let archive = Archive::directory(folder.to_owned()).unwrap();
    let pipeline = Pipeline::new(archive, Vec::new(), IntakeConfig::default());
    for payload in payloads {
        let run = pipeline.run(payload, Time::EPOCH, Deadline::NEVER).await;
        assert!(run.failure.is_none(), "{:?}", run.failure);
    }
}

async fn archived(folder: &std::path::Path, payloads: &[Payload]) -> ArchivedEvents {
    write(folder, payloads).await;
    reader(folder)
}

async fn leave_out(archived: &ArchivedEvents, payload: Payload, file: &mut OfFile) -> Left {
    archived.leave_out(payload, file, &Turns::default().of(0)).await.unwrap()
}

/// Of a file of its own.
async fn left(archived: &ArchivedEvents, payload: Payload) -> Left {
    leave_out(archived, payload, &mut OfFile::default()).await
}

/// The files in a folder of an archive.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

#[tokio::test]
async fn of_equal_events_the_archive_has_those_that_are_left_out_and_the_others_have_the_next_numbers() {
    let there = payload("g", &["a", "a", "b"]);
    for (there, known) in [(there.clone(), "imported"), (sent(&there, 1), "sent")] {
        let folder = tempfile::tempdir().unwrap();
        let archived = archived(folder.path(), &[there]).await;
        let mut file = OfFile::default();
        let first = leave_out(&archived, payload("g", &["a", "c", "a", "a", "b\"\n"]), &mut file).await;
        assert_eq!(
            (messages(&first), first.in_archive),
            (vec!["c".to_owned(), "a".into(), "b\"\n".into()], 2),
            "{known}"
        );
        let ids: Vec<String> = events(&first).into_iter().map(|(id, _)| id).collect();
        assert!(ids[1].ends_with("-2") && ids[0].is_empty() && ids[2].is_empty(), "{ids:?}");
        // The same file goes on: its further events have further numbers. Another file has them again.
        let further = leave_out(&archived, payload("g", &["a", "x"]), &mut file).await;
        assert!(events(&further)[0].0.ends_with("-3"), "{further:?}");
        let again = left(&archived, payload("g", &["a", "a", "c", "a", "a", "a"])).await;
        assert_eq!((messages(&again), again.in_archive), (vec!["a".to_owned()], 5));
        assert!(events(&again)[0].0.ends_with("-4"), "{again:?}");
        assert_eq!(left(&archived, payload("other", &["a"])).await.in_archive, 0);
    }
}

#[tokio::test]
async fn an_event_with_an_id_is_the_one_with_that_id_and_message() {
    let there = sent(&payload("g", &["a"]), 1);
    let folder = tempfile::tempdir().unwrap();
    let archived = archived(folder.path(), &[there]).await;
    let file = |id: u32, message: &str| {
        let text = sent(&payload("g", &[message]), id).decode(1 << 20).unwrap();
        let text = text.replacen('{', "{\"retrievedBy\":\"FilterLogEvents\",", 1);
        Payload { content: Content::Plain(text.into()), ..payload("g", &["x"]) }
    };
    for (id, message, in_archive) in [(1, "a", 1), (2, "a", 0), (1, "b", 0), (2, "a", 1)] {
        let left = left(&archived, file(id, message)).await;
        assert_eq!(
            (left.in_archive, left.payloads.len()),
            (in_archive, usize::from(in_archive == 0)),
            "{id} {message}"
        );
    }
}

const RECORD: &str = r#"{"eventVersion":"1.11","eventID":"e","eventTime":"2026-11-28T10:00:00Z","eventName":"x","eventSource":"y","sourceIPAddress":"203.0.113.9","userIdentity":{"type":"IAMUser","userName":"alice"}}"#;

#[tokio::test]
async fn what_names_its_event_is_one_wherever_it_lies_and_however_often_a_file_has_it() {
    let later = sent(&payload("trail", &[RECORD]), 1).decode(1 << 20).unwrap();
    let copied = RECORD.replace("\"x\"", "\"z\"");
    // Delivered on the next day.
    let later = later.replace(&TIME.to_string(), &(TIME + DAY).to_string());
    let folder = tempfile::tempdir().unwrap();
    let archived =
        archived(folder.path(), &[Payload { content: Content::Plain(later.into()), ..payload("", &["x"]) }])
            .await;
    let found = left(&archived, payload("", &[RECORD, &copied, &copied])).await;
    assert_eq!((messages(&found), found.in_archive), (vec![copied], 2));
}

#[tokio::test]
async fn what_an_import_archived_is_processed_again_as_it_was_and_what_was_sent_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let same = payload("g", &["a", "b", "a"]);
    let archived = archived(folder.path(), std::slice::from_ref(&same)).await;
    assert_eq!(left(&archived, same.clone()).await, Left { payloads: vec![same.clone()], ..Left::default() });
    let one = left(&archived, payload("g", &["a"])).await;
    assert_eq!(one, Left { in_archive: 1, ..Left::default() });
    // With others beside it.
    let more = left(&archived, payload("g", &["a", "c", "b", "a"])).await;
    assert_eq!((more.payloads[0].clone(), messages(&more).len(), more.in_archive), (same.clone(), 4, 0));
    let sent = sent(&payload("g", &["a", "d"]), 1);
    assert_eq!(left(&archived, sent.clone()).await, Left { payloads: vec![sent], ..Left::default() });
}

#[tokio::test]
async fn a_batch_of_several_days_is_processed_again_as_well() {
    let text = payload("g", &["a", "b"]).decode(1 << 20).unwrap();
    let (first, rest) = text.rsplit_once(&TIME.to_string()).unwrap();
    let text = format!("{first}{}{rest}", TIME + 3 * DAY);
    let same = Payload { content: Content::Plain(text.into()), ..payload("g", &["x"]) };
    let folder = tempfile::tempdir().unwrap();
    let archived = archived(folder.path(), std::slice::from_ref(&same)).await;
    assert_eq!(left(&archived, same.clone()).await, Left { payloads: vec![same], ..Left::default() });
}

#[tokio::test]
async fn events_count_where_both_their_raw_copy_and_their_records_are() {
    for below in ["raw", "base_event"] {
        let folder = tempfile::tempdir().unwrap();
        let there = archived(folder.path(), &[payload("g", &["a"]), payload("g", &["b", "c"])]).await;
        let file = payload("g", &["a", "b", "c", "d"]);
        assert_eq!(left(&there, file.clone()).await.payloads.len(), 3);
        let mut objects = files(&folder.path().join(below));
        objects.sort_by_key(|path| std::fs::metadata(path).unwrap().len());
        std::fs::remove_file(&objects[1]).unwrap();
        let again = left(&reader(folder.path()), file).await;
        assert_eq!((again.payloads.len(), again.in_archive), (2, 0));
        assert_eq!(
            messages(&Left { payloads: again.payloads[1..].to_vec(), ..Left::default() }),
            ["b", "c", "d"]
        );
        let same = payload("g", &["b", "c"]);
        assert_eq!(
            left(&reader(folder.path()), same.clone()).await,
            Left { payloads: vec![same], ..Left::default() }
        );
    }
}

#[tokio::test]
async fn names_are_those_of_any_version_of_the_layout() {
    let folder = tempfile::tempdir().unwrap();
    let there = archived(folder.path(), &[payload("g", &["a"])]).await;
    for below in ["raw", "base_event"] {
        let file = files(&folder.path().join(below)).remove(0);
        let (second, ending) =
            file.file_name().unwrap().to_str().unwrap().split_at("20261128T100000Z-".len());
        let renamed = format!("{second}{}{}", "0".repeat(32), &ending[32..]);
        std::fs::rename(&file, file.with_file_name(renamed)).unwrap();
    }
    let left = left(&there, payload("g", &["a", "b"])).await;
    assert_eq!((messages(&left), left.in_archive), (vec!["b".to_owned()], 1));
}

#[tokio::test]
async fn a_raw_copy_of_several_batches_is_that_of_each() {
    let day = |payload: &Payload, days: i64| {
        payload.decode(1 << 20).unwrap().replace(&TIME.to_string(), &(TIME + days * DAY).to_string())
    };
    for later in [0, 1, 5] {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (payload("g", &["a", "b"]), payload("h", &["c", "d"]));
        let text = [day(&first, 0), day(&second, later)].concat();
        let joint = Payload { content: Content::Plain(text.into()), ..first };
        let there = archived(folder.path(), &[joint]).await;
        let text = day(&payload("h", &["c", "e"]), later);
        let file = Payload { content: Content::Plain(text.into()), ..second };
        let found = left(&there, file.clone()).await;
        assert_eq!((messages(&found), found.in_archive), (vec!["e".to_owned()], 1), "{later} days later");
        for copy in files(&folder.path().join("raw")).iter().filter(|path| path.extension().unwrap() == "gz")
        {
            std::fs::remove_file(copy).unwrap();
        }
        let again = reader(folder.path());
        // A day pointer may be left: what it is named after is missing, and not unreadable.
        assert_eq!((left(&again, file).await.in_archive, again.not_compared().await.objects), (0, 0));
    }
}

#[tokio::test]
async fn an_object_that_cannot_be_read_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let archived = archived(folder.path(), &[payload("g", &["a"])]).await;
    std::fs::write(files(&folder.path().join("raw")).remove(0), "damaged").unwrap();
    assert_eq!(left(&archived, payload("g", &["a", "b"])).await.in_archive, 0);
    assert_eq!(archived.not_compared().await, NotCompared { objects: 1, days: 0 });
}

#[tokio::test]
async fn what_was_processed_before_in_the_run_counts_as_archived() {
    let folder = tempfile::tempdir().unwrap();
    let archived = archived(folder.path(), &[]).await;
    let (first, second) = (payload("g", &["a"]), sent(&payload("g", &["b"]), 1));
    assert_eq!(left(&archived, first).await.in_archive, 0);
    archived.add_sent(&second).await;
    let found = left(&archived, payload("g", &["a", "b", "c"])).await;
    assert_eq!((messages(&found), found.in_archive), (vec!["c".to_owned()], 2));
}

#[tokio::test]
async fn another_account_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let archived = archived(folder.path(), &[payload("g", &["a"])]).await;
    let text = payload("g", &["b"]).decode(1 << 20).unwrap().replace("111122223333", "444455556666");
    let other = Payload { content: Content::Plain(text.into()), ..payload("g", &["x"]) };
    assert_eq!(left(&archived, other).await.other_account.as_deref(), Some("444455556666"));
    assert_eq!(left(&archived, payload("g", &["b"])).await.other_account, None);
    // What is left out altogether is not said to be taken in.
    let text = RECORD.replace("eventVersion", "recipientAccountId\":\"444455556666\",\"eventVersion");
    let folder = tempfile::tempdir().unwrap();
    let archived = self::archived(folder.path(), &[sent(&payload("trail", &[&text]), 1)]).await;
    let text = payload("", &[&text])
        .decode(1 << 20)
        .unwrap()
        .replace("\"owner\":\"111122223333\"", "\"owner\":\"444455556666\"");
    let of_record = Payload { content: Content::Plain(text.into()), ..payload("", &["x"]) };
    assert_eq!(left(&archived, of_record).await, Left { in_archive: 1, ..Left::default() });
}
