//! What an operator decides about the path.

use mailtrail_normalize::{Columns, InternalDomains, Source};

use crate::{Organization, PerLogGroup};

/// Decisions of the operator, with defaults that work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The Region of events that do not say theirs: the function's own.
    pub region: Option<String>,
    /// The largest decoded payload, in bytes; a larger one is quarantined.
    pub decoded_limit: usize,
    /// Log groups that our own functions write to. Their batches are refused.
    pub own_log_groups: Vec<String>,
    /// Which WorkMail organization logs to which group.
    pub organizations: PerLogGroup<Organization>,
    /// What the events of a group are, where their shape is not to decide.
    pub sources: PerLogGroup<Source>,
    /// The columns of groups whose events are lines of text.
    pub columns: PerLogGroup<Columns>,
    /// Domains whose mail is internal.
    pub internal_domains: InternalDomains,
}

impl Options {
    /// The default of [`Options::decoded_limit`] outside Lambda: 64 MiB.
    pub const DECODED_LIMIT: usize = 64 << 20;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            region: None,
            decoded_limit: Self::DECODED_LIMIT,
            own_log_groups: Vec::new(),
            organizations: PerLogGroup::default(),
            sources: PerLogGroup::default(),
            columns: PerLogGroup::default(),
            internal_domains: InternalDomains::default(),
        }
    }
}
