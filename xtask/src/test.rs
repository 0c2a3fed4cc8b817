//! `cargo xtask test`: everything that must pass.

use clap::{Args, ValueEnum};

use crate::shell::{cargo, run as run_command};
use crate::{folder, generated_folders, project, python, settings_page, target};

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
    /// events/, the definitions of tables and the reference of the settings are what the generator makes.
    Generated,
    /// No lint complains.
    Lint,
    /// Unit, property and fault tests.
    Unit,
    /// The documentation builds, and no link in it is broken.
    Doc,
    /// The built programs, on stand-ins of AWS.
    EndToEnd,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let chosen = |step: &&Step| arguments.steps.is_empty() || arguments.steps.contains(step);
    for step in Step::value_variants().iter().filter(chosen) {
        step.run(arguments.matching.as_deref())?;
    }
    eprintln!("\nall steps passed");
    Ok(())
}

impl Step {
    fn run(self, matching: Option<&str>) -> anyhow::Result<()> {
        match self {
            Self::Format => run_command(&mut cargo(["fmt", "--all", "--check"])),
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
    settings_page::check()
}

fn end_to_end(matching: Option<&str>) -> anyhow::Result<()> {
    run_command(&mut cargo(["build", "--locked", "--workspace", "--bins"]))?;
    let mut pytest = python::command("pytest")?;
    pytest.current_dir(project().join("tests")).env("CARGO_TARGET_DIR", target());
    pytest.args(matching.into_iter().flat_map(|names| ["-k", names]));
    run_command(&mut pytest)
}
