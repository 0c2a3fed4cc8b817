//! Developer tasks. `cargo xtask --help` lists them.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for people at a terminal")]

mod backfills;
mod bench;
mod events;
mod folder;
mod fuzz;
mod journeys;
mod layout;
mod package;
#[cfg(test)]
mod pages;
mod payloads;
mod policies;
mod privileges;
mod python;
mod settings_page;
mod shell;
mod storm;
mod tables;
mod test;
mod words;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The exit code of a task that was done, and found something to look at.
const NEEDS_A_LOOK: u8 = 3;

/// Developer tasks of mailtrail.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs all tests: format, layout, generated files, lints, unit tests, documentation, and end to end on stand-ins.
    ///
    /// Needs Python 3.11 and Node.js 20; everything else is installed below target/.
    Test(test::Arguments),
    /// Checks the layout of the workspace: edges between groups of crates, unused dependencies, the size of processors.
    Layout,
    /// Checks the words: names and phrases that have a better one, in code, help, docs and snapshots.
    Words,
    /// Measures the processor against its lower bound, the import of files, backfills, and the memory and start of the function.
    Bench(bench::Arguments),
    /// Sends batches through stand-ins that fail in every way, and compares everything that was sent with what is there.
    Storm(storm::Arguments),
    /// Runs the fuzz targets for a bounded time.
    Fuzz(fuzz::Arguments),
    /// Builds the functions as they are deployed: one zip each, in infra/packages.
    Package(package::Arguments),
    /// Writes the generated files: events/, definitions of tables, reference of the settings, layout in the README.
    Generate,
    /// Compares the permissions of a role with the calls made with it. Exits with 3 where they differ.
    Privileges(privileges::Arguments),
    /// Plans for thousands of random accounts, and proves every plan with the evaluator of the tests.
    Policies(policies::Arguments),
    /// Reads thousands of log groups whose pages cannot be trusted, killed at random, and compares the archives.
    Backfills(backfills::Arguments),
    /// Writes any number of generated payloads, as CloudWatch Logs would send them.
    Payloads(payloads::Arguments),
    /// Writes journeys of messages in every form, as payloads, and what is true of each.
    Journeys(journeys::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Test(arguments) => test::run(&arguments),
        Task::Layout => layout::check(),
        Task::Words => words::check(),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Storm(arguments) => storm::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Package(arguments) => package::run(&arguments),
        Task::Generate => generate(),
        Task::Policies(arguments) => policies::run(&arguments),
        Task::Backfills(arguments) => backfills::run(&arguments),
        Task::Payloads(arguments) => payloads::run(&arguments),
        Task::Journeys(arguments) => journeys::run(&arguments),
        Task::Privileges(arguments) => match privileges::run(&arguments) {
            Ok(false) => return ExitCode::from(NEEDS_A_LOOK),
            done => done.map(drop),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> anyhow::Result<()> {
    for (path, files) in generated_folders()? {
        folder::write(&project().join(path), &files)?;
        println!("{path}/ holds {} files", files.len());
    }
    tables::duckdb::write()?;
    println!("{} is up to date", tables::duckdb::PATH);
    settings_page::write()?;
    println!("{} is up to date", settings_page::PATH);
    layout::write()?;
    println!("the layout in {} is up to date", layout::PATH);
    Ok(())
}

/// The folders of the checkout that hold generated files and nothing else.
fn generated_folders() -> anyhow::Result<[(&'static str, folder::Files); 2]> {
    Ok([(events::PATH, events::files()), (tables::PATH, tables::files()?)])
}

/// The checkout.
fn project() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Where cargo builds.
fn target() -> PathBuf {
    // Cargo hands it to what it runs only where it is set.
    #[expect(clippy::disallowed_methods, reason = "cargo's own variable")]
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| project().join("target"), PathBuf::from)
}
