//! Ctrl-C finishes what is being written and starts nothing new. A second Ctrl-C ends the process.

use std::io;
use std::sync::Arc;

use indicatif::ProgressBar;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::output;

/// A request to start nothing new, shared by its clones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    pub(crate) fn request(&self) {
        self.0.send_replace(true);
    }

    /// Says when the request is made.
    pub(crate) fn receiver(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    pub(crate) fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the request is made.
    pub(crate) async fn requested(&self) {
        let mut receiver = self.receiver();
        // `self` holds the sender, so it cannot be dropped.
        let _requested = receiver.wait_for(|&stop| stop).await;
    }

    /// Makes the request on SIGINT (Ctrl-C) and on SIGTERM, which service managers send.
    pub(crate) fn listen(&self, progress: &ProgressBar) -> io::Result<()> {
        let mut signals = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let (stop, progress) = (self.clone(), progress.clone());
        tokio::spawn(async move {
            next(&mut signals).await;
            progress.suspend(|| {
                output::note("stopping after the writes in progress; press Ctrl-C again to stop now");
            });
            stop.request();
            next(&mut signals).await;
            std::process::exit(1);
        });
        Ok(())
    }
}

async fn next((interrupt, terminate): &mut (Signal, Signal)) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
