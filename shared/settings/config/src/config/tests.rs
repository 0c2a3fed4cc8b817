use std::path::Path;
use std::time::Duration;

use mailtrail_telemetry::LogLevel;

use crate::settings::{self, Kind, Setting};
use crate::{Config, Environment, Location, RemediationMode, SettingError, WatchListSource};

fn read(variables: &[(&'static str, &'static str)]) -> Config {
    let archive = ("MAILTRAIL_ARCHIVE", "s3://trail");
    Config::from_environment(&std::iter::once(archive).chain(variables.iter().copied()).collect()).unwrap()
}

fn error(variables: &[(&'static str, &'static str)]) -> String {
    Config::from_environment(&variables.iter().copied().collect()).unwrap_err().to_string()
}

fn all_settings() -> impl Iterator<Item = &'static Setting> {
    settings::PIPELINE.iter().chain(settings::POLICY_AUDIT).chain(settings::MAINTENANCE)
}

#[test]
fn the_archive_is_enough_and_the_command_line_has_the_same_defaults() {
    let config = read(&[]);
    assert_eq!(config.ignored_settings, []);
    assert_eq!((config.tag_cache, config.log_level), (Duration::from_mins(5), LogLevel::Warn));
    assert_eq!((config.streams.len(), config.topic.as_ref()), (0, None));
    assert_eq!(config.intake.decoded_limit.bytes(), 64 << 20);
    assert_eq!(config, Config::new("s3://trail".parse().unwrap()));
}

#[test]
fn the_audit_changes_nothing_unless_told_to() {
    let audit = read(&[("AWS_REGION", "eu-west-1")]).policy_audit;
    assert_eq!((audit.mode, audit.days, audit.full_percent), (RemediationMode::Report, 14, 80));
    assert_eq!(audit.regions, ["eu-west-1"]);
    assert!(audit.roles.is_empty() && !audit.v1_services);
}

#[test]
fn the_maintenance_fills_nothing_unless_told_to_and_compares_with_what_is_valid() {
    let maintenance = read(&[]).maintenance;
    assert_eq!((maintenance.days, maintenance.fill_gaps, maintenance.destinations.len()), (15, false, 0));
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:mail";
    let config = read(&[
        ("MAILTRAIL_COVERAGE_DESTINATIONS", "mail, arn:aws:lambda:eu-west-1:111122223333:function:mail"),
        ("MAILTRAIL_FILL_GAPS", "on"),
        ("MAILTRAIL_SAVE_DIRECTORY", "on"),
    ]);
    assert_eq!((config.maintenance.destinations, config.maintenance.fill_gaps), (vec![arn.to_owned()], true));
    assert!(config.maintenance.save_directory && !maintenance.save_directory);
    assert_eq!(config.ignored_settings.len(), 1);
}

#[test]
fn an_invalid_archive_stops_the_start_with_the_variable_and_what_is_allowed() {
    assert_eq!(
        error(&[]),
        "MAILTRAIL_ARCHIVE is not set: expected a directory, `file:///…`, or `s3://bucket/prefix`"
    );
    let invalid = error(&[("MAILTRAIL_ARCHIVE", "s3://X")]);
    assert!(invalid.starts_with("MAILTRAIL_ARCHIVE: invalid archive `s3://X`: "), "{invalid}");
    assert!(invalid.contains("expected a directory, file:///…, or s3://bucket/prefix"), "{invalid}");
    let owner = error(&[("MAILTRAIL_ARCHIVE", "s3://trail"), ("MAILTRAIL_ARCHIVE_OWNER", "me")]);
    assert_eq!(owner, "MAILTRAIL_ARCHIVE_OWNER: invalid account id `me`: expected 12 digits");
}

