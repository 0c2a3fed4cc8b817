//! From a call that opened a session to what the session did, and to the sessions that it opened itself.
//!
//! Of what a session does only the session is logged. What leads back is the access key: the call that opened
//! the session answered with it, and everything that the session does is signed with it. The events lie in the
//! archive in any order, so all calls that opened a session are collected before anything is followed. Those by
//! a service on its own account are no part of any chain, and are most of them: the memory is bounded by the
//! number of sessions that somebody with a key opened.

use std::collections::{HashMap, VecDeque};

use mailtrail_clock::Time;

use super::session::Issued;

/// So many sessions of a chain are told; of a longer one, the last.
const TOLD: usize = 8;

/// A call that opened a session.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) time: Time,
    pub(super) session: Issued,
    /// What the caller signed with.
    pub(super) by: Vec<String>,
    /// Whether it is one of those that are asked for.
    pub(super) is_start: bool,
}

/// The keys that are followed.
#[derive(Debug, Default)]
pub(super) struct Followed(HashMap<String, Link>);

#[derive(Debug)]
struct Link {
    label: String,
    /// The key of the session that opened this one, unless the chain begins here.
    from: Option<String>,
}

impl Followed {
    /// Everything that begins with a call that is asked for.
    pub(super) fn from_calls(mut calls: Vec<Opened>) -> Self {
        // The same chain whichever object came first; a key that was given out again keeps its first chain.
        calls.sort_by(|a, b| (a.time, &a.session.key).cmp(&(b.time, &b.session.key)));
        let mut by_caller: HashMap<&str, Vec<&Issued>> = HashMap::new();
        for call in &calls {
            for key in &call.by {
                by_caller.entry(key).or_default().push(&call.session);
            }
        }
        let starts = calls.iter().filter(|call| call.is_start).map(|call| (&call.session, None));
        let mut waiting: VecDeque<(&Issued, Option<&str>)> = starts.collect();
        let mut followed = HashMap::new();
        while let Some((session, from)) = waiting.pop_front() {
            if followed.contains_key(&session.key) {
                continue;
            }
            let link = Link { label: session.label.clone(), from: from.map(str::to_owned) };
            followed.insert(session.key.clone(), link);
            let next = by_caller.get(session.key.as_str()).into_iter().flatten();
            waiting.extend(next.map(|next| (*next, Some(session.key.as_str()))));
        }
        Self(followed)
    }

    /// The sessions by which one of these keys came into the chain, the first one first.
    pub(super) fn via(&self, keys: &[&str]) -> Option<String> {
        let mut link = keys.iter().find_map(|&key| self.0.get(key))?;
        let mut labels = VecDeque::from([link.label.as_str()]);
        while let Some(before) = link.from.as_ref().and_then(|key| self.0.get(key)) {
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

    fn call(time: i64, by: &str, key: &str, is_start: bool) -> Opened {
        let session = Issued { key: key.to_owned(), label: format!("role/{key}") };
        Opened { time: Time::from_millis(time).unwrap(), session, by: vec![by.to_owned()], is_start }
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
}
