//! Watched users whose names the archive knows: from snapshots of the directory, and from sign-ins that passed.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

#[path = "../../../../tests/cases/activity/cases.rs"]
mod cases;
mod common;

use std::path::Path;

use cases::{ActivityCase, activity_cases};
use common::{now, payload};
use mailtrail_archive::Archive;
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_clock::Time;
use mailtrail_config::{Config, Location, WatchListSource};
use mailtrail_directory::{Snapshot, User};
use mailtrail_pipeline::Pipeline;
use serde_json::json;

const ORGANIZATION: &str = "m-0123456789abcdef0123456789abcdef";
const ANA: &str = "S-1-1-11-1111111111-2222222222-3333333333-1001";

/// A pipeline into a directory, with an entry for a user.
async fn watching(archive: &Path, user: &str) -> Pipeline {
    let list = json!([{"name": "watched", "user": user}]).to_string();
    let mut config = Config::new(archive.to_str().unwrap().parse::<Location>().unwrap());
    config.watch_list = WatchListSource::Inline(list);
    Pipeline::open(&config, &Clients::default()).await.unwrap()
}

async fn watched(pipeline: &Pipeline, payload_json: Vec<u8>) -> u64 {
    let run = pipeline.run(&payload(payload_json), now(), Deadline::NEVER).await;
    assert!(run.failure.is_none() && run.ledger.balanced(), "{:?}", run.failure);
    run.watched.iter().map(|watched| watched.events).sum()
}

fn of_case(name: &str) -> ActivityCase {
    activity_cases().into_iter().find(|case| case.name.contains(name)).unwrap()
}

fn access(user: &str) -> Vec<u8> {
    let message = json!({
        "event_timestamp": 1_795_161_649_000_i64, "user_id": user, "action": "read", "owner_id": "S-1-1-11-9",
        "organization_arn": format!("arn:aws:workmail:eu-west-1:111122223333:organization/{ORGANIZATION}"),
        "item_id": "i-1", "object_type": "Message", "source_ip": "203.0.113.9", "action_allowed": true,
    });
    let event = json!({"id": "1", "timestamp": 1_795_161_649_000_i64, "message": message.to_string()});
    let batch = json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "audit", "logStream": "s",
        "subscriptionFilters": ["f"], "logEvents": [event],
    });
    batch.to_string().into_bytes()
}

/// Puts a snapshot into an archive, and returns its path.
async fn put_snapshot(archive: &Path, seconds: i64, users: &[(&str, &str)]) -> std::path::PathBuf {
    let organization = json!({"id": ORGANIZATION, "account": "111122223333", "region": "eu-west-1"});
    let organization = serde_json::from_value(organization).unwrap();
    let user = |(id, name): &(&str, &str)| User {
        id: (*id).to_owned(),
        name: Some((*name).to_owned()),
        ..User::default()
    };
    let snapshot = Snapshot {
        users: Some(users.iter().map(user).collect()),
        ..Snapshot::new(organization, Time::from_millis(seconds * 1_000).unwrap())
    }
    .sorted();
    let key = snapshot.key().to_string();
    let store = Archive::directory(archive.to_owned()).unwrap();
    store.put(&key, snapshot.to_bytes().unwrap().into(), Deadline::NEVER).await.unwrap();
    archive.join(key)
}

#[tokio::test]
async fn the_cases_of_learned_names_are_passed_within_a_batch() {
    for (case, user, events) in [
        ("a sign-in says whose id it is", "ana", 3),
        ("a sign-in says whose id it is", ANA, 3),
        ("a sign-in says whose id it is", "bob", 0),
        ("a failed sign-in says nothing", "ana", 1),
    ] {
        let archive = tempfile::tempdir().unwrap();
        let pipeline = watching(archive.path(), user).await;
        assert_eq!(pipeline.refresh_watch_list().await, Vec::<String>::new());
        assert_eq!(watched(&pipeline, of_case(case).payload()).await, events, "{case}: {user}");
    }
}

#[tokio::test]
async fn what_a_sign_in_said_holds_for_later_batches() {
    let archive = tempfile::tempdir().unwrap();
    let pipeline = watching(archive.path(), "ana").await;
    pipeline.refresh_watch_list().await;
    assert_eq!(watched(&pipeline, access(ANA)).await, 0);
    assert_eq!(watched(&pipeline, of_case("a sign-in says whose id it is").payload()).await, 3);
    assert_eq!(watched(&pipeline, access(ANA)).await, 1);
}

#[tokio::test]
async fn the_newest_snapshot_says_who_a_watched_user_is() {
    let archive = tempfile::tempdir().unwrap();
    put_snapshot(archive.path(), 1_795_000_000, &[(ANA, "eve"), ("S-1-1-11-8", "ana")]).await;
    put_snapshot(archive.path(), 1_795_100_000, &[(ANA, "ana"), ("S-1-1-11-8", "bob")]).await;
    let pipeline = watching(archive.path(), "ana").await;
    assert_eq!(pipeline.refresh_watch_list().await, Vec::<String>::new());
    assert_eq!(watched(&pipeline, access(ANA)).await, 1);
    assert_eq!(watched(&pipeline, access("S-1-1-11-8")).await, 0);
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_read_is_reported_and_harms_no_event() {
    for damage in ["cut off", "no zstd", "later format", "of people", "too large"] {
        let archive = tempfile::tempdir().unwrap();
        let path = put_snapshot(archive.path(), 1_795_100_000, &[(ANA, "ana")]).await;
        let bytes = std::fs::read(&path).unwrap();
        let compressed = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
        let damaged = match damage {
            "cut off" => bytes[..bytes.len() / 2].to_vec(),
            "no zstd" => b"ana@example.com".to_vec(),
            "later format" => compressed(r#"{"format": 999}"#),
            "of people" => compressed(r#"{"format": 1, "taken": "ana@example.com"}"#),
            _ => compressed(&format!(r#"{{"format": 1, "x": [{}]}}"#, "{},".repeat(100_000))),
        };
        std::fs::write(&path, damaged).unwrap();
        let pipeline = watching(archive.path(), "ana").await;
        let problems = pipeline.refresh_watch_list().await;
        assert_eq!(problems.len(), 1, "{damage}: {problems:?}");
        assert!(problems[0].contains("20261119T") && !problems[0].contains("ana@"), "{problems:?}");
        // What sign-ins say is known nevertheless.
        assert_eq!(watched(&pipeline, of_case("a sign-in says whose id it is").payload()).await, 3);
        assert_eq!(pipeline.refresh_watch_list().await, Vec::<String>::new(), "it is not due again");
    }
}
