//! What a caller needs to save the directory of organizations: to read `WorkMail`, and to keep snapshots in an archive.
//!
//! It is not the log delivery of a service, and has one destination: the bucket of the archive.

use mailtrail_directory::operations::READ;

use crate::account_region::{AccountRegion, EXAMPLE_ACCOUNT, EXAMPLE_REGION};
use crate::catalogue::Destination;
use crate::policy::{Policy, Statement};
use crate::setup::{Inputs, SetupError, validate_form};

/// What stands in the place of a service.
pub const DIRECTORY: &str = "directory";
/// The one operation that is not about one organization.
const LIST: &str = "ListOrganizations";

/// The identity-based policy of a caller of `mailtrail directory`, for the bucket of an archive; of all organizations of the
/// account and Region, or of one that is given by its ARN. What is not given is an example.
///
/// # Errors
/// When an input is invalid, or does not apply.
pub fn directory(destination: Destination, inputs: Inputs<'_>) -> Result<Policy, SetupError> {
    let account_region = AccountRegion::new(
        inputs.account.unwrap_or(EXAMPLE_ACCOUNT),
        inputs.region.unwrap_or(EXAMPLE_REGION),
    )?;
    if destination != Destination::S3 {
        return Err(SetupError::Destination {
            service: DIRECTORY.to_owned(),
            destination,
            supported: "s3".to_owned(),
        });
    }
    let bucket = inputs.name.unwrap_or("amzn-s3-demo-bucket");
    validate_form(destination, bucket)?;
    let organizations = organizations(&account_region, inputs.resource)?;
    let bucket = account_region.s3(bucket);
    let below = ["coverage", "directory"].map(|folder| format!("{bucket}/*{folder}/*"));
    let read = READ.iter().map(|(operation, _)| *operation).filter(|operation| *operation != LIST);
    let read: Vec<String> = read.map(|operation| format!("workmail:{operation}")).collect();
    Ok(Policy::new(vec![
        Statement::allow("FindOrganizations", [format!("workmail:{LIST}")], ["*"]),
        Statement::allow("ReadDirectory", read, [organizations]),
        Statement::allow("FindObjects", ["s3:ListBucket"], [bucket]),
        Statement::allow("KeepSnapshots", ["s3:GetObject", "s3:PutObject"], below),
    ]))
}

/// The ARN of one organization of the account and Region, or a pattern for all of them.
fn organizations(account_region: &AccountRegion, resource: Option<&str>) -> Result<String, SetupError> {
    let template = "arn:{partition}:workmail:{region}:{account}:organization/{organization}";
    let pattern = account_region.fill(template, "*");
    let Some(resource) = resource else { return Ok(pattern) };
    let id = resource.strip_prefix(pattern.trim_end_matches('*'));
    if id.is_some_and(mailtrail_aws_types::OrganizationId::is_valid) {
        return Ok(resource.to_owned());
    }
    Err(SetupError::Resource { resource: resource.to_owned(), pattern })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(inputs: Inputs<'_>) -> Result<String, SetupError> {
        directory(Destination::S3, inputs).map(|it| serde_json::to_string(&it).expect("a policy is JSON"))
    }

    #[test]
    fn an_archive_and_all_organizations_or_one_are_what_it_needs() {
        let all = text(Inputs::default()).unwrap();
        assert!(all.contains("arn:aws:workmail:us-east-1:111122223333:organization/*"), "{all}");
        let id = "m-0123456789abcdef0123456789abcdef";
        let of = |account: &str, id: &str| format!("arn:aws:workmail:us-east-1:{account}:organization/{id}");
        let arn = of("111122223333", id);
        let one = text(Inputs { resource: Some(&arn), ..Inputs::default() }).unwrap();
        assert!(one.contains(&arn) && !one.contains("organization/*"), "{one}");
        for other in
            [of("444455556666", id), of("111122223333", "*"), of("111122223333", "m-1"), "x".to_owned()]
        {
            let refused = text(Inputs { resource: Some(&other), ..Inputs::default() });
            assert!(matches!(refused, Err(SetupError::Resource { .. })), "{other}");
        }
        let unsupported = directory(Destination::Firehose, Inputs::default()).unwrap_err();
        assert!(unsupported.to_string().ends_with("supported: s3"), "{unsupported}");
    }
}
