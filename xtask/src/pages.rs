//! What the pages of the project say about its files, held against the files: links, paths and types exist, and a change
//! touches no more files than CONTRIBUTING.md promises.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{folder, project};

const CONTRIBUTING: &str = "CONTRIBUTING.md";
const VOCABULARY: &str = "docs/vocabulary.md";
const ARCHITECTURE: &str = "docs/architecture.md";

/// Headings of CONTRIBUTING.md, each with the most files that such a change touches by hand.
const CHANGES: &[(&str, usize)] = &[
    ("A source of events", 6),
    ("A sink", 8),
    ("A command", 7),
    ("A check of the doctor", 5),
    ("A setting", 6),
    ("A field of a record", 6),
];

/// Folders that hold no page of the project.
const SKIPPED: &[&str] =
    &[".git/", "events/", "infra/cdk/node_modules/", "mailtrail-demo/", "target/", "xtask/fuzz/"];

#[test]
fn every_relative_link_leads_somewhere() {
    let mut broken = vec![];
    for page in pages() {
        let text = read(&page);
        let folder = Path::new(&page).parent().unwrap();
        for link in links(&text).filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let path = link.split('#').next().unwrap();
            if !project().join(folder).join(path).exists() {
                broken.push(format!("{page}: {link}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_file_that_a_page_names_exists() {
    let mut missing = vec![];
    for page in [CONTRIBUTING, ARCHITECTURE] {
        for path in code(&read(page)).filter(|code| is_path(code)) {
            if !project().join(known_part(path)).exists() {
                missing.push(format!("{page}: {path}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_change_touches_few_files() {
    let page = read(CONTRIBUTING);
    for (heading, most) in CHANGES {
        let files = files_of_change(&page, heading);
        assert!(!files.is_empty(), "{CONTRIBUTING} lists no files below `{heading}`");
        assert!(
            files.len() <= *most,
            "`{heading}` touches {} files, more than {most}: {files:?}",
            files.len()
        );
        let distinct: BTreeSet<_> = files.iter().collect();
        assert_eq!(distinct.len(), files.len(), "`{heading}` lists a file twice");
        assert!(files.iter().all(|file| is_path(file)), "{files:?}");
    }
    let headings = page.lines().filter_map(|line| line.strip_prefix("### "));
    assert!(headings.eq(CHANGES.iter().map(|(heading, _)| *heading)), "a heading has no limit in this test");
}

#[test]
fn every_type_of_the_vocabulary_exists() {
    let defined = defined_types();
    let vocabulary = read(VOCABULARY);
    let rows = vocabulary.lines().filter(|line| line.starts_with("| "));
    let types = rows.filter_map(|row| row.split('|').nth(3));
    let types: Vec<_> = types.flat_map(code).collect();
    assert!(types.len() > 30, "{types:?}");
    let missing: Vec<_> = types.into_iter().filter(|name| !defined.contains(*name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_word_of_the_vocabulary_has_one_line() {
    let vocabulary = read(VOCABULARY);
    let rows = vocabulary.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| word |"));
    let mut words: Vec<_> = rows.filter_map(|row| row.split('|').nth(1)).collect();
    let all = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), all);
}

#[test]
fn the_licences_that_the_manifests_name_are_there() {
    let manifest = read("Cargo.toml");
    assert!(manifest.contains("license = \"MIT OR Apache-2.0\""));
    assert!(read("LICENSE-MIT").contains("Permission is hereby granted, free of charge"));
    assert!(read("LICENSE-APACHE").contains("Version 2.0, January 2004"));
}

fn pages() -> Vec<String> {
    let files = folder::files_below_except(project(), |path| SKIPPED.contains(&path)).unwrap();
    files.into_iter().filter(|path| Path::new(path).extension().is_some_and(|found| found == "md")).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(project().join(path)).unwrap_or_else(|error| panic!("failed to read {path}: {error}"))
}

/// The targets of `[text](target)`, outside blocks of code.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|text| text.split("](").skip(1)).filter_map(|rest| rest.split(')').next())
}

/// What stands between backticks on one line, outside blocks of code.
fn code(page: &str) -> impl Iterator<Item = &str> {
    let prose = page.split("```").step_by(2).flat_map(str::lines);
    prose.flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether it names a file or folder of the checkout: `xtask/src/main.rs`, `CHANGELOG.md`.
fn is_path(code: &str) -> bool {
    let begins = ["cli/", "docs/", "events/", "functions/", "infra/", "shared/", "tests/", "xtask/"];
    begins.iter().any(|folder| code.starts_with(folder)) || code == "CHANGELOG.md"
}

/// The folders before the first name in angle brackets, which the reader chooses; else the whole path.
fn known_part(path: &str) -> &str {
    path.find('<').map_or(path, |at| path[..at].rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// The files of the numbered list below a heading.
fn files_of_change<'p>(page: &'p str, heading: &str) -> Vec<&'p str> {
    let section = page.lines().skip_while(|line| line.strip_prefix("### ") != Some(heading)).skip(1);
    let section = section.take_while(|line| !line.starts_with('#'));
    let items = section.filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
    items.filter_map(|item| item.split('`').nth(1)).collect()
}

/// The names of all types in the Rust sources.
fn defined_types() -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    for root in ["shared", "cli/src", "functions"] {
        for path in folder::files_below(&project().join(root)).unwrap() {
            // A stand-in may use the words of what it stands in for.
            if root == "shared" && path.starts_with("testing/") {
                continue;
            }
            if Path::new(&path).extension().is_some_and(|extension| extension == "rs") {
                let text = read(&format!("{root}/{path}"));
                types.extend(text.lines().filter_map(type_of).map(str::to_owned));
            }
        }
    }
    types
}

/// The type that a line defines.
fn type_of(line: &str) -> Option<&str> {
    let words: Vec<_> =
        line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let define = ["struct", "enum", "trait", "type"];
    words.windows(2).find(|pair| define.contains(&pair[0])).map(|pair| pair[1])
}

#[test]
fn placeholders_end_the_known_part_of_a_path() {
    assert_eq!(known_part("cli/src/<command>/mod.rs"), "cli/src");
    assert_eq!(known_part("shared/x/src/<source>.rs"), "shared/x/src");
    assert_eq!(known_part("cli/src/main.rs"), "cli/src/main.rs");
}

#[test]
fn a_list_ends_with_its_section() {
    let page = "### One\n\nText.\n\n1. `a/b.rs`: this.\n2. `c.rs`: that, in `d`.\n\nGenerated: `e`.\n\n### Two\n1. `f`\n";
    assert_eq!(files_of_change(page, "One"), ["a/b.rs", "c.rs"]);
    assert_eq!(files_of_change(page, "Three"), Vec::<&str>::new());
}
