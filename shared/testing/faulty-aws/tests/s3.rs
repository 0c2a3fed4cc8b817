//! The stand-in for S3, seen by the real client.

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, ServerSideEncryption};
use common::{Ending, ending, put_new, refused, s3, server, server_with};
use mailtrail_faulty_aws::{Call, FaultKind, Faults, Operation, Service};

const KEY: &str = "mailtrail/raw/region=eu-west-1/a b+c&<d>.json.gz";

#[tokio::test]
async fn an_object_is_kept_with_all_that_was_said_about_it() {
    let aws = server(Faults::none());
    let put = s3(&aws).put_object().bucket("archive").key(KEY).expected_bucket_owner("111122223333");
    let put = put.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id("alias/archive");
    let put = put.content_type("application/gzip").content_encoding("gzip").metadata("uid", "7");
    let answer = put.body(ByteStream::from_static(b"exact\0bytes\r\n")).send().await.expect("stored");

    let objects = aws.objects();
    let object = &objects[&format!("archive/{KEY}")];
    assert_eq!(object.body, b"exact\0bytes\r\n".as_slice());
    assert_eq!(object.content_type.as_deref(), Some("application/gzip"));
    assert_eq!(object.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(object.server_side_encryption.as_deref(), Some("aws:kms"));
    assert_eq!(object.kms_key.as_deref(), Some("alias/archive"));
    assert_eq!(object.metadata["uid"], "7");
    assert_eq!(answer.e_tag(), Some(object.etag.as_str()));
    let call = Call {
        service: Service::S3,
        operation: Operation::PutObject,
        resource: format!("archive/{KEY}"),
        records: 0,
        fault: None,
    };
    assert_eq!(aws.calls(), [call]);
}

#[tokio::test]
async fn a_second_conditional_write_finds_the_first() {
    let aws = server(Faults::none());
    let client = s3(&aws);
    assert_eq!(put_new(&client, "a", b"first").await, Ending::Success);
    assert_eq!(put_new(&client, "a", b"second").await, refused(412, "PreconditionFailed"));
    assert_eq!(aws.objects()["archive/a"].body, "first");
    assert_eq!((aws.writes("archive/a"), aws.writes("archive/b")), (1, 0));
    let unconditional = client.put_object().bucket("archive").key("a").send().await;
    assert_eq!(ending(&unconditional), Ending::Success);
    assert_eq!((aws.objects()["archive/a"].body.len(), aws.writes("archive/a")), (0, 2));
}

#[tokio::test]
async fn an_aws_chunked_body_is_stored_without_its_framing() {
    let aws = server(Faults::none());
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
    let mut file = tempfile::NamedTempFile::new().expect("temporary file");
    file.write_all(&content).expect("room");
    let body = ByteStream::read_from().path(file.path()).build().await.expect("readable");
    let put = s3(&aws).put_object().bucket("archive").key("big").content_encoding("zstd");
    put.body(body).send().await.expect("stored");
    let objects = aws.objects();
    assert!(objects["archive/big"].body == content, "the bytes differ");
    assert_eq!(objects["archive/big"].content_encoding.as_deref(), Some("zstd"));
}

#[tokio::test]
async fn what_was_stored_can_be_read_and_listed() {
    let aws = server(Faults::none());
    let client = s3(&aws);
    for key in ["a/1", "a/2", "a/3 <&>", "b/1"] {
        assert_eq!(put_new(&client, key, b"content").await, Ending::Success);
    }
    let got = client.get_object().bucket("archive").key("a/3 <&>").send().await.expect("there");
    assert_eq!(got.body.collect().await.expect("whole").into_bytes(), b"content".as_slice());
    let head = client.head_object().bucket("archive").key("a/1").send().await.expect("there");
    assert_eq!(head.content_length(), Some(7));
    let missing = client.get_object().bucket("archive").key("c").send().await;
    assert_eq!(ending(&missing), refused(404, "NoSuchKey"));
    let missing = client.head_object().bucket("archive").key("c").send().await.expect_err("missing");
    assert!(missing.into_service_error().is_not_found());

    let mut pages =
        client.list_objects_v2().bucket("archive").prefix("a/").into_paginator().page_size(2).send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        keys.push(
            page.contents().iter().filter_map(|object| object.key()).map(str::to_owned).collect::<Vec<_>>(),
        );
    }
    assert_eq!(keys, [vec!["a/1", "a/2"], vec!["a/3 <&>"]]);
}

