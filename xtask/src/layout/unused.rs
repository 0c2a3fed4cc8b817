//! Dependencies that no source file mentions.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::workspace::Workspace;
use crate::{folder, project};

/// The folders of a package whose code sees its dependencies. Only the first sees the normal ones alone.
const FOLDERS: [&str; 4] = ["src", "tests", "benches", "examples"];

/// Dependencies that are there for their features alone: package, dependency. Each manifest says why.
const FOR_FEATURES: &[(&str, &str)] = &[("xtask", "insta"), ("xtask", "proptest"), ("xtask", "tokio")];

/// Every dependency whose crate no source of the package mentions, and every entry of `[workspace.dependencies]`
/// from outside the workspace that no package has.
pub(crate) fn problems(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let mut problems = vec![];
    let mut declared = BTreeSet::new();
    for package in &workspace.packages {
        let sources = Sources::read(package.folder())?;
        for dependency in &package.dependencies {
            declared.insert(dependency.name.clone());
            let name = dependency.crate_name();
            let mentioned = if dependency.is_dev() { &sources.all } else { &sources.normal };
            let for_features = FOR_FEATURES.contains(&(&package.name, &dependency.name));
            if !mentioned.contains(&name) && !for_features {
                problems.push(format!("{} does not use its dependency {}", package.name, dependency.name));
            }
        }
    }
    let manifest = project().join("Cargo.toml");
    let manifest =
        fs::read_to_string(&manifest).with_context(|| format!("failed to read {}", manifest.display()))?;
    let is_unused = |name: &&str| !declared.contains(*name) && workspace.package(name).is_none();
    for name in workspace_dependencies(&manifest).filter(is_unused) {
        problems.push(format!("no package uses {name} of [workspace.dependencies]"));
    }
    Ok(problems)
}

/// The names in the table `[workspace.dependencies]` of a manifest.
fn workspace_dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim())
}

/// The identifiers that the Rust files of a package mention outside comments: in `src/`, and anywhere.
struct Sources {
    normal: BTreeSet<String>,
    all: BTreeSet<String>,
}

impl Sources {
    fn read(package: &Path) -> anyhow::Result<Self> {
        let mut sources = Self { normal: BTreeSet::new(), all: BTreeSet::new() };
        for name in FOLDERS {
            let found = identifiers_below(&package.join(name))?;
            if name == "src" {
                sources.normal.clone_from(&found);
            }
            sources.all.extend(found);
        }
        Ok(sources)
    }
}

fn identifiers_below(dir: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for name in folder::files_below(dir)? {
        let path = dir.join(name);
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
        found.extend(identifiers(&text).map(str::to_owned));
    }
    Ok(found)
}

fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_do_not_count_as_use() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("src")).unwrap();
        fs::create_dir_all(dir.path().join("tests")).unwrap();
        fs::write(dir.path().join("src/lib.rs"), "//! Like [`bytes::Bytes`].\nuse serde_json::Value;\n")
            .unwrap();
        fs::write(dir.path().join("tests/all.rs"), "use proptest::prelude::*;\n").unwrap();

        let sources = Sources::read(dir.path()).unwrap();
        let expected = ["serde_json", "use", "Value"].map(str::to_owned).into();
        assert_eq!(sources.normal, expected);
        assert!(sources.all.contains("proptest"));
    }

    #[test]
    fn the_entries_of_the_workspace_are_read() {
        let manifest = "[workspace]\nresolver = \"3\"\n\n[workspace.dependencies]\n# AWS.\n\
                        aws-config = { version = \"1\" }\n\nanyhow = \"1\"\n[profile.dev]\ndebug = 1\n";
        assert_eq!(workspace_dependencies(manifest).collect::<Vec<_>>(), ["aws-config", "anyhow"]);
    }

    #[test]
    fn every_dependency_is_used() {
        assert_eq!(problems(&Workspace::read().unwrap()).unwrap(), Vec::<String>::new());
    }
}
