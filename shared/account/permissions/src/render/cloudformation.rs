//! A CloudFormation template: the policies, and under V2 the deliveries.

use serde_json::{Map, Value, json};

use super::names;
use crate::catalogue::{Destination, Model, Source};
use crate::documents::Documents;
use crate::setup::Setup;

/// A template with the documents of a setup, as JSON.
///
/// The log group, bucket, key and stream must exist. The template does not contain the key policy, because a template
/// cannot change the policy of a key outside it; nor the service-linked role, which AWS creates; nor the call that
/// enables logs of V1, or of a service that assumes a role.
pub fn cloudformation(setup: &Setup<'_>, documents: &Documents) -> Result<String, serde_json::Error> {
    let mut resources = Map::new();
    if let Some(policy) = &documents.caller_policy {
        let name = names::caller_policy(setup);
        let properties = json!({"ManagedPolicyName": name, "PolicyDocument": policy});
        add(&mut resources, "CallerPolicy", "AWS::IAM::ManagedPolicy", &properties);
    }
    if let Some(policy) = &documents.log_group_policy {
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-resourcepolicy.html
        let document = serde_json::to_string(policy)?;
        let properties = json!({"PolicyName": names::log_group_policy(setup), "PolicyDocument": document});
        add(&mut resources, "LogGroupPolicy", "AWS::Logs::ResourcePolicy", &properties);
    }
    if let Some(policy) = &documents.bucket_policy {
        let properties = json!({"Bucket": setup.name, "PolicyDocument": policy});
        add(&mut resources, "BucketPolicy", "AWS::S3::BucketPolicy", &properties);
    }
    if let (Some(trust), Some(policy)) = (&documents.role_trust_policy, &documents.role_policy) {
        let properties = json!({
            "RoleName": Documents::role_name(setup),
            "AssumeRolePolicyDocument": trust,
            "Policies": [{"PolicyName": "write-logs", "PolicyDocument": policy}],
        });
        add(&mut resources, "Role", "AWS::IAM::Role", &properties);
    }
    if let (Model::V2, Some(source)) = (setup.model, &setup.service.source) {
        add_deliveries(&mut resources, setup, source);
    }
    let description =
        format!("{} to {}: {}", setup.service.name, setup.destination.name(), setup.service.page);
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Resources": resources,
    });
    serde_json::to_string_pretty(&template)
}

/// Deliveries depend on each other, because AWS rejects concurrent changes of a source or destination.
fn add_deliveries(resources: &mut Map<String, Value>, setup: &Setup<'_>, source: &Source) {
    let destination = json!({"Name": names::delivery_destination(setup), "DestinationResourceArn": setup.destination_arn()});
    add(resources, "DeliveryDestination", "AWS::Logs::DeliveryDestination", &destination);
    let mut before = match setup.destination {
        Destination::CloudWatchLogs => Some("LogGroupPolicy".to_owned()),
        Destination::S3 => Some("BucketPolicy".to_owned()),
        Destination::Firehose => None,
    };
    for log_type in &source.log_types {
        let suffix = names::in_camel_case(log_type);
        let (from, delivery) = (format!("Source{suffix}"), format!("Delivery{suffix}"));
        let properties = json!({
            "Name": names::delivery_source(setup, source, log_type),
            "LogType": log_type,
            "ResourceArn": setup.one_source_arn(&source.arn),
        });
        add(resources, &from, "AWS::Logs::DeliverySource", &properties);
        let properties = json!({
            "DeliverySourceName": {"Ref": from},
            "DeliveryDestinationArn": {"Fn::GetAtt": ["DeliveryDestination", "Arn"]},
        });
        let mut resource = json!({"Type": "AWS::Logs::Delivery", "Properties": properties});
        if let Some(before) = before.replace(delivery.clone()) {
            resource["DependsOn"] = before.into();
        }
        resources.insert(delivery, resource);
    }
}

fn add(resources: &mut Map<String, Value>, id: &str, kind: &str, properties: &Value) {
    resources.insert(id.to_owned(), json!({"Type": kind, "Properties": properties}));
}
