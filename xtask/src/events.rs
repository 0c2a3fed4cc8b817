//! `events/`: the sample invocations, written from `mailtrail-samples`.
//!
//! Policy: the folder holds what the generator makes and nothing else; [`check`] says so in CI. Nothing is
//! ever deleted: a file that does not belong may be somebody's only copy of a capture.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context as _, bail};

/// Writes every sample file and the README below `dir`, and says how many they are. Files that are already
/// what they should be are left alone.
pub(crate) fn write(dir: &Path) -> anyhow::Result<usize> {
    let wanted = wanted();
    for (name, bytes) in &wanted {
        let path = dir.join(name);
        if fs::read(&path).is_ok_and(|found| found == *bytes) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        }
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(wanted.len())
}

/// Compares `dir` with what [`write()`] would make of it; fails with one line for each file that differs.
pub(crate) fn check(dir: &Path) -> anyhow::Result<()> {
    let wanted = wanted();
    let found = files_below(dir)?;
    let mut problems = vec![];
    for (name, bytes) in &wanted {
        if !found.contains(name) {
            problems.push(format!("missing: {name}"));
        } else if fs::read(dir.join(name)).with_context(|| format!("cannot read {name}"))? != *bytes {
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
        "{} is not what `cargo xtask events` makes (run it, and move superfluous files away):\n{}",
        dir.display(),
        problems.join("\n")
    )
}

/// Everything that belongs below `events/`: path with `/`, content.
fn wanted() -> BTreeMap<String, Vec<u8>> {
    let files = mailtrail_samples::sample_files().into_iter().map(|file| (file.name, file.bytes));
    files.chain([("README.md".into(), mailtrail_samples::readme().into_bytes())]).collect()
}

/// The files below `dir`, folder by folder: path with `/`. A folder that does not exist has none.
fn files_below(dir: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let path = dir.join(&folder);
        if !path.exists() {
            continue;
        }
        for entry in fs::read_dir(&path).with_context(|| format!("cannot list {}", path.display()))? {
            let entry = entry?;
            let name = format!("{folder}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(format!("{name}/"));
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
    fn the_samples_in_the_repository_are_those_of_the_generator() {
        check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")).unwrap();
    }

    #[test]
    fn every_file_that_differs_is_named() {
        let dir = std::env::temp_dir().join(format!("mailtrail-events-{}", std::process::id()));
        write(&dir).unwrap();
        check(&dir).unwrap();

        fs::remove_file(dir.join("kinesis.json")).unwrap();
        fs::write(dir.join("hostile/bomb.json"), "{}").unwrap();
        fs::write(dir.join("hostile/capture.json"), "{}").unwrap();
        let problems = check(&dir).unwrap_err().to_string();
        assert_eq!(
            problems.lines().skip(1).collect::<Vec<_>>(),
            ["stale: hostile/bomb.json", "missing: kinesis.json", "superfluous: hostile/capture.json"]
        );
        fs::remove_dir_all(&dir).unwrap();
    }
}
