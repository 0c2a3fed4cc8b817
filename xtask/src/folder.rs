//! Folders of generated files.
//!
//! Policy: a folder holds what its generator makes and nothing else; [`check`] says so in CI. Nothing is ever
//! deleted: a file that does not belong may be the only copy of a capture.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

/// What belongs into a folder: path with `/`, content.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Writes every file below `dir`. Files that are already what they should be are left alone.
pub(crate) fn write(dir: &Path, wanted: &Files) -> anyhow::Result<()> {
    for (name, bytes) in wanted {
        let path = dir.join(name);
        if fs::read(&path).is_ok_and(|found| found == *bytes) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("failed to create {}", parent.display()))?;
        }
        fs::write(&path, bytes).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}

/// Compares `dir` with what [`write()`] would make of it; fails with one line for each file that differs.
pub(crate) fn check(dir: &Path, wanted: &Files) -> anyhow::Result<()> {
    let found = files_below(dir)?;
    let mut problems = vec![];
    for (name, bytes) in wanted {
        if !found.contains(name) {
            problems.push(format!("missing: {name}"));
        } else if fs::read(dir.join(name)).with_context(|| format!("failed to read {name}"))? != *bytes {
            problems.push(format!("stale: {name}"));
        }
    }
    problems.extend(
        found.iter().filter(|name| !wanted.contains_key(*name)).map(|name| format!("superfluous: {name}")),
    );
    if problems.is_empty() {
        return Ok(());
    }
    bail!(
        "{} is not what `cargo xtask generate` makes (run it, and move superfluous files away):\n{}",
        dir.display(),
        problems.join("\n")
    )
}

/// The files below `dir`: path with `/`. A folder that does not exist has none.
pub(crate) fn files_below(dir: &Path) -> anyhow::Result<BTreeSet<String>> {
    files_below_except(dir, |_| false)
}

/// The files below `dir`, without the files and folders that are skipped. The path of a folder ends in `/`.
pub(crate) fn files_below_except(
    dir: &Path,
    is_skipped: impl Fn(&str) -> bool,
) -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let path = dir.join(&folder);
        if !path.exists() {
            continue;
        }
        for entry in fs::read_dir(&path).with_context(|| format!("failed to list {}", path.display()))? {
            let entry = entry?;
            let mut name = format!("{folder}{}", entry.file_name().to_string_lossy());
            let is_folder = entry.file_type()?.is_dir();
            if is_folder {
                name.push('/');
            }
            if is_skipped(&name) {
                continue;
            }
            if is_folder {
                folders.push(name);
            } else {
                found.insert(name);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_differs_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let wanted = ["a.json", "b.json", "below/c.json"].map(|name| (name.to_owned(), name.into())).into();
        write(dir.path(), &wanted).unwrap();
        check(dir.path(), &wanted).unwrap();

        fs::remove_file(dir.path().join("a.json")).unwrap();
        fs::write(dir.path().join("below/c.json"), "{}").unwrap();
        fs::write(dir.path().join("below/capture.json"), "{}").unwrap();
        let problems = check(dir.path(), &wanted).unwrap_err().to_string();
        assert_eq!(
            problems.lines().skip(1).collect::<Vec<_>>(),
            ["missing: a.json", "stale: below/c.json", "superfluous: below/capture.json"]
        );
    }
}
