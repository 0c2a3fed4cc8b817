use mailtrail_resource_policy::plan::{
    Move, Plan, PolicyScope, Risk, Step, StepKind, TargetLimit, V2Destination, Write,
};
use mailtrail_resource_policy::prove::Proof;
use tempfile::TempDir;

use super::*;
use crate::change::{
    CREATED_BY, Change, DestinationChange, LogGroupChange, NewLogGroup, PolicyChange, SUPERSEDED_BY,
    TagChange,
};
use crate::outcome::{End, Outcome, Refused};

mod whole;

const OLD: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:mail";
const NEW: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/mail";

fn plan() -> Plan {
    Plan {
        format: Plan::FORMAT,
        account: None,
        region: None,
        target: TargetLimit::Soft,
        target_characters: 4096,
        steps: vec![step(&["mail"], None), step(&[], Some(moving()))],
        grants: Vec::new(),
        unmet: Vec::new(),
        refused: Vec::new(),
        proof: Proof::default(),
    }
}

fn write(name: &str) -> Write {
    let (before, scope) = (Some("{\"ü\": 1}\n".to_owned()), PolicyScope::Account(name.to_owned()));
    Write { scope, before, after: None, expected_revision_id: None }
}

fn step(names: &[&str], moving: Option<Move>) -> Step {
    Step {
        kind: if moving.is_some() { StepKind::MoveDestination } else { StepKind::CoveredEntries },
        what: String::new(),
        why: String::new(),
        saves: 0,
        saves_later: 0,
        risk: Risk::None,
        risk_reason: String::new(),
        undo: String::new(),
        writes: names.iter().map(|name| write(name)).collect(),
        moving,
    }
}

fn moving() -> Move {
    let v2 = vec![V2Destination {
        name: "audit".to_owned(),
        output_format: Some("json".to_owned()),
        deliveries: vec!["1".to_owned()],
        from_arn: format!("{OLD}:*"),
        to_arn: format!("{NEW}:*"),
    }];
    let [from, to] = ["mail", "/aws/vendedlogs/mail"].map(str::to_owned);
    Move { from, to, v2, v1: Vec::new(), managed_by: None }
}

/// What the move changes, in the run of a journal.
fn change_set(journal: &str) -> ChangeSet {
    let made = LogGroupChange {
        present: true,
        group: NewLogGroup {
            log_group_name: "/aws/vendedlogs/mail".to_owned(),
            log_group_class: Some("STANDARD".to_owned()),
            kms_key_id: None,
            tags: [(CREATED_BY.to_owned(), journal.to_owned())].into(),
        },
    };
    let mark = TagChange {
        resource_arn: OLD.to_owned(),
        key: SUPERSEDED_BY.to_owned(),
        before: None,
        after: Some("/aws/vendedlogs/mail".to_owned()),
    };
    ChangeSet {
        prepare: vec![Change::LogGroup(made)],
        repoint: vec![repointing()],
        finish: vec![Change::Tag(mark)],
        not_copied: Vec::new(),
    }
}

fn outcome(journal: &str) -> Outcome {
    Outcome {
        journal: journal.to_owned(),
        end: End::Done,
        changes: 1,
        moves: Vec::new(),
        left: Vec::new(),
        kept: Vec::new(),
        refused: None,
    }
}

fn beginning() -> RunHeader {
    RunHeader::begun("111122223333", "eu-west-1", "arn:aws:iam::111122223333:user/another", &plan())
}

fn session(purpose: Purpose) -> Body {
    Body::Session { purpose, by: "arn:aws:iam::111122223333:user/another".to_owned() }
}

fn policy() -> Change {
    Change::Policy(PolicyChange {
        scope: PolicyScope::Account("mail".to_owned()),
        before: Some("{\"ü\": 1}\n".to_owned()),
        after: None,
        expected_revision_id: None,
    })
}

fn repointing() -> Change {
    Change::Destination(DestinationChange {
        name: "audit".to_owned(),
        output_format: Some("json".to_owned()),
        before: format!("{OLD}:*"),
        after: format!("{NEW}:*"),
    })
}

