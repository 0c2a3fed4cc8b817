//! What is there, compared with a change: as before it, as after it, or otherwise. And the call that makes the change.

use aws_sdk_cloudwatchlogs::types;
use mailtrail_policy_survey::CallError;
use serde_json::{Value, json};

use crate::aws::{Aws, Seen, format_of, resource_of};
use crate::change::{CREATED_BY, Change, DestinationChange, LogGroupChange, TagChange};

impl Aws<'_> {
    /// Looks at what is there.
    pub(crate) async fn look(&self, change: &Change) -> Result<Seen, CallError> {
        match change {
            Change::Policy(change) => crate::policies::look(self, change).await,
            Change::Destination(change) => self.look_at_destination(change).await,
            Change::LogGroup(change) => self.look_at_log_group(change).await,
            Change::Permission(change) => crate::permissions::look(self, change).await,
            Change::Tag(change) => self.look_at_tag(change).await,
            Change::Setting(_) => Ok(Seen::NotLooked),
        }
    }

    /// Makes a change. Returns what AWS said, as far as it matters.
    pub(crate) async fn send(&self, change: &Change, revision: Option<String>) -> Result<Value, CallError> {
        match change {
            Change::Policy(change) => crate::policies::send(self, change, revision).await,
            Change::Destination(change) => self.point(change).await,
            Change::LogGroup(change) if change.present => self.create(change).await,
            Change::LogGroup(change) => self.delete(&change.group.log_group_name).await,
            Change::Permission(change) => crate::permissions::send(self, change).await,
            Change::Tag(change) => self.tag(change).await,
            Change::Setting(setting) => setting.send(self.account, self.deadline).await.map(|()| Value::Null),
        }
    }

    async fn look_at_destination(&self, change: &DestinationChange) -> Result<Seen, CallError> {
        let Some(found) = self.destination(&change.name).await? else {
            return Ok(Seen::Gone);
        };
        let resource = resource_of(&found);
        Ok(if format_of(&found) != change.output_format.as_deref() {
            Seen::Other("it has another output format".to_owned())
        } else if resource == change.after {
            Seen::After
        } else if resource == change.before {
            Seen::Before(None)
        } else {
            Seen::Other(format!("it writes to {resource}"))
        })
    }

    /// A tag goes with its log group.
    async fn look_at_tag(&self, change: &TagChange) -> Result<Seen, CallError> {
        let is_after = match self.tags(&change.resource_arn).await {
            Ok(tags) => tags.get(&change.key) == change.after.as_ref(),
            Err(error) if error.is_missing() && change.after.is_some() => return Ok(Seen::Gone),
            Err(error) if error.is_missing() => true,
            Err(error) => return Err(error),
        };
        Ok(if is_after { Seen::After } else { Seen::Before(None) })
    }

    async fn look_at_log_group(&self, change: &LogGroupChange) -> Result<Seen, CallError> {
        let group = &change.group;
        let found = self.log_group(&group.log_group_name).await?;
        if found.is_none() {
            return Ok(if change.present { Seen::Before(None) } else { Seen::After });
        }
        let tags = self.tags(&self.group_arn(&group.log_group_name)).await?;
        let is_ours = tags.contains_key(CREATED_BY) && tags.get(CREATED_BY) == group.tags.get(CREATED_BY);
        Ok(match (is_ours, change.present) {
            (false, _) => {
                Seen::Other("there is a log group of that name, and this run did not create it".to_owned())
            }
            (true, true) => Seen::After,
            (true, false) => Seen::Before(None),
        })
    }

    async fn create(&self, change: &LogGroupChange) -> Result<Value, CallError> {
        let group = &change.group;
        let tags: std::collections::HashMap<_, _> = group.tags.clone().into_iter().collect();
        let made = self.account.calls.run("CreateLogGroup", self.deadline, || {
            let call = self.account.logs.create_log_group().log_group_name(&group.log_group_name);
            call.set_log_group_class(group.log_group_class.as_deref().map(types::LogGroupClass::from))
                .set_kms_key_id(group.kms_key_id.clone())
                .set_tags(Some(tags.clone()))
                .send()
        });
        made.await.map(|_| Value::Null)
    }

    async fn delete(&self, group: &str) -> Result<Value, CallError> {
        let gone = self.account.calls.run("DeleteLogGroup", self.deadline, || {
            self.account.logs.delete_log_group().log_group_name(group).send()
        });
        gone.await.map(|_| Value::Null)
    }

    /// Re-points a destination. Tags are left out, for they are refused on an update; the format is named, for an
    /// update that leaves it out is taken for one that changes it.
    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html>
    async fn point(&self, change: &DestinationChange) -> Result<Value, CallError> {
        let place = types::DeliveryDestinationConfiguration::builder();
        let place = place.destination_resource_arn(&change.after).build().ok();
        let put = self.account.calls.run("PutDeliveryDestination", self.deadline, || {
            let call = self.account.logs.put_delivery_destination().name(&change.name);
            call.set_output_format(change.output_format.as_deref().map(types::OutputFormat::from))
                .set_delivery_destination_configuration(place.clone())
                .send()
        });
        let said = put.await?;
        let resource = said.delivery_destination().map(resource_of).unwrap_or_default();
        Ok(json!({ "destinationResourceArn": resource }))
    }

    async fn tag(&self, change: &TagChange) -> Result<Value, CallError> {
        let (calls, logs) = (&self.account.calls, &self.account.logs);
        let (arn, key) = (&change.resource_arn, &change.key);
        let Some(value) = &change.after else {
            let untagged = calls.run("UntagResource", self.deadline, || {
                logs.untag_resource().resource_arn(arn).tag_keys(key).send()
            });
            return untagged.await.map(|_| Value::Null);
        };
        let tagged = calls.run("TagResource", self.deadline, || {
            logs.tag_resource().resource_arn(arn).tags(key, value).send()
        });
        tagged.await.map(|_| Value::Null)
    }
}
