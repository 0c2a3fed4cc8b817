//! Which functions belong to the pipeline, and which destinations lead to one of them.

use std::collections::BTreeSet;

use mailtrail_config::settings;
use mailtrail_resource_policy::inventory::Part;

use crate::facts::Facts;
use crate::model::{AccountFilter, Function};

/// Whether a function belongs to the pipeline of mailtrail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// Its environment names an archive, or it was given on the command line.
    Ours,
    /// It belongs to something else, or does not exist.
    Other,
    /// Its settings could not be read, for this reason.
    Unknown(String),
}

impl Facts {
    /// The log groups that the pipeline must not archive: those of its functions, and those that they are told of.
    pub fn own_log_groups(&self) -> BTreeSet<String> {
        let ours = self.functions.iter().filter(|function| self.ownership(function) == Ownership::Ours);
        ours.flat_map(Function::own_groups).collect()
    }

    /// Whether a function is known to belong to the pipeline.
    pub fn is_ours(&self, function: &Function) -> bool {
        self.ownership(function) == Ownership::Ours
    }

    pub(crate) fn ownership(&self, function: &Function) -> Ownership {
        let has_archive = function.variable(settings::ARCHIVE.name).is_some();
        if has_archive || self.named_functions.contains(&function.name) {
            return Ownership::Ours;
        }
        let environment = function.known().and_then(|settings| settings.environment.reason());
        match function.settings.reason().or(environment) {
            Some(reason) => Ownership::Unknown(reason.to_owned()),
            None => Ownership::Other,
        }
    }

    /// The function of the pipeline that receives what is sent to this ARN, directly or through a Kinesis data stream.
    pub fn receiver(&self, arn: &str) -> Option<&Function> {
        let mappings = self.stream_readers.get(arn).and_then(|part| part.seen()).into_iter().flatten();
        let arns = std::iter::once(arn).chain(mappings.map(|mapping| mapping.function_arn.as_str()));
        arns.filter_map(|arn| self.function(arn)).find(|function| self.is_ours(function))
    }

    /// Whether an account-level filter reaches a function of the pipeline.
    pub(crate) fn account_filter_ownership(&self, filter: &AccountFilter) -> Ownership {
        match filter.filter() {
            Some(filter) => self.destination_ownership(&filter.destination_arn),
            None => Ownership::Unknown(format!("the document of the policy {} cannot be read", filter.name)),
        }
    }

    /// Why it is not known whether what is sent to this ARN reaches the pipeline.
    pub fn unknown_receiver(&self, arn: &str) -> Option<String> {
        match self.destination_ownership(arn) {
            Ownership::Unknown(reason) => Some(reason),
            Ownership::Ours | Ownership::Other => None,
        }
    }

    /// Whether a subscription to this ARN reaches a function of the pipeline, directly or through a Kinesis data
    /// stream. Destinations in other accounts are not followed.
    pub(crate) fn destination_ownership(&self, arn: &str) -> Ownership {
        if let Some(function) = self.function(arn) {
            return self.ownership(function);
        }
        if !arn.contains(":kinesis:") {
            return Ownership::Other;
        }
        let readers = match self.stream_readers.get(arn) {
            Some(Part::Seen { value, .. }) => value,
            Some(Part::NotSeen { reason }) => return Ownership::Unknown(reason.clone()),
            None => return Ownership::Unknown(format!("the consumers of {arn} were not read")),
        };
        let mut unknown = None;
        for ownership in
            readers.iter().filter_map(|it| self.function(&it.function_arn)).map(|it| self.ownership(it))
        {
            match ownership {
                Ownership::Ours => return Ownership::Ours,
                Ownership::Unknown(_) => unknown = Some(ownership),
                Ownership::Other => {}
            }
        }
        unknown.unwrap_or(Ownership::Other)
    }
}
