//! When events may be sent: so many a second, and none once the run is to stop.

use std::future::pending;

use mailtrail_aws_client::Pace;
use tokio::sync::watch;

/// The pace of a run, and the request to stop it.
#[derive(Debug)]
pub struct Turns {
    pace: Pace,
    stop: watch::Receiver<bool>,
}

impl Turns {
    /// At most so many events a second, any number where that is nothing, until `stop` says true.
    pub fn new(rate: Option<f64>, stop: watch::Receiver<bool>) -> Self {
        Self { pace: Pace::new(rate), stop }
    }

    /// Waits for the turn of so many events. False where the run is to stop: then they are not to be begun.
    pub(crate) async fn wait(&self, events: u64) -> bool {
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        tokio::select! {
            biased;
            () = self.stopped() => false,
            () = self.pace.turns(events) => true,
        }
    }

    async fn stopped(&self) {
        // Who cannot ask for it any more does not.
        if self.stop.clone().wait_for(|stop| *stop).await.is_err() {
            pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_waited_for_ends_with_the_run() {
        let (stop, requested) = watch::channel(false);
        let turns = Arc::new(Turns::new(Some(0.01), requested));
        assert!(turns.wait(1).await);
        let waiting = Arc::clone(&turns);
        let waiting = tokio::spawn(async move { waiting.wait(1).await });
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.send_replace(true);
        assert!(!waiting.await.unwrap());
        assert!(!turns.wait(1).await, "nothing is begun after that");
    }

    #[tokio::test(start_paused = true)]
    async fn where_no_one_can_stop_it_it_goes_on() {
        let turns = Turns::new(Some(1.0), watch::channel(false).1);
        assert!(turns.wait(1).await && turns.wait(1).await);
    }
}