#[tokio::test]
async fn a_delimiter_makes_folders() {
    let aws = server(Faults::none());
    let client = s3(&aws);
    for key in ["a/1/x", "a/1/y", "a/2", "a/3/z/z", "b/1"] {
        assert_eq!(put_new(&client, key, b"content").await, Ending::Success);
    }
    let list = client.list_objects_v2().bucket("archive").prefix("a/").delimiter("/");
    let mut pages = list.into_paginator().page_size(2).send();
    let (mut folders, mut keys) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        folders.extend(page.common_prefixes().iter().filter_map(|folder| folder.prefix().map(str::to_owned)));
        keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
    }
    assert_eq!(folders, ["a/1/", "a/3/"]);
    assert_eq!(keys, ["a/2"]);
}

#[tokio::test]
async fn bucket_owner_and_permission_are_checked() {
    let aws = server(Faults::none());
    let client = s3(&aws);
    let put = || client.put_object().bucket("archive").key("a").if_none_match("*");
    let foreign = put().expected_bucket_owner("444455556666").send().await;
    assert_eq!(ending(&foreign), refused(403, "AccessDenied"));
    assert_eq!(ending(&put().bucket("other").send().await), refused(404, "NoSuchBucket"));
    client.head_bucket().bucket("archive").send().await.expect("there");
    assert!(client.head_bucket().bucket("other").send().await.is_err());
    aws.deny(Operation::PutObject);
    assert_eq!(put_new(&client, "a", b"x").await, refused(403, "AccessDenied"));
    assert!(aws.objects().is_empty());
    aws.allow(Operation::PutObject);
    aws.create_bucket("other");
    assert_eq!(ending(&put().bucket("other").send().await), Ending::Success);
    aws.delete_bucket("other");
    assert!(aws.objects().is_empty());
    assert_eq!(ending(&client.list_buckets().send().await), refused(501, "NotImplemented"));
}