fn intent(action: usize, undoes: Option<u32>, change: Change) -> Body {
    Body::Intent { step: 0, action, undoes, call: change.call(), change }
}

fn answer(intent: u32, answer: Answer) -> Body {
    Body::Answer { intent, answer }
}

fn done() -> Answer {
    Answer::Done { said: serde_json::Value::Null }
}

fn refused() -> Answer {
    Answer::Refused { error: "PutResourcePolicy: AccessDeniedException: no".to_owned() }
}

/// A history of these entries, after the plan.
fn history(bodies: Vec<Body>) -> History {
    history_of(beginning(), bodies)
}

fn history_of(header: RunHeader, bodies: Vec<Body>) -> History {
    let mut history = History::new(header);
    for (number, body) in (1..).zip(bodies) {
        history.add(number, body);
    }
    history
}

fn archive(home: &TempDir) -> Archive {
    Archive::directory(home.path().to_owned()).unwrap()
}

async fn begun(archive: &Archive) -> Journal<'_> {
    Journal::create(archive, beginning(), Deadline::NEVER).await.unwrap()
}

/// The entries of a run, after the plan.
fn whole(journal: &str) -> Vec<Body> {
    let change_set = change_set(journal);
    let made = change_set.prepare[0].clone();
    vec![
        intent(0, None, policy()),
        answer(1, done()),
        Body::ChangeSet { step: 1, change_set },
        of_move(0, made),
        answer(4, done()),
        session(Purpose::Resume),
        of_move(1, repointing()),
        answer(7, Answer::DoneBefore),
        Body::Watched { step: 1, seen: Some("stream".to_owned()) },
        Body::End { outcome: outcome(journal) },
    ]
}

fn of_move(action: usize, change: Change) -> Body {
    Body::Intent { step: 1, action, undoes: None, call: change.call(), change }
}

#[tokio::test]
async fn a_journal_tells_what_was_written_into_it() {
    let home = TempDir::new().unwrap();
    let archive = archive(&home);
    let header = beginning();
    let mut journal = Journal::create(&archive, header.clone(), Deadline::NEVER).await.unwrap();
    let bodies = whole(journal.id());
    for body in &bodies {
        journal.append(body.clone()).await.unwrap();
    }
    let entries = read(&archive.reader(), journal.id(), Deadline::NEVER).await.unwrap();
    let expected: Vec<&Body> = bodies.iter().collect();
    assert_eq!(entries.iter().skip(1).map(|entry| &entry.body).collect::<Vec<_>>(), expected);
    let (_, told) = Journal::open(&archive, journal.id(), Deadline::NEVER).await.unwrap();
    assert_eq!(told, history_of(header, bodies));
    assert_eq!(list(&archive.reader(), Deadline::NEVER).await.unwrap(), [journal.id()]);
}

#[tokio::test]
async fn entries_are_objects_named_by_number() {
    let home = TempDir::new().unwrap();
    let archive = archive(&home);
    let mut journal = begun(&archive).await;
    journal.append(intent(0, None, policy())).await.unwrap();
    let keys = archive.reader().list(FOLDER, Deadline::NEVER).await.unwrap();
    let names: Vec<&str> = keys.iter().filter_map(|key| key.rsplit('/').next()).collect();
    assert_eq!(names, ["0000-plan.json", "0001-entry.json"]);
}

#[tokio::test]
async fn of_two_sessions_with_one_journal_the_second_to_write_stops() {
    let home = TempDir::new().unwrap();
    let archive = archive(&home);
    let mut first = begun(&archive).await;
    let id = first.id().to_owned();
    let (mut second, _) = Journal::open(&archive, &id, Deadline::NEVER).await.unwrap();
    second.append(session(Purpose::Resume)).await.unwrap();
    let stopped = first.append(intent(0, None, policy())).await;
    assert!(matches!(stopped, Err(JournalError::InUse(found)) if found == id));
    let (mut third, _) = Journal::open(&archive, &id, Deadline::NEVER).await.unwrap();
    third.append(session(Purpose::Rollback)).await.unwrap();
    let stopped = second.append(session(Purpose::Rollback)).await;
    assert!(matches!(stopped, Err(JournalError::InUse(_))));
}

