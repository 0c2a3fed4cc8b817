//! At most so many calls within any second.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// Lets calls pass at a rate, in the order in which they come.
#[derive(Debug)]
pub(super) struct RateLimit {
    per_second: usize,
    /// When the last `per_second` calls passed, the oldest first.
    passed: Mutex<VecDeque<Instant>>,
}

impl RateLimit {
    pub(super) fn new(per_second: usize) -> Self {
        Self { per_second, passed: Mutex::default() }
    }

    /// Waits until a call may be made. A wait that is dropped takes no one's turn.
    pub(super) async fn wait(&self) {
        let mut passed = self.passed.lock().await;
        if passed.len() >= self.per_second
            && let Some(oldest) = passed.front().copied()
        {
            sleep_until(oldest + Duration::from_secs(1)).await;
            passed.pop_front();
        }
        passed.push_back(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_calls_than_it_may() {
        let (limit, start) = (RateLimit::new(5), Instant::now());
        let mut passed = Vec::new();
        for _ in 0..23 {
            limit.wait().await;
            passed.push(start.elapsed());
        }
        assert_eq!((passed[4], passed[22]), (Duration::ZERO, Duration::from_secs(4)));
        assert!(passed.windows(6).all(|six| six[0] + Duration::from_secs(1) <= six[5]), "{passed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_takes_no_turn() {
        let (limit, start) = (RateLimit::new(1), Instant::now());
        limit.wait().await;
        assert!(tokio::time::timeout(Duration::from_millis(500), limit.wait()).await.is_err());
        limit.wait().await;
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }
}
