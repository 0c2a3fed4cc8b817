//! Clients of AWS: one HTTP stack, one retry loop, one judgement of failures.
//!
//! * [`Clients`]: the clients of the pipeline, made where they are needed; [`clients`]: what all clients share.
//! * [`failure`]: what went wrong, and the one place that decides whether another try is worth it; what to do about it.
//! * [`Deadline`] and [`RetryPolicy`]: how long to try, and how to wait in between; [`Pace`]: how often to begin.

mod advice;
pub mod clients;
pub mod failure;
mod pace;
mod retry;

pub use clients::Clients;
pub use pace::Pace;
pub use retry::{Deadline, RetryPolicy};
