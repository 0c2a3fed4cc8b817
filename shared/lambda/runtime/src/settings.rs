//! From the environment to the parts of the pipeline.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use mailtrail_archive::ArchiveError;
use mailtrail_aws_client::{RetryPolicy, clients as aws};
use mailtrail_config::settings::{self, Environment, LogLevel, SettingError, Variable};
use mailtrail_delivery::{Stream, TagGate, Target, Topic, TopicArn};
use mailtrail_normalize::InternalDomains;
use mailtrail_pipeline::{Options, PerLogGroup, Pipeline};

use crate::ArchiveSettings;
use crate::values::{number, value_or};
use crate::watching::{WatchListPlace, Watching};

/// The smallest limit of decoded payloads that makes sense: CloudWatch's smallest batches must fit.
const SMALLEST_LIMIT: usize = 64 * 1024;
/// Five minutes.
const TAG_MEMORY_SECONDS: u64 = 300;
const LONGEST_TAG_MEMORY: u64 = 24 * 60 * 60;

/// Everything that the environment decides.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) log_level: LogLevel,
    /// Settings that are wrong and not used.
    pub(crate) left_out: Vec<SettingError>,
    archive: ArchiveSettings,
    streams: Vec<Target>,
    tag_memory: Duration,
    topic: Option<TopicArn>,
    watch_list: WatchListPlace,
    options: Options,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// Only for what concerns the archive: nothing else may keep events from it.
    pub(crate) fn read(environment: &Environment) -> Result<Self, SettingError> {
        let mut left_out = Vec::new();
        let mut or_default = |error: SettingError| left_out.push(error);
        let archive = ArchiveSettings::read(environment)?;
        let streams = streams(environment, &mut or_default);
        let tag_memory = number(environment, &settings::TAG_CACHE_SECONDS, 0..=LONGEST_TAG_MEMORY);
        let decoded_limit = number(environment, &settings::DECODED_LIMIT, SMALLEST_LIMIT..=usize::MAX);
        let organizations =
            per_log_group(environment, &settings::ORGANIZATIONS, environment.list(&settings::ORGANIZATIONS));
        let sources = per_log_group(environment, &settings::SOURCES, environment.list(&settings::SOURCES));
        let columns = environment.get(settings::COLUMNS.name).unwrap_or_default().split_whitespace();
        let columns = per_log_group(environment, &settings::COLUMNS, columns);
        let watch_list = environment.parse(&settings::WATCHES);
        let topic = environment.parse(&settings::TOPIC);
        let log_level = environment.parse(&settings::LOG);
        let own = environment.get(settings::FUNCTION_LOG_GROUP);
        let own = own.into_iter().chain(environment.list(&settings::OWN_LOG_GROUPS));
        let options = Options {
            region: environment.get(settings::AWS_REGION).map(str::to_owned),
            decoded_limit: value_or(decoded_limit, &mut or_default)
                .unwrap_or_else(|| quarter_of_memory(environment)),
            own_log_groups: own.map(str::to_owned).collect(),
            organizations: value_or(organizations, &mut or_default).unwrap_or_default(),
            sources: value_or(sources, &mut or_default).unwrap_or_default(),
            columns: value_or(columns, &mut or_default).unwrap_or_default(),
            internal_domains: InternalDomains::new(environment.list(&settings::INTERNAL_DOMAINS)),
        };
        let tag_memory = value_or(tag_memory, &mut or_default).unwrap_or(TAG_MEMORY_SECONDS);
        let watch_list = value_or(watch_list, &mut or_default).unwrap_or_default();
        let topic = value_or(topic, &mut or_default);
        let log_level = value_or(log_level, &mut or_default).unwrap_or_default();
        Ok(Self {
            log_level,
            archive,
            streams,
            tag_memory: Duration::from_secs(tag_memory),
            topic,
            watch_list,
            options,
            left_out,
        })
    }

    /// Puts the parts together. Nothing is connected before the first invocation.
    ///
    /// # Errors
    /// When the archive is a directory that cannot be written to.
    pub(crate) async fn parts(self) -> Result<(Pipeline, Watching), ArchiveError> {
        let config = aws::config().await;
        let archive = self.archive.open(&config)?;
        let firehose = aws::firehose(&config);
        let gate = Arc::new(TagGate::new(firehose.clone(), self.tag_memory, RetryPolicy::default()));
        let stream = |target: Target| match target.file().cloned() {
            Some(path) => Stream::file(target, path),
            None => Stream::firehose(target, firehose.clone(), Arc::clone(&gate), RetryPolicy::default()),
        };
        let streams = self.streams.into_iter().map(stream).collect();
        let topic =
            self.topic.map(|arn| Topic::new(aws::sns(&config, arn.region()), arn, RetryPolicy::default()));
        let pipeline = Pipeline::new(archive, streams, self.options).announcing_to(topic);
        Ok((pipeline, Watching::new(self.watch_list)))
    }
}