/// The first entry of a journal that was begun elsewhere.
async fn begin_at(archive: &Archive, id: &str, account: &str) {
    let body = Body::Plan(RunHeader { account: account.to_owned(), ..beginning() });
    let (at, session, previous) = (String::new(), String::new(), None);
    let entry = Entry { format: Entry::FORMAT, number: 0, at, session, previous, body };
    let text = Bytes::from(serde_json::to_vec(&entry).unwrap());
    archive.put(&format!("{FOLDER}/{id}/{BEGINNING}"), text, Deadline::NEVER).await.unwrap();
}

#[tokio::test]
async fn the_latest_journals_are_those_of_one_account_and_region_whatever_others_do() {
    let home = TempDir::new().unwrap();
    let archive = archive(&home);
    let ours = |day: usize| format!("202611{day:02}T101502Z-1a2b3c4d");
    for day in 1..=4 {
        begin_at(&archive, &ours(day), "111122223333").await;
    }
    for number in 0..30 {
        begin_at(&archive, &format!("20261105T1015{number:02}Z-1a2b3c4d"), "444455556666").await;
    }
    archive.put(&format!("{FOLDER}/notes/0000-plan.json"), Bytes::new(), Deadline::NEVER).await.unwrap();
    let (reader, mut owners) = (archive.reader(), JournalOwners::new());
    let since = |day| Time::from_iso8601(day).unwrap();
    for (most, day, expected) in [
        (20, "20261101T000000Z", &[1, 2, 3, 4][..]),
        (2, "20261101T000000Z", &[3, 4]),
        (20, "20261104T000000Z", &[4]),
    ] {
        let here = ("111122223333", "eu-west-1");
        let found = latest(&reader, here, most, since(day), &mut owners, Deadline::NEVER).await.unwrap();
        assert_eq!(found, expected.iter().map(|day| ours(*day)).collect::<Vec<_>>());
    }
    let there = ("111122223333", "us-east-1");
    let none =
        latest(&reader, there, 20, since("20261101T000000Z"), &mut owners, Deadline::NEVER).await.unwrap();
    assert!(none.is_empty() && owners.len() == 34);
}

#[tokio::test]
async fn an_invalid_journal_is_missing_or_unreadable() {
    let home = TempDir::new().unwrap();
    let archive = archive(&home);
    for id in ["20261120T101502Z-00000000", "", "..", "a/b"] {
        let read = read(&archive.reader(), id, Deadline::NEVER).await;
        assert!(matches!(read, Err(JournalError::Missing(_))), "{id}");
    }
    let entry = Bytes::from_static(b"{}");
    archive.put(&format!("{FOLDER}/x/0000-plan.json"), entry, Deadline::NEVER).await.unwrap();
    assert!(matches!(read(&archive.reader(), "x", Deadline::NEVER).await, Err(JournalError::Broken { .. })));
}

#[test]
fn a_change_that_was_answered_is_done_and_one_that_was_not_is_looked_at() {
    let nothing = history(vec![]);
    assert_eq!(nothing.status(0, 0), Status::New);
    let begun = || intent(0, None, policy());
    for (answers, status) in [
        (vec![], Status::Unsure),
        (vec![done()], Status::Done),
        (vec![Answer::DoneBefore], Status::Done),
        (vec![Answer::There], Status::There),
        (vec![Answer::NotTried { found: "theirs".to_owned() }], Status::New),
        (vec![Answer::Failed { error: "Timeout".to_owned() }], Status::Unsure),
        (vec![refused()], Status::New),
    ] {
        let answers = answers.into_iter().map(|given| answer(1, given));
        let told = history([begun()].into_iter().chain(answers).collect());
        assert_eq!(told.status(0, 0), status, "{told:?}");
    }
}

#[test]
fn of_several_tries_the_one_that_succeeded_counts() {
    let told = history(vec![
        intent(0, None, policy()),
        intent(0, None, policy()),
        answer(2, done()),
        intent(1, None, repointing()),
        answer(4, Answer::Failed { error: "Timeout".to_owned() }),
        intent(1, None, repointing()),
        answer(6, Answer::NotTried { found: "theirs".to_owned() }),
    ]);
    assert_eq!((told.status(0, 0), told.status(0, 1)), (Status::Done, Status::Unsure));
}

