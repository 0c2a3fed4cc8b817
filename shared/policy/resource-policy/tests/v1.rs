//! The table of services with V1 log delivery, filled in.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_resource_policy::inventory::{Inventory, LogGroup, V1Destination};
use mailtrail_resource_policy::v1::{
    Change, Commands, PolicyRequirement, Route, commands, not_seen, service, services,
};

const ROUTE: Route = Route {
    partition: "aws",
    region: "us-east-1",
    account: "111122223333",
    from: "/mail/old",
    to: "/aws/vendedlogs/mail/old",
    known: None,
};

/// What could have been found of any service.
fn values() -> BTreeMap<String, String> {
    let group = "arn:aws:logs:us-east-1:111122223333:log-group:/mail/old";
    let cloudwatch = format!(
        r#"[{{"CloudWatchLogsConfiguration":{{"LogGroupArn":"{group}"}},"EventSource":"userNotification","LogLevel":"ERROR"}}]"#
    );
    [
        ("api_id", "a1b2c3d4e5"),
        ("stage", "$default"),
        ("format", "$context.requestId it's \"quoted\""),
        ("state_machine_arn", "arn:aws:states:us-east-1:111122223333:stateMachine:mail"),
        ("role_arn", "arn:aws:iam::111122223333:role/mail"),
        ("level", "ERROR"),
        ("pipe", "mail"),
        ("subscription", "als-0123456789abcdef0"),
        ("instance_id", "vai-0123456789abcdef0"),
        ("access_logs", r#"{"CloudWatchLogs":{"Enabled":true,"LogGroup":"/mail/old"},"S3":{"Enabled":false}}"#),
        ("firewall_arn", "arn:aws:network-firewall:us-east-1:111122223333:firewall/mail"),
        ("logging_configuration", r#"{"LogDestinationConfigs":[{"LogType":"FLOW","LogDestinationType":"CloudWatchLogs","LogDestination":{"logGroup":"/mail/old"}}]}"#),
        ("user_pool_id", "us-east-1_Ab1"),
        ("log_configurations", cloudwatch.as_str()),
        ("workspace_id", "ws-01234567-89ab-cdef-0123-456789abcdef"),
        ("scraper_id", "s-01234567-89ab-cdef-0123-456789abcdef"),
        ("scraper_components", r#"[{"type":"SERVICE_DISCOVERY"}]"#),
        ("server_id", "s-0123456789abcdef0"),
        ("identifier", "arn:aws:ivschat:us-east-1:111122223333:logging-configuration/AbCdEf012345"),
        ("log_type", "ERROR"),
        ("gateway_arn", "arn:aws:storagegateway:us-east-1:111122223333:gateway/sgw-12A3456B"),
        ("file_share_arn", "arn:aws:storagegateway:us-east-1:111122223333:share/share-12A3456B"),
        ("cluster_arn", "arn:aws:kafka:us-east-1:111122223333:cluster/mail/01234567-89ab-cdef-0123-456789abcdef-1"),
        ("logging_info", r#"{"BrokerLogs":{"CloudWatchLogs":{"Enabled":true,"LogGroup":"/mail/old"}}}"#),
        ("replication_group_id", "mail"),
        ("cache_cluster_id", "mail"),
        ("log_delivery_configurations", r#"[{"LogType":"slow-log","DestinationType":"cloudwatch-logs","DestinationDetails":{"CloudWatchLogsDetails":{"LogGroup":"/mail/old"}},"LogFormat":"json","Enabled":true}]"#),
        ("vpn_connection_id", "vpn-0123456789abcdef0"),
        ("outside_ip_address", "203.0.113.7"),
        ("domain", "mail"),
        ("flow_log_id", "fl-0123456789abcdef0"),
        ("resource_type", "VPC"),
        ("resource_id", "vpc-0123456789abcdef0"),
        ("traffic_type", "ALL"),
        ("log_format", "${version} ${account-id}"),
        ("max_aggregation_interval", "600"),
        ("name", "mail"),
        ("config_id", "rqlc-0123456789abcdef"),
        ("vpc_ids", "vpc-0123456789abcdef0 vpc-0123456789abcdef1"),
        ("hosted_zone_id", "Z0123456789"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

fn destination(service: &str) -> V1Destination {
    let mut values = values();
    let mut set = |key: &str, value: String| values.insert(key.to_owned(), value);
    let group = "arn:aws:logs:us-east-1:111122223333:log-group:/mail/old";
    // Two services of the table have something else under the same name.
    set("include_execution_data", if service == "pipes" { "[\"ALL\"]" } else { "true" }.to_owned());
    set(
        "destinations",
        format!(r#"[{{"cloudWatchLogs":{{"logGroupArn":"{group}:*"}},"filters":{{"qspThreshold":1}}}}]"#),
    );
    set("log_options", format!(r#"{{"LogEnabled":true,"LogGroupArn":"{group}","LogOutputFormat":"json"}}"#));
    set(
        "log_publishing_options",
        format!(r#"{{"ES_APPLICATION_LOGS":{{"CloudWatchLogsLogGroupArn":"{group}","Enabled":true}}}}"#),
    );
    V1Destination { service: service.to_owned(), log_group: "/mail/old".to_owned(), values }
}

fn filled(service: &str) -> Commands {
    commands(&destination(service), &ROUTE)
}

#[test]
fn every_service_has_commands_for_both_ways_or_a_reason() {
    let ids: BTreeSet<&str> = services().map(|service| service.id).collect();
    assert_eq!(ids.len(), services().count(), "ids are unique");
    for service in services() {
        let filled = filled(service.id);
        let possible = !matches!(service.change, Change::Impossible(_));
        assert_eq!(filled.refused.is_none(), possible, "{}: {:?}", service.id, filled.refused);
        assert_eq!(
            (filled.forward.is_empty(), filled.back.is_empty()),
            (!possible, !possible),
            "{}",
            service.id
        );
        for (to, lines) in [(ROUTE.to, &filled.forward), (ROUTE.from, &filled.back)] {
            let all = lines.join("\n");
            assert!(!possible || all.contains(to), "{}: {all}", service.id);
            assert!(!all.contains(['<', '>']), "{}: nothing is left to fill in: {all}", service.id);
            let mut commands = lines.iter().filter(|line| !line.starts_with("# "));
            assert!(commands.all(|line| line.matches(" --region us-east-1").count() == 1), "{all}");
        }
    }
}

#[test]
fn values_are_quoted_for_json_and_for_the_shell() {
    let forward = filled("api-gateway-http").forward;
    assert_eq!(
        forward.last().unwrap(),
        concat!(
            "aws apigatewayv2 update-stage --api-id a1b2c3d4e5 --stage-name '$default' --access-log-settings '",
            r#"{"DestinationArn":"arn:aws:logs:us-east-1:111122223333:log-group:/aws/vendedlogs/mail/old","#,
            r#""Format":"$context.requestId it'\''s \"quoted\""}' --region us-east-1"#,
        )
    );
}

#[test]
fn the_log_group_and_leave_to_write_to_it_come_first() {
    let forward = filled("step-functions").forward;
    assert_eq!(
        forward[0],
        "aws logs create-log-group --log-group-name /aws/vendedlogs/mail/old --region us-east-1"
    );
    assert!(forward[1].starts_with("aws logs put-resource-policy --resource-arn arn:aws:logs:us-east-1:"));
    assert!(forward[1].contains("aws:SourceAccount") && forward[1].contains("aws:SourceArn"));
    let flow_logs = filled("vpc-flow-logs").forward.join("\n");
    assert!(!flow_logs.contains("put-resource-policy"), "it goes by a role, and needs no policy");
}

#[test]
fn the_new_log_group_has_what_is_known_of_the_old_one_and_the_rest_is_listed() {
    let tags =
        [("team", "the mail"), ("aws:cloudformation:stack-name", "mail"), ("mailtrail:moved-to", "/x")];
    let known = LogGroup {
        name: ROUTE.from.to_owned(),
        tags: Some(tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into()),
        retention_in_days: Some(30),
        kms_key_id: Some("arn:aws:kms:us-east-1:111122223333:key/mail".to_owned()),
        log_group_class: Some("INFREQUENT_ACCESS".to_owned()),
    };
    let forward = |known| commands(&destination("step-functions"), &Route { known, ..ROUTE }).forward;
    let lines = forward(Some(&known));
    assert_eq!(
        lines[..2],
        [
            "aws logs create-log-group --log-group-name /aws/vendedlogs/mail/old --log-group-class INFREQUENT_ACCESS \
             --kms-key-id arn:aws:kms:us-east-1:111122223333:key/mail --tags '{\"team\":\"the mail\"}' \
             --region us-east-1",
            "aws logs put-retention-policy --log-group-name /aws/vendedlogs/mail/old --retention-in-days 30 \
             --region us-east-1",
        ]
    );
    assert!(
        lines[3].starts_with(
            "# Before you go on, set up for /aws/vendedlogs/mail/old what /mail/old has as well: "
        )
    );
    assert!(lines[3].contains(": subscription filters") && !lines[3].contains("known"), "{}", lines[3]);
    let unread = LogGroup { tags: None, ..known.clone() };
    assert!(forward(Some(&unread))[3].ends_with("and its tags, which are not known here."));
    let lines = forward(None);
    assert!(
        lines[2].ends_with("its retention, KMS key, class and tags, which are not known here."),
        "{lines:?}"
    );
}

#[test]
fn a_block_that_was_found_is_sent_whole_with_the_log_group_changed() {
    let firewall = filled("network-firewall");
    assert!(
        firewall
            .forward
            .last()
            .unwrap()
            .contains(r#""LogDestination":{"logGroup":"/aws/vendedlogs/mail/old"}"#)
    );
    assert!(firewall.back[0].contains(r#""LogDestination":{"logGroup":"/mail/old"}"#));
    let queries = filled("prometheus-queries");
    assert!(queries.forward.last().unwrap().contains("log-group:/aws/vendedlogs/mail/old:*\""));
}

#[test]
fn a_command_is_repeated_for_each_of_several_values() {
    let associated = filled("resolver-query-logs").forward;
    let associated = associated.iter().filter(|line| line.contains(" associate-")).count();
    assert_eq!(associated, 2);
}

#[test]
fn a_value_that_was_not_found_is_named() {
    let mut found = destination("step-functions");
    found.values.remove("role_arn");
    assert_eq!(commands(&found, &ROUTE).refused.unwrap(), "role_arn was not found, which the command needs");
    found.values.insert("role_arn".to_owned(), "r".to_owned());
    found.values.insert("include_execution_data".to_owned(), "nonsense".to_owned());
    assert!(commands(&found, &ROUTE).refused.unwrap().contains("is not JSON"));
    assert!(filled("no-such-service").refused.unwrap().contains("not known"));
    assert!(service("waf").is_some() && service("no-such-service").is_none());
}

#[test]
fn of_an_account_that_was_not_asked_no_service_is_known_but_those_that_need_no_policy() {
    let unknown: BTreeSet<&str> = not_seen(&Inventory::default()).map(|(service, _)| service.id).collect();
    for service in services() {
        let needs = service.policy == PolicyRequirement::LogDelivery;
        let has_none = matches!(service.policy, PolicyRequirement::Role | PolicyRequirement::Own);
        assert!(!needs || unknown.contains(service.id), "{}", service.id);
        assert!(!has_none || !unknown.contains(service.id), "{}", service.id);
    }
    assert!(unknown.contains("transfer") && !unknown.contains("eks"), "EKS chooses the name itself");
}
