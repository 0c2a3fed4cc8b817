//! The groups of crates, and the edges between them that are allowed.

use std::fs;

use super::workspace::{Dependency, Package, Workspace};
use crate::project;

/// A folder of crates.
pub(crate) struct Group {
    /// The folder, relative to the checkout. A crate belongs to the group that its path begins with.
    pub(crate) folder: &'static str,
    /// The names of other groups that its crates may depend on. Crates of one group may always use each other.
    pub(crate) may_use: &'static [&'static str],
}

/// Every group, lowest first: no edge points upwards. To allow an edge is to change the architecture, so
/// `docs/architecture.md` changes with this table.
pub(crate) const GROUPS: &[Group] = &[
    Group { folder: "shared/foundation", may_use: &[] },
    Group { folder: "shared/events", may_use: &["foundation"] },
    Group { folder: "shared/settings", may_use: &["foundation", "events"] },
    Group { folder: "shared/query", may_use: &["foundation", "events"] },
    Group { folder: "shared/archive", may_use: &["foundation", "events", "settings"] },
    Group { folder: "shared/delivery", may_use: &["foundation", "events", "settings", "archive"] },
    Group {
        folder: "shared/intake",
        may_use: &["foundation", "events", "settings", "query", "archive", "delivery"],
    },
    Group { folder: "shared/policy", may_use: &["foundation", "archive"] },
    Group { folder: "shared/account", may_use: &["foundation", "events", "settings", "query", "policy"] },
    Group {
        folder: "shared/lambda",
        may_use: &["foundation", "events", "settings", "query", "archive", "delivery", "intake"],
    },
    Group {
        folder: "functions",
        may_use: &[
            "foundation",
            "events",
            "settings",
            "query",
            "archive",
            "delivery",
            "intake",
            "policy",
            "account",
            "lambda",
        ],
    },
    Group {
        folder: "cli",
        may_use: &[
            "foundation",
            "events",
            "settings",
            "query",
            "archive",
            "delivery",
            "intake",
            "policy",
            "account",
        ],
    },
];

/// Crates for tests, beside the others: any crate may have them as a dev-dependency, none as a normal one.
pub(crate) const TESTING: Group = Group { folder: "shared/testing", may_use: &["foundation", "events"] };

/// The developer tasks, above everything.
pub(crate) const XTASK: &str = "xtask";

/// Normal dependencies on crates for tests that are meant: user, used, reason.
const TESTING_IN_PROGRAMS: &[(&str, &str, &str)] =
    &[("mailtrail", "mailtrail-samples", "`mailtrail demo` sends sample mail through the pipeline")];

impl Group {
    /// The last part of the folder: `events`.
    pub(crate) fn name(&self) -> &'static str {
        self.folder.rsplit('/').next().unwrap_or(self.folder)
    }

    fn contains(&self, package: &Package) -> bool {
        let path = package.path();
        path == self.folder || path.strip_prefix(self.folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The line of the group's README that says what it may use.
    fn allowance(&self) -> String {
        let groups: Vec<_> = self.may_use.iter().map(|name| format!("`{name}`")).collect();
        let groups = if groups.is_empty() { "no other group".to_owned() } else { groups.join(", ") };
        format!("May use: {groups}.")
    }
}

/// The packages of a group, by path.
pub(crate) fn members<'a>(group: &Group, workspace: &'a Workspace) -> Vec<&'a Package> {
    let mut members: Vec<_> = workspace.packages.iter().filter(|package| group.contains(package)).collect();
    members.sort_by_key(|package| package.path());
    members
}

/// Edges that no entry of the table allows, and packages outside every group.
pub(crate) fn problems(workspace: &Workspace) -> Vec<String> {
    let mut problems = vec![];
    for package in workspace.packages.iter().filter(|package| package.path() != XTASK) {
        let Some(group) = group_of(package) else {
            problems.push(format!("{} ({}) is in no group", package.name, package.path()));
            continue;
        };
        for dependency in &package.dependencies {
            let Some(used) = workspace.package(&dependency.name) else { continue };
            if !is_allowed(package, group, dependency, used) {
                problems.push(forbidden(package, group, used, dependency));
            }
        }
    }
    problems
}

/// Groups whose README is missing, or says something else about what they may use than the table.
pub(crate) fn problems_of_readmes() -> Vec<String> {
    let shared = GROUPS.iter().chain([&TESTING]).filter(|group| group.folder.starts_with("shared/"));
    shared.filter_map(|group| problem_of_readme(group, readme(group).as_deref())).collect()
}