#[test]
fn what_is_done_or_may_be_done_is_undone_once_and_the_last_one_first() {
    let told = history(vec![
        intent(0, None, policy()),
        answer(1, done()),
        intent(1, None, policy()),
        answer(3, Answer::There),
        intent(2, None, repointing()),
        intent(2, None, repointing()),
        answer(6, done()),
        intent(3, None, policy()),
    ]);
    let numbers = |told: &History| told.to_undo().iter().map(|found| found.number).collect::<Vec<_>>();
    assert_eq!(numbers(&told), [8, 6, 1]);
    assert_eq!((told.made(), told.undone()), (3, 0));
    let reverse = repointing().reverse().unwrap();
    let mut undone = told.clone();
    undone.add(9, intent(2, Some(6), reverse));
    assert_eq!(undone.status_of_undoing(6), Status::Unsure);
    undone.add(10, answer(9, done()));
    assert_eq!((undone.status_of_undoing(6), undone.status(0, 2)), (Status::Done, Status::Done));
    assert_eq!((undone.made(), undone.undone()), (2, 1));
}

#[test]
fn a_log_group_was_a_destination_unless_every_try_to_make_it_one_was_refused() {
    let mut told = history(vec![intent(0, None, repointing()), answer(1, refused())]);
    assert!(!told.was_destination(NEW));
    told.add(3, intent(0, None, repointing()));
    assert!(told.was_destination(NEW));
    assert!(!told.was_destination("arn:aws:logs:eu-west-1:111122223333:log-group:other"));
}

#[test]
fn a_change_that_is_reversed_twice_is_the_same() {
    for change in [policy(), repointing()] {
        assert_eq!(change.reverse().and_then(|reverse| reverse.reverse()), Some(change));
    }
}

#[test]
fn what_is_not_known_to_be_made_is_still_to_be_written_but_for_what_people_do_and_what_was_refused() {
    let [from, to] = ["a", "b"].map(str::to_owned);
    let of_people = Move { from, to, v2: Vec::new(), v1: Vec::new(), managed_by: None };
    let mut history = history(Vec::new());
    history.plan.steps =
        vec![step(&["done", "tried"], None), step(&["by-hand"], Some(of_people)), step(&["new"], None)];
    let change = |name: &str| Change::Policy(PolicyChange::from(&write(name)));
    for (number, body) in
        [(1, intent(0, None, change("done"))), (2, answer(1, done())), (3, intent(1, None, change("tried")))]
    {
        history.add(number, body);
    }
    let left = |history: &History| -> Vec<(String, bool)> {
        history.to_write().iter().map(|it| (it.write.scope.label().to_owned(), it.tried)).collect()
    };
    assert_eq!(left(&history), [("tried".to_owned(), true), ("new".to_owned(), false)]);
    let refused = Refused { destination: "audit".to_owned(), reason: String::new(), bridge: Vec::new() };
    history.add(4, Body::Refused { step: 2, refused });
    assert_eq!(left(&history), [("tried".to_owned(), true)]);
}

#[test]
fn what_was_never_made_is_not_counted_as_undone() {
    let undoing = |undone: Answer| {
        let failed = Answer::Failed { error: "Timeout".to_owned() };
        let mut told = history(vec![intent(0, None, policy()), answer(1, failed)]);
        told.add(3, intent(0, Some(1), policy().reverse().unwrap()));
        told.add(4, answer(3, undone));
        told
    };
    assert_eq!(undoing(Answer::DoneBefore).undone(), 0);
    assert_eq!(undoing(Answer::There).undone(), 0);
    assert_eq!(undoing(done()).undone(), 1);
    let mut twice = history(vec![intent(0, None, policy()), answer(1, done())]);
    twice.add(3, intent(0, Some(1), policy().reverse().unwrap()));
    twice.add(4, intent(0, Some(1), policy().reverse().unwrap()));
    twice.add(5, answer(4, Answer::DoneBefore));
    assert_eq!(twice.undone(), 1);
}
