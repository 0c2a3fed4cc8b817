//! Services that write to log groups by a resource policy, and what their documentation says of conditions there.
//!
//! A condition on a key that a request does not have denies it. So a condition is advised only where a page of AWS says
//! that the service sends the key with that action.

use crate::coverage::covers_action;
use crate::limits::{DELIVERY_ACTIONS, LOG_DELIVERY};

const EVENTBRIDGE: &str = "events.amazonaws.com";
const CREATE_LOG_STREAM: &str = DELIVERY_ACTIONS[0];
const PUT_LOG_EVENTS: &str = DELIVERY_ACTIONS[1];

/// A service that writes to log groups by a resource policy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LoggingService {
    pub(crate) principal: &'static str,
    /// The service in the `aws:SourceArn` that it sends, if it is documented to send one.
    pub(crate) source: Option<&'static str>,
    /// The actions for which conditions on the source are documented.
    actions: &'static [&'static str],
    /// Whether that ARN names the account.
    arn_has_account: bool,
    /// Whether `aws:SourceAccount` is documented as well.
    pub(crate) source_account: bool,
    /// Whether the conditions are part of the policy that AWS documents or writes, and no addition to it.
    pub(crate) in_documented_policy: bool,
    /// How the conditions are set, and the page that says so.
    pub(crate) advice: &'static str,
}

/// The table. A service that is missing here is one of which no source says that a condition works.
const SERVICES: [LoggingService; 7] = [
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
    LoggingService {
        principal: LOG_DELIVERY,
        source: Some("logs"),
        actions: &DELIVERY_ACTIONS,
        arn_has_account: true,
        source_account: true,
        in_documented_policy: true,
        advice: "Add StringEquals aws:SourceAccount ACCOUNT and ArnLike aws:SourceArn arn:PARTITION:logs:REGION:ACCOUNT:* \
                 (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html).",
    },
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html
    LoggingService {
        principal: "es.amazonaws.com",
        source: Some("es"),
        actions: &DELIVERY_ACTIONS,
        arn_has_account: true,
        source_account: true,
        in_documented_policy: false,
        advice: "Add StringEquals aws:SourceAccount ACCOUNT and ArnLike aws:SourceArn \
                 arn:PARTITION:es:REGION:ACCOUNT:domain/DOMAIN (https://docs.aws.amazon.com/opensearch-service/latest/\
                 developerguide/createdomain-configure-slow-logs.html).",
    },
    // The ARN of a hosted zone has no account.
    // https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateQueryLoggingConfig.html
    LoggingService {
        principal: "route53.amazonaws.com",
        source: Some("route53"),
        actions: &DELIVERY_ACTIONS,
        arn_has_account: false,
        source_account: true,
        in_documented_policy: false,
        advice: "Add StringEquals aws:SourceAccount ACCOUNT and ArnLike aws:SourceArn arn:PARTITION:route53:::hostedzone/ID \
                 (https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateQueryLoggingConfig.html).",
    },
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    LoggingService {
        principal: EVENTBRIDGE,
        source: Some("events"),
        actions: &[PUT_LOG_EVENTS],
        arn_has_account: true,
        source_account: false,
        in_documented_policy: false,
        advice: "Allow logs:PutLogEvents in a statement of its own, with ArnEquals aws:SourceArn \
                 arn:PARTITION:events:REGION:ACCOUNT:rule/RULE. No source says that a condition works for \
                 logs:CreateLogStream: leave it without \
                 (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html).",
    },
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search-getting-started.html
    LoggingService {
        principal: "xray.amazonaws.com",
        source: Some("xray"),
        actions: &[PUT_LOG_EVENTS],
        arn_has_account: true,
        source_account: true,
        in_documented_policy: true,
        advice: "Allow logs:PutLogEvents in a statement of its own, with StringEquals aws:SourceAccount ACCOUNT and ArnLike \
                 aws:SourceArn arn:PARTITION:xray:REGION:ACCOUNT:* (https://docs.aws.amazon.com/AmazonCloudWatch/latest/\
                 monitoring/CloudWatch-Transaction-Search-getting-started.html).",
    },
    // https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/configure-logging-monitoring-activemq.html
    LoggingService {
        principal: "mq.amazonaws.com",
        source: Some("mq"),
        actions: &DELIVERY_ACTIONS,
        arn_has_account: true,
        source_account: true,
        in_documented_policy: false,
        advice: "Add StringEquals aws:SourceAccount ACCOUNT and ArnLike aws:SourceArn \
                 arn:PARTITION:mq:REGION:ACCOUNT:broker:* (https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/\
                 configure-logging-monitoring-activemq.html).",
    },
    // https://docs.aws.amazon.com/directoryservice/latest/admin-guide/ms_ad_enable_log_forwarding.html
    LoggingService {
        principal: "ds.amazonaws.com",
        source: None,
        actions: &[],
        arn_has_account: false,
        source_account: false,
        in_documented_policy: false,
        advice: "",
    },
];

/// Services that write to log groups by an IAM role: a resource policy gives them nothing that they use.
const BY_ROLE: [(&str, &str); 4] = [
    (
        "vpc-flow-logs.amazonaws.com",
        "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html",
    ),
    (
        "cloudtrail.amazonaws.com",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html",
    ),
    (
        "apigateway.amazonaws.com",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    ),
    ("lambda.amazonaws.com", "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"),
];

impl LoggingService {
    /// The service of a principal, whose name ends in another way in China.
    pub(crate) fn of(principal: &str) -> Option<&'static Self> {
        let name = without_suffix(principal);
        SERVICES.iter().find(|service| service.principal.eq_ignore_ascii_case(name))
    }

    /// Whether a condition on the source is documented for one of the actions that a pattern stands for.
    pub(crate) fn takes_condition(&self, action: &str) -> bool {
        self.actions.iter().any(|known| covers_action(action, known))
    }

    /// Whether, for each action that a pattern stands for, a condition on the source is documented.
    pub(crate) fn always_takes_condition(&self, action: &str) -> bool {
        let mut actions =
            [CREATE_LOG_STREAM, PUT_LOG_EVENTS].into_iter().filter(|known| covers_action(action, known));
        actions.all(|known| self.actions.contains(&known))
    }

    /// Whether its conditions can name the account, by the ARN or beside it.
    pub(crate) fn can_name_account(&self) -> bool {
        self.arn_has_account || self.source_account
    }
}

/// Those of several services that a statement is about: log delivery is named beside EventBridge in the policy that is
/// documented for that, and takes the same conditions there.
pub(crate) fn relevant<'a>(principals: &[&'a str]) -> Vec<&'a str> {
    let is = |principal: &str, name: &str| without_suffix(principal).eq_ignore_ascii_case(name);
    let of_eventbridge = principals.iter().any(|name| is(name, EVENTBRIDGE));
    principals.iter().copied().filter(|name| !(of_eventbridge && is(name, LOG_DELIVERY))).collect()
}

/// The page that says that a service writes by a role.
pub(crate) fn writes_by_role(principal: &str) -> Option<&'static str> {
    let name = without_suffix(principal);
    BY_ROLE.iter().find(|(service, _)| service.eq_ignore_ascii_case(name)).map(|(_, page)| *page)
}

fn without_suffix(principal: &str) -> &str {
    principal.strip_suffix(".cn").unwrap_or(principal)
}
