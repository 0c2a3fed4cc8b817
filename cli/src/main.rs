//! `mailtrail`: the pipeline on one machine.
//!
//! A command reads its arguments (`command`). Those that fill an archive take payloads through the pipeline that the functions use
//! (`intake`), and tell what came of it: to machines as one JSON object on stdout, to people in words;
//! `search` and `activity` read an archive that is there (`reading`); `permissions` prints what must be allowed
//! for the logs to arrive, `workmail` switches them on, and `doctor` tells what is wrong with all of it.
//! The clock is read here and nowhere deeper.

mod activity;
mod args;
mod command;
mod confirm;
mod demo;
mod doctor;
mod ingest;
mod inputs;
mod intake;
mod outcome;
mod output;
mod permissions;
mod policy;
mod reading;
mod search;
mod stop;
mod summary;
mod workmail;

use std::process::ExitCode;

use command::{Cli, Command};
use output::Exit;

fn main() -> ExitCode {
    let cli = Cli::from_command_line();
    match run(cli.command) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::error(&error);
            Exit::Failed.into()
        }
    }
}

/// One thread waits: for signals, networks, and the threads that work (see `intake`).
fn run(command: Command) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        match command {
            Command::Demo(args) => demo::run(&args).await,
            Command::Ingest(args) => ingest::run(*args).await,
            Command::Search(args) => search::run(*args).await,
            Command::Activity(args) => activity::run(*args).await,
            Command::Permissions(args) => permissions::run(&args),
            Command::Policy(args) => policy::run(*args).await,
            Command::Workmail(args) => workmail::run(*args).await,
            Command::Doctor(args) => doctor::run(*args).await,
        }
    });
    // A thread that still waits for standard input would be waited for otherwise.
    runtime.shutdown_background();
    done
}