/// The text of the group's README.
pub(crate) fn readme(group: &Group) -> Option<String> {
    fs::read_to_string(project().join(group.folder).join("README.md")).ok()
}

fn problem_of_readme(group: &Group, readme: Option<&str>) -> Option<String> {
    let path = format!("{}/README.md", group.folder);
    let Some(readme) = readme else { return Some(format!("{path} is missing")) };
    let allowance = group.allowance();
    let agrees = readme.lines().any(|line| line == allowance);
    (!agrees).then(|| format!("{path} needs the line `{allowance}`"))
}

fn group_of(package: &Package) -> Option<&'static Group> {
    GROUPS.iter().chain([&TESTING]).find(|group| group.contains(package))
}

fn is_allowed(package: &Package, group: &Group, dependency: &Dependency, used: &Package) -> bool {
    if group.contains(used) || used.name == package.name {
        return true;
    }
    if TESTING.contains(used) {
        let meant = |&(user, name, _): &(&str, &str, &str)| user == package.name && name == used.name;
        return dependency.is_dev() || TESTING_IN_PROGRAMS.iter().any(meant);
    }
    group_of(used).is_some_and(|used| group.may_use.contains(&used.name()))
}

fn forbidden(package: &Package, group: &Group, used: &Package, dependency: &Dependency) -> String {
    let kind = if dependency.is_dev() { "dev-depends" } else { "depends" };
    let place = group_of(used).map_or(XTASK, Group::name);
    format!(
        "{} (group {}) {kind} on {} (group {place}): an edge that xtask/src/layout/groups.rs does not allow",
        package.name,
        group.name(),
        used.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_itself_has_no_edge_that_points_upwards() {
        for (position, group) in GROUPS.iter().enumerate() {
            for used in group.may_use {
                assert!(
                    GROUPS[..position].iter().any(|lower| lower.name() == *used),
                    "{} may use {used}, which is not below it",
                    group.name()
                );
            }
        }
    }

    #[test]
    fn an_edge_upwards_is_named_with_both_crates() {
        let workspace = Workspace::of(&[
            ("shared/foundation/clock", &["ocsf"], &[]),
            ("shared/events/ocsf", &["clock"], &[]),
            ("shared/events/normalize", &["ocsf", "clock", "serde"], &[]),
        ]);
        assert_eq!(
            problems(&workspace),
            ["clock (group foundation) depends on ocsf (group events): an edge that \
                 xtask/src/layout/groups.rs does not allow"]
        );
    }

    #[test]
    fn a_dev_dependency_is_an_edge_as_well() {
        let workspace =
            Workspace::of(&[("shared/events/ocsf", &[], &["store"]), ("shared/archive/store", &[], &[])]);
        let problems = problems(&workspace);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("ocsf (group events) dev-depends on store (group archive)"));
    }

    #[test]
    fn crates_for_tests_are_dev_dependencies_only() {
        let workspace = Workspace::of(&[
            ("shared/testing/mailtrail-samples", &[], &[]),
            ("shared/events/normalize", &["mailtrail-samples"], &[]),
            ("shared/archive/store", &[], &["mailtrail-samples"]),
            ("cli/mailtrail", &["mailtrail-samples"], &[]),
            ("xtask", &["mailtrail-samples"], &[]),
        ]);
        let problems = problems(&workspace);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("normalize (group events) depends on mailtrail-samples"));
    }

    #[test]
    fn a_crate_outside_the_groups_is_named() {
        let workspace = Workspace::of(&[("shared/elsewhere/thing", &[], &[]), ("thing", &[], &[])]);
        assert_eq!(
            problems(&workspace),
            ["thing (shared/elsewhere/thing) is in no group", "thing (thing) is in no group"]
        );
    }

    #[test]
    fn a_readme_that_disagrees_with_the_table_is_named() {
        let group = Group { folder: "shared/events", may_use: &["foundation"] };
        assert_eq!(problem_of_readme(&group, Some("# events\n\nMay use: `foundation`.\n")), None);
        assert_eq!(
            problem_of_readme(&group, Some("# events\n\nMay use: `policy`.\n")).unwrap(),
            "shared/events/README.md needs the line `May use: `foundation`.`"
        );
        assert_eq!(problem_of_readme(&group, None).unwrap(), "shared/events/README.md is missing");
    }

    #[test]
    fn the_workspace_keeps_to_the_table() {
        assert_eq!(problems(&Workspace::read().unwrap()), Vec::<String>::new());
        assert_eq!(problems_of_readmes(), Vec::<String>::new());
    }
}
