//! So many calls or events a second, and no more.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Spreads calls, or what else is counted, evenly.
#[derive(Debug)]
pub struct Pace {
    /// The time between two calls.
    between: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// So many a second; any number where that is nothing.
    pub fn new(per_second: Option<f64>) -> Self {
        let between = per_second.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        Self { between, next: Mutex::default() }
    }

    /// Waits for the turn of the next call.
    pub async fn turn(&self) {
        self.turns(1).await;
    }

    /// Waits for the turn of so many that go together; who comes next waits until all of them had theirs.
    pub async fn turns(&self, count: u32) {
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.between.saturating_mul(count));
            turn
        };
        tokio::time::sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_are_spread() {
        let (pace, start) = (Pace::new(Some(2.5)), Instant::now());
        for _ in 0..6 {
            pace.turn().await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(2));
        let (pace, start) = (Pace::new(Some(100.0)), Instant::now());
        for _ in 0..3 {
            pace.turns(50).await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(1));
        let (pace, start) = (Pace::new(None), Instant::now());
        for _ in 0..6 {
            pace.turn().await;
        }
        assert!(start.elapsed() <= Duration::from_millis(1));
    }
}
