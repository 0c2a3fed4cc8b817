//! The setup as something to run: a template, or commands.

mod cloudformation;
mod commands;
mod names;

pub use cloudformation::cloudformation;
pub use commands::commands;