#[test]
fn any_other_invalid_setting_is_ignored_and_reported() {
    let config = read(&[
        ("MAILTRAIL_STREAMS", "firehose:good kinesis:bad firehose:good?packing=off"),
        ("MAILTRAIL_ORGANIZATIONS", "m-1"),
        ("MAILTRAIL_DECODED_LIMIT", "10"),
        ("MAILTRAIL_TAG_CACHE_SECONDS", "soon"),
        ("MAILTRAIL_LOG", "debug"),
        ("MAILTRAIL_TOPIC", "news"),
        ("MAILTRAIL_SOURCES", "/example/trail=syslog"),
        ("MAILTRAIL_COLUMNS", "/example/trail=one"),
        ("MAILTRAIL_POLICY_MODE", "destroy"),
        ("MAILTRAIL_POLICY_SHARE", "101"),
        ("MAILTRAIL_POLICY_DAYS", "soon"),
        ("MAILTRAIL_POLICY_V1_SERVICES", "some"),
        ("MAILTRAIL_POLICY_NAMES", "/a"),
    ]);
    assert_eq!(config.streams.len(), 1);
    let ignored: Vec<&str> = config.ignored_settings.iter().map(SettingError::name).collect();
    let expected = [
        "STREAMS",
        "STREAMS",
        "TAG_CACHE_SECONDS",
        "TOPIC",
        "DECODED_LIMIT",
        "ORGANIZATIONS",
        "SOURCES",
        "COLUMNS",
        "POLICY_MODE",
        "POLICY_SHARE",
        "POLICY_DAYS",
        "POLICY_V1_SERVICES",
        "POLICY_NAMES",
        "LOG",
    ];
    assert_eq!(ignored, expected.map(|name| format!("MAILTRAIL_{name}")));
    let defaults = Config {
        ignored_settings: config.ignored_settings.clone(),
        ..read(&[("MAILTRAIL_STREAMS", "firehose:good")])
    };
    assert_eq!(config, defaults);
}

#[test]
fn an_invalid_watch_list_is_reported_without_the_people_that_it_names() {
    let config = read(&[("MAILTRAIL_WATCHES", "name: ana, user: ana@example.com")]);
    assert_eq!(config.watch_list, WatchListSource::None);
    let [error] = &config.ignored_settings[..] else { panic!("{config:?}") };
    let text = error.to_string();
    assert!(text.starts_with("MAILTRAIL_WATCHES: ") && text.contains("config/….json"), "{text}");
    assert!(!format!("{error:?}{text}").contains("ana"), "{error:?}");
}

#[test]
fn the_limit_is_a_quarter_of_the_memory_and_the_own_log_group_is_known() {
    let intake = read(&[
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/me"),
        ("MAILTRAIL_OWN_LOG_GROUPS", "/a, /b"),
    ])
    .intake;
    assert_eq!(intake.decoded_limit.bytes(), 32 << 20);
    assert_eq!(intake.own_log_groups, ["/aws/lambda/me", "/a", "/b"]);
}

#[test]
fn a_directory_can_be_the_archive() {
    let config =
        Config::from_environment(&Environment::from_iter([("MAILTRAIL_ARCHIVE", "/tmp/x")])).unwrap();
    assert_eq!(config.archive.location, Location::Directory(Path::new("/tmp/x").to_owned()));
}

#[test]
fn everything_about_the_audit_can_be_set() {
    let audit = read(&[
        ("MAILTRAIL_POLICY_MODE", "move"),
        ("MAILTRAIL_POLICY_REGIONS", "eu-west-1, us-east-1"),
        ("MAILTRAIL_POLICY_SHARE", "50"),
        ("MAILTRAIL_POLICY_V1_SERVICES", "on"),
        ("MAILTRAIL_POLICY_SOFT_LIMIT", "51200"),
        ("MAILTRAIL_POLICY_NAMES", "/a=/aws/vendedlogs/b"),
    ])
    .policy_audit;
    assert_eq!((audit.mode, audit.full_percent, audit.v1_services), (RemediationMode::Move, 50, true));
    assert_eq!(audit.regions, ["eu-west-1", "us-east-1"]);
    assert_eq!(audit.soft_limit_characters, 51_200);
    assert_eq!(audit.new_names["/a"], "/aws/vendedlogs/b");
}

#[test]
fn every_example_is_valid_and_every_stated_default_is_the_one_that_applies() {
    let defaults = read(&[]);
    for setting in all_settings() {
        let set = |value| {
            let environment =
                Environment::from_iter([("MAILTRAIL_ARCHIVE", "s3://trail"), (setting.name, value)]);
            Config::from_environment(&environment).unwrap()
        };
        assert_eq!(set(setting.example).ignored_settings, [], "{}", setting.name);
        let default = match setting.kind {
            Kind::Text { .. } => continue,
            Kind::Integer { default, .. } => set(Box::leak(default.to_string().into_boxed_str())),
            Kind::Choice { default, .. } => set(default),
        };
        assert_eq!(default, defaults, "{}", setting.name);
    }
}

#[test]
fn every_setting_is_read() {
    let defaults = read(&[]);
    for setting in all_settings() {
        let environment =
            Environment::from_iter([("MAILTRAIL_ARCHIVE", "s3://trail"), (setting.name, setting.example)]);
        let config = Config::from_environment(&environment).unwrap();
        let is_default =
            matches!(setting.name, "MAILTRAIL_POLICY_SOFT_LIMIT" | "MAILTRAIL_POLICY_HARD_LIMIT");
        assert!(config != defaults || is_default, "{}", setting.name);
    }
}
