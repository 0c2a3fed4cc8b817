//! `cargo xtask words`: one word, one meaning, in code, help, docs and snapshots.
//!
//! [`list`] has the names and phrases that are not used here, each with the one that is. Where a word is right after
//! all (the field itself uses it), its entry allows the path and says why; an allowance that excuses nothing is a
//! problem as well, so that the list stays true. `docs/vocabulary.md` has the words that are used.

mod list;
mod text;

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::{folder, project};
use list::{Kind, RULES, Rule};
use text::Text;

/// What is never read: generated data, dependencies, what builds leave behind, and what names the words on purpose.
const SKIPPED: &[&str] = &[
    "CHANGELOG.md",
    "events/",
    "infra/cdk/node_modules/",
    "infra/packages/",
    "mailtrail-demo/",
    "target/",
    "xtask/fuzz/target/",
    "xtask/src/words/",
];

/// The files that people read or write.
const EXTENSIONS: &[&str] = &["md", "py", "rs", "snap", "sql", "toml", "ts", "txt", "yaml", "yml"];

/// A word or name where it stands.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// Counted from 1; 0 for the name of the file.
    line: usize,
    old: &'static str,
    better: &'static str,
}

/// Reads every file, and fails with one line for each word that has a better one: `path:line: …`.
pub(crate) fn check() -> anyhow::Result<()> {
    let paths = paths()?;
    let mut findings = vec![];
    for path in &paths {
        let text =
            fs::read_to_string(project().join(path)).with_context(|| format!("failed to read {path}"))?;
        findings.extend(findings_in(RULES, path, &text));
    }
    let (allowed, mut findings): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .partition(|(rule, finding)| rule.allowed.iter().any(|(path, _)| finding.path.starts_with(path)));
    findings.sort_by(|a, b| a.1.cmp(&b.1));
    let mut lines: Vec<_> = findings.iter().map(|(_, finding)| finding.to_string()).collect();
    lines.dedup();
    lines.extend(idle_allowances(RULES, &allowed));
    ensure!(lines.is_empty(), "{}\n{} words have a better one", lines.join("\n"), lines.len());
    println!("words: {} files, no problem", paths.len());
    Ok(())
}

/// The files to read, relative to the checkout.
fn paths() -> anyhow::Result<Vec<String>> {
    let is_skipped = |path: &str| {
        SKIPPED.iter().any(|skipped| path.starts_with(skipped))
            || path.split('/').any(|part| part.starts_with('.') && part != ".github" || part == "__pycache__")
    };
    let has_text = |path: &str| {
        Path::new(path)
            .extension()
            .is_some_and(|found| EXTENSIONS.iter().any(|extension| found == *extension))
    };
    let files = folder::files_below_except(project(), is_skipped)?;
    Ok(files.into_iter().filter(|path| has_text(path)).collect())
}

fn findings_in<'r>(rules: &'r [Rule], path: &str, text: &str) -> Vec<(&'r Rule, Finding)> {
    let text = Text::new(text);
    let mut findings = vec![];
    for rule in rules {
        let lines = match rule.kind {
            Kind::Type => text.definitions(rule.old),
            Kind::Module => module_lines(path, &text, rule.old),
            Kind::Identifier => text.identifiers(rule.old),
            Kind::Phrase => text.phrases(rule.old, &[]),
            Kind::Verdict => text.phrases(rule.old, &["there", "where"]),
        };
        let finding = |line| Finding { path: path.to_owned(), line, old: rule.old, better: rule.better };
        findings.extend(lines.into_iter().map(|line| (rule, finding(line))));
    }
    findings
}

/// A module is its file, its folder, or where it is written inside another file.
fn module_lines(path: &str, text: &Text, name: &str) -> Vec<usize> {
    let stem = Path::new(path).file_stem().unwrap_or_default();
    let is_name = |part: &str| part.strip_prefix("test_").unwrap_or(part) == name;
    let mut lines = text.inline_modules(name);
    if is_name(&stem.to_string_lossy()) || path.rsplit('/').skip(1).any(is_name) {
        lines.push(0);
    }
    lines
}

