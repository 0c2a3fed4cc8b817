//! The picture of the layout in the README: each crate with the description of its manifest, each group with the first
//! paragraph of its README.

use std::fmt::Write as _;
use std::fs;

use anyhow::Context;

use super::groups::{GROUPS, Group, TESTING, members, readme};
use super::workspace::{Package, Workspace};
use crate::project;

/// The page with the picture.
pub(crate) const PATH: &str = "README.md";

/// The lines of the page between which the picture is.
const BEGIN: &str = "<!-- layout: written by `cargo xtask generate` -->";
const END: &str = "<!-- end of layout -->";

/// Folders that hold no crate of a group: path, what is in it.
const OTHER_FOLDERS: &[(&str, &str)] = &[
    ("infra/", "The stack for SAM and for CDK, tables, queries, a sample account"),
    ("events/", "Sample invocations, valid and hostile (generated)"),
    ("tests/", "End-to-end tests: the built programs on local stand-ins for AWS"),
    ("docs/", "Architecture and vocabulary, and what `ingest` takes in"),
];

/// The column in which the descriptions begin.
const COLUMN: usize = 28;

/// Puts the current picture into the page.
pub(crate) fn write() -> anyhow::Result<()> {
    let page = read()?;
    let path = project().join(PATH);
    fs::write(&path, with_picture(&page, &picture(&Workspace::read()?))?)
        .with_context(|| format!("failed to write {}", path.display()))
}

/// A line if the page shows another picture than the current one.
pub(crate) fn problem(workspace: &Workspace) -> anyhow::Result<Option<String>> {
    let page = read()?;
    let is_current = with_picture(&page, &picture(workspace))? == page;
    Ok((!is_current).then(|| format!("the layout in {PATH} is stale: run `cargo xtask generate`")))
}

fn read() -> anyhow::Result<String> {
    let path = project().join(PATH);
    fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))
}

fn with_picture(page: &str, picture: &str) -> anyhow::Result<String> {
    let (before, rest) = page.split_once(BEGIN).with_context(|| format!("{PATH} has no line {BEGIN}"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("{PATH} has no line {END}"))?;
    Ok(format!("{before}{BEGIN}\n```text\n{picture}```\n{END}{after}"))
}

fn picture(workspace: &Workspace) -> String {
    let (shared, programs): (Vec<_>, Vec<_>) =
        GROUPS.iter().partition(|group| group.folder.starts_with("shared/"));
    let mut picture = String::new();
    for group in programs {
        let members = members(group, workspace);
        match members.as_slice() {
            [package] if package.path() == group.folder => {
                line(&mut picture, 0, group.folder, about(package));
            }
            _ => {
                line(&mut picture, 0, group.folder, "The Lambda functions");
                lines_of(&mut picture, 1, &members);
            }
        }
    }
    line(&mut picture, 0, "shared", "The libraries, lowest group first: none depends on a later one");
    for group in shared.into_iter().chain([&TESTING]) {
        let members = members(group, workspace);
        if !members.is_empty() {
            line(&mut picture, 1, group.name(), &summary(group));
            lines_of(&mut picture, 2, &members);
        }
    }
    for (path, about) in OTHER_FOLDERS {
        line(&mut picture, 0, path.trim_end_matches('/'), about);
    }
    if let Some(xtask) = workspace.package("xtask") {
        line(&mut picture, 0, "xtask", about(xtask));
    }
    picture
}

fn lines_of(picture: &mut String, depth: usize, packages: &[&Package]) {
    for package in packages {
        let path = package.path();
        line(picture, depth, path.rsplit('/').next().unwrap_or(&path), about(package));
    }
}

fn line(picture: &mut String, depth: usize, folder: &str, about: &str) {
    let folder = format!("{:indent$}{folder}/", "", indent = 2 * depth);
    // Writing to a String cannot fail.
    let _written = writeln!(picture, "{folder:COLUMN$}{about}");
}

fn about(package: &Package) -> &str {
    package.description.as_deref().unwrap_or_default()
}

/// The first paragraph of the group's README, on one line.
fn summary(group: &Group) -> String {
    let readme = readme(group).unwrap_or_default();
    let mut paragraphs = readme.split("\n\n").map(str::trim);
    let first = paragraphs.find(|text| !text.starts_with('#')).unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_crate_has_its_line_below_its_group() {
        let workspace = Workspace::of(&[
            ("cli", &[], &[]),
            ("functions/workmail-events", &[], &[]),
            ("shared/events/ocsf", &[], &[]),
        ]);
        let picture = picture(&workspace);
        let lines: Vec<_> = picture.lines().collect();
        assert!(lines.contains(&"cli/                        About cli"), "{picture}");
        assert!(lines.contains(&"  workmail-events/          About functions/workmail-events"), "{picture}");
        let group = lines.iter().position(|line| line.starts_with("  events/")).unwrap();
        assert_eq!(lines[group + 1], "    ocsf/                   About shared/events/ocsf");
    }

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let page = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let expected = format!("before\n{BEGIN}\n```text\nnew\n```\n{END}\nafter\n");
        assert_eq!(with_picture(&page, "new\n").unwrap(), expected);
        assert!(with_picture("no marks", "new\n").is_err());
    }

    /// The tests read the commands of the README from its blocks as a shell does, where a lone quote has no end.
    #[test]
    fn the_picture_has_no_quotes() {
        assert!(!picture(&Workspace::read().unwrap()).contains(['\'', '"']));
    }

    #[test]
    fn the_picture_in_the_readme_is_current() {
        assert_eq!(problem(&Workspace::read().unwrap()).unwrap(), None);
    }
}
