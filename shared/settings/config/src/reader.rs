//! Reads settings that a function can run without: an invalid one is ignored and reported.

use std::fmt::Display;
use std::str::FromStr;

use crate::settings::{IntegerSetting, Setting};
use crate::{Environment, PerLogGroup, SettingError, StreamTarget, add_stream_target, settings};

pub(crate) struct SettingsReader<'e> {
    environment: &'e Environment,
    pub(crate) ignored: Vec<SettingError>,
}

impl<'e> SettingsReader<'e> {
    pub(crate) fn new(environment: &'e Environment) -> Self {
        Self { environment, ignored: Vec::new() }
    }

    pub(crate) fn environment(&self) -> &'e Environment {
        self.environment
    }

    /// The value of a setting, if it is set and valid.
    pub(crate) fn value<T: FromStr<Err: Display>>(&mut self, setting: &Setting) -> Option<T> {
        let text = self.environment.get(setting.name)?;
        text.parse().map_err(|error| self.ignored.push(setting.invalid(text, &error))).ok()
    }

    /// The value of an integer setting, or its default.
    pub(crate) fn integer(&mut self, setting: &IntegerSetting) -> u32 {
        let Some(text) = self.environment.get(setting.name) else { return setting.default };
        setting.parse(text).unwrap_or_else(|error| {
            self.ignored.push(error);
            setting.default
        })
    }

    /// The values of a setting that may differ from log group to log group. One invalid entry makes all of them
    /// invalid.
    pub(crate) fn per_log_group<'t, T: FromStr<Err: Display>>(
        &mut self,
        setting: &Setting,
        entries: impl Iterator<Item = &'t str>,
    ) -> PerLogGroup<T> {
        let value = self.environment.get(setting.name).unwrap_or_default();
        PerLogGroup::parse(entries).unwrap_or_else(|error| {
            self.ignored.push(setting.invalid(value, &error));
            PerLogGroup::default()
        })
    }

    /// The valid entries of [`settings::STREAMS`]; each of the others is ignored by itself.
    pub(crate) fn stream_targets(&mut self) -> Vec<StreamTarget> {
        let mut targets = Vec::new();
        for entry in self.environment.words(settings::STREAMS.name) {
            let added = entry.parse::<StreamTarget>().map_err(|error| error.to_string()).and_then(|target| {
                add_stream_target(&mut targets, target).map_err(|error| error.to_string())
            });
            if let Err(error) = added {
                self.ignored.push(settings::STREAMS.invalid(entry, &error));
            }
        }
        targets
    }
}
