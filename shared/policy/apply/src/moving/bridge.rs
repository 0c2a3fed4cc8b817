//! The way round, where a destination cannot be re-pointed in place: commands for people.
//!
//! One source has at most one delivery of each type of destination, so the old delivery must end before the new one
//! begins. A delivery to a bucket in between keeps what is logged meanwhile.

use mailtrail_resource_policy::plan::{Move, V2Destination};

use crate::aws::Aws;

/// The commands, in their order. `BUCKET` stands for a bucket whose policy lets log delivery in; `ID` and `BRIDGE` for
/// what the commands before have answered.
pub(crate) async fn commands(aws: &Aws<'_>, moving: &Move, destination: &V2Destination) -> Vec<String> {
    let mut commands = vec![
        format!(
            "# Make the log group {} with everything that {} has, and let log delivery write to it, as the plan says.",
            moving.to, moving.from
        ),
        "aws logs put-delivery-destination --name mailtrail-bridge --delivery-destination-configuration \
         destinationResourceArn=arn:aws:s3:::BUCKET"
            .to_owned(),
    ];
    let new = new_name(&destination.name);
    let format = destination.output_format.as_ref().map(|format| format!(" --output-format {format}"));
    commands.push(format!(
        "aws logs put-delivery-destination --name {new}{} --delivery-destination-configuration \
         destinationResourceArn={}",
        format.unwrap_or_default(),
        destination.to_arn
    ));
    let arn = |name: &str| {
        let logs = aws.group_arn("");
        format!("{}:delivery-destination:{name}", logs.trim_end_matches(":log-group:"))
    };
    for id in &destination.deliveries {
        let Some((source, options)) = delivery(aws, id).await else {
            commands.push(format!(
                "# The delivery {id} could not be read: look at it with aws logs get-delivery --id {id}"
            ));
            continue;
        };
        commands.extend([
            format!(
                "aws logs create-delivery --delivery-source-name {source} --delivery-destination-arn {}",
                arn("mailtrail-bridge")
            ),
            "# Wait until objects arrive in the bucket. BRIDGE is the id that was answered.".to_owned(),
            format!("aws logs delete-delivery --id {id}"),
            format!(
                "aws logs create-delivery --delivery-source-name {source} --delivery-destination-arn {}{options}",
                arn(&new)
            ),
            format!("# Wait until events arrive in {}.", moving.to),
            "aws logs delete-delivery --id BRIDGE".to_owned(),
        ]);
    }
    commands.push("aws logs delete-delivery-destination --name mailtrail-bridge".to_owned());
    commands.push(format!("# Back: the same with {} and {} in each other's place.", destination.name, new));
    commands
}

/// A name has at most 60 characters.
fn new_name(name: &str) -> String {
    let kept: String = name.chars().take(51).collect();
    format!("{kept}-vended")
}

/// The source of a delivery, and the options that make another one like it.
async fn delivery(aws: &Aws<'_>, id: &str) -> Option<(String, String)> {
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let read = calls.run("GetDelivery", aws.deadline, || logs.get_delivery().id(id).send()).await;
    let delivery = read.ok()?.delivery.filter(|delivery| delivery.id() == Some(id))?;
    let mut options = String::new();
    if !delivery.record_fields().is_empty() {
        options = format!(" --record-fields {}", delivery.record_fields().join(" "));
    }
    if let Some(delimiter) = delivery.field_delimiter().filter(|delimiter| !delimiter.is_empty()) {
        options = format!("{options} --field-delimiter '{}'", delimiter.replace('\'', r"'\''"));
    }
    Some((delivery.delivery_source_name?, options))
}
