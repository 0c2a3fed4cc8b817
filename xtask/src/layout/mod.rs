//! `cargo xtask layout`: where the crates are, and what each of them may depend on.
//!
//! The rules are data: [`groups`] has the groups with their allowed edges, [`processors`] what a processor must not
//! contain, [`licences`] the licences that a dependency may have. What cargo knows of the workspace is read once, in
//! [`workspace`].

mod files;
mod groups;
mod licences;
mod picture;
mod processors;
mod unused;
mod workspace;

use anyhow::ensure;

pub(crate) use picture::{PATH, write};
pub(crate) use workspace::Workspace;

/// Checks every rule, and fails with one line for each violation.
pub(crate) fn check() -> anyhow::Result<()> {
    let workspace = Workspace::read()?;
    let mut problems = groups::problems(&workspace);
    problems.extend(groups::problems_of_readmes());
    problems.extend(files::problems(&workspace)?);
    problems.extend(unused::problems(&workspace)?);
    problems.extend(processors::problems()?);
    problems.extend(licences::problems()?);
    problems.extend(picture::problem(&workspace)?);
    ensure!(problems.is_empty(), "the layout of the workspace has problems:\n{}", problems.join("\n"));
    println!("layout: {} crates, no problem", workspace.packages.len());
    Ok(())
}
