//! Log groups, and account-level policies of CloudWatch Logs.

use aws_sdk_cloudwatchlogs::operation::describe_log_streams::DescribeLogStreamsOutput;
use aws_sdk_cloudwatchlogs::types::{
    AccountPolicy, ConfigurationTemplate, LogStream, OrderBy, PolicyType, SubscriptionFilter,
};
use mailtrail_doctor::{AccountFilter, Filter, GroupSettings, LogGroup, Part, Template};
use mailtrail_policy_survey::{CallError, PAGE, answers};
use mailtrail_subscription::PROBE_STREAM_PREFIX;

use super::reader::{Reader, checked};

const STREAMS: &str = "DescribeLogStreams";
const TEMPLATES: &str = "DescribeConfigurationTemplates";
const ACCOUNT_POLICIES: &str = "DescribeAccountPolicies";
/// The service whose configuration templates are read.
const WORKMAIL: &str = "workmail";
/// The most pages of log streams that are read to find the first event, or the newest: 1,000 streams.
const STREAM_PAGES: usize = 20;
const DAY: i64 = 24 * 60 * 60 * 1000;

impl Reader<'_> {
    /// Reads one log group. Filters and streams are read only if it exists.
    pub(super) async fn log_group(&self, name: &str, at: i64) -> LogGroup {
        let settings = self.part("logs", name, self.group_settings(name)).await;
        let mut group = LogGroup { name: name.to_owned(), settings, ..LogGroup::default() };
        if let Part::Seen { value: None, .. } = group.settings {
            return group;
        }
        group.filters = self.part("logs", name, self.filters(name)).await;
        group.masking = self.part("logs", name, self.masking(name)).await;
        let retention = group.settings.seen().and_then(|it| it.as_ref()?.retention_days);
        // A log stream still has the time of its first event when that event has expired.
        let oldest = retention.map_or(i64::MIN, |days| at - i64::from(days) * DAY);
        group.first_event = self.first_event(name, oldest).await;
        group.last_event = self.last_event(name).await;
        group
    }

    async fn group_settings(&self, name: &str) -> Result<Option<GroupSettings>, CallError> {
        let group = self.account.log_group(name, self.deadline).await?;
        Ok(group.map(|group| GroupSettings {
            retention_days: group.retention_in_days(),
            class: group.log_group_class().map(|class| class.as_str().to_owned()).unwrap_or_default(),
            created: group.creation_time().unwrap_or_default(),
        }))
    }

    pub(in crate::doctor) async fn filters(&self, name: &str) -> Result<Vec<Filter>, CallError> {
        let ask = |token| {
            let call = self.account.logs.describe_subscription_filters().log_group_name(name).limit(PAGE);
            call.set_next_token(token).send()
        };
        let read = self.account.calls.all("DescribeSubscriptionFilters", self.deadline, ask, |answer| {
            (answer.subscription_filters().to_vec(), answer.next_token.clone())
        });
        let filters = read.await?;
        for filter in &filters {
            answers::expect("DescribeSubscriptionFilters", "log group", name, filter.log_group_name())?;
        }
        let filter = |filter: SubscriptionFilter| Filter {
            name: filter.filter_name.unwrap_or_default(),
            pattern: filter.filter_pattern.unwrap_or_default(),
            destination_arn: filter.destination_arn.unwrap_or_default(),
            created: filter.creation_time.unwrap_or_default(),
            system_fields: filter.emit_system_fields.unwrap_or_default(),
            role_arn: filter.role_arn,
            distribution: filter.distribution.map(|it| it.as_str().to_owned()).unwrap_or_default(),
        };
        Ok(filters.into_iter().map(filter).collect())
    }

    async fn masking(&self, name: &str) -> Result<Option<String>, CallError> {
        let answer = self.account.calls.run("GetDataProtectionPolicy", self.deadline, || {
            self.account.logs.get_data_protection_policy().log_group_identifier(name).send()
        });
        match answer.await {
            Ok(answer) => {
                let said = answer.log_group_identifier();
                if answer.policy_document().is_some() {
                    self.account.expect_log_group("GetDataProtectionPolicy", name, said)?;
                }
                Ok(answer.policy_document)
            }
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The time of the first event that has not expired, from the log streams.
    async fn first_event(&self, name: &str, oldest: i64) -> Part<Option<i64>> {
        let (mut first, mut token) = (None, None);
        for _ in 0..STREAM_PAGES {
            let read = self.account.calls.run(STREAMS, self.deadline, || {
                let call = self.account.logs.describe_log_streams().log_group_name(name).limit(PAGE);
                call.set_next_token(token.clone()).send()
            });
            let answer = match self.part("logs", name, self.of_group(name, read)).await {
                Part::Seen { value, .. } => value,
                Part::NotSeen { reason } => return Part::NotSeen { reason },
            };
            // CloudWatch Logs may take an hour to report the time of the last event.
            let kept = answer.log_streams().iter().filter(|stream| !is_of_probes(stream));
            let kept = kept.filter(|it| it.last_event_timestamp().is_none_or(|last| last >= oldest));
            let times = kept.filter_map(|stream| Some(stream.first_event_timestamp()?.max(oldest)));
            first = times.chain(first).min();
            token = answer.next_token;
            if token.is_none() {
                return Part::Seen { at: mailtrail_clock::now().millis(), value: first };
            }
        }
        Part::NotSeen { reason: too_many_streams(name) }
    }

    /// The time of the newest event, probes excepted: they show that a function archives, not that a service logs.
    /// CloudWatch Logs may take an hour to report it.
    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogStream.html>
    async fn last_event(&self, name: &str) -> Part<Option<i64>> {
        let mut token = None;
        for _ in 0..STREAM_PAGES {
            let read = self.account.calls.run(STREAMS, self.deadline, || {
                let call = self.account.logs.describe_log_streams().log_group_name(name).limit(PAGE);
                let call = call.order_by(OrderBy::LastEventTime).descending(true);
                call.set_next_token(token.clone()).send()
            });
            let (at, answer) = match self.part("logs", name, self.of_group(name, read)).await {
                Part::Seen { at, value } => (at, value),
                Part::NotSeen { reason } => return Part::NotSeen { reason },
            };
            let streams = answer.log_streams().iter().filter(|stream| !is_of_probes(stream));
            let last = streams.filter_map(LogStream::last_event_timestamp).max();
            token = answer.next_token;
            if last.is_some() || token.is_none() {
                return Part::Seen { at, value: last };
            }
        }
        Part::NotSeen { reason: too_many_streams(name) }
    }

    /// The time of the newest event of one log stream of delivery errors. Where there is no such log stream, no error is
    /// logged.
    pub(super) async fn newest_of_stream(&self, group: &str, stream: &str) -> Part<Option<i64>> {
        let read = self.account.calls.run(STREAMS, self.deadline, || {
            self.account
                .logs
                .describe_log_streams()
                .log_group_name(group)
                .log_stream_name_prefix(stream)
                .send()
        });
        // Where the prefix was ignored, that the log stream is not on the first page says nothing.
        let read = checked(self.of_group(group, read), |answer| {
            let mut names = answer.log_streams().iter().map(|it| it.log_stream_name().unwrap_or_default());
            match names.find(|name| !name.starts_with(stream)) {
                Some(other) => answers::expect(STREAMS, "log stream", stream, Some(other)),
                None => Ok(()),
            }
        });
        match self.part_if_exists("logs", group, &["ResourceNotFoundException"], read).await {
            Part::Seen { value: None, .. } => Part::NotSeen {
                reason: format!("logs:DescribeLogStreams on {group}: the log group does not exist"),
            },
            Part::Seen { at, value: Some(answer) } => {
                let mut streams = answer.log_streams().iter();
                match streams.find(|it| it.log_stream_name() == Some(stream)) {
                    Some(stream) => Part::Seen { at, value: stream.last_event_timestamp() },
                    None => Part::NotSeen {
                        reason: format!(
                            "logs:DescribeLogStreams on {group}: the log stream {stream} does not exist"
                        ),
                    },
                }
            }
            Part::NotSeen { reason } => Part::NotSeen { reason },
        }
    }

    /// A page of log streams, if they are of this log group.
    async fn of_group(
        &self,
        group: &str,
        read: impl Future<Output = Result<DescribeLogStreamsOutput, CallError>>,
    ) -> Result<DescribeLogStreamsOutput, CallError> {
        checked(read, |answer| self.account.expect_log_streams(STREAMS, group, answer.log_streams())).await
    }

    /// The configuration templates of WorkMail.
    pub(super) async fn templates(&self) -> Part<Vec<Template>> {
        let ask = |token| {
            let call = self.account.logs.describe_configuration_templates().service(WORKMAIL).limit(PAGE);
            call.set_next_token(token).send()
        };
        let read = self.account.calls.all(TEMPLATES, self.deadline, ask, |answer| {
            (answer.configuration_templates().to_vec(), answer.next_token.clone())
        });
        let read = checked(read, |templates| {
            let mut services = templates.iter().map(ConfigurationTemplate::service);
            services.try_for_each(|said| answers::expect(TEMPLATES, "service", WORKMAIL, said))
        });
        let templates = async { Ok(read.await?.iter().map(template).collect()) };
        self.part("logs", "*", templates).await
    }

    /// The account-level subscription filter policies.
    pub(super) async fn account_filters(&self) -> Part<Vec<AccountFilter>> {
        let kind = PolicyType::SubscriptionFilterPolicy;
        let read = self.account_policies(&kind, |name, document, selection| AccountFilter {
            name: name.to_owned(),
            document: document.to_owned(),
            selection: selection.to_owned(),
        });
        self.part("logs", "*", read).await
    }

    /// The documents of account-level data protection policies.
    pub(super) async fn account_masking(&self) -> Part<Vec<String>> {
        let kind = PolicyType::DataProtectionPolicy;
        let read = self.account_policies(&kind, |_, document, _| document.to_owned());
        self.part("logs", "*", read).await
    }

    async fn account_policies<T>(
        &self,
        kind: &PolicyType,
        keep: impl Fn(&str, &str, &str) -> T,
    ) -> Result<Vec<T>, CallError> {
        let ask = |token| {
            let call = self.account.logs.describe_account_policies().policy_type(kind.clone());
            call.set_next_token(token).send()
        };
        let read = self.account.calls.all(ACCOUNT_POLICIES, self.deadline, ask, |answer| {
            (answer.account_policies().to_vec(), answer.next_token.clone())
        });
        let policies = checked(read, |policies| {
            policies.iter().try_for_each(|policy| {
                let said = policy.policy_type().map(PolicyType::as_str);
                answers::expect(ACCOUNT_POLICIES, "policy type", kind.as_str(), said)?;
                answers::expect(ACCOUNT_POLICIES, "account", &self.account.id, policy.account_id())
            })
        });
        let keep = |policy: &AccountPolicy| {
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            keep(
                &text(policy.policy_name()),
                &text(policy.policy_document()),
                &text(policy.selection_criteria()),
            )
        };
        Ok(policies.await?.iter().map(keep).collect())
    }
}

fn template(template: &ConfigurationTemplate) -> Template {
    let destination_type = template.delivery_destination_type().map(|kind| kind.as_str().to_owned());
    let mandatory = template.allowed_fields().iter().filter(|field| field.mandatory().unwrap_or_default());
    Template {
        log_type: template.log_type().unwrap_or_default().to_owned(),
        destination_type: destination_type.unwrap_or_default(),
        mandatory: mandatory.filter_map(|field| field.name().map(str::to_owned)).collect(),
    }
}

/// Whether a log stream is one of probes.
fn is_of_probes(stream: &LogStream) -> bool {
    stream.log_stream_name().is_some_and(|name| name.starts_with(PROBE_STREAM_PREFIX))
}

fn too_many_streams(group: &str) -> String {
    format!("{group} has more than {STREAM_PAGES} pages of log streams (logs:DescribeLogStreams)")
}
