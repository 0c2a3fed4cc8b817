//! From the environment to what is audited, and what may be done about it.

use std::collections::BTreeMap;
use std::str::FromStr;

use mailtrail_config::settings::{self, Environment, LogLevel, SettingError, Variable};
use mailtrail_delivery::TopicArn;
use mailtrail_function::ArchiveSettings;
use mailtrail_function::values::{number, value_or};
use mailtrail_policy_survey::Budget;
use mailtrail_resource_policy::limits::{Limits, WARNING_DAYS};
use mailtrail_resource_policy::plan;
use thiserror::Error;

/// Percent of the soft limit from which a policy is too full.
const SHARE: usize = 80;

/// What the audit may do about a policy that is too full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Mode {
    /// Report it.
    #[default]
    Report,
    /// Make policies smaller, too.
    Shrink,
    /// Move destinations, too.
    Move,
}

/// A word that is no mode.
#[derive(Debug, Error)]
#[error("it is no mode")]
pub(crate) struct NoMode;

impl FromStr for Mode {
    type Err = NoMode;

    fn from_str(text: &str) -> Result<Self, NoMode> {
        match text {
            "report" => Ok(Self::Report),
            "shrink" => Ok(Self::Shrink),
            "move" => Ok(Self::Move),
            _ => Err(NoMode),
        }
    }
}

/// A switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Switch {
    /// On.
    On,
    /// Off.
    #[default]
    Off,
}

/// A word that is no position of a switch.
#[derive(Debug, Error)]
#[error("it is neither on nor off")]
pub(crate) struct NoSwitch;

impl FromStr for Switch {
    type Err = NoSwitch;

    fn from_str(text: &str) -> Result<Self, NoSwitch> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(NoSwitch),
        }
    }
}

/// Everything that the environment decides.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) log_level: LogLevel,
    /// Settings that are wrong and not used.
    pub(crate) left_out: Vec<SettingError>,
    pub(crate) archive: ArchiveSettings,
    pub(crate) topic: Option<TopicArn>,
    pub(crate) mode: Mode,
    pub(crate) regions: Vec<String>,
    /// Roles in other accounts.
    pub(crate) roles: Vec<String>,
    pub(crate) days: i64,
    /// Log groups that are asked for a policy of their own, in one run, besides those that matter most.
    pub(crate) log_group_policies: usize,
    /// Whether services with V1 log delivery are asked.
    pub(crate) v1_services: Switch,
    pub(crate) plan: plan::Options,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// Only for what concerns the archive. A wrong mode is left out, and then nothing is changed: the default only
    /// reports.
    pub(crate) fn read(environment: &Environment) -> Result<Self, SettingError> {
        let mut left_out = Vec::new();
        let mut or_default = |error: SettingError| left_out.push(error);
        let archive = ArchiveSettings::read(environment)?;
        let topic = value_or(environment.parse(&settings::TOPIC), &mut or_default);
        let mode = value_or(environment.parse(&settings::POLICY_MODE), &mut or_default);
        let log_level = value_or(environment.parse(&settings::LOG), &mut or_default);
        let share = value_or(number(environment, &settings::POLICY_SHARE, 1..=100), &mut or_default);
        let days = value_or(number(environment, &settings::POLICY_DAYS, 0..=i64::MAX), &mut or_default);
        let log_group_policies =
            value_or(number(environment, &settings::POLICY_LOG_GROUPS, 0..=usize::MAX), &mut or_default);
        let v1_services = value_or(environment.parse(&settings::POLICY_V1_SERVICES), &mut or_default);
        let mut limit = |variable: &Variable, default: usize| {
            value_or(number(environment, variable, 1..=usize::MAX), &mut or_default).unwrap_or(default)
        };
        let default = Limits::default();
        let limits = Limits {
            soft_characters: limit(&settings::POLICY_SOFT_LIMIT, default.soft_characters),
            hard_characters: limit(&settings::POLICY_HARD_LIMIT, default.hard_characters),
            ..default
        };
        let names = value_or(names(environment), &mut or_default).unwrap_or_default();
        let plan = plan::Options {
            limits,
            target_percent: share.unwrap_or(SHARE),
            names,
            ..plan::Options::default()
        };
        Ok(Self {
            log_level: log_level.unwrap_or_default(),
            archive,
            topic,
            mode: mode.unwrap_or_default(),
            regions: regions(environment),
            roles: environment.list(&settings::POLICY_ROLES).map(str::to_owned).collect(),
            days: days.unwrap_or(WARNING_DAYS),
            log_group_policies: log_group_policies.unwrap_or_else(|| Budget::default().log_group_policies),
            v1_services: v1_services.unwrap_or_default(),
            plan,
            left_out,
        })
    }
}

