//! Journals that are not whole, or ask for what their plan does not.

use super::*;
use crate::error::{ApplyError, Next};

/// The journal of a whole run, in an archive.
async fn written(home: &TempDir) -> (Archive, String) {
    let archive = archive(home);
    let mut journal = begun(&archive).await;
    let id = journal.id().to_owned();
    for body in whole(&id) {
        journal.append(body).await.unwrap();
    }
    (archive, id)
}

/// What reading a journal comes to after something was done to its objects: the entry of each number is a file.
async fn read_after(edit: impl FnOnce(&dyn Fn(u32) -> std::path::PathBuf)) -> Result<(), JournalError> {
    let home = TempDir::new().unwrap();
    let (archive, id) = written(&home).await;
    let folder = home.path().join(FOLDER).join(&id);
    edit(&|number| folder.join(chain::name(number)));
    Journal::open(&archive, &id, Deadline::NEVER).await.map(drop)
}

fn replace(path: &std::path::Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(old), "{text}");
    std::fs::write(path, text.replacen(old, new, 1)).unwrap();
}

#[tokio::test]
async fn a_journal_that_is_not_whole_is_not_used() {
    read_after(|_| {}).await.unwrap();
    let gone = |number| {
        move |entry: &dyn Fn(u32) -> std::path::PathBuf| std::fs::remove_file(entry(number)).unwrap()
    };
    for (number, said) in [(1, "the entry 1 is missing"), (9, "the entry 9 is missing")] {
        let error = read_after(gone(number)).await.unwrap_err();
        assert!(matches!(error, JournalError::Broken { .. }) && error.to_string().contains(said), "{error}");
    }
    let first = read_after(gone(0)).await.unwrap_err();
    assert!(matches!(first, JournalError::Broken { .. }), "{first}");
}

#[tokio::test]
async fn an_entry_that_was_edited_moved_doubled_or_added_is_found() {
    let edited = read_after(|entry| replace(&entry(1), "mail", "liam")).await.unwrap_err();
    assert!(edited.to_string().contains("the entry 1 was edited"), "{edited}");
    let swapped = read_after(|entry| {
        let (one, two) = (std::fs::read(entry(2)).unwrap(), std::fs::read(entry(5)).unwrap());
        std::fs::write(entry(2), two).unwrap();
        std::fs::write(entry(5), one).unwrap();
    });
    assert!(matches!(swapped.await, Err(JournalError::Broken { .. })));
    for name in ["0002-answer-to-0001.json", "0003-entry.json.json", "notes.txt", "0011-entry.json"] {
        let added = read_after(|entry| {
            std::fs::copy(entry(2), entry(2).with_file_name(name)).unwrap();
        });
        assert!(matches!(added.await, Err(JournalError::Broken { .. })), "{name}");
    }
}

#[tokio::test]
async fn an_unknown_version_is_refused_and_an_earlier_one_says_how_to_go_on() {
    for (version, is_earlier) in [("1", true), ("3", false)] {
        let format = format!("\"format\": {version}");
        let error = read_after(|entry| replace(&entry(0), "\"format\": 2", &format)).await.unwrap_err();
        assert_eq!(matches!(error, JournalError::Earlier(_)), is_earlier, "{error}");
        assert!(error.to_string().contains("create a plan from the current policies"), "{error}");
        assert_eq!(ApplyError::from(error).next(), [Next::Plan]);
    }
}

#[tokio::test]
async fn a_journal_of_another_run_or_plan_is_not_this_one() {
    let home = TempDir::new().unwrap();
    let (archive, id) = written(&home).await;
    let other = format!("1{id}");
    let folder = home.path().join(FOLDER);
    std::fs::rename(folder.join(&id), folder.join(&other)).unwrap();
    let renamed = Journal::open(&archive, &other, Deadline::NEVER).await.unwrap_err();
    assert!(renamed.to_string().contains("it was begun as the journal"), "{renamed}");
    // With no entry after it, no hash tells that it was edited.
    let edited = read_after(|entry| {
        (1..=10).for_each(|number| std::fs::remove_file(entry(number)).unwrap());
        replace(&entry(0), "\"target_characters\": 4096", "\"target_characters\": 4095");
    });
    assert!(edited.await.unwrap_err().to_string().contains("its plan is not the one"));
}

