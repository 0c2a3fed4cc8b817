//! The order of inputs, where they are processed side by side.
//!
//! What an archive lacks of a file depends on the files before it. So each input has its turn to say what it has, in the
//! order in which the inputs were given, whatever was read first; what is written meanwhile does not matter.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// The turns of inputs, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    order: Mutex<Order>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Order {
    passed: Numbers,
    ended: Numbers,
}

/// Numbers from 0 on.
#[derive(Debug, Default)]
struct Numbers {
    /// All below are among them.
    all_below: usize,
    others: BTreeSet<usize>,
}

/// The turn of one input. It is passed on when this is dropped, at the latest.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Turns,
    number: usize,
}

impl Turns {
    pub(super) fn of(&self, number: usize) -> Turn {
        Turn { turns: self.clone(), number }
    }

    fn change(&self, change: impl FnOnce(&mut Order)) {
        change(&mut self.0.order.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.changed.notify_waiters();
    }

    async fn wait(&self, is_time: impl Fn(&Order) -> bool) {
        loop {
            let changed = self.0.changed.notified();
            if is_time(&self.0.order.lock().unwrap_or_else(PoisonError::into_inner)) {
                return;
            }
            changed.await;
        }
    }
}

impl Turn {
    /// Waits until all inputs before have passed theirs.
    pub(super) async fn come(&self) {
        self.turns.wait(|order| order.passed.all_below >= self.number).await;
    }

    /// Waits until all inputs before are processed to their end.
    pub(super) async fn all_before_ended(&self) {
        self.turns.wait(|order| order.ended.all_below >= self.number).await;
    }

    /// Lets the next input say what it has.
    pub(super) fn pass(&self) {
        self.turns.change(|order| order.passed.add(self.number));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.change(|order| {
            order.passed.add(self.number);
            order.ended.add(self.number);
        });
    }
}

impl Numbers {
    fn add(&mut self, number: usize) {
        if number >= self.all_below {
            self.others.insert(number);
        }
        while self.others.remove(&self.all_below) {
            self.all_below += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn inputs_take_their_turns_in_order_whichever_is_ready_first() {
        let (turns, said) = (Turns::default(), Arc::new(Mutex::new(Vec::new())));
        let mut tasks = tokio::task::JoinSet::new();
        for number in [3, 1, 0, 2] {
            let (turn, said) = (turns.of(number), Arc::clone(&said));
            tasks.spawn(async move {
                turn.come().await;
                said.lock().unwrap().push(number);
                if number % 2 == 0 {
                    turn.pass();
                }
                tokio::task::yield_now().await;
            });
        }
        while tasks.join_next().await.is_some() {}
        assert_eq!(*said.lock().unwrap(), [0, 1, 2, 3]);
        turns.of(4).all_before_ended().await;
    }
}
