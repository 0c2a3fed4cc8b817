//! What the audit of resource policies looks at, and may do.

use std::collections::BTreeMap;
use std::str::FromStr;

use thiserror::Error;

use crate::reader::SettingsReader;
use crate::settings;
use crate::switch::Switch;

/// What the audit of resource policies looks at, and may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyAuditConfig {
    /// What it may do about a policy that is too full.
    pub mode: RemediationMode,
    /// The Regions that it looks at: without any named, the function's own.
    pub regions: Vec<String>,
    /// ARNs of roles that it assumes, to look at other accounts besides its own.
    pub roles: Vec<String>,
    /// The share of the soft limit, in percent, from which a policy is too full.
    pub full_percent: u32,
    /// A policy is too full when the forecast says that it reaches the soft limit within so many days.
    pub days: u32,
    /// The characters of a policy at which services stop that still check the old quota themselves.
    pub soft_limit_characters: u32,
    /// The characters of a policy that the API accepts.
    pub hard_limit_characters: u32,
    /// How many log groups are asked for a policy of their own in one run, besides those that matter most.
    pub log_group_policies: u32,
    /// Whether Step Functions and API Gateway are asked where they deliver logs to.
    pub v1_services: bool,
    /// New names of log groups, by the old ones, where the rule for new names does not suit.
    pub new_names: BTreeMap<String, String>,
}

/// What the audit may do about a policy that is too full. Each mode includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum RemediationMode {
    /// Report it.
    #[default]
    Report,
    /// Make policies smaller.
    Shrink,
    /// Move log deliveries to log groups below `/aws/vendedlogs/`, which need no entry.
    Move,
}

/// Text that is not a mode.
#[derive(Debug, Error)]
#[error("invalid mode: expected report, shrink or move")]
pub struct InvalidRemediationMode;

impl FromStr for RemediationMode {
    type Err = InvalidRemediationMode;

    fn from_str(text: &str) -> Result<Self, InvalidRemediationMode> {
        match text {
            "report" => Ok(Self::Report),
            "shrink" => Ok(Self::Shrink),
            "move" => Ok(Self::Move),
            _ => Err(InvalidRemediationMode),
        }
    }
}

impl PolicyAuditConfig {
    pub(crate) fn from_settings(read: &mut SettingsReader<'_>) -> Self {
        let environment = read.environment();
        let list = |name| environment.list(name).map(str::to_owned).collect::<Vec<String>>();
        let mut regions = list(settings::POLICY_REGIONS.name);
        if regions.is_empty() {
            regions.extend(environment.get(settings::AWS_REGION).map(str::to_owned));
        }
        Self {
            mode: read.value(&settings::POLICY_MODE).unwrap_or_default(),
            regions,
            roles: list(settings::POLICY_ROLES.name),
            full_percent: read.integer(&settings::POLICY_SHARE),
            days: read.integer(&settings::POLICY_DAYS),
            soft_limit_characters: read.integer(&settings::POLICY_SOFT_LIMIT),
            hard_limit_characters: read.integer(&settings::POLICY_HARD_LIMIT),
            log_group_policies: read.integer(&settings::POLICY_LOG_GROUPS),
            v1_services: read.value(&settings::POLICY_V1_SERVICES).is_some_and(|Switch(on)| on),
            new_names: new_names(read),
        }
    }
}

/// New names of log groups, by the old ones. One invalid entry makes all of them invalid.
fn new_names(read: &mut SettingsReader<'_>) -> BTreeMap<String, String> {
    let setting = &settings::POLICY_NAMES;
    let mut names = BTreeMap::new();
    for entry in read.environment().list(setting.name) {
        let Some((old, new)) = entry.split_once('=') else {
            let reason = format!("invalid entry `{entry}`: expected <log group>=<new name>");
            read.ignored.push(setting.invalid(entry, &reason));
            return BTreeMap::new();
        };
        names.insert(old.trim().to_owned(), new.trim().to_owned());
    }
    names
}
