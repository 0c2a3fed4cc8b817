//! The setup as a template or as a script.

mod cloudformation;
mod commands;
mod names;

pub use cloudformation::cloudformation;
pub use commands::commands;
