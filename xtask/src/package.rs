//! `cargo xtask package`: the functions as they are deployed.

use std::fs;
use std::path::Path;

use anyhow::Context;
use clap::Args;

use crate::layout::Workspace;
use crate::shell::run as run_command;
use crate::{project, python, target};

/// Where the templates of infra/ take the packages from, in the checkout.
const PACKAGES: &str = "infra/packages";
/// Where those of `--quick` are, below `target/`: they are not for deployment.
const QUICK_PACKAGES: &str = "quick-packages";
/// The profile of `--quick`, in Cargo.toml.
const QUICK: &str = "package-quick";

#[derive(Args)]
pub(crate) struct Arguments {
    /// For arm64, as the templates say; needs the standard library of aarch64-unknown-linux-gnu.
    #[arg(long)]
    arm64: bool,
    /// Builds faster: larger and slower programs that do the same, for tests, in target/quick-packages.
    #[arg(long)]
    quick: bool,
}

/// Builds every function, each on its own: what one of them needs of a dependency is in no other's package.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let packages = if arguments.quick { target().join(QUICK_PACKAGES) } else { project().join(PACKAGES) };
    for function in Workspace::read()?.functions() {
        let mut build = python::command("cargo-lambda")?;
        run_command(build.current_dir(project()).args(build_arguments(arguments, function)))?;
        collect(function, &packages)?;
    }
    Ok(())
}

/// The arguments of cargo-lambda.
fn build_arguments<'a>(arguments: &Arguments, function: &'a str) -> Vec<&'a str> {
    let mut build = vec!["lambda", "build", "--locked", "--output-format", "zip", "--package", function];
    build.extend(if arguments.quick { &["--profile", QUICK][..] } else { &["--release"] });
    if arguments.arm64 {
        // Without the check of the target: it would run rustup.
        build.extend(["--arm64", "--skip-target-check"]);
    }
    build
}

/// Copies a package into the folder, and prints its size: a cold start reads every byte.
fn collect(function: &str, packages: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(packages).with_context(|| format!("failed to create {}", packages.display()))?;
    let built = target().join("lambda").join(function).join("bootstrap.zip");
    let package = packages.join(format!("{function}.zip"));
    let bytes = fs::copy(&built, &package)
        .with_context(|| format!("failed to copy {} to {}", built.display(), package.display()))?;
    println!("{}: {} kB", package.display(), bytes.div_ceil(1000));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_of_one_function_and_quick_only_where_that_is_asked_for() {
        let deployed = build_arguments(&Arguments { arm64: true, quick: false }, "policy-audit").join(" ");
        assert_eq!(
            deployed,
            "lambda build --locked --output-format zip --package policy-audit --release --arm64 --skip-target-check"
        );
        let tested = build_arguments(&Arguments { arm64: false, quick: true }, "policy-audit").join(" ");
        assert_eq!(
            tested,
            "lambda build --locked --output-format zip --package policy-audit --profile package-quick"
        );
    }

    #[test]
    fn every_function_is_packaged() {
        let workspace = Workspace::read().unwrap();
        let functions: Vec<_> = workspace.functions().collect();
        assert!(
            functions.contains(&"workmail-events") && functions.contains(&"policy-audit"),
            "{functions:?}"
        );
        assert!(!functions.contains(&"mailtrail"));
    }
}
