//! What the audit of resource policies reads.

use super::Variable;

/// What the audit of resource policies may do.
pub const POLICY_MODE: Variable = Variable {
    name: "MAILTRAIL_POLICY_MODE",
    about: "What the audit may do when a policy is fuller, or will be full sooner, than the settings allow: only \
            report it; shrink policies as the plan says; or move destinations, too.",
    allowed: "`report`, `shrink` or `move`",
    default: "`report`",
    example: "shrink",
};

/// The Regions that are audited.
pub const POLICY_REGIONS: Variable = Variable {
    name: "MAILTRAIL_POLICY_REGIONS",
    about: "The Regions that are audited.",
    allowed: "names of Regions parted by commas",
    default: "the function's own",
    example: "eu-west-1,us-east-1",
};

/// The other accounts that are audited.
pub const POLICY_ROLES: Variable = Variable {
    name: "MAILTRAIL_POLICY_ROLES",
    about: "Roles in other accounts that the audit takes on, to look at those accounts besides its own. What each must \
            be allowed stands in `infra/README.md`, under \"Roles in other accounts\".",
    allowed: "ARNs of roles parted by commas",
    default: "none: only the function's own account",
    example: "arn:aws:iam::444455556666:role/mailtrail-policy-audit",
};

/// The share from which something is done.
pub const POLICY_SHARE: Variable = Variable {
    name: "MAILTRAIL_POLICY_SHARE",
    about: "The share of the soft limit, in percent, from which a policy is too full; shrinking brings it below.",
    allowed: "a number from 1 to 100",
    default: "80",
    example: "70",
};

/// The days from which something is done.
pub const POLICY_DAYS: Variable = Variable {
    name: "MAILTRAIL_POLICY_DAYS",
    about: "The days to the soft limit, by the forecast, from which on a policy is too full.",
    allowed: "a number of days",
    default: "14",
    example: "30",
};

/// The soft limit.
pub const POLICY_SOFT_LIMIT: Variable = Variable {
    name: "MAILTRAIL_POLICY_SOFT_LIMIT",
    about: "The characters of a policy at which services stop that still check the old limit themselves.",
    allowed: "a number of characters",
    default: "5120",
    example: "5120",
};

/// The hard limit.
pub const POLICY_HARD_LIMIT: Variable = Variable {
    name: "MAILTRAIL_POLICY_HARD_LIMIT",
    about: "The characters of a policy that the API takes.",
    allowed: "a number of characters",
    default: "51200",
    example: "51200",
};

/// How many log groups are asked for their own policies.
pub const POLICY_LOG_GROUPS: Variable = Variable {
    name: "MAILTRAIL_POLICY_LOG_GROUPS",
    about: "How many log groups a run asks for a policy of their own, besides those that deliveries write to and those \
            that policies name; the next run goes on with the next ones. Each takes a call, of which there are five a \
            second.",
    allowed: "a number of log groups",
    default: "500",
    example: "2000",
};

/// Whether services with V1 log delivery are asked.
pub const POLICY_V1_SERVICES: Variable = Variable {
    name: "MAILTRAIL_POLICY_V1_SERVICES",
    about: "Whether Step Functions and API Gateway are asked where they deliver to, so that the plan has the commands \
            for a move. It takes a call for each state machine and each API, and the role that asks, of the function or \
            of `MAILTRAIL_POLICY_ROLES`, needs `states:ListStateMachines`, `states:DescribeStateMachine` and \
            `apigateway:GET`.",
    allowed: "`on` or `off`",
    default: "`off`",
    example: "on",
};

/// Names of log groups that the rule for new names does not suit.
pub const POLICY_NAMES: Variable = Variable {
    name: "MAILTRAIL_POLICY_NAMES",
    about: "New names of log groups whose destinations move, where `/aws/vendedlogs/` and the old name do not suit.",
    allowed: "entries parted by commas: `<log group>=/aws/vendedlogs/…`",
    default: "the rule: `/aws/vendedlogs/` and the old name without a leading `/aws/`",
    example: "/mail/audit=/aws/vendedlogs/workmail/example/audit",
};

/// Every variable of the audit of resource policies, in the order of the reference page. It reads those of the
/// archive, the topic and the log level, too.
pub const OF_POLICY_AUDIT: &[Variable] = &[
    POLICY_MODE,
    POLICY_REGIONS,
    POLICY_ROLES,
    POLICY_SHARE,
    POLICY_DAYS,
    POLICY_SOFT_LIMIT,
    POLICY_HARD_LIMIT,
    POLICY_LOG_GROUPS,
    POLICY_V1_SERVICES,
    POLICY_NAMES,
];
