//! Functions that log groups are subscribed to.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use mailtrail_doctor::{Facts, Function, FunctionSettings, Part};
use mailtrail_telemetry::settings;

use super::Reader;

const MISSING: [&str; 1] = ["ResourceNotFoundException"];
/// What of a function's environment is looked at; nothing else of it is kept.
const VARIABLES: [&str; 6] = [
    settings::ARCHIVE.name,
    settings::ARCHIVE_OWNER.name,
    settings::ARCHIVE_KMS_KEY.name,
    settings::STREAMS.name,
    settings::COLUMNS.name,
    settings::OWN_LOG_GROUPS.name,
];

impl Reader<'_> {
    /// The functions of this account that filters of log groups, or of the account, send to; and those that were
    /// named.
    pub(super) fn function_names(&self, facts: &Facts) -> BTreeSet<String> {
        let filters = facts.log_groups.iter().filter_map(|group| group.filters.seen()).flatten();
        let of_account = facts.account_filters.seen().into_iter().flatten();
        let destinations = filters.map(|filter| filter.destination_arn.clone());
        let destinations = destinations.chain(of_account.filter_map(|filter| {
            let document: serde_json::Value = serde_json::from_str(&filter.document).ok()?;
            Some(document.get("DestinationArn")?.as_str()?.to_owned())
        }));
        let here = format!(":lambda:{}:{}:function:", self.account.region, self.account.id);
        let names = destinations.filter_map(|arn| {
            let name = arn.split_once(&here)?.1;
            name.split(':').next().map(str::to_owned)
        });
        names.chain(facts.named_functions.iter().cloned()).collect()
    }

    /// One function; of one that is not there, nothing more is asked.
    pub(super) async fn function(&self, name: &str) -> Function {
        let client = Client::new(&self.account.config);
        let calls = &self.account.calls;
        let read = calls.run("GetFunctionConfiguration", self.deadline, || {
            client.get_function_configuration().function_name(name).send()
        });
        let settings = match self.maybe("lambda", name, &MISSING, read).await {
            Part::Seen { at, value } => {
                Part::Seen { at, value: value.map(|answer| function_settings(name, &answer, at)) }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        let mut function = Function { name: name.to_owned(), settings, ..Function::default() };
        if let Part::Seen { value: None, .. } = function.settings {
            return function;
        }
        let read = calls.run("GetPolicy", self.deadline, || client.get_policy().function_name(name).send());
        function.policy = match self.maybe("lambda", name, &MISSING, read).await {
            Part::Seen { at, value } => Part::Seen { at, value: value.and_then(|answer| answer.policy) },
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        function
    }
}

fn function_settings(name: &str, answer: &GetFunctionConfigurationOutput, at: i64) -> FunctionSettings {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let environment = answer.environment();
    let variables = environment.and_then(|it| it.variables());
    let keep = |name: &str| Some((name.to_owned(), variables?.get(name)?.clone()));
    let environment = if let Some(error) = environment.and_then(|it| it.error()) {
        let (code, message) = (text(error.error_code()), text(error.message()));
        Part::NotSeen { reason: format!("the environment of {name} cannot be decrypted: {code}: {message}") }
    } else {
        let value: BTreeMap<_, _> = VARIABLES.into_iter().filter_map(keep).collect();
        Part::Seen { at, value }
    };
    let own_group = answer.logging_config().and_then(|it| it.log_group());
    FunctionSettings {
        arn: text(answer.function_arn()),
        role: text(answer.role()),
        log_group: own_group.map_or_else(|| format!("/aws/lambda/{name}"), str::to_owned),
        state: answer.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
        environment,
    }
}
