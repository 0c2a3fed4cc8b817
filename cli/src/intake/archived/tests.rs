//! What a payload is left with.

use mailtrail_archive::Archive;
use mailtrail_clock::DAY;
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

/// The files in a folder of an archive.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

#[tokio::test]
async fn records_without_a_raw_copy_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let there = archived(folder.path(), &[payload("g", &["a"]), payload("g", &["b", "c"])]).await;
    let file = payload("g", &["a", "b", "c", "d"]);
    let left = there.leave_out(file.clone(), &mut OfFile::default()).await.unwrap();
    assert_eq!(left.in_archive, 3);
    let mut copies = files(&folder.path().join("raw"));
    copies.sort_by_key(|path| std::fs::metadata(path).unwrap().len());
    std::fs::remove_file(&copies[1]).unwrap();
    let archive = || Some(ArchiveReader::directory(folder.path().to_owned()));
    let again = ArchivedEvents::new(archive(), IntakeConfig::default());
    let left = again.leave_out(file, &mut OfFile::default()).await.unwrap();
    assert_eq!((messages(&left), left.in_archive), (vec!["b".to_owned(), "c".into(), "d".into()], 1));
    // What is in the archive as it is goes through the pipeline, which writes what is missing.
    let again = ArchivedEvents::new(archive(), IntakeConfig::default());
    let same = payload("g", &["b", "c"]);
    let left = again.leave_out(same.clone(), &mut OfFile::default()).await.unwrap();
    assert_eq!(left, Left { payload: Some(same), in_archive: 0 });
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
    let left = there.leave_out(payload("g", &["a", "b"]), &mut OfFile::default()).await.unwrap();
    assert_eq!((messages(&left), left.in_archive), (vec!["b".to_owned()], 1));
}

#[tokio::test]
async fn a_raw_copy_of_several_batches_is_that_of_each() {
    let day = |payload: &Payload, days: i64| {
        let text = payload.decode(1 << 20).unwrap();
        text.replace("1795860000000", &(1_795_860_000_000 + days * DAY).to_string())
    };
    for later in [0, 1, 5] {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (payload("g", &["a", "b"]), payload("h", &["c", "d"]));
        let text = [day(&first, 0), day(&second, later)].concat();
        let joint = Payload { content: Content::Plain(text.into()), ..first };
        let there = archived(folder.path(), &[joint]).await;
        let text = day(&payload("h", &["c", "e"]), later);
        let file = Payload { content: Content::Plain(text.into()), ..second };
        let left = there.leave_out(file.clone(), &mut OfFile::default()).await.unwrap();
        assert_eq!((messages(&left), left.in_archive), (vec!["e".to_owned()], 1), "{later} days later");
        for copy in files(&folder.path().join("raw")).iter().filter(|path| path.extension().unwrap() == "gz")
        {
            std::fs::remove_file(copy).unwrap();
        }
        let archive = ArchiveReader::directory(folder.path().to_owned());
        let again = ArchivedEvents::new(Some(archive), IntakeConfig::default());
        let left = again.leave_out(file, &mut OfFile::default()).await.unwrap();
        // A day pointer may be left: what it is named after is missing, and not unreadable.
        assert_eq!((left.in_archive, again.unreadable().await), (0, 0), "{later} days later");
    }
}

#[tokio::test]
async fn an_object_that_cannot_be_read_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let archived = archived(folder.path(), &[payload("g", &["a"])]).await;
    let object = files(&folder.path().join("base_event")).remove(0);
    std::fs::write(object, "damaged").unwrap();
    let left = archived.leave_out(payload("g", &["a", "b"]), &mut OfFile::default()).await.unwrap();
    assert_eq!((left.in_archive, archived.unreadable().await), (0, 1));
    // Records whose raw copy may be the damaged one.
    let copy = files(&folder.path().join("raw")).remove(0);
    std::fs::rename(
        copy.clone(),
        copy.with_file_name(format!("20261128T100000Z-{}.json.gz", "0".repeat(32))),
    )
    .unwrap();
    std::fs::write(files(&folder.path().join("raw")).remove(0), "damaged").unwrap();
    let again = ArchivedEvents::new(
        Some(ArchiveReader::directory(folder.path().to_owned())),
        IntakeConfig::default(),
    );
    let left = again.leave_out(payload("g", &["a", "b"]), &mut OfFile::default()).await.unwrap();
    assert_eq!((left.in_archive, again.unreadable().await), (0, 1));
}
