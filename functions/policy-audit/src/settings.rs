//! What an operator decided about the audit, as the planner takes it.

use mailtrail_archive::ArchiveConfig;
use mailtrail_config::{PolicyAuditConfig, RemediationMode};
use mailtrail_policy_apply::Commands;
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::plan;

use crate::targets::Target;

/// What the audit looks at, and may do.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) mode: RemediationMode,
    pub(crate) regions: Vec<String>,
    /// ARNs of roles in other accounts.
    pub(crate) roles: Vec<String>,
    /// Days to the soft limit, by the forecast, from which a policy is too full.
    pub(crate) days: i64,
    /// Log groups that are asked for a policy of their own, in one run, besides those that matter most.
    pub(crate) log_group_policies: usize,
    /// Whether services with V1 log delivery are asked.
    pub(crate) v1_services: bool,
    pub(crate) plan: plan::Options,
    /// The archive that the journals are in.
    pub(crate) archive: ArchiveConfig,
}

impl Settings {
    /// Each account in each Region, once: our own first.
    pub(crate) fn targets(&self) -> Vec<Target> {
        let roles = std::iter::once(None).chain(self.roles.iter().cloned().map(Some));
        let in_regions = |role: Option<String>| {
            self.regions.iter().map(move |region| Target { role: role.clone(), region: region.clone() })
        };
        let mut targets: Vec<Target> = Vec::new();
        for target in roles.flat_map(in_regions) {
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        targets
    }

    /// The commands by which people go on in a Region, with credentials of the account.
    pub(crate) fn commands(&self, region: &str) -> Commands {
        let ArchiveConfig { location, s3 } = &self.archive;
        let location = location.to_string();
        let options = [
            ("--archive", Some(location.as_str())),
            ("--archive-owner", s3.expected_owner.as_deref()),
            ("--archive-kms-key", s3.kms_key.as_deref()),
        ];
        let given: Vec<_> = options.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Commands::new(&[("--region", region)], &given)
    }

    pub(crate) fn of(config: &PolicyAuditConfig, archive: &ArchiveConfig) -> Self {
        let limits = Limits {
            soft_characters: config.soft_limit_characters as usize,
            hard_characters: config.hard_limit_characters as usize,
            ..Limits::default()
        };
        Self {
            mode: config.mode,
            regions: config.regions.clone(),
            roles: config.roles.clone(),
            days: config.days.into(),
            log_group_policies: config.log_group_policies as usize,
            v1_services: config.v1_services,
            plan: plan::Options {
                limits,
                target_percent: config.full_percent as usize,
                names: config.new_names.clone(),
                ..plan::Options::default()
            },
            archive: archive.clone(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use mailtrail_config::{Config, Environment};
    use mailtrail_policy_apply::Next;
    use mailtrail_policy_survey::Budget;
    use mailtrail_resource_policy::limits::WARNING_DAYS;

    use super::*;

    pub(crate) fn settings(variables: &[(&str, &str)]) -> Settings {
        let all = [("MAILTRAIL_ARCHIVE", "s3://trail"), ("AWS_REGION", "eu-west-1")];
        let environment: Environment = all.iter().chain(variables).copied().collect();
        let config = Config::from_environment(&environment).unwrap();
        Settings::of(&config.policy_audit, &config.archive)
    }

    /// `mailtrail policy` has the defaults of the planner and of the survey; the function those of its settings.
    #[test]
    fn the_function_and_the_command_line_have_the_same_defaults() {
        let (settings, limits) = (settings(&[]), Limits::default());
        assert_eq!(settings.plan.limits.soft_characters, limits.soft_characters);
        assert_eq!(settings.plan.limits.hard_characters, limits.hard_characters);
        assert_eq!(settings.plan.target_percent, plan::Options::default().target_percent);
        assert_eq!(settings.days, WARNING_DAYS);
        assert_eq!(settings.log_group_policies, Budget::default().log_group_policies);
    }

    #[test]
    fn commands_name_archive_and_region() {
        let settings = settings(&[
            ("MAILTRAIL_ARCHIVE", "s3://trail/my mail"),
            ("MAILTRAIL_ARCHIVE_OWNER", "111122223333"),
            ("MAILTRAIL_ARCHIVE_KMS_KEY", "alias/mail"),
        ]);
        assert_eq!(
            settings.commands("eu-west-1").line(Next::RollBack("J")),
            "mailtrail policy rollback J --archive 's3://trail/my mail' --archive-owner 111122223333 \
             --archive-kms-key alias/mail --region eu-west-1"
        );
    }

    #[test]
    fn settings_reach_the_planner() {
        let settings = settings(&[
            ("MAILTRAIL_POLICY_SHARE", "50"),
            ("MAILTRAIL_POLICY_SOFT_LIMIT", "51200"),
            ("MAILTRAIL_POLICY_NAMES", "/a=/aws/vendedlogs/b"),
        ]);
        assert_eq!((settings.plan.target_percent, settings.plan.limits.soft_characters), (50, 51_200));
        assert_eq!(settings.plan.names["/a"], "/aws/vendedlogs/b");
    }
}
