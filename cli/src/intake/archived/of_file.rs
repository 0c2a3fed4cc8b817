//! The number of each event of a file among equal ones.

use std::collections::HashMap;

use mailtrail_subscription::ContentKey;

/// Contents that are remembered at least, and twice as many at most, some 25 MiB. A file has equal events, which have the
/// same time, close to each other.
const REMEMBERED: usize = 1 << 18;

/// How often each content came.
#[derive(Debug, Default)]
pub(in crate::intake) struct OfFile {
    recent: HashMap<[u8; 16], u32>,
    earlier: HashMap<[u8; 16], u32>,
}

impl OfFile {
    /// The number of a further event of this content.
    pub(super) fn next(&mut self, content: ContentKey) -> u32 {
        if self.recent.len() >= REMEMBERED {
            self.earlier = std::mem::take(&mut self.recent);
        }
        let key = content.hash.to_ne_bytes();
        let earlier = self.earlier.remove(&key);
        let next = self.recent.entry(key).or_insert(earlier.unwrap_or_default());
        *next += 1;
        *next - 1
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_subscription::Naming;

    use super::*;

    #[test]
    fn equal_events_are_numbered_and_what_is_far_away_is_forgotten() {
        let mut numbers = OfFile::default();
        let of = |hash| ContentKey { hash, anywhere: hash, naming: Naming::Place };
        assert_eq!([0, 0, 1, 0].map(|hash| numbers.next(of(hash))), [0, 1, 0, 2]);
        (2..REMEMBERED as u128 + 100).for_each(|hash| assert_eq!(numbers.next(of(hash)), 0));
        assert_eq!(numbers.next(of(0)), 3);
        assert!(numbers.recent.len() + numbers.earlier.len() <= 2 * REMEMBERED);
    }
}
