//! What a payload is left with.

use mailtrail_archive::Archive;
use mailtrail_config::IntakeConfig;
use mailtrail_pipeline::Pipeline;
use mailtrail_subscription::{Composer, Origin, RetrievedEvent};

use super::*;

fn payload(group: &str, messages: &[&str]) -> Payload {
    let mut composer = Composer::new("test");
    let origin = Origin {
        account: "111122223333".to_owned(),
        region: None,
        log_group: group.to_owned(),
        log_stream: "s".to_owned(),
    };
    for message in messages {
        let event = RetrievedEvent { id: None, timestamp: 1_795_860_000_000, message: (*message).to_owned() };
        assert_eq!(composer.add(&origin, event), None);
    }
    composer.finish().remove(0)
}

fn messages(left: &Left) -> Vec<String> {
    let Some(payload) = &left.payload else { return Vec::new() };
    let text = payload.decode(1 << 20).unwrap();
    batches(&text).unwrap()[0].events.iter().map(|event| event.message().into_owned()).collect()
}

async fn archived(folder: &std::path::Path, payloads: &[Payload]) -> ArchivedEvents {
    let archive = Archive::directory(folder.to_owned()).unwrap();
    let reader = archive.reader();
    let pipeline = Pipeline::new(archive, Vec::new(), IntakeConfig::default());
    for payload in payloads {
        let run = pipeline.run(payload, Time::EPOCH, Deadline::NEVER).await;
        assert!(run.failure.is_none(), "{:?}", run.failure);
    }
    ArchivedEvents::new(Some(reader), IntakeConfig::default())
}

#[tokio::test]
async fn of_equal_events_as_many_are_left_out_as_the_archive_has() {
    let folder = tempfile::tempdir().unwrap();
    let archived = archived(folder.path(), &[payload("g", &["a", "a", "b"])]).await;
    let mut file = OfFile::default();
    let left = archived.leave_out(payload("g", &["a", "c", "a", "a", "b\"\n"]), &mut file).await.unwrap();
    assert_eq!((messages(&left), left.in_archive), (vec!["c".to_owned(), "a".into(), "b\"\n".into()], 2));
    // The same file goes on: all of the archive's are used up. Another file has them again, and what was taken in.
    let left = archived.leave_out(payload("g", &["a", "x"]), &mut file).await.unwrap();
    assert_eq!((messages(&left), left.in_archive), (vec!["a".to_owned(), "x".into()], 0));
    let left = archived.leave_out(payload("g", &["a", "a", "c"]), &mut OfFile::default()).await.unwrap();
    assert_eq!(left, Left { payload: None, in_archive: 3 });
    let left = archived.leave_out(payload("other", &["a"]), &mut OfFile::default()).await.unwrap();
    assert_eq!(left.in_archive, 0);
}

#[tokio::test]
async fn what_was_archived_as_it_is_and_what_was_sent_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let same = payload("g", &["a", "b"]);
    let archived = archived(folder.path(), std::slice::from_ref(&same)).await;
    let left = archived.leave_out(same.clone(), &mut OfFile::default()).await.unwrap();
    assert_eq!(left, Left { payload: Some(same.clone()), in_archive: 0 });
    let text =
        same.decode(1 << 20).unwrap().replace(",\"retrievedBy\":\"test\"", "").replace("\"b\"", "\"c\"");
    let sent = Payload { content: Content::Plain(text.into()), ..same };
    let left = archived.leave_out(sent.clone(), &mut OfFile::default()).await.unwrap();
    assert_eq!(left, Left { payload: Some(sent), in_archive: 0 });
}

#[tokio::test]
async fn an_object_that_cannot_be_read_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let archived = archived(folder.path(), &[payload("g", &["a"])]).await;
    let objects = walkdir::WalkDir::new(folder.path().join("base_event")).into_iter();
    let object = objects.filter_map(Result::ok).find(|entry| entry.file_type().is_file()).unwrap();
    std::fs::write(object.path(), "damaged").unwrap();
    let left = archived.leave_out(payload("g", &["a", "b"]), &mut OfFile::default()).await.unwrap();
    assert_eq!((left.in_archive, archived.unreadable().await), (0, 1));
}
