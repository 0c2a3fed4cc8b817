//! WorkMail's audit logs as text: a header, and lines of which it says the fields.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{at, events, gzip, import, messages, read};
use mailtrail_import::FileOrigin;
use mailtrail_subscription::{Other, Shape};

#[test]
fn a_header_says_what_the_fields_of_a_line_are() {
    let json = r#"{"auth_successful":"false","event_timestamp":"1795860000123","user_id":"u-1"}"#;
    for (shape, text) in [
        (Shape::AuditPlain, "event_timestamp user_id auth_successful\n1795860000123 u-1 false\n"),
        (Shape::AuditPlain, "event_timestamp|user_id|auth_successful\r\n1795860000123|u-1|false\r\n"),
        (
            Shape::AuditW3c,
            "#Version: 1.0\n#Fields: event_timestamp user_id auth_successful\n1795860000123 u-1 false\n",
        ),
        (
            Shape::AuditW3c,
            "#Fields: event_timestamp user_id auth_successful request_id\n1795860000123\tu-1\tfalse\t-\n",
        ),
        // As where files were joined.
        (
            Shape::AuditW3c,
            "#Version: 1.0\n#Fields: event_timestamp user_id auth_successful\n1795860000123 u-1 false\n#Version: 1.0\n#Fields: event_timestamp user_id auth_successful\n",
        ),
        (
            Shape::AuditPlain,
            "event_timestamp user_id auth_successful\n1795860000123 u-1 false\nevent_timestamp user_id auth_successful\n",
        ),
    ] {
        assert_eq!(messages(shape, text), [at("1795860000123", json)], "{text}");
    }
    let odd = "event_timestamp user_id auth_successful\n1795860000123 u 1 false\n";
    let (events, report) = read(Shape::AuditPlain, odd);
    assert_eq!(
        (&*events[0].6, report.without_time, report.is_whole()),
        ("1795860000123 u 1 false", 1, false)
    );
}