/// Whether a journal with these entries after the plan, chained as they should be, is one that can be gone on with.
async fn opens(bodies: impl FnOnce(&str) -> Vec<Body>) -> Result<History, JournalError> {
    let home = TempDir::new().unwrap();
    let archive = archive(&home);
    let mut journal = begun(&archive).await;
    let id = journal.id().to_owned();
    for body in bodies(&id) {
        journal.append(body).await.unwrap();
    }
    Journal::open(&archive, &id, Deadline::NEVER).await.map(|(_, history)| history)
}

#[tokio::test]
async fn an_entry_that_asks_for_what_the_plan_does_not_is_refused_although_its_hashes_are_right() {
    let anyone = || {
        Change::Policy(PolicyChange {
            scope: PolicyScope::Account("mail".to_owned()),
            before: Some("{}".to_owned()),
            after: Some("anyone".to_owned()),
            expected_revision_id: None,
        })
    };
    let elsewhere = || match repointing() {
        Change::Destination(change) => Change::Destination(DestinationChange {
            after: "arn:aws:logs:eu-west-1:444455556666:log-group:theirs".to_owned(),
            ..change
        }),
        other => other,
    };
    let set = |id: &str, edit: &dyn Fn(&mut ChangeSet)| {
        let mut change_set = change_set(id);
        edit(&mut change_set);
        vec![Body::ChangeSet { step: 1, change_set }]
    };
    opens(|id| set(id, &|_| {})).await.unwrap();
    assert!(opens(|id| set(id, &|set| set.prepare.push(anyone()))).await.is_err());
    assert!(opens(|id| set(id, &|set| set.finish.push(anyone()))).await.is_err());
    assert!(opens(|id| set(id, &|set| set.finish.clear())).await.is_err());
    assert!(opens(|id| set(id, &|set| set.repoint[0] = elsewhere())).await.is_err());
    assert!(opens(|id| set(id, &|set| set.repoint.clear())).await.is_err());
    assert!(opens(|_| set("20260101T000000Z-00000000", &|_| {})).await.is_err());
    let refused = |destination: &str| Refused {
        destination: destination.to_owned(),
        reason: String::new(),
        bridge: Vec::new(),
    };
    let of_move =
        |id: &str, refused: Refused| [set(id, &|_| {}), vec![Body::Refused { step: 1, refused }]].concat();
    opens(|id| of_move(id, refused("audit"))).await.unwrap();
    assert!(opens(|id| of_move(id, refused("another"))).await.is_err());
    assert!(opens(|_| vec![Body::Refused { step: 1, refused: refused("audit") }]).await.is_err());
    for body in [intent(0, None, anyone()), intent(1, None, policy()), intent(0, Some(0), policy())] {
        assert!(opens(|_| vec![body]).await.is_err());
    }
    let undoing = |change| {
        move |_: &str| vec![intent(0, None, policy()), answer(1, done()), intent(0, Some(1), change)]
    };
    opens(undoing(policy().reverse().unwrap())).await.unwrap();
    assert!(opens(undoing(anyone())).await.is_err());
    assert!(opens(|_| vec![answer(1, done())]).await.is_err());
    assert!(opens(|_| vec![intent(0, None, policy()), answer(1, done()), answer(1, done())]).await.is_err());
    assert!(opens(|_| vec![Body::End { outcome: outcome("another") }]).await.is_err());
    assert!(opens(|id| vec![Body::End { outcome: outcome(id) }, intent(0, None, policy())]).await.is_err());
}
