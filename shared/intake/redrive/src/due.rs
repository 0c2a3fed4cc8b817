//! Whether something is to be sent: the object, and the receipt that was found for it. Pure.

use mailtrail_archive::undelivered_of;

use crate::Receipt;

/// Lines of an object that are to be sent to a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending<'a> {
    /// The key of the object.
    pub object: &'a str,
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: &'a str,
    /// The stream: its ARN, or the whole path of a file.
    pub stream: &'a str,
    /// The folder of what the stream did not take.
    pub folder: &'a str,
    /// The first half of the SHA-256 of the lines, 32 hexadecimal digits.
    pub lines: &'a str,
    /// How many events there are.
    pub events: u64,
}

/// Whether to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// The stream confirmed nothing of it yet.
    Now,
    /// It confirmed all of it, but for the rest.
    Already(Option<Rest>),
    /// What lies in the place of the receipt does not say so, and the reason. Not sent: it might be a second time.
    Doubtful(String),
}

/// The events of an object that a stream did not confirm, by a receipt. Whether they are there is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// The key of the object that they are in, below the folder of the stream.
    pub key: String,
    /// How many there are, fewer than in the object that they were left of.
    pub events: u64,
}

/// Decides by what lies in the place of the receipt, if anything does.
pub fn due(sending: &Sending<'_>, found: Option<&[u8]>) -> Due {
    let Some(json) = found else { return Due::Now };
    let receipt = match Receipt::parse(json) {
        Ok(receipt) => receipt,
        Err(reason) => return Due::Doubtful(reason),
    };
    match contradiction(sending, &receipt) {
        None => Due::Already(receipt.left_in.map(|key| Rest { key, events: receipt.left })),
        Some(reason) => Due::Doubtful(reason.to_owned()),
    }
}

/// In what a receipt contradicts the object.
fn contradiction(sending: &Sending<'_>, receipt: &Receipt) -> Option<&'static str> {
    if receipt.object != sending.object {
        return Some("it is of another object");
    }
    if receipt.sha256 != sending.sha256 || receipt.lines != sending.lines {
        return Some("it is of other bytes than the object has");
    }
    if receipt.stream != sending.stream {
        return Some("it is of another stream");
    }
    if receipt.delivered == 0 || receipt.delivered.checked_add(receipt.left) != Some(sending.events) {
        return Some("it counts other events than the object has");
    }
    match &receipt.left_in {
        None if receipt.left == 0 => None,
        Some(key) if receipt.left > 0 && can_have_rest(sending, key) => None,
        Some(_) => Some("it has the rest in what is no other object of this stream"),
        None => Some("it does not say where the rest is"),
    }
}

fn can_have_rest(sending: &Sending<'_>, key: &str) -> bool {
    let below = key.strip_prefix(sending.folder).is_some_and(|below| below.starts_with('/'));
    below && key != sending.object && undelivered_of(key).is_some()
}

#[cfg(test)]
mod tests {
    use mailtrail_clock::Time;
    use proptest::prelude::*;

    use super::*;

    const REST: &str = "undelivered/stream=mail/eventDay=20261120/20261120T101502Z-b2.ndjson.zst";

    const SENDING: Sending<'_> = Sending {
        object: "undelivered/stream=mail/eventDay=20261120/20261120T101502Z-a1.ndjson.zst",
        sha256: "a1",
        stream: "arn:aws:firehose:eu-west-1:111122223333:deliverystream/mail",
        folder: "undelivered/stream=mail",
        lines: "b2",
        events: 5,
    };

    fn receipt(delivered: u64) -> Receipt {
        let left_in = (delivered < SENDING.events).then(|| REST.to_owned());
        Receipt::new(&SENDING, delivered, left_in, Time::EPOCH)
    }

    fn judge(json: &[u8]) -> Due {
        due(&SENDING, Some(json))
    }

    #[test]
    fn what_no_receipt_is_of_is_sent_and_what_one_is_of_is_not() {
        assert_eq!(due(&SENDING, None), Due::Now);
        for delivered in 1..=5 {
            let events = SENDING.events - delivered;
            let rest = (events > 0).then(|| Rest { key: REST.to_owned(), events });
            assert_eq!(judge(&receipt(delivered).to_json()), Due::Already(rest));
        }
    }

    #[test]
    fn a_receipt_that_contradicts_the_object_is_doubted() {
        type Change = fn(&mut Receipt);
        let changes: [(Change, &str); 14] = [
            (|it| it.object.push('x'), "another object"),
            (|it| it.sha256 = "a2".to_owned(), "other bytes"),
            (|it| it.lines = "b3".to_owned(), "other bytes"),
            (|it| it.stream = "mail".to_owned(), "another stream"),
            (|it| it.stream = it.stream.replace("eu-west-1", "us-east-1"), "another stream"),
            (|it| it.stream = it.stream.replace("111122223333", "444455556666"), "another stream"),
            (|it| it.delivered = 0, "other events"),
            (|it| it.delivered = u64::MAX, "other events"),
            (|it| it.left = u64::MAX, "other events"),
            (|it| it.left_in = None, "where the rest is"),
            (|it| it.left_in = Some(it.object.clone()), "no other object of this stream"),
            (|it| it.left_in = Some("raw/x".to_owned()), "no other object of this stream"),
            (|it| it.left_in = Some(REST.replace("=mail", "=mail2")), "no other object of this stream"),
            (|it| it.left_in = Some(REST.replace("/2026", "/x/2026")), "no other object of this stream"),
        ];
        for (change, reason) in changes {
            let mut forged = receipt(2);
            change(&mut forged);
            let Due::Doubtful(doubt) = judge(&forged.to_json()) else { panic!("{forged:?}") };
            assert!(doubt.contains(reason), "{doubt}");
        }
        for json in ["", "{}", "[]", "null", "{\"format\":1}", "{\"format\":2}", "{\"format\":3}"] {
            assert!(matches!(judge(json.as_bytes()), Due::Doubtful(_)), "{json}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_an_object_count_as_sent_but_its_receipt(at in any::<prop::sample::Index>(), byte: u8) {
            let json = receipt(5).to_json();
            let mut changed = json.to_vec();
            let at = at.index(changed.len());
            changed[at] = byte;
            let whenever = |mut receipt: Receipt| {
                receipt.time.clear();
                receipt
            };
            let says_the_same =
                Receipt::parse(&changed).is_ok_and(|changed| whenever(changed) == whenever(receipt(5)));
            prop_assert_eq!(judge(&changed) == Due::Already(None), says_the_same);
        }
    }
}
