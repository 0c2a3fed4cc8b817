//! What the audit of resource policies reads, besides the settings of the archive, the topic and the log level.

use super::{IntegerSetting, Kind, Privacy, Setting};

/// What the audit may do.
pub const POLICY_MODE: Setting = Setting {
    name: "MAILTRAIL_POLICY_MODE",
    meaning: "What the audit may do when a policy is fuller, or will be full sooner, than the settings allow: only \
              report it; shrink policies as the plan says; or move destinations, too.",
    kind: Kind::Choice { values: &["report", "shrink", "move"], default: "report" },
    example: "shrink",
    privacy: Privacy::Public,
};

/// The Regions that are audited.
pub const POLICY_REGIONS: Setting = Setting {
    name: "MAILTRAIL_POLICY_REGIONS",
    meaning: "The Regions that are audited.",
    kind: Kind::Text { allowed: "Region names separated by commas", default: "the function's own" },
    example: "eu-west-1,us-east-1",
    privacy: Privacy::Public,
};

/// The roles of other accounts that are audited.
pub const POLICY_ROLES: Setting = Setting {
    name: "MAILTRAIL_POLICY_ROLES",
    meaning: "Roles in other accounts that the audit assumes, to look at those accounts besides its own. What each must \
              be allowed is in `infra/README.md`, under \"Roles in other accounts\".",
    kind: Kind::Text {
        allowed: "role ARNs separated by commas",
        default: "none: only the function's own account",
    },
    example: "arn:aws:iam::444455556666:role/mailtrail-policy-audit",
    privacy: Privacy::Public,
};

/// The share of the soft limit from which a policy is too full.
pub const POLICY_SHARE: IntegerSetting = IntegerSetting {
    name: "MAILTRAIL_POLICY_SHARE",
    meaning: "The share of the soft limit from which a policy is too full; shrinking brings it below.",
    min: 1,
    max: 100,
    unit: "percent",
    default: 80,
    example: "70",
};

/// How long before a policy reaches the soft limit it is too full.
pub const POLICY_DAYS: IntegerSetting = IntegerSetting {
    name: "MAILTRAIL_POLICY_DAYS",
    meaning: "A policy is too full when the forecast says that it reaches the soft limit within so many days.",
    min: 0,
    max: u32::MAX,
    unit: "days",
    default: 14,
    example: "30",
};

/// The soft limit of a policy.
pub const POLICY_SOFT_LIMIT: IntegerSetting = IntegerSetting {
    name: "MAILTRAIL_POLICY_SOFT_LIMIT",
    meaning: "The size of a policy at which services stop that still check the old quota themselves.",
    min: 1,
    max: u32::MAX,
    unit: "characters",
    default: 5_120,
    example: "5120",
};

/// The hard limit of a policy.
pub const POLICY_HARD_LIMIT: IntegerSetting = IntegerSetting {
    name: "MAILTRAIL_POLICY_HARD_LIMIT",
    meaning: "The size of a policy that the API accepts.",
    min: 1,
    max: u32::MAX,
    unit: "characters",
    default: 51_200,
    example: "51200",
};

/// How many log groups are asked for a policy of their own.
pub const POLICY_LOG_GROUPS: IntegerSetting = IntegerSetting {
    name: "MAILTRAIL_POLICY_LOG_GROUPS",
    meaning: "How many log groups a run asks for a policy of their own, besides those that deliveries write to and those \
              that policies name; the next run goes on with the next ones. Each takes a call, of which there are five a \
              second.",
    min: 0,
    max: u32::MAX,
    unit: "log groups",
    default: 500,
    example: "2000",
};

/// Whether services with V1 log delivery are asked.
pub const POLICY_V1_SERVICES: Setting = Setting {
    name: "MAILTRAIL_POLICY_V1_SERVICES",
    meaning: "Whether Step Functions and API Gateway are asked where they deliver logs to, so that the plan has the \
              commands for a move. It takes a call for each state machine and each API, and the role that asks, the \
              function's or one of `MAILTRAIL_POLICY_ROLES`, needs `states:ListStateMachines`, \
              `states:DescribeStateMachine` and `apigateway:GET`.",
    kind: Kind::Choice { values: &["on", "off"], default: "off" },
    example: "on",
    privacy: Privacy::Public,
};

/// New names of log groups that the rule for new names does not suit.
pub const POLICY_NAMES: Setting = Setting {
    name: "MAILTRAIL_POLICY_NAMES",
    meaning: "New names of log groups whose destinations move, where `/aws/vendedlogs/` and the old name do not suit.",
    kind: Kind::Text {
        allowed: "entries separated by commas: `<log group>=/aws/vendedlogs/…`",
        default: "the rule: `/aws/vendedlogs/` and the old name without a leading `/aws/`",
    },
    example: "/mail/audit=/aws/vendedlogs/workmail/example/audit",
    privacy: Privacy::Public,
};

/// The settings of the audit of resource policies, in the order of the reference page.
pub const POLICY_AUDIT: &[Setting] = &[
    POLICY_MODE,
    POLICY_REGIONS,
    POLICY_ROLES,
    POLICY_SHARE.setting(),
    POLICY_DAYS.setting(),
    POLICY_SOFT_LIMIT.setting(),
    POLICY_HARD_LIMIT.setting(),
    POLICY_LOG_GROUPS.setting(),
    POLICY_V1_SERVICES,
    POLICY_NAMES,
];
