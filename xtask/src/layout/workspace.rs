//! The packages of the workspace, as `cargo metadata` describes them.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

use crate::project;
use crate::shell::{cargo, output};

/// The members of the workspace, in cargo's order.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Empty where the manifest has none.
    #[serde(default)]
    pub(crate) description: Option<String>,
    manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// An entry of `[dependencies]`, `[dev-dependencies]` or `[build-dependencies]`.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// The name that the manifest gives it, where that is another.
    rename: Option<String>,
    /// `None`: a normal dependency.
    kind: Option<String>,
}

impl Workspace {
    /// Asks cargo, without the network.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let arguments = ["metadata", "--offline", "--locked", "--no-deps", "--format-version", "1"];
        let json = output(&mut cargo(arguments))?;
        serde_json::from_str(&json).context("failed to read the answer of cargo metadata")
    }

    /// The names of the Lambda functions.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &str> {
        let functions = self.packages.iter().filter(|package| package.path().starts_with("functions/"));
        functions.map(|package| package.name.as_str())
    }

    /// The member of this name.
    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

impl Package {
    /// The folder of the package.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    /// The folder, relative to the checkout, with `/`: `shared/events/ocsf`.
    pub(crate) fn path(&self) -> String {
        let path = self.folder().strip_prefix(project()).unwrap_or(self.folder());
        path.to_string_lossy().replace('\\', "/")
    }
}

impl Dependency {
    /// Whether only tests, benchmarks and examples see it.
    pub(crate) fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }

    /// The name by which Rust code refers to the crate.
    pub(crate) fn crate_name(&self) -> String {
        self.rename.as_ref().unwrap_or(&self.name).replace('-', "_")
    }
}

#[cfg(test)]
impl Workspace {
    /// A workspace of packages at `path` (relative to the checkout) with normal and dev-dependencies.
    pub(crate) fn of(packages: &[(&str, &[&str], &[&str])]) -> Self {
        let dependency = |name: &&str, kind: Option<&str>| Dependency {
            name: (*name).to_owned(),
            rename: None,
            kind: kind.map(str::to_owned),
        };
        let package = |(path, normal, dev): &(&str, &[&str], &[&str])| Package {
            name: path.rsplit('/').next().unwrap().to_owned(),
            description: Some(format!("About {path}")),
            manifest_path: project().join(path).join("Cargo.toml"),
            dependencies: normal
                .iter()
                .map(|name| dependency(name, None))
                .chain(dev.iter().map(|name| dependency(name, Some("dev"))))
                .collect(),
        };
        Self { packages: packages.iter().map(package).collect() }
    }
}
