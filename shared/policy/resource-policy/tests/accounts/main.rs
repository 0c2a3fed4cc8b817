//! Accounts in every state in which policies are known to be.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

mod account;
mod advice;
mod bench;
mod findings;
mod moves;
mod plans;
mod sizes;
