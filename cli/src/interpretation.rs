//! How events are interpreted by commands that do the work of the functions: by the same variables.

use anyhow::bail;
use mailtrail_config::{ArchiveConfig, Config, Environment, settings};

/// The variables that say how.
const VARIABLES: [&str; 7] = [
    settings::INTERNAL_DOMAINS.name,
    settings::ORGANIZATIONS.name,
    settings::SOURCES.name,
    settings::COLUMNS.name,
    settings::OWN_LOG_GROUPS.name,
    settings::DECODED_LIMIT.name,
    settings::AWS_REGION,
];

/// An archive, and how events are interpreted. `more` replaces the values of variables.
pub(crate) fn config(archive: &ArchiveConfig, more: &[(&str, String)]) -> anyhow::Result<Config> {
    let process = Environment::of_process();
    let value = |name: &str| process.get(name).unwrap_or_default().to_owned();
    let variables = VARIABLES.iter().map(|name| ((*name).to_owned(), value(name)));
    let more = more.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let location = (settings::ARCHIVE.name.to_owned(), archive.location.to_string());
    // What comes later replaces what was before.
    let config = Config::from_environment(&variables.chain(more).chain([location]).collect())?;
    if let Some(error) = config.ignored_settings.first() {
        bail!("{error}");
    }
    Ok(Config { archive: archive.clone(), ..config })
}