#[test]
fn what_stands_in_the_middle_of_an_audit_log_is_an_event_whatever_it_looks_like() {
    let header = "event_timestamp user_id user_agent\n";
    let line = |user: &str| format!("1795860000123 {user} x\n");
    let event = |user: &str| {
        at(
            "1795860000123",
            &format!(r#"{{"event_timestamp":"1795860000123","user_agent":"x","user_id":"{user}"}}"#),
        )
    };
    let text = [header, &line("event_timestamp"), &line("u-2")].concat();
    assert_eq!(messages(Shape::AuditPlain, &text), [event("event_timestamp"), event("u-2")]);
    for (odd, headers) in [
        ("#Fields: user_id event_timestamp", 1),
        ("user_id event_timestamp request_id organization_arn", 1),
        ("#Date: 2026-11-28", 0),
        ("#x", 0),
        ("{\"x\":1}", 0),
    ] {
        for shape in [Shape::AuditPlain, Shape::AuditW3c] {
            let first = if shape == Shape::AuditW3c {
                format!("#Version: 1.0\n#Fields: {header}")
            } else {
                header.to_owned()
            };
            let (events, report) = read(shape, &[&first, &line("u-1"), odd, "\n", &line("u-2")].concat());
            let found: Vec<_> = events.into_iter().map(|event| (event.5, event.6)).collect();
            assert_eq!(found.len(), 3, "{odd}: {found:?}");
            assert!(
                [event("u-1"), event("u-2"), at("0", odd)].iter().all(|event| found.contains(event)),
                "{found:?}"
            );
            assert_eq!((report.headers, report.is_whole()), (headers, false), "{odd}");
        }
    }
    let document = r#"{"event_timestamp":1795860000123,"request_id":"r"}"#;
    let text = [header, document, "\n"].concat();
    assert_eq!(messages(Shape::AuditPlain, &text), [at("1795860000123", document)]);
}

#[test]
fn each_member_of_gzip_may_have_a_header_of_its_own() {
    let members = [
        "event_timestamp user_id auth_successful\n1795860000123 u-1 false\n",
        "user_id event_timestamp auth_successful\nu-2 1795860000124 true\n",
        "u-3 1795860000125 true\n",
    ];
    let file = members.map(|member| gzip(member.as_bytes())).concat();
    for piece in [1, 7, 1_000] {
        let shape = Other { shape: Shape::AuditPlain, gzip: true };
        let (payloads, report) = import(shape, &file, FileOrigin::default(), piece);
        let found: Vec<_> = events(&payloads).into_iter().map(|event| (event.5, event.6)).collect();
        let event = |user: u8, allowed: bool| {
            at(
                &format!("179586000012{}", user + 2),
                &format!(
                    r#"{{"auth_successful":"{allowed}","event_timestamp":"179586000012{}","user_id":"u-{user}"}}"#,
                    user + 2
                ),
            )
        };
        assert_eq!(found, [event(1, false), event(2, true), event(3, true)]);
        assert!(report.is_whole(), "{report:?}");
    }
}

#[test]
fn a_header_ends_with_the_names_of_the_fields_whatever_the_next_line_begins_with() {
    let user = |user: &str| {
        let values = format!(r#"{{"event_timestamp":"1795860000123","request_id":"r","user_id":"{user}"}}"#);
        (Some("1795860000123".to_owned()), Some(values))
    };
    let as_it_is = |line: &str| (None, Some(line.to_owned()));
    let fields = "user_id request_id event_timestamp";
    for (shape, header) in [
        (Shape::AuditPlain, format!("{fields}\n")),
        (Shape::AuditW3c, format!("#Version: 1.0\n#Fields: {fields}\n")),
    ] {
        for directive in ["#Version:", "#Fields:", "#Software:", "#Date:", "#Remark:"] {
            let own = format!("{directive}x");
            for (line, expected, headers) in [
                (format!("{own} r 1795860000123"), user(&own), u64::from(directive == "#Fields:")),
                (
                    format!("{own} y r 1795860000123"),
                    as_it_is(&format!("{own} y r 1795860000123")),
                    u64::from(directive == "#Fields:"),
                ),
                (
                    format!("{directive} request_id user_id"),
                    as_it_is(&format!("{directive} request_id user_id")),
                    u64::from(directive == "#Fields:"),
                ),
            ] {
                let (events, report) = read(shape, &format!("{header}{line}\nu-2 r 1795860000123\n"));
                let found: Vec<_> = events
                    .into_iter()
                    .map(|event| (Some(event.5).filter(|time| time != "0"), Some(event.6)))
                    .collect();
                assert_eq!(found.len(), 2, "{line}");
                assert!(
                    [expected, user("u-2")].iter().all(|event| found.contains(event)),
                    "{line}: {found:?}"
                );
                assert_eq!(report.headers, headers, "{line}");
            }
        }
    }
}

#[test]
fn a_row_at_the_beginning_of_a_member_is_no_header() {
    let event =
        |values: &str| at("1795860000123", &format!(r#"{{"event_timestamp":"1795860000123",{values}}}"#));
    let fields = "event_timestamp user_id user_agent";
    for (shape, header) in [
        (Shape::AuditPlain, format!("{fields}\n")),
        (Shape::AuditW3c, format!("#Version: 1.0\n#Fields: {fields}\n")),
    ] {
        // The second has a value with a space.
        for row in
            ["1795860000123 event_timestamp request_id", "1795860000123 request_id event_timestamp user_id"]
        {
            let file = [&*header, &format!("{row}\n1795860000123 u x\n")]
                .map(|member| gzip(member.as_bytes()))
                .concat();
            let (payloads, _) = import(Other { shape, gzip: true }, &file, FileOrigin::default(), 1_000);
            let found: Vec<_> = events(&payloads).into_iter().map(|event| (event.5, event.6)).collect();
            assert_eq!(found.len(), 2, "{row}: {found:?}");
            assert!(found.contains(&event(r#""user_agent":"x","user_id":"u""#)), "{row}: {found:?}");
        }
        // Where fields have no moment, a row cannot be told from another header.
        let header = header.replace("event_timestamp", "request_id");
        let row = "user_id organization_arn request_id";
        let file = [&*header, &format!("{row}\nr u x\n")].map(|member| gzip(member.as_bytes())).concat();
        let (payloads, report) = import(Other { shape, gzip: true }, &file, FileOrigin::default(), 1_000);
        let found: Vec<_> = events(&payloads).into_iter().map(|event| event.6).collect();
        assert_eq!((found.len(), report.headers), (2, 1), "{found:?}");
    }
}

#[test]
fn a_time_that_is_no_moment_in_milliseconds_is_told() {
    for time in ["yesterday", "1795860000", "99999999999999999", "-", "-1795860000123"] {
        let text = format!("event_timestamp request_id user_id\n{time} r u\n");
        let (events, report) = read(Shape::AuditPlain, &text);
        assert_eq!((events.len(), &*events[0].5, report.without_time), (1, "0", 1), "{time}");
    }
}
