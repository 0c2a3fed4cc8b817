//! One call that CloudTrail delivered to several accounts is one event: the copy of the caller's account, which names the
//! others.

use std::collections::HashMap;

use super::scan::{Answer, Found};

/// The events of a day, each call once, in the order in which the first copies came.
pub(super) fn merge(found: Vec<Found>) -> Vec<Found> {
    let mut places: HashMap<u128, usize> = HashMap::new();
    let mut merged: Vec<Found> = Vec::with_capacity(found.len());
    for mut event in found {
        let place = event.call.as_ref().map(|call| *places.entry(call.identity).or_insert(merged.len()));
        let Some(kept) = place.and_then(|place| merged.get_mut(place)) else {
            merged.push(event);
            continue;
        };
        let is_of_caller = |found: &Found| found.call.as_ref().is_some_and(|call| call.is_of_caller);
        if is_of_caller(&event) && !is_of_caller(kept) {
            std::mem::swap(kept, &mut event);
        }
        add_copy(kept, event);
    }
    merged
}

fn add_copy(kept: &mut Found, copy: Found) {
    let Answer::Event(kept) = &mut kept.answer else { return };
    if let Answer::Event(copy) = copy.answer {
        kept.also_in.extend(copy.also_in);
    }
    let account = copy.call.map(|call| call.account).filter(|account| *account != kept.account);
    kept.also_in.extend(account.filter(|account| !account.is_empty()));
    kept.also_in.sort_unstable();
    kept.also_in.dedup();
}

#[cfg(test)]
mod tests {
    use mailtrail_clock::Time;
    use mailtrail_subscription::{ContentKey, Naming};

    use super::*;
    use crate::activity::event::Event;
    use crate::activity::scan::Call;
    use crate::reading::Identity;

    fn found(number: u128, call: u128, account: &str, is_of_caller: bool) -> Found {
        let call = (call > 0).then(|| Call { identity: call, account: account.to_owned(), is_of_caller });
        let answer = Answer::Event(Box::new(Event { account: account.to_owned(), ..Event::default() }));
        let identity = Identity { event: number, ..Identity::default() };
        let content = ContentKey { hash: number, anywhere: number, naming: Naming::Place };
        Found { time: Time::EPOCH, identity, content, named: <(String, String)>::default(), call, answer }
    }

    #[test]
    fn whichever_copy_comes_first_that_of_the_caller_is_kept() {
        let copies = || {
            vec![
                found(1, 7, "a", false),
                found(2, 7, "b", true),
                found(3, 7, "c", false),
                found(4, 0, "d", false),
            ]
        };
        for turn in 0..3 {
            let mut copies = copies();
            copies[..3].rotate_left(turn);
            let merged = merge(copies);
            assert_eq!(merged.iter().map(|found| found.identity.event).collect::<Vec<_>>(), [2, 4]);
            let Answer::Event(event) = &merged[0].answer else { panic!() };
            assert_eq!(event.also_in, ["a", "c"]);
        }
    }
}
