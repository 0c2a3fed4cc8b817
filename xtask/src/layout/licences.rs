//! The licences of what is built into the programs.

use std::collections::BTreeSet;

use crate::shell::{cargo, output};

/// Licences that ask for no more than their text and the names of the authors.
const ALLOWED: &[&str] =
    &["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Unicode-3.0", "Unlicense", "Zlib"];

/// One line for each dependency whose licence is not allowed. Dependencies of tests are not looked at: nothing of
/// them is distributed.
pub(crate) fn problems() -> anyhow::Result<Vec<String>> {
    let arguments = ["tree", "--locked", "--workspace", "--edges", "normal,build"];
    let mut tree = cargo(arguments);
    tree.args(["--prefix", "none", "--format", "{p}|{l}"]);
    Ok(problems_of_tree(&output(&mut tree)?))
}

/// `tree` has a line for each dependency: `name version (source)|licence (*)`.
fn problems_of_tree(tree: &str) -> Vec<String> {
    let lines: BTreeSet<_> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    let packages = lines.into_iter().filter_map(|line| line.split_once('|'));
    packages
        .filter(|(_, licence)| !is_allowed(licence))
        .map(|(package, licence)| format!("{package} has the licence `{licence}`, which is not allowed"))
        .collect()
}

/// Whether an SPDX expression can be satisfied with allowed licences alone. Cargo's old form with `/` means `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = Tokens { words: spaced.split_whitespace().collect(), next: 0 };
    words.any() && words.next == words.words.len()
}

/// The words of an expression, read from left to right.
struct Tokens<'e> {
    words: Vec<&'e str>,
    next: usize,
}

impl Tokens<'_> {
    fn skip(&mut self, word: &str) -> bool {
        let found = self.words.get(self.next) == Some(&word);
        self.next += usize::from(found);
        found
    }

    /// Alternatives. Every one is read, also when an earlier one is enough.
    fn any(&mut self) -> bool {
        let mut allowed = self.all();
        while self.skip("OR") {
            allowed |= self.all();
        }
        allowed
    }

    fn all(&mut self) -> bool {
        let mut allowed = self.one();
        while self.skip("AND") {
            allowed &= self.one();
        }
        allowed
    }

    /// A licence, with an exception or without, or an expression in parentheses.
    fn one(&mut self) -> bool {
        if self.skip("(") {
            return self.any() & self.skip(")");
        }
        let licence = self.words.get(self.next).copied();
        self.next += 1;
        if self.skip("WITH") {
            // An exception only adds permissions.
            self.next += 1;
        }
        licence.is_some_and(|licence| ALLOWED.contains(&licence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_allowed_if_one_alternative_is_as_a_whole() {
        for allowed in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ] {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for forbidden in
            ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND MPL-2.0", "MIT OR", "(MIT", "MIT MIT"]
        {
            assert!(!is_allowed(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn a_package_is_named_once_with_its_licence() {
        let tree = "a v1.0.0|MIT\nb v2.0.0|AGPL-3.0\nb v2.0.0|AGPL-3.0 (*)\nc v1.0.0|\n";
        assert_eq!(
            problems_of_tree(tree),
            [
                "b v2.0.0 has the licence `AGPL-3.0`, which is not allowed",
                "c v1.0.0 has the licence ``, which is not allowed"
            ]
        );
    }

    #[test]
    fn every_dependency_has_an_allowed_licence() {
        assert_eq!(problems().unwrap(), Vec::<String>::new());
    }
}
