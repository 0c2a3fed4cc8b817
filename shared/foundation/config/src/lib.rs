//! Settings of the functions: every environment variable is a documented constant, read in one place.

pub mod settings;
