//! The length of files.

use std::fs;

use anyhow::Context;

use super::workspace::Workspace;
use crate::folder;

/// A file that is longer is two files.
const MOST_LINES: usize = 400;

/// One line for each Rust file that is too long.
pub(crate) fn problems(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let mut problems = vec![];
    for package in &workspace.packages {
        for name in folder::files_below_except(package.folder(), |path| path == "fuzz/" || path == "target/")?
        {
            let path = package.folder().join(&name);
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text =
                fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
            problems.extend(problem(&format!("{}/{name}", package.path()), &text));
        }
    }
    Ok(problems)
}

fn problem(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > MOST_LINES).then(|| format!("{path} has {lines} lines, more than {MOST_LINES}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_too_many_lines_is_named() {
        assert_eq!(problem("a.rs", &"\n".repeat(400)), None);
        assert_eq!(problem("a.rs", &"\n".repeat(401)).unwrap(), "a.rs has 401 lines, more than 400");
    }

    #[test]
    fn no_file_is_too_long() {
        assert_eq!(problems(&Workspace::read().unwrap()).unwrap(), Vec::<String>::new());
    }
}
