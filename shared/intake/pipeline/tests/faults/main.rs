//! The pipeline against services that misbehave: real clients, real HTTP, and a server that throttles, fails
//! before the work and after it, takes half of a call, resets connections, breaks answers off and is late.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

mod answers;
mod archive;
#[path = "../common/mod.rs"]
mod common;
mod deaths;
mod gate;
mod look_ups;
mod setup;
mod storm;
mod streams;
mod survives;
mod watch;