/// Allowances that excuse none of the findings that are allowed.
fn idle_allowances(rules: &[Rule], allowed: &[(&Rule, Finding)]) -> Vec<String> {
    let mut lines = vec![];
    for rule in rules {
        for (path, _) in rule.allowed {
            let excuses =
                |(of, finding): &(&Rule, Finding)| of.old == rule.old && finding.path.starts_with(path);
            if !allowed.iter().any(excuses) {
                lines.push(format!(
                    "xtask/src/words/list.rs allows `{}` in {path}, where it is not",
                    rule.old
                ));
            }
        }
    }
    lines
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, line, old, better } = self;
        match line {
            0 => write!(f, "{path}: the name `{old}`: use {better}"),
            _ => write!(f, "{path}:{line}: `{old}`: use {better}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: Rule, path: &str, text: &str) -> Vec<String> {
        findings_in(&[rule], path, text).iter().map(|(_, finding)| finding.to_string()).collect()
    }

    #[test]
    fn a_type_is_found_where_it_is_defined_and_nowhere_else() {
        let rule = || Rule::of(Kind::Type, "Place", "Partition");
        let text = "/// Place it here.\npub(crate) struct Place {\n}\nlet place = Place::new();\nstruct Placement;\n";
        assert_eq!(found(rule(), "a.rs", text), ["a.rs:2: `Place`: use Partition"]);
        assert_eq!(found(rule(), "a.py", "class Place:\n"), ["a.py:1: `Place`: use Partition"]);
        assert_eq!(found(rule(), "a.ts", "export interface Place {\n"), ["a.ts:1: `Place`: use Partition"]);
    }

    #[test]
    fn a_module_is_a_file_a_folder_or_written_inline() {
        let rule = || Rule::of(Kind::Module, "place", "partition");
        assert_eq!(found(rule(), "src/place.rs", ""), ["src/place.rs: the name `place`: use partition"]);
        assert_eq!(found(rule(), "src/place/mod.rs", "").len(), 1);
        assert_eq!(found(rule(), "tests/test_place.py", "").len(), 1);
        assert_eq!(found(rule(), "src/lib.rs", "mod place;\npub mod place {\n").len(), 1);
        assert!(found(rule(), "src/in_place.rs", "let place = 1;").is_empty());
    }

    #[test]
    fn an_identifier_is_found_whole() {
        let rule = || Rule::of(Kind::Identifier, "left_out", "ignored_settings");
        assert_eq!(found(rule(), "a.rs", "\nlet n = self.left_out.len();\n").len(), 1);
        assert!(found(rule(), "a.rs", "left out, left_out_of, is_left_out").is_empty());
    }

    #[test]
    fn a_phrase_is_found_in_prose_in_names_and_across_lines() {
        let rule = || Rule::of(Kind::Phrase, "parted by", "separated by");
        assert_eq!(found(rule(), "a.md", "Parted by commas"), ["a.md:1: `parted by`: use separated by"]);
        assert_eq!(found(rule(), "a.rs", "fn lists_are_parted_by_commas() {}").len(), 1);
        assert_eq!(found(rule(), "a.rs", "\n    /// a list, parted\n    /// by commas").len(), 1);
        assert_eq!(found(rule(), "a.rs", "\"a list, parted \\\n     by commas\"").len(), 1);
        assert!(found(rule(), "a.md", "It departed by train. They parted. By then, parted, by").is_empty());
        let deed = || Rule::of(Kind::Phrase, "deed", "activity");
        assert_eq!(found(deed(), "a.rs", "DeedKind, deed_of, TheDeed").len(), 3);
        assert!(found(deed(), "a.rs", "indeed, deeds").is_empty());
    }

    #[test]
    fn a_verdict_is_not_what_there_is_none_of() {
        let rule = || Rule::of(Kind::Verdict, "is no archive", "invalid archive");
        assert_eq!(found(rule(), "a.rs", "\"`{url}` is no archive\"").len(), 1);
        assert!(found(rule(), "a.rs", "where there is no archive").is_empty());
    }

    #[test]
    fn an_allowance_that_excuses_nothing_is_a_problem() {
        let rules = [Rule {
            allowed: &[("shared/", "the field's own word")],
            ..Rule::of(Kind::Phrase, "house", "layout")
        }];
        let allowed = findings_in(&rules, "shared/lib.rs", "house");
        assert!(idle_allowances(&rules, &allowed).is_empty());
        assert_eq!(
            idle_allowances(&rules, &[]),
            ["xtask/src/words/list.rs allows `house` in shared/, where it is not"]
        );
    }

    #[test]
    fn the_list_names_each_word_of_a_kind_once() {
        for (position, rule) in RULES.iter().enumerate() {
            assert!(!rule.better.is_empty() && rule.allowed.iter().all(|(_, reason)| !reason.is_empty()));
            let same = |other: &&Rule| other.kind == rule.kind && other.old == rule.old;
            assert!(RULES[position + 1..].iter().find(same).is_none(), "{} is listed twice", rule.old);
        }
    }
}
