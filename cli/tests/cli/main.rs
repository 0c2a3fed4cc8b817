//! The command line as its users run it: the built program, in a folder of its own and an empty environment.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot be made fails the test")]

mod activity;
mod archives;
mod coverage;
mod damage;
mod demo;
mod help;
mod ingest;
mod ingest_bucket;
mod ingest_copied;
mod ingest_import;
mod ingest_skips;
mod mailtrail;
mod permissions;
mod policy;
mod redrive;
mod redrive_choice;
mod redrive_doubts;
mod search;
mod trace;
mod trace_bucket;
mod trace_directory;
mod trace_journeys;
mod trace_list;
mod trace_odd;
mod usage;
