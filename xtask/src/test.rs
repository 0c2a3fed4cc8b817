//! `cargo xtask test`: everything that must pass.

use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use crate::shell::{cargo, run as run_command};
use crate::{folder, generated_folders, layout, project, python, settings_page, tables, target, words};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Only these steps.
    #[arg(value_enum)]
    steps: Vec<Step>,
    /// Only the end-to-end tests whose names match, as pytest's -k.
    #[arg(short = 'k', long, requires = "steps")]
    matching: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// The code is formatted.
    Format,
    /// Crates depend on each other only as the architecture allows.
    Layout,
    /// Names and sentences use the words of docs/vocabulary.md.
    Words,
    /// events/, the definitions of tables and the reference of the settings are current.
    Generated,
    /// No lint complains.
    Lint,
    /// Unit, property and fault tests.
    Unit,
    /// The documentation builds, and no link in it is broken.
    Doc,
    /// The built programs, on local stand-ins for AWS.
    EndToEnd,
}

/// Runs the steps in order until one fails, and prints how long each took.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let chosen = |step: &&Step| arguments.steps.is_empty() || arguments.steps.contains(step);
    let mut durations = vec![];
    let mut outcome = Ok(());
    for step in Step::value_variants().iter().filter(chosen) {
        let started = Instant::now();
        outcome = step.run(arguments.matching.as_deref());
        durations.push((step.name(), started.elapsed()));
        if outcome.is_err() {
            break;
        }
    }
    eprint!("\n{}", table(&durations));
    outcome?;
    eprintln!("\nall steps passed");
    Ok(())
}

/// One line for each step, with its seconds, and their sum.
fn table(durations: &[(String, Duration)]) -> String {
    let total = ("total".to_owned(), durations.iter().map(|(_, duration)| duration).sum());
    let line =
        |(name, duration): &(String, Duration)| format!("{name:<12}{:>8.1} s\n", duration.as_secs_f64());
    durations.iter().chain([&total]).map(line).collect()
}

impl Step {
    /// The name of the step on the command line.
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn run(self, matching: Option<&str>) -> anyhow::Result<()> {
        match self {
            Self::Format => run_command(&mut cargo(["fmt", "--all", "--check"])),
            Self::Layout => layout::check(),
            Self::Words => words::check(),
            Self::Generated => generated(),
            Self::Lint => run_command(&mut cargo([
                "clippy",
                "--locked",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ])),
            Self::Unit => run_command(&mut cargo(["test", "--locked", "--workspace"])),
            Self::Doc => run_command(
                cargo(["doc", "--locked", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
            ),
            Self::EndToEnd => end_to_end(matching),
        }
    }
}

fn generated() -> anyhow::Result<()> {
    for (path, files) in generated_folders()? {
        folder::check(&project().join(path), &files)?;
    }
    tables::duckdb::check()?;
    settings_page::check()
}

/// Two workers, each with stand-ins of its own. A file stays with one of them: its tests may share what is deployed.
const PARALLEL: [&str; 5] = ["--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder"];

fn end_to_end(matching: Option<&str>) -> anyhow::Result<()> {
    run_command(&mut cargo(["build", "--locked", "--workspace", "--bins"]))?;
    let mut pytest = python::command("pytest")?;
    pytest.current_dir(project().join("tests")).env("CARGO_TARGET_DIR", target());
    match matching {
        Some(names) => pytest.args(["-k", names]),
        None => pytest.args(PARALLEL),
    };
    run_command(&mut pytest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_has_its_seconds_and_the_last_line_their_sum() {
        let durations = [(Step::Lint, 1500), (Step::EndToEnd, 61_000)]
            .map(|(step, millis)| (step.name(), Duration::from_millis(millis)));
        assert_eq!(
            table(&durations),
            "lint             1.5 s\n\
             end-to-end      61.0 s\n\
             total           62.5 s\n"
        );
    }
}
