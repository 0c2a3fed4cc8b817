//! What a backfill says while it works, and whether it is to go on.

use futures_util::future::BoxFuture;

use crate::ledger::Counts;
use crate::window::Window;

/// Who started a backfill.
pub trait Observer: Send + Sync {
    /// Whether nothing new is to be begun.
    fn is_stopped(&self) -> bool;

    /// Waits until nothing new is to be begun, so that no wait goes on after that. Unless it is told, it never is.
    fn stopped(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }

    /// A window is done: now, or by the interrupted run that this one continues.
    fn done(&self, window: Window, counts: Counts);

    /// Something to be told at once: a raw copy that cannot be read, a count that is made in another way.
    fn note(&self, text: String);
}
