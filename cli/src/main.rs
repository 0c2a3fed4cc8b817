//! `mailtrail`: the pipeline on one machine.
//!
//! `command` parses the command line; each command is a module with its `args` and `help`. `demo` and `ingest` send payloads
//! through the pipeline of the functions (`intake`), `backfill` what log groups have, and `redrive` what failed; `coverage`
//! compares log groups with the archive. `trace`, `search` and `activity` read an archive (`reading`); `directory` keeps in it
//! who the ids of WorkMail organizations are. `permissions`
//! prints the permissions that deliver logs, `workmail` enables them, and `doctor` checks the account. `args` has the
//! arguments that several commands share, `output` everything that is written to stdout and stderr.

mod activity;
mod args;
mod backfill;
mod command;
mod confirm;
mod coverage;
mod demo;
mod directory;
mod doctor;
mod file;
mod ingest;
mod inputs;
mod intake;
mod interpretation;
mod likeness;
mod outcome;
mod output;
mod permissions;
mod policy;
mod reading;
mod redrive;
mod search;
mod stop;
mod summary;
mod trace;
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

/// A runtime of one thread for I/O and signals; work for a processor runs on blocking threads (see `intake`).
fn run(command: Command) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        match command {
            Command::Demo(args) => demo::run(&args).await,
            Command::Ingest(args) => ingest::run(*args).await,
            Command::Backfill(args) => backfill::run(*args).await,
            Command::Coverage(args) => Box::pin(coverage::run(*args)).await,
            Command::Redrive(args) => redrive::run(*args).await,
            Command::Trace(args) => Box::pin(trace::run(*args)).await,
            Command::Search(args) => search::run(*args).await,
            Command::Activity(args) => activity::run(*args).await,
            Command::Directory(args) => Box::pin(directory::run(*args)).await,
            Command::Permissions(args) => permissions::run(&args),
            Command::Policy(args) => policy::run(*args).await,
            Command::Workmail(args) => workmail::run(*args).await,
            Command::Doctor(args) => doctor::run(*args).await,
        }
    });
    // Without this, a blocking read of standard input would keep the process alive.
    runtime.shutdown_background();
    done
}