#[tokio::test]
async fn each_fault_is_what_it_says() {
    let cases = [
        (FaultKind::S3SlowDown, refused(503, "SlowDown"), false),
        (FaultKind::S3InternalError, refused(500, "InternalError"), false),
        (FaultKind::S3InternalErrorAfter, refused(500, "InternalError"), true),
        (FaultKind::S3ResetBefore, Ending::NoAnswer, false),
        (FaultKind::S3ResetAfter, Ending::NoAnswer, true),
        (FaultKind::S3Truncated, Ending::NoAnswer, true),
        (FaultKind::S3Slow, Ending::Success, true),
        (FaultKind::S3Conflict, refused(409, "ConditionalRequestConflict"), false),
        // The SDK takes each of these for a success.
        (FaultKind::S3HtmlPage, Ending::Success, false),
        (FaultKind::S3NoETag, Ending::Success, false),
        (FaultKind::S3WrongChecksum, Ending::Success, false),
        (FaultKind::S3NoChecksum, Ending::Success, true),
    ];
    for (kind, expected, stored) in cases {
        let aws = server_with(kind);
        let client = s3(&aws);
        assert_eq!(put_new(&client, "a", b"content").await, expected, "{kind:?}");
        assert_eq!(aws.objects().contains_key("archive/a"), stored, "{kind:?}");
        assert_eq!(aws.fault_counts().into_iter().collect::<Vec<_>>(), [(kind, 1)]);

        // When it has passed, the same client gets through, on whatever connection is left.
        aws.set_faults(Faults::none());
        let again = if stored { refused(412, "PreconditionFailed") } else { Ending::Success };
        assert_eq!(put_new(&client, "a", b"content").await, again, "{kind:?}");
        assert_eq!(aws.writes("archive/a"), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_checksum_is_verified_and_repeated() {
    let aws = server(Faults::none());
    let client = s3(&aws);
    let put = |sha256: &str| client.put_object().bucket("archive").key("a").checksum_sha256(sha256);
    // SHA-256 of `content`.
    let sha256 = "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=";
    let other = put("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    let other = other.body(ByteStream::from_static(b"content")).send().await;
    assert_eq!(ending(&other), refused(400, "BadDigest"));
    let answer = put(sha256).body(ByteStream::from_static(b"content")).send().await.expect("stored");
    assert_eq!(answer.checksum_sha256(), Some(sha256));
    let head = client.head_object().bucket("archive").key("a").checksum_mode(ChecksumMode::Enabled);
    assert_eq!(head.send().await.expect("there").checksum_sha256(), Some(sha256));
}

#[tokio::test]
async fn answers_that_prove_nothing_are_what_they_say() {
    let aws = server_with(FaultKind::S3NoETag);
    let client = s3(&aws);
    let put = async || client.put_object().bucket("archive").key("a").send().await.expect("a success");
    assert_eq!(put().await.e_tag(), None);
    aws.set_faults(Faults::none().with(FaultKind::S3HtmlPage, 1.0));
    assert_eq!(put().await.e_tag(), None);
    let head = client.head_object().bucket("archive").key("a").send().await.expect("a success");
    assert_eq!((head.e_tag(), head.content_type()), (None, Some("text/html; charset=utf-8")));
    aws.set_faults(Faults::none().with(FaultKind::S3WrongChecksum, 1.0));
    let sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let answer = client.put_object().bucket("archive").key("a").checksum_sha256(sha256).send().await;
    let answer = answer.expect("a success");
    assert!(answer.e_tag().is_some() && answer.checksum_sha256().is_some_and(|other| other != sha256));
    assert!(aws.objects().is_empty());
}

#[tokio::test]
async fn a_listing_is_cut_or_repeated() {
    let aws = server(Faults::none());
    let client = s3(&aws);
    for key in ["a/1", "a/2", "a/3"] {
        assert_eq!(put_new(&client, key, b"content").await, Ending::Success);
    }
    let list = |token: Option<&str>| {
        client.list_objects_v2().bucket("archive").set_continuation_token(token.map(str::to_owned)).send()
    };
    aws.set_faults(Faults::none().with(FaultKind::S3ListingRepeated, 1.0));
    let first = list(None).await.expect("a page");
    let token = first.next_continuation_token().expect("one more");
    let second = list(Some(token)).await.expect("a page");
    assert_eq!((second.next_continuation_token(), second.contents().len()), (Some(token), 3));

    aws.set_faults(Faults::none().with(FaultKind::S3ListingCut, 1.0));
    let request = b"GET /archive?list-type=2 HTTP/1.1\r\nconnection: close\r\n\r\n";
    let answer = talk(&aws.endpoint(), request).expect("a complete answer");
    assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("</ListBucketResult>"), "{answer}");
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_a_close() {
    for kind in [FaultKind::S3ResetBefore, FaultKind::S3ResetAfter] {
        let aws = server_with(kind);
        let answer = talk(&aws.endpoint(), b"PUT /archive/a HTTP/1.1\r\ncontent-length: 1\r\n\r\nx");
        assert_eq!(answer.expect_err("reset").kind(), std::io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn reads_break_off_too() {
    let aws = server(Faults::none());
    let client = s3(&aws);
    assert_eq!(put_new(&client, "a", b"content").await, Ending::Success);
    aws.set_faults(Faults::none().with(FaultKind::S3Truncated, 1.0));
    let got = client.get_object().bucket("archive").key("a").send().await.expect("the head arrives");
    got.body.collect().await.expect_err("the body does not");
    let head = client.head_object().bucket("archive").key("a").send().await;
    assert_eq!(ending(&head), Ending::NoAnswer);
    assert_eq!(ending(&client.list_objects_v2().bucket("archive").send().await), Ending::NoAnswer);
}

#[tokio::test]
async fn a_slow_answer_takes_its_time() {
    let slowness = Duration::from_millis(120);
    let aws = server(Faults::none().with(FaultKind::S3Slow, 1.0).slow_by(slowness));
    let started = Instant::now();
    assert_eq!(put_new(&s3(&aws), "a", b"content").await, Ending::Success);
    assert!(started.elapsed() >= slowness);
}

#[tokio::test]
async fn an_unconditional_write_has_nothing_to_conflict_with() {
    let aws = server_with(FaultKind::S3Conflict);
    let put = s3(&aws).put_object().bucket("archive").key("a").send().await;
    assert_eq!(ending(&put), Ending::Success);
}

#[tokio::test]
async fn retries_through_a_storm_write_every_object_once() {
    let aws = server(Faults::storm(7).slow_by(Duration::from_millis(1)));
    let client = s3(&aws);
    for n in 0..100 {
        let key = format!("key-{n}");
        let done = [Ending::Success, refused(412, "PreconditionFailed")];
        while !done.contains(&put_new(&client, &key, b"content").await) {}
    }
    assert_eq!(aws.objects().len(), 100);
    assert!((0..100).all(|n| aws.writes(&format!("archive/key-{n}")) == 1));
    let counts = aws.fault_counts();
    assert!(
        FaultKind::ALL
            .iter()
            .filter(|kind| !FaultKind::UNPROVEN.contains(kind))
            .all(|kind| { kind.can_strike(Operation::PutObject) == counts.contains_key(kind) }),
        "{counts:?}"
    );
}

#[test]
fn the_same_storm_strikes_again_after_a_restart_of_the_draws() {
    let aws = server(Faults::storm(7));
    let struck = || {
        let start = aws.calls().len();
        for n in 0..60 {
            let request =
                format!("PUT /archive/{n} HTTP/1.1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
            _ = talk(&aws.endpoint(), request.as_bytes());
        }
        aws.calls()[start..].iter().map(|call| call.fault).collect::<Vec<_>>()
    };
    let first = struck();
    assert!(first.iter().any(Option::is_some));
    assert_ne!(struck(), first);
    aws.set_faults(Faults::storm(7));
    assert_eq!(struck(), first);
}

#[test]
fn every_way_to_send_a_body_is_understood() {
    let aws = server(Faults::none());
    let chunked = b"PUT /archive/chunked HTTP/1.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n\
        3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    let expecting = b"PUT /archive/expecting HTTP/1.1\r\nconnection: close\r\nexpect: 100-continue\r\n\
        content-length: 5\r\n\r\nabcde";
    let nested = b"PUT /archive/nested HTTP/1.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\
        content-encoding: aws-chunked\r\ncontent-encoding: gzip\r\nx-amz-decoded-content-length: 5\r\n\r\n\
        21\r\n5;chunk-signature=0\r\nabcde\r\n0\r\n\r\n\r\n0\r\n\r\n";
    for request in [&chunked[..], expecting, nested] {
        let answer = talk(&aws.endpoint(), request).expect("answered");
        assert!(answer.contains("HTTP/1.1 200 OK"), "{answer}");
        assert_eq!(answer.contains("HTTP/1.1 100 Continue"), request == expecting, "{answer}");
    }
    let objects = aws.objects();
    assert_eq!(objects.len(), 3);
    assert_eq!(objects["archive/nested"].content_encoding.as_deref(), Some("gzip"));
    assert!(objects.values().all(|object| object.body == "abcde"), "{objects:?}");
}

#[test]
fn a_body_that_is_not_what_its_headers_say_is_refused() {
    let aws = server(Faults::none());
    let cases = [
        ("content-encoding: aws-chunked\r\ncontent-length: 2", "??", "IncompleteBody"),
        ("x-amz-decoded-content-length: 3\r\ncontent-length: 2", "??", "IncompleteBody"),
        (
            &format!("x-amz-content-sha256: {}\r\ncontent-length: 2", "0".repeat(64)),
            "??",
            "XAmzContentSHA256Mismatch",
        ),
    ];
    for (headers, body, code) in cases {
        let request = format!("PUT /archive/a HTTP/1.1\r\nconnection: close\r\n{headers}\r\n\r\n{body}");
        let answer = talk(&aws.endpoint(), request.as_bytes()).expect("answered");
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(code), "{answer}");
    }
    assert!(aws.objects().is_empty());
}

#[test]
fn it_stops_when_it_is_dropped() {
    let aws = server(Faults::none());
    let address = aws.endpoint().replace("http://", "");
    assert!(TcpStream::connect(&address).is_ok());
    drop(aws);
    assert!(TcpStream::connect(&address).is_err());
}

/// Sends bytes as they are and reads until the server closes.
fn talk(endpoint: &str, request: &[u8]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(endpoint.replace("http://", ""))?;
    stream.write_all(request)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