/// The streams that can be understood; the others are reported one by one.
fn streams(environment: &Environment, report: &mut impl FnMut(SettingError)) -> Vec<Target> {
    let variable = &settings::STREAMS;
    let mut streams: Vec<Target> = Vec::new();
    for entry in environment.get(variable.name).unwrap_or_default().split_whitespace() {
        match entry.parse::<Target>() {
            Ok(target) if streams.iter().any(|known| known.name() == target.name()) => {
                report(variable.wrong(entry, &"a stream of that name stands there already"));
            }
            Ok(target) => streams.push(target),
            Err(error) => report(variable.wrong(entry, &error)),
        }
    }
    streams
}

fn per_log_group<'t, T: FromStr<Err: Display>>(
    environment: &Environment,
    variable: &Variable,
    entries: impl Iterator<Item = &'t str>,
) -> Result<Option<PerLogGroup<T>>, SettingError> {
    let value = environment.get(variable.name).unwrap_or_default();
    PerLogGroup::parse(entries).map(Some).map_err(|error| variable.wrong(value, &error))
}

/// The decoded payload, the index of its events and the compressors must fit beside each other.
fn quarter_of_memory(environment: &Environment) -> usize {
    let megabytes = environment.get(settings::FUNCTION_MEMORY).and_then(|text| text.parse::<usize>().ok());
    megabytes.map_or(Options::DECODED_LIMIT, |megabytes| (megabytes << 20) / 4)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use mailtrail_archive::Location;

    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_archive_is_enough() {
        let settings = Settings::read(&environment(&[("MAILTRAIL_ARCHIVE", "s3://trail")])).unwrap();
        assert!(settings.left_out.is_empty() && settings.streams.is_empty());
        assert_eq!(settings.options, Options::default());
        assert_eq!(settings.tag_memory, Duration::from_mins(5));
    }

    #[test]
    fn a_wrong_archive_stops_the_start_with_variable_value_and_what_is_allowed() {
        let missing = Settings::read(&environment(&[])).unwrap_err().to_string();
        assert!(missing.starts_with("MAILTRAIL_ARCHIVE is not set; set it to"), "{missing}");
        let wrong = Settings::read(&environment(&[("MAILTRAIL_ARCHIVE", "s3://X")])).unwrap_err().to_string();
        assert!(
            wrong.contains("MAILTRAIL_ARCHIVE is `s3://X`") && wrong.contains("s3://bucket/prefix"),
            "{wrong}"
        );
        let owner = [("MAILTRAIL_ARCHIVE", "s3://trail"), ("MAILTRAIL_ARCHIVE_OWNER", "me")];
        assert!(Settings::read(&environment(&owner)).unwrap_err().to_string().contains("12 digits"));
    }

    #[test]
    fn any_other_wrong_setting_is_left_out_and_reported() {
        let settings = Settings::read(&environment(&[
            ("MAILTRAIL_ARCHIVE", "s3://trail"),
            ("MAILTRAIL_STREAMS", "firehose:good kinesis:bad firehose:good?packing=off"),
            ("MAILTRAIL_ORGANIZATIONS", "m-1"),
            ("MAILTRAIL_DECODED_LIMIT", "10"),
            ("MAILTRAIL_TAG_CACHE_SECONDS", "soon"),
            ("MAILTRAIL_LOG", "debug"),
        ]))
        .unwrap();
        assert_eq!(settings.streams.len(), 1);
        let reported: Vec<String> = settings.left_out.iter().map(ToString::to_string).collect();
        assert_eq!(reported.len(), 6, "{reported:#?}");
    }

    #[test]
    fn the_limit_is_a_quarter_of_the_function_s_memory_and_its_own_log_group_is_known() {
        let settings = Settings::read(&environment(&[
            ("MAILTRAIL_ARCHIVE", "s3://trail"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/me"),
            ("MAILTRAIL_OWN_LOG_GROUPS", "/a, /b"),
        ]))
        .unwrap();
        assert_eq!(settings.options.decoded_limit, 32 << 20);
        assert_eq!(settings.options.own_log_groups, ["/aws/lambda/me", "/a", "/b"]);
    }

    #[test]
    fn a_directory_can_be_the_archive() {
        let settings = Settings::read(&environment(&[("MAILTRAIL_ARCHIVE", "/tmp/x")])).unwrap();
        assert_eq!(settings.archive.location, Location::Directory(Path::new("/tmp/x").to_owned()));
    }
}
