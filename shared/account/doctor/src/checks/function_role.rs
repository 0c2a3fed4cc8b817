//! The execution roles of functions: what a function calls, held against the policies of its role.

use mailtrail_aws_types::{Arn, AwsPartition};
use mailtrail_config::{StreamAddress, StreamTarget, settings};
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::evaluate::Decision;

use super::roles::{self, Need};
use crate::access::resource_access;
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::fix::word;
use crate::model::{Archive, Function, FunctionSettings, Key, Mapping};
use crate::ownership::Ownership;
use crate::role::Role;

pub(super) static ROLE: Check = Check {
    id: "function-role",
    subject: Subject::Functions,
    why: "A function calls AWS with the permissions of its role: without them nothing is archived, streamed or kept after \
          a failure. Policies of the organization are not read; they can take more away.",
};
pub(super) static KEY: Check = Check {
    id: "function-key",
    subject: Subject::Functions,
    why: "An object is encrypted with the key of the archive in the name of the function: both the key policy and the role \
          must allow it.",
};

const SERVICE: &str = "lambda.amazonaws.com";

/// For functions of the pipeline that events reach.
pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let ours = facts.functions.iter().filter(|function| facts.ownership(function) == Ownership::Ours);
    let reached = ours.filter(|function| facts.receives_events(function));
    reached.filter_map(|function| Some(of_function(facts, function, function.known()?))).flatten().collect()
}

fn of_function(facts: &Facts, function: &Function, settings: &FunctionSettings) -> Vec<Finding> {
    let name = &function.name;
    let role = match facts.role(&settings.role) {
        Err(reason) => return vec![ROLE.unknown(name, reason)],
        Ok(None) => {
            let seen = format!("its role {} does not exist", settings.role);
            return vec![ROLE.broken(name, seen, "deploy the stack in infra/ again, or set another role")];
        }
        Ok(Some(role)) => role,
    };
    let source = Context::source(&settings.arn, &facts.account);
    match roles::may_assume(role, SERVICE, &source) {
        Decision::Denied => {
            let seen = format!("the trust policy of {} does not allow {SERVICE} to assume it", role.name());
            return vec![ROLE.broken(name, seen, "deploy the stack in infra/ again, or set another role")];
        }
        Decision::Depends => {
            let seen = format!("the trust policy of {} has conditions that cannot be evaluated", role.name());
            let fix = format!("aws iam get-role --role-name {}", word(role.name()));
            return vec![ROLE.undecided(name, seen, fix)];
        }
        Decision::Allowed => {}
    }
    let mut findings = vec![roles::permissions(&ROLE, name, role, &needs(facts, function, settings))];
    findings.extend(key(facts, function, role));
    findings
}

/// What the function calls.
fn needs(facts: &Facts, function: &Function, settings: &FunctionSettings) -> Vec<Need> {
    let context = || called_by(facts, &settings.role);
    let partition = AwsPartition::of_region(&facts.region);
    let own_group = facts.arn("logs", &format!("log-group:{}", settings.log_group));
    let mut needs = vec![Need::log_streams("logs:PutLogEvents", &own_group, context())];
    // Other checks report an archive that is not in S3, and a bucket that does not exist.
    let exists = |name: &str| facts.bucket(name).is_none_or(|bucket| bucket.exists.seen() != Some(&false));
    let mut archives = facts.archives.iter().filter(|archive| archive.bucket.as_deref().is_some_and(exists));
    let archive = archives.find(|archive| archive.functions.contains(&function.name));
    let archive = archive.and_then(|it| it.url.strip_prefix("s3://")).map(|path| path.trim_end_matches('/'));
    let in_archive = |folder: &str| archive.map(|path| format!("arn:{partition}:s3:::{path}/{folder}/"));
    let streams = streams(function);
    let folders = ["raw", "email_activity", "quarantine"].into_iter();
    for folder in folders.chain((!streams.is_empty()).then_some("undelivered")) {
        needs.extend(in_archive(folder).map(|path| Need::objects(&path, context())));
    }
    for stream in streams {
        let arn = facts.arn("firehose", &format!("deliverystream/{stream}"));
        needs.push(Need::new("firehose:ListTagsForDeliveryStream", &arn, context()));
        // The check of streams reports a stream without the tag: nothing is written to it.
        if facts.is_tagged(&stream) {
            let tagged = tagged(context());
            needs.push(Need::new("firehose:PutRecordBatch", arn, tagged));
        }
    }
    let on_failure = function.on_failure.seen().and_then(Option::as_deref);
    needs.extend(on_failure.and_then(|arn| write_failures(arn, context())));
    for (stream, mapping) in facts.mappings_of(function) {
        needs.extend(mapping.on_failure.as_deref().and_then(|arn| write_failures(arn, context())));
        let actions = [
            "kinesis:DescribeStream",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
        ];
        needs.extend(actions.map(|action| Need::new(action, stream, context())));
    }
    needs
}

/// What is known of the calls of a function.
fn called_by(facts: &Facts, role: &str) -> Context {
    Context::new()
        .with("aws:SecureTransport", "true")
        .with("aws:PrincipalArn", role)
        .with("aws:PrincipalAccount", &facts.account)
        .with("aws:RequestedRegion", &facts.region)
        .with("s3:if-none-match", "*")
        .with("s3:ObjectCreationOperation", "true")
}

