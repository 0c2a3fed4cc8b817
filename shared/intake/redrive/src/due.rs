//! Whether something is to be sent: the object, and the receipt that was found for it. Pure.

use crate::Receipt;

/// Lines of an object that are to be sent to a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending<'a> {
    /// The key of the object.
    pub object: &'a str,
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: &'a str,
    /// The stream: its name, or the whole path of a file.
    pub stream: &'a str,
    /// The first half of the SHA-256 of the lines, 32 hexadecimal digits.
    pub lines: &'a str,
    /// How many lines there are.
    pub events: u64,
}

/// Whether to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// The stream confirmed nothing of it yet.
    Now,
    /// It confirmed all of it, but for so many events, which are in an object of their own.
    Already {
        /// Events that it did not confirm.
        left: u64,
    },
    /// What lies in the place of the receipt does not say so, and the reason. Not sent: it might be a second time.
    Doubtful(String),
}

/// Decides by what lies in the place of the receipt, if anything does. `exists` says whether there is an object of this key
/// among what the stream did not take.
pub fn due(sending: &Sending<'_>, found: Option<&[u8]>, exists: impl Fn(&str) -> bool) -> Due {
    let Some(json) = found else { return Due::Now };
    let receipt = match Receipt::parse(json) {
        Ok(receipt) => receipt,
        Err(reason) => return Due::Doubtful(reason),
    };
    match contradiction(sending, &receipt, exists) {
        None => Due::Already { left: receipt.left },
        Some(reason) => Due::Doubtful(reason.to_owned()),
    }
}

/// In what a receipt contradicts the object.
fn contradiction(
    sending: &Sending<'_>,
    receipt: &Receipt,
    exists: impl Fn(&str) -> bool,
) -> Option<&'static str> {
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
        Some(key) if receipt.left > 0 && key != sending.object && exists(key) => None,
        _ => Some("the object with the rest is missing"),
    }
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
        stream: "mail",
        lines: "b2",
        events: 5,
    };

    fn receipt(delivered: u64) -> Receipt {
        let left_in = (delivered < SENDING.events).then(|| REST.to_owned());
        Receipt::new(&SENDING, delivered, left_in, Time::EPOCH)
    }

    fn judge(json: &[u8]) -> Due {
        due(&SENDING, Some(json), |key| key == REST)
    }

    #[test]
    fn what_no_receipt_is_of_is_sent_and_what_one_is_of_is_not() {
        assert_eq!(due(&SENDING, None, |_| false), Due::Now);
        for delivered in 1..=5 {
            let left = SENDING.events - delivered;
            assert_eq!(judge(&receipt(delivered).to_json()), Due::Already { left });
        }
        let unseen = due(&SENDING, Some(&receipt(2).to_json()), |_| false);
        assert_eq!(unseen, Due::Doubtful("the object with the rest is missing".to_owned()));
    }

    #[test]
    fn a_receipt_that_contradicts_the_object_is_doubted() {
        type Change = fn(&mut Receipt);
        let changes: [(Change, &str); 10] = [
            (|it| it.object.push('x'), "another object"),
            (|it| it.sha256 = "a2".to_owned(), "other bytes"),
            (|it| it.lines = "b3".to_owned(), "other bytes"),
            (|it| it.stream = "archive".to_owned(), "another stream"),
            (|it| it.delivered = 0, "other events"),
            (|it| it.delivered = u64::MAX, "other events"),
            (|it| it.left = u64::MAX, "other events"),
            (|it| it.left_in = None, "the rest is missing"),
            (|it| it.left_in = Some(it.object.clone()), "the rest is missing"),
            (|it| it.left_in = Some("raw/x".to_owned()), "the rest is missing"),
        ];
        for (change, reason) in changes {
            let mut forged = receipt(2);
            change(&mut forged);
            let Due::Doubtful(doubt) = judge(&forged.to_json()) else { panic!("{forged:?}") };
            assert!(doubt.contains(reason), "{doubt}");
        }
        for json in ["", "{}", "[]", "null", "{\"format\":1}", "{\"format\":2}"] {
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
            prop_assert_eq!(judge(&changed) == Due::Already { left: 0 }, says_the_same);
        }
    }
}
