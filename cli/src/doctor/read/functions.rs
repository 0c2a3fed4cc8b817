//! Functions that receive log events.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use aws_sdk_lambda::types::{EventSourceMappingConfiguration, FunctionResponseType};
use mailtrail_config::settings;
use mailtrail_doctor::{Facts, Function, FunctionSettings, Mapping, Part, function_name};
use mailtrail_policy_survey::{CallError, answers};
use serde::Deserialize;

use super::reader::{Reader, checked};

const CONFIGURATION: &str = "GetFunctionConfiguration";
const INVOKE_CONFIG: &str = "GetFunctionEventInvokeConfig";
const MAPPINGS: &str = "ListEventSourceMappings";
const POLICY: &str = "GetPolicy";

const MISSING: [&str; 1] = ["ResourceNotFoundException"];
/// The environment variables that the checks need. Others may hold secrets, and are dropped.
const VARIABLES: [&str; 8] = [
    settings::ARCHIVE.name,
    settings::ARCHIVE_OWNER.name,
    settings::ARCHIVE_KMS_KEY.name,
    settings::STREAMS.name,
    settings::COLUMNS.name,
    settings::OWN_LOG_GROUPS.name,
    settings::TOPIC.name,
    settings::KINESIS_FAILURES.name,
];

impl Reader<'_> {
    /// Reads the event source mappings of the data streams that filters send to, unless read before. Disabled mappings do
    /// not count.
    pub(in crate::doctor) async fn stream_readers(&self, facts: &mut Facts) {
        let client = Client::new(&self.account.config);
        for stream in facts.filter_destinations() {
            if !stream.contains(":kinesis:") || facts.stream_readers.contains_key(&stream) {
                continue;
            }
            let ask = |token| {
                client.list_event_source_mappings().event_source_arn(&stream).set_marker(token).send()
            };
            let calls = &self.account.calls;
            let read = calls.all(MAPPINGS, self.deadline, ask, |answer| {
                (answer.event_source_mappings().to_vec(), answer.next_marker.clone())
            });
            let read = checked(read, |mappings| {
                let mut sources = mappings.iter().map(EventSourceMappingConfiguration::event_source_arn);
                sources.try_for_each(|said| answers::expect(MAPPINGS, "data stream", &stream, said))
            });
            let reading = async {
                let mappings = read.await?.into_iter();
                let reading =
                    mappings.filter(|it| !it.state().is_some_and(|state| state.starts_with("Disabl")));
                Ok(reading.map(|it| mapping(&it)).collect())
            };
            let part = self.part("lambda", &stream, reading).await;
            facts.stream_readers.insert(stream, part);
        }
    }

    /// The functions of this account that subscription filters send to, directly or through a data stream, and those
    /// given on the command line; each with the qualifiers in the ARNs of filters.
    pub(in crate::doctor) fn function_names(&self, facts: &Facts) -> BTreeMap<String, BTreeSet<String>> {
        let mut names: BTreeMap<String, BTreeSet<String>> =
            facts.named_functions.iter().map(|name| (name.clone(), BTreeSet::new())).collect();
        let here = format!(":lambda:{}:{}:", self.account.region, self.account.id);
        let destinations = facts.filter_destinations();
        let of_filters =
            destinations.iter().filter(|arn| arn.contains(&here)).filter_map(|it| function_name(it));
        for (name, qualifier) in of_filters {
            names.entry(name.to_owned()).or_default().extend(qualifier.map(str::to_owned));
        }
        let readers = facts.stream_readers.values().filter_map(Part::seen).flatten();
        // A function reads a stream with its role; its resource-based policy does not matter.
        for (name, _) in readers
            .map(|it| it.function_arn.as_str())
            .filter(|arn| arn.contains(&here))
            .filter_map(function_name)
        {
            names.entry(name.to_owned()).or_default();
        }
        names
    }

    /// Reads one function. Its policies are read only if it exists.
    pub(in crate::doctor) async fn function(&self, name: &str, qualifiers: BTreeSet<String>) -> Function {
        let client = Client::new(&self.account.config);
        let calls = &self.account.calls;
        let read = calls.run(CONFIGURATION, self.deadline, || {
            client.get_function_configuration().function_name(name).send()
        });
        let read = checked(read, |answer| self.is_function(CONFIGURATION, name, answer.function_arn()));
        let settings = match self.part_if_exists("lambda", name, &MISSING, read).await {
            Part::Seen { at, value } => {
                Part::Seen { at, value: value.map(|answer| function_settings(name, &answer, at)) }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        };
        let mut function = Function { name: name.to_owned(), settings, ..Function::default() };
        if let Part::Seen { value: None, .. } = function.settings {
            return function;
        }
        function.policy = self.function_policy(&client, name, None).await;
        function.reserved_concurrency = self.reserved_concurrency(&client, name).await;
        function.on_failure = self.on_failure(&client, name).await;
        for qualifier in qualifiers {
            let policy = self.function_policy(&client, name, Some(&qualifier)).await;
            function.qualified.insert(qualifier, policy);
        }
        function
    }

    async fn reserved_concurrency(&self, client: &Client, name: &str) -> Part<Option<i32>> {
        let read = self.account.calls.run("GetFunctionConcurrency", self.deadline, || {
            client.get_function_concurrency().function_name(name).send()
        });
        match self.part("lambda", name, read).await {
            Part::Seen { at, value } => Part::Seen { at, value: value.reserved_concurrent_executions },
            Part::NotSeen { reason } => Part::NotSeen { reason },
        }
    }

    /// The on-failure destination of asynchronous invocations.
    async fn on_failure(&self, client: &Client, name: &str) -> Part<Option<String>> {
        let read = self.account.calls.run(INVOKE_CONFIG, self.deadline, || {
            client.get_function_event_invoke_config().function_name(name).send()
        });
        let read = checked(read, |answer| self.is_function(INVOKE_CONFIG, name, answer.function_arn()));
        match self.part_if_exists("lambda", name, &MISSING, read).await {
            Part::Seen { at, value } => {
                let destination = value.and_then(|answer| answer.destination_config?.on_failure?.destination);
                Part::Seen { at, value: destination.filter(|arn| !arn.is_empty()) }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        }
    }

    /// Checks that an answer is about this function of this account and Region, whatever version or alias.
    fn is_function(&self, operation: &'static str, name: &str, said: Option<&str>) -> Result<(), CallError> {
        self.account.expect_here(operation, "lambda", said)?;
        answers::expect(operation, "function", name, said.and_then(function_name).map(|(said, _)| said))
    }

    async fn function_policy(
        &self,
        client: &Client,
        name: &str,
        qualifier: Option<&str>,
    ) -> Part<Option<String>> {
        let read = self.account.calls.run(POLICY, self.deadline, || {
            client.get_policy().function_name(name).set_qualifier(qualifier.map(str::to_owned)).send()
        });
        let read = checked(read, |answer| {
            let resources = answer.policy().map(resources).unwrap_or_default();
            resources.iter().try_for_each(|arn| self.is_function(POLICY, name, Some(arn)))
        });
        match self.part_if_exists("lambda", name, &MISSING, read).await {
            Part::Seen { at, value } => Part::Seen { at, value: value.and_then(|answer| answer.policy) },
            Part::NotSeen { reason } => Part::NotSeen { reason },
        }
    }
}

/// The resources in the policy of a function: Lambda writes the function's ARN into each statement.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>
fn resources(policy: &str) -> Vec<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Policy {
        statement: Vec<Statement>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Statement {
        resource: String,
    }

    // What cannot be read so is left to the checks.
    let policy = serde_json::from_str(policy).unwrap_or(Policy { statement: Vec::new() });
    policy.statement.into_iter().map(|statement| statement.resource).collect()
}

fn mapping(configuration: &EventSourceMappingConfiguration) -> Mapping {
    Mapping {
        id: configuration.uuid().unwrap_or_default().to_owned(),
        function_arn: configuration.function_arn().unwrap_or_default().to_owned(),
        reports_failures: configuration
            .function_response_types()
            .contains(&FunctionResponseType::ReportBatchItemFailures),
        on_failure: configuration
            .destination_config()
            .and_then(|it| it.on_failure()?.destination())
            .filter(|arn| !arn.is_empty())
            .map(str::to_owned),
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