fn tagged(context: Context) -> Context {
    let (key, value) = mailtrail_aws_types::DELIVERY_TAG;
    let context = context.with(&format!("aws:ResourceTag/{key}"), value);
    context.with(&format!("firehose:ResourceTag/{key}"), value)
}

/// The call with which Lambda hands a failed event to its destination.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
fn write_failures(arn: &str, context: Context) -> Option<Need> {
    let parsed = Arn::parse(arn).ok()?;
    let (action, resource) = match parsed.service() {
        "s3" => return Some(Need::objects(&format!("{arn}/aws/lambda/"), context)),
        "sqs" => ("sqs:SendMessage", arn.to_owned()),
        "sns" => ("sns:Publish", arn.to_owned()),
        "lambda" => ("lambda:InvokeFunction", arn.to_owned()),
        "events" => ("events:PutEvents", arn.to_owned()),
        _ => return None,
    };
    Some(Need::new(action, resource, context))
}

/// The Firehose streams that a function writes to.
fn streams(function: &Function) -> Vec<String> {
    let setting = function.variable(settings::STREAMS.name).unwrap_or_default();
    let targets = setting.split_whitespace().filter_map(|entry| entry.parse::<StreamTarget>().ok());
    let names = targets.filter_map(|target| match target.address() {
        StreamAddress::Firehose(name) => Some(name.clone()),
        StreamAddress::File(_) => None,
    });
    names.collect()
}

/// For a customer managed key that is enabled: every caller may use an AWS managed one of its account.
fn key(facts: &Facts, function: &Function, role: &Role) -> Option<Finding> {
    let archive = facts.archives.iter().find(|archive| archive.functions.contains(&function.name))?;
    let (id, key) = facts.archive_key(archive)?;
    let settings = match (key.settings.seen(), key.settings.reason()) {
        (Some(settings), _) => settings.as_ref().filter(|it| it.manager != "AWS" && it.state == "Enabled")?,
        (None, reason) => return Some(KEY.unknown(&function.name, reason.unwrap_or_default())),
    };
    Some(use_of_key(facts, archive, function, role, (id, key, &settings.arn)))
}

fn use_of_key(
    facts: &Facts,
    archive: &Archive,
    function: &Function,
    role: &Role,
    (id, key, arn): (&str, &Key, &str),
) -> Finding {
    let resource = format!("{}, for {}", id, function.name);
    let context = called_by(facts, &role.arn)
        .with("kms:ViaService", &format!("s3.{}.amazonaws.com", facts.region))
        .with("kms:CallerAccount", &facts.account);
    let need = Need::new("kms:GenerateDataKey", arn, context);
    KEY.for_part(resource, &key.policy, |policy, resource| {
        let asked = (need.action, arn);
        let by_policy = resource_access(policy.as_deref(), &facts.account, &role.arn, asked, &need.context);
        match by_policy {
            Some(Decision::Allowed) => KEY.ok(resource, "the key policy allows the role to encrypt"),
            Some(Decision::Denied) => {
                let seen = format!("the key policy does not allow {} {}", role.name(), need.action);
                let fix = facts.aws(&format!(
                    "kms create-grant --key-id {} --grantee-principal {} --operations GenerateDataKey Decrypt",
                    word(arn),
                    word(&role.arn)
                ));
                KEY.broken(resource, seen, fix)
            }
            Some(Decision::Depends) => {
                let seen = format!(
                    "whether the key of {} lets {} encrypt depends on a key policy that cannot be evaluated",
                    archive.url,
                    role.name()
                );
                let fix =
                    facts.aws(&format!("kms get-key-policy --key-id {} --policy-name default", word(arn)));
                KEY.undecided(resource, seen, fix)
            }
            // The key policy leaves it to the policies of the account.
            None => roles::permissions(&KEY, resource, role, std::slice::from_ref(&need)),
        }
    })
}

impl Facts {
    /// Whether a subscription filter or a data stream leads to a function.
    fn receives_events(&self, function: &Function) -> bool {
        let destinations = self.filter_destinations();
        let is_it = |arn: &String| self.function(arn).is_some_and(|it| it.name == function.name);
        destinations.iter().any(is_it) || self.mappings_of(function).next().is_some()
    }

    /// The data streams that a function reads, by their ARNs, with the mappings that have it read them.
    pub(super) fn mappings_of<'a>(
        &'a self,
        function: &'a Function,
    ) -> impl Iterator<Item = (&'a str, &'a Mapping)> {
        let read = self.stream_readers.iter().filter_map(|(stream, part)| Some((stream, part.seen()?)));
        let all = read.flat_map(|(stream, mappings)| mappings.iter().map(move |it| (stream.as_str(), it)));
        all.filter(|(_, it)| self.function(&it.function_arn).is_some_and(|it| it.name == function.name))
    }

    /// Whether a stream has the tag without which nothing is written to it.
    fn is_tagged(&self, name: &str) -> bool {
        let (key, value) = mailtrail_aws_types::DELIVERY_TAG;
        let stream = self.streams.iter().find(|stream| stream.name == name);
        let tags = stream.and_then(|stream| stream.tags.seen());
        tags.is_some_and(|tags| tags.get(key).is_some_and(|it| it == value))
    }
}
