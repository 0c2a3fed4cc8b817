//! Every service with every destination that it supports.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot be made fails the test")]

use mailtrail_permissions::{
    Catalogue, Destination, Documents, Inputs, Model, Policy, Setup, cloudformation, commands,
};
use serde_json::Value;

const INPUTS: Inputs<'_> =
    Inputs { account: Some("111122223333"), region: Some("us-east-1"), name: None, resource: None };

fn for_each_row(mut check: impl FnMut(&Setup<'_>, &Documents, &str)) {
    let catalogue = Catalogue::embedded().unwrap();
    for service in catalogue.services() {
        for destination in service.destinations.keys() {
            let setup = Setup::new(service, *destination, INPUTS).unwrap();
            check(&setup, &Documents::of(&setup), &format!("{} to {destination}", service.id));
        }
    }
}

/// The policies that the customer writes, without those of service-linked roles.
fn customer_policies(documents: &Documents) -> Vec<&Policy> {
    let Documents { caller_policy, console_policy, log_group_policy, bucket_policy, key_policy, .. } =
        documents;
    let Documents { role_trust_policy, role_policy, .. } = documents;
    [
        caller_policy,
        console_policy,
        log_group_policy,
        bucket_policy,
        key_policy,
        role_trust_policy,
        role_policy,
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn there_are_documents_except_for_services_with_a_mechanism_of_their_own() {
    for_each_row(|setup, documents, row| {
        assert_eq!(documents.is_empty(), setup.model() == Model::Own, "{row}");
        assert_eq!(documents.caller_policy.is_none(), setup.model() == Model::Own, "{row}");
    });
}

#[test]
fn every_statement_for_a_service_has_conditions_on_the_source() {
    let mut checked = 0;
    for_each_row(|_, documents, row| {
        for statement in customer_policies(documents).into_iter().flat_map(Policy::statements) {
            if statement.service().is_none() {
                continue;
            }
            checked += 1;
            assert_eq!(
                statement.condition("StringEquals", "aws:SourceAccount"),
                Some("111122223333"),
                "{row}"
            );
            let source = statement.condition("ArnLike", "aws:SourceArn").unwrap();
            let account = source.split(':').nth(4).unwrap();
            assert!(["", "111122223333"].contains(&account), "{row}: {source} is of another account");
        }
    });
    assert!(checked > 150, "only {checked} statements for services");
}

#[test]
fn a_delivery_under_v2_comes_from_a_delivery_source() {
    for_each_row(|setup, documents, row| {
        let Some(policy) = &documents.bucket_policy else { return };
        let source = policy.statements()[0].condition("ArnLike", "aws:SourceArn").unwrap();
        assert_eq!(source.ends_with(":delivery-source:*"), setup.model() == Model::V2, "{row}");
    });
}

#[test]
fn no_placeholder_is_left() {
    for_each_row(|setup, documents, row| {
        let json = serde_json::to_string(documents).unwrap();
        let template = cloudformation(setup, documents).unwrap();
        for text in [json, template, commands(setup, documents).unwrap()] {
            for placeholder in ["{partition}", "{region}", "{account}", "{id}", "{name}", "::::", "…"] {
                assert!(!text.contains(placeholder), "{row}: {placeholder} in {text}");
            }
        }
    });
}

#[test]
fn a_template_has_each_document_and_each_delivery() {
    for_each_row(|setup, documents, row| {
        let template: Value = serde_json::from_str(&cloudformation(setup, documents).unwrap()).unwrap();
        let resources = template["Resources"].as_object().unwrap();
        let of = |kind: &str| resources.values().filter(|resource| resource["Type"] == kind).count();
        let log_types = setup.service().source.as_ref().map_or(0, |source| source.log_types.len());
        let log_types = if setup.model() == Model::V2 { log_types } else { 0 };
        assert_eq!(of("AWS::Logs::Delivery"), log_types, "{row}");
        assert_eq!(of("AWS::Logs::DeliverySource"), log_types, "{row}");
        assert_eq!(of("AWS::Logs::DeliveryDestination"), usize::from(log_types > 0), "{row}");
        assert_eq!(
            of("AWS::Logs::ResourcePolicy"),
            usize::from(documents.log_group_policy.is_some()),
            "{row}"
        );
        assert_eq!(of("AWS::S3::BucketPolicy"), usize::from(documents.bucket_policy.is_some()), "{row}");
        assert_eq!(of("AWS::IAM::Role"), usize::from(documents.role_policy.is_some()), "{row}");
        for name in resources.values().filter_map(|resource| resource["Properties"]["Name"].as_str()) {
            assert!(name.len() <= 60, "{row}: {name} is longer than the name of a delivery source may be");
        }
    });
}

#[test]
fn a_shell_reads_each_command_as_it_is_meant() {
    for_each_row(|setup, documents, row| {
        let script = commands(setup, documents).unwrap();
        for line in script.replace("\\\n", " ").lines().filter(|line| !line.starts_with('#')) {
            let words = shell_words::split(line).unwrap();
            if let Some(first) = words.first() {
                assert_eq!(first, "aws", "{row}: {line}");
            }
            let documents = words.iter().filter(|word| word.starts_with('{'));
            for document in documents {
                assert!(serde_json::from_str::<Value>(document).is_ok(), "{row}: {document}");
            }
        }
    });
}

#[test]
fn a_given_resource_is_the_only_one() {
    let catalogue = Catalogue::embedded().unwrap();
    let organization =
        "arn:aws:workmail:us-east-1:111122223333:organization/m-0123456789abcdef0123456789abcdef";
    let inputs = Inputs { resource: Some(organization), ..INPUTS };
    for id in ["workmail", "workmail-events"] {
        let service = catalogue.find(id).unwrap();
        let setup = Setup::new(service, Destination::CloudWatchLogs, inputs).unwrap();
        let json = serde_json::to_string(&Documents::of(&setup)).unwrap();
        assert!(json.contains(organization) && !json.contains("organization/*"), "{json}");
    }
}

fn show(service: &str, destination: Destination) -> String {
    let catalogue = Catalogue::embedded().unwrap();
    let setup = Setup::new(catalogue.find(service).unwrap(), destination, INPUTS).unwrap();
    serde_json::to_string_pretty(&Documents::of(&setup)).unwrap()
}

#[test]
fn the_documents_of_workmail() {
    insta::assert_snapshot!("workmail-events", show("workmail-events", Destination::CloudWatchLogs));
    for destination in Destination::ALL {
        insta::assert_snapshot!(format!("workmail-{destination}"), show("workmail", destination));
    }
}

#[test]
fn the_documents_of_v1_of_a_role_and_of_a_principal_of_its_own() {
    insta::assert_snapshot!("waf-s3", show("waf", Destination::S3));
    insta::assert_snapshot!("step-functions", show("step-functions", Destination::CloudWatchLogs));
    insta::assert_snapshot!("cloudtrail", show("cloudtrail", Destination::CloudWatchLogs));
    insta::assert_snapshot!("opensearch", show("opensearch", Destination::CloudWatchLogs));
}

#[test]
fn the_template_and_the_commands_of_workmail() {
    let catalogue = Catalogue::embedded().unwrap();
    for (id, destination) in [("workmail", Destination::S3), ("workmail-events", Destination::CloudWatchLogs)]
    {
        let setup = Setup::new(catalogue.find(id).unwrap(), destination, INPUTS).unwrap();
        let documents = Documents::of(&setup);
        insta::assert_snapshot!(format!("{id}-template"), cloudformation(&setup, &documents).unwrap());
        insta::assert_snapshot!(format!("{id}-commands"), commands(&setup, &documents).unwrap());
    }
}
