//! What the maintenance of the archive compares, and may do.

use mailtrail_aws_types::Arn;

use crate::reader::SettingsReader;
use crate::settings;
use crate::switch::Switch;

/// What the maintenance of the archive compares, and may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintenanceConfig {
    /// ARNs of the functions and data streams that fill the archive, as subscription filters name them.
    pub destinations: Vec<String>,
    /// How many days back, before the running one.
    pub days: u32,
    /// Whether events that the archive lacks are archived.
    pub fill_gaps: bool,
    /// Whether the directories of organizations are saved.
    pub save_directory: bool,
    /// The name of the alarm that rests when the organizations of `WorkMail` have ended.
    pub silence_alarm: Option<String>,
}

impl MaintenanceConfig {
    pub(crate) fn from_settings(read: &mut SettingsReader<'_>) -> Self {
        Self {
            destinations: destinations(read),
            days: read.integer(&settings::COVERAGE_DAYS),
            fill_gaps: read.value(&settings::FILL_GAPS).is_some_and(|Switch(on)| on),
            save_directory: read.value(&settings::SAVE_DIRECTORY).is_some_and(|Switch(on)| on),
            silence_alarm: read.value(&settings::SILENCE_ALARM),
        }
    }
}

/// The valid ARNs; the others are reported.
fn destinations(read: &mut SettingsReader<'_>) -> Vec<String> {
    let setting = &settings::COVERAGE_DESTINATIONS;
    let (mut valid, environment) = (Vec::new(), read.environment());
    for entry in environment.list(setting.name) {
        match Arn::parse(entry) {
            Ok(_) => valid.push(entry.to_owned()),
            Err(error) => read.ignored.push(setting.invalid(entry, &error)),
        }
    }
    valid
}