/// The Regions, or else the function's own.
fn regions(environment: &Environment) -> Vec<String> {
    let named: Vec<String> = environment.list(&settings::POLICY_REGIONS).map(str::to_owned).collect();
    if named.is_empty() {
        environment.get(settings::AWS_REGION).map(str::to_owned).into_iter().collect()
    } else {
        named
    }
}

/// New names of log groups, by the old ones.
fn names(environment: &Environment) -> Result<Option<BTreeMap<String, String>>, SettingError> {
    let variable = &settings::POLICY_NAMES;
    let pair = |entry: &str| {
        let (old, new) = entry.split_once('=')?;
        Some((old.trim().to_owned(), new.trim().to_owned()))
    };
    let pairs = environment.list(variable).map(|entry| pair(entry).ok_or(entry)).collect::<Result<_, _>>();
    pairs.map(Some).map_err(|entry| variable.wrong(entry, &"it is no `<log group>=<new name>`"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn environment(variables: &[(&str, &str)]) -> Environment {
        let all = [("MAILTRAIL_ARCHIVE", "s3://trail"), ("AWS_REGION", "eu-west-1")];
        all.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_archive_is_enough_and_then_nothing_is_changed() {
        let settings = Settings::read(&environment(&[])).unwrap();
        assert_eq!((settings.mode, settings.days, settings.plan.target_percent), (Mode::Report, 14, 80));
        assert_eq!(settings.regions, ["eu-west-1"]);
        assert!(settings.left_out.is_empty() && settings.roles.is_empty());
        assert_eq!(settings.v1_services, Switch::Off);
    }

    #[test]
    fn everything_can_be_said() {
        let settings = Settings::read(&environment(&[
            ("MAILTRAIL_POLICY_MODE", "move"),
            ("MAILTRAIL_POLICY_REGIONS", "eu-west-1, us-east-1"),
            ("MAILTRAIL_POLICY_SHARE", "50"),
            ("MAILTRAIL_POLICY_V1_SERVICES", "on"),
            ("MAILTRAIL_POLICY_SOFT_LIMIT", "51200"),
            ("MAILTRAIL_POLICY_NAMES", "/a=/aws/vendedlogs/b"),
        ]))
        .unwrap();
        assert_eq!((settings.mode, settings.plan.target_percent), (Mode::Move, 50));
        assert_eq!(settings.regions, ["eu-west-1", "us-east-1"]);
        assert_eq!(settings.v1_services, Switch::On);
        assert_eq!(settings.plan.limits.soft_characters, 51_200);
        assert_eq!(settings.plan.names["/a"], "/aws/vendedlogs/b");
    }

    #[test]
    fn what_is_wrong_is_reported_and_nothing_is_changed_by_it() {
        let settings = Settings::read(&environment(&[
            ("MAILTRAIL_POLICY_MODE", "destroy"),
            ("MAILTRAIL_POLICY_SHARE", "101"),
            ("MAILTRAIL_POLICY_DAYS", "soon"),
            ("MAILTRAIL_POLICY_V1_SERVICES", "some"),
            ("MAILTRAIL_POLICY_NAMES", "/a"),
            ("MAILTRAIL_TOPIC", "news"),
        ]))
        .unwrap();
        assert_eq!((settings.mode, settings.plan.target_percent), (Mode::Report, 80));
        assert_eq!(settings.left_out.len(), 6, "{:#?}", settings.left_out);
    }
}
