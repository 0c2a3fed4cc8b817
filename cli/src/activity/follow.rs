//! From a call that handed out a credential to what was done with it, and to the credentials handed out by that.
//!
//! What is done in a session, or by another user's key, is not logged under the caller who got the credential. What leads
//! back is the access key: it is in the answer, and everything that is done with it is signed with it. The events lie in the
//! archive in any order, so all calls that handed out a credential are collected before anything is followed. Those by a
//! service on its own account are part of no chain, and are most of them: the memory is bounded by the number of
//! credentials that callers with a key were given.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use mailtrail_activity::Issued;
use mailtrail_clock::Time;

/// So many sessions of a chain are told; of a longer one, the last.
const TOLD: usize = 8;

/// A call that handed out a credential.
#[derive(Debug)]
pub(super) struct Handout {
    pub(super) time: Time,
    pub(super) credential: Issued,
    /// What the caller signed with.
    pub(super) by: Vec<String>,
    /// Whether it is one of those that are asked for.
    pub(super) is_start: bool,
}

/// The keys that are followed.
#[derive(Debug, Default)]
pub(super) struct Followed {
    links: HashMap<String, Link>,
    /// Calls of a chain whose record does not hold the key that they handed out, and why.
    unknown: BTreeSet<String>,
}

#[derive(Debug)]
struct Link {
    label: String,
    /// The key that signed the call which handed out this one, unless the chain begins here.
    from: Option<String>,
}

impl Followed {
    /// Everything that begins with a call that is asked for.
    pub(super) fn from_calls(mut calls: Vec<Handout>) -> Self {
        // The same chain whichever object came first; a key that was given out again keeps its first chain.
        calls.sort_by(|a, b| (a.time, &a.credential.key).cmp(&(b.time, &b.credential.key)));
        let mut by_caller: HashMap<&str, Vec<&Issued>> = HashMap::new();
        for call in &calls {
            for key in &call.by {
                by_caller.entry(key).or_default().push(&call.credential);
            }
        }
        let starts = calls.iter().filter(|call| call.is_start).map(|call| (&call.credential, None));
        let mut waiting: VecDeque<(&Issued, Option<&str>)> = starts.collect();
        let mut followed = Self::default();
        while let Some((Issued { key, label, is_partial }, from)) = waiting.pop_front() {
            let Some(key) = key else {
                let why =
                    if *is_partial { "the record is cut off" } else { "the record does not hold the key" };
                followed.unknown.insert(format!("{label}: {why}"));
                continue;
            };
            if followed.links.contains_key(key) {
                continue;
            }
            let link = Link { label: label.clone(), from: from.map(str::to_owned) };
            followed.links.insert(key.clone(), link);
            let next = by_caller.get(key.as_str()).into_iter().flatten();
            waiting.extend(next.map(|next| (*next, Some(key.as_str()))));
        }
        followed
    }

    /// Whether a key is followed.
    pub(super) fn contains(&self, key: &str) -> bool {
        self.links.contains_key(key)
    }

    /// What was handed out and could not be followed, in words: where the record does not hold the key, and where no event
    /// that was read was signed with it.
    pub(super) fn not_followed(&self, used: &HashSet<String>) -> Vec<String> {
        let unknown = self.unknown.iter().cloned();
        let unused = self.links.iter().filter(|(key, _)| !used.contains(*key));
        let mut unused: Vec<_> = unused
            .map(|(key, link)| format!("{key} ({}): nothing that was read is signed with it", link.label))
            .collect();
        unused.sort_unstable();
        unknown.chain(unused).collect()
    }

    /// The sessions by which one of these keys came into the chain, the first one first.
    pub(super) fn via(&self, keys: &[&str]) -> Option<String> {
        let mut link = keys.iter().find_map(|&key| self.links.get(key))?;
        let mut labels = VecDeque::from([link.label.as_str()]);
        while let Some(before) = link.from.as_ref().and_then(|key| self.links.get(key)) {
            if labels.len() == TOLD {
                labels.push_front("…");
                break;
            }
            labels.push_front(&before.label);
            link = before;
        }
        Some(Vec::from(labels).join(" → "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(time: i64, by: &str, key: &str, is_start: bool) -> Handout {
        let credential =
            Issued { key: Some(key.to_owned()), label: format!("role/{key}"), is_partial: false };
        Handout { time: Time::from_millis(time).unwrap(), credential, by: vec![by.to_owned()], is_start }
    }

    #[test]
    fn a_chain_is_followed_in_whatever_order_its_calls_are_found() {
        let calls = || [call(3, "b", "c", false), call(1, "a", "b", true), call(2, "x", "y", false)];
        for turn in 0..3 {
            let mut calls = Vec::from(calls());
            calls.rotate_left(turn);
            let followed = Followed::from_calls(calls);
            assert_eq!(followed.via(&["c"]).as_deref(), Some("role/b → role/c"));
            assert_eq!(followed.via(&["other", "b"]).as_deref(), Some("role/b"));
            assert!(followed.via(&["a"]).is_none() && followed.via(&["y"]).is_none());
        }
    }

    #[test]
    fn a_circle_ends_and_a_long_chain_is_told_by_its_end() {
        let circle = Followed::from_calls(vec![call(1, "a", "b", true), call(2, "b", "a", false)]);
        assert_eq!(circle.via(&["a"]).as_deref(), Some("role/b → role/a"));
        let long = (0..20).map(|n| call(n, &n.to_string(), &(n + 1).to_string(), n == 0)).collect();
        let via = Followed::from_calls(long).via(&["20"]).unwrap();
        assert!(via.starts_with("… → role/13 → ") && via.ends_with(" → role/20"), "{via}");
    }

    #[test]
    fn what_cannot_be_followed_is_named() {
        let mut hidden = call(1, "a", "", true);
        hidden.credential = Issued { key: None, label: "GetRoleCredentials".to_owned(), is_partial: false };
        let mut cut_off = call(1, "a", "", true);
        cut_off.credential = Issued { key: None, label: "AssumeRole of R/s".to_owned(), is_partial: true };
        let calls = vec![call(2, "a", "b", true), call(3, "a", "c", true), hidden, cut_off];
        let followed = Followed::from_calls(calls);
        assert_eq!(
            followed.not_followed(&HashSet::from(["b".to_owned()])),
            [
                "AssumeRole of R/s: the record is cut off",
                "GetRoleCredentials: the record does not hold the key",
                "c (role/c): nothing that was read is signed with it"
            ]
        );
    }
}
