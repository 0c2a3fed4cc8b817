//! The way round, where a destination cannot be re-pointed in place: commands for people.
//!
//! One source has at most one delivery of each type of destination, so the old delivery must end before the new one
//! begins. A delivery to a bucket in between keeps what is logged meanwhile.

use mailtrail_plain_text::shell_word;
use mailtrail_resource_policy::plan::{Move, V2Destination};

use crate::aws::Aws;
use crate::commands::option_words;

/// The name of the delivery destination in between.
const BRIDGE: &str = "mailtrail-bridge";

/// The commands, in their order, each with its Region. `BUCKET` stands for a bucket whose policy lets log delivery in; `ID` and `BRIDGE` for
/// what the commands before have answered.
pub(crate) async fn commands(aws: &Aws<'_>, moving: &Move, destination: &V2Destination) -> Vec<String> {
    let aws_logs = |operation: &str, options: &[(&str, &str)]| {
        format!("aws logs {operation}{} --region {}", option_words(options), aws.account.region)
    };
    let put = |name: &str, format: Option<&str>, arn: &str| {
        let to = format!("destinationResourceArn={arn}");
        let format = format.map(|format| ("--output-format", format));
        let options: Vec<_> = [("--name", name)].into_iter().chain(format).collect();
        aws_logs(
            "put-delivery-destination",
            &[options.as_slice(), &[("--delivery-destination-configuration", &to)]].concat(),
        )
    };
    let new = new_name(&destination.name);
    let mut commands = vec![
        format!(
            "# Make the log group {} with everything that {} has, and let log delivery write to it, as the plan says.",
            moving.to, moving.from
        ),
        put(BRIDGE, None, "arn:aws:s3:::BUCKET"),
        put(&new, destination.output_format.as_deref(), &destination.to_arn),
    ];
    let arn = |name: &str| {
        let logs = aws.group_arn("");
        format!("{}:delivery-destination:{name}", logs.trim_end_matches(":log-group:"))
    };
    for id in &destination.deliveries {
        let Some((source, options)) = delivery(aws, id).await else {
            let look = aws_logs("get-delivery", &[("--id", id)]);
            commands.push(format!("# The delivery {id} could not be read: look at it with {look}"));
            continue;
        };
        let create = |to: &str| {
            let to = arn(to);
            let options = [("--delivery-source-name", source.as_str()), ("--delivery-destination-arn", &to)];
            aws_logs("create-delivery", &options)
        };
        commands.extend([
            create(BRIDGE),
            "# Wait until objects arrive in the bucket. BRIDGE is the id that was answered.".to_owned(),
            aws_logs("delete-delivery", &[("--id", id)]),
            create(&new) + &options,
            format!("# Wait until events arrive in {}.", moving.to),
            aws_logs("delete-delivery", &[("--id", "BRIDGE")]),
        ]);
    }
    commands.push(aws_logs("delete-delivery-destination", &[("--name", BRIDGE)]));
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
        let fields: Vec<_> = delivery.record_fields().iter().map(|field| shell_word(field)).collect();
        options = format!(" --record-fields {}", fields.join(" "));
    }
    if let Some(delimiter) = delivery.field_delimiter().filter(|delimiter| !delimiter.is_empty()) {
        options += &option_words(&[("--field-delimiter", delimiter)]);
    }
    Some((delivery.delivery_source_name?, options))
}
