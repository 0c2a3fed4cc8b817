//! Claims: which run is about to send lines, and until when. Pure.
//!
//! An archive is written once, so a claim is an object of its own, numbered, and the last one counts. It is written before
//! anything is sent: where it cannot be written, no receipt could be either. A run that ends without a receipt ends its claim
//! by one that is over; the claim of a run that died is over after [`LASTS`].

use std::time::Duration;

use bytes::Bytes;
use mailtrail_clock::Time;
use serde::{Deserialize, Serialize};

/// The version of claims.
const FORMAT: u32 = 1;

/// How long a claim lasts, by clocks that agree within minutes: longer than it takes to send an object, with all tries of every call.
pub(crate) const LASTS: Duration = Duration::from_mins(10);

/// Who is about to send lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    format: u32,
    /// A number that no other run has, 32 hexadecimal digits.
    pub(crate) run: String,
    /// When it was made, as RFC 3339 writes it.
    since: String,
    /// When it is over.
    until: String,
}

impl Claim {
    /// The claim of a run for so long.
    pub(crate) fn new(run: &str, now: Time, lasts: Duration) -> Self {
        let millis = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        let until = Time::from_millis(now.millis().saturating_add(millis)).unwrap_or(now);
        Self { format: FORMAT, run: run.to_owned(), since: now.rfc3339(), until: until.rfc3339() }
    }

    /// The claim in an object, or what it is instead.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, String> {
        let claim: Self = serde_json::from_slice(json).map_err(|error| format!("not a claim: {error}"))?;
        let is_time = |text: &str| Time::from_iso8601(text).is_some();
        if claim.format != FORMAT || !is_time(&claim.since) || !is_time(&claim.until) {
            return Err("not a claim of this version".to_owned());
        }
        Ok(claim)
    }

    /// Until when others are to leave the lines alone, if they still are; nothing for the run that has it. Who takes over does not wait
    /// for what was claimed before `taken_over`.
    pub(crate) fn holds(&self, run: &str, now: Time, taken_over: Option<Time>) -> Option<&str> {
        let since = Time::from_iso8601(&self.since)?;
        let until = Time::from_iso8601(&self.until)?;
        let is_over = until <= now || taken_over.is_some_and(|start| since < start);
        (self.run != run && !is_over).then_some(self.until.as_str())
    }

    /// The bytes of the object.
    pub(crate) fn to_json(&self) -> Bytes {
        // Text and numbers always become JSON.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_795_256_105_000;

    fn at(seconds: i64) -> Time {
        Time::from_millis(START + seconds * 1000).unwrap()
    }

    #[test]
    fn a_claim_holds_for_others_until_it_is_over() {
        let claim = Claim::parse(&Claim::new("a", at(0), LASTS).to_json()).unwrap();
        assert_eq!(claim.holds("b", at(599), None), Some("2026-11-21T10:25:05Z"));
        assert_eq!(claim.holds("b", at(600), None), None);
        assert_eq!(claim.holds("a", at(0), None), None);
        assert_eq!(Claim::new("a", at(0), Duration::ZERO).holds("b", at(0), None), None);
    }

    #[test]
    fn who_takes_over_waits_for_none_that_was_made_before() {
        let claim = Claim::new("a", at(0), LASTS);
        assert_eq!(claim.holds("b", at(1), Some(at(1))), None);
        assert!(claim.holds("b", at(1), Some(at(0))).is_some(), "it runs at the same time");
    }

    #[test]
    fn what_is_no_claim_is_said() {
        for json in ["", "{}", "[]", "{\"format\":1,\"run\":\"a\",\"since\":\"x\",\"until\":\"y\"}"] {
            assert!(Claim::parse(json.as_bytes()).is_err(), "{json}");
        }
    }
}
