//! What an operator decides about the way from payload to record.

use mailtrail_normalize::{Columns, InternalDomains, Source};

use crate::reader::SettingsReader;
use crate::{DecodedLimit, Organization, PerLogGroup, settings};

/// How payloads are read, and what their events mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntakeConfig {
    /// The Region of events that do not name theirs: the function's own.
    pub region: Option<String>,
    /// The largest decoded payload; a larger one is quarantined.
    pub decoded_limit: DecodedLimit,
    /// Log groups that mailtrail's own functions write to. Their batches are refused, so that no loop can form.
    pub own_log_groups: Vec<String>,
    /// The WorkMail organization that logs to each group.
    pub organizations: PerLogGroup<Organization>,
    /// What the events of a group are; without an entry, each event is recognised by its shape.
    pub sources: PerLogGroup<Source>,
    /// The fields of groups whose events are lines of text.
    pub columns: PerLogGroup<Columns>,
    /// The organization's own mail domains: mail between them is internal.
    pub internal_domains: InternalDomains,
}

impl IntakeConfig {
    pub(crate) fn from_settings(read: &mut SettingsReader<'_>) -> Self {
        let environment = read.environment();
        let own_log_group = environment.get(settings::FUNCTION_LOG_GROUP);
        let others = environment.list(settings::OWN_LOG_GROUPS.name);
        let memory = environment.get(settings::FUNCTION_MEMORY).and_then(|text| text.parse().ok());
        Self {
            region: environment.get(settings::AWS_REGION).map(str::to_owned),
            decoded_limit: read
                .value(&settings::DECODED_LIMIT)
                .unwrap_or_else(|| memory.map_or(DecodedLimit::DEFAULT, DecodedLimit::of_memory)),
            own_log_groups: own_log_group.into_iter().chain(others).map(str::to_owned).collect(),
            organizations: read
                .per_log_group(&settings::ORGANIZATIONS, environment.list(settings::ORGANIZATIONS.name)),
            sources: read.per_log_group(&settings::SOURCES, environment.list(settings::SOURCES.name)),
            columns: read.per_log_group(&settings::COLUMNS, environment.words(settings::COLUMNS.name)),
            internal_domains: InternalDomains::new(environment.list(settings::INTERNAL_DOMAINS.name)),
        }
    }
}
