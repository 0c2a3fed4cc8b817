//! Ctrl-C: what is being written is finished, nothing new is taken. A second one does not wait.

use std::io;
use std::sync::Arc;

use indicatif::ProgressBar;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::output;

/// A request to take nothing more. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    pub(crate) fn request(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for the request.
    pub(crate) async fn requested(&self) {
        let mut receiver = self.0.subscribe();
        // The sender cannot be gone: `self` holds it.
        let _requested = receiver.wait_for(|&stop| stop).await;
    }

    /// Lets Ctrl-C, and the polite signal that service managers send, request it.
    pub(crate) fn listen(&self, progress: &ProgressBar) -> io::Result<()> {
        let mut signals = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let (stop, progress) = (self.clone(), progress.clone());
        tokio::spawn(async move {
            next(&mut signals).await;
            progress.suspend(|| output::note("stopping: what is being written is finished first"));
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
