//! Accounts in every state that the issue of full policies is known in.

mod account;
mod bench;
mod findings;
mod moves;
mod plans;
mod sizes;
