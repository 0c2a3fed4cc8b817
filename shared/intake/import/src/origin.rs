//! Where the events of a file are from, as far as the file does not say so itself.

use mailtrail_aws_types::{AccountId, Region};
use mailtrail_subscription::{Other, Shape};

/// What is known of the origin of a file's events from elsewhere. What an event says of itself comes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileOrigin {
    /// The account of the log group.
    pub account: Option<String>,
    /// The Region of the log group.
    pub region: Option<String>,
    /// The log group.
    pub log_group: Option<String>,
    /// The log stream.
    pub log_stream: Option<String>,
    /// The WorkMail organization.
    pub organization: Option<String>,
    /// The fields of audit logs as plain text that name none, as a header would name them. No path says them.
    pub fields: Option<String>,
}

impl FileOrigin {
    /// What the path of a file proves, in one of the forms that AWS gives it:
    ///
    /// * `…/AWSLogs/<account>/<service>/<region>/…`, with the id of an AWS organization before the account, or with names
    ///   (`aws-account-id=…`, `region=…`);
    /// * `…/<task id>/<log stream>/<six digits>.gz` of an export task; `/` in the name of the stream is `-` there;
    /// * the id of a WorkMail organization as a folder.
    pub fn of_path(path: &str) -> Self {
        let parts: Vec<&str> = path.split(['/', '\\']).collect();
        let folders = &parts[..parts.len().saturating_sub(1)];
        let value =
            |part: &str| part.split_once('=').map_or_else(|| part.to_owned(), |(_, value)| value.to_owned());
        let delivered = folders.iter().position(|part| *part == "AWSLogs");
        let below = delivered.map(|at| folders[at + 1..].iter().map(|part| value(part)).collect());
        let below: Vec<String> = below.unwrap_or_default();
        let is_organization = |part: &String| part.starts_with("o-");
        let account =
            below.iter().find(|part| !is_organization(part)).filter(|part| AccountId::is_valid(part));
        Self {
            account: account.cloned(),
            region: below.iter().find(|part| Region::is_valid(part)).cloned(),
            log_group: None,
            log_stream: exported_stream(&parts),
            organization: parts.iter().map(|part| value(part)).find(|part| is_workmail_organization(part)),
            fields: None,
        }
    }

    /// What an operator says, and where that is nothing, what the path says. The Region is that of the path first: an
    /// operator may have said it of everything else that is done on this machine.
    #[must_use]
    pub fn or_of_path(self, path: &str) -> Self {
        let of_path = Self::of_path(path);
        Self {
            account: self.account.or(of_path.account),
            region: of_path.region.or(self.region),
            log_group: self.log_group.or(of_path.log_group),
            log_stream: self.log_stream.or(of_path.log_stream),
            organization: self.organization.or(of_path.organization),
            fields: self.fields,
        }
    }

    /// What a file is: text of no known form is an audit log where its fields are said.
    pub fn shape_of(&self, file: Other) -> Other {
        match file.shape {
            Shape::Text if self.fields.is_some() => Other { shape: Shape::AuditPlain, ..file },
            _ => file,
        }
    }
}

/// The log stream of an object of an export task.
fn exported_stream(parts: &[&str]) -> Option<String> {
    let [.., task, stream, name] = parts else { return None };
    let number = name.strip_suffix(".gz").unwrap_or(name);
    let is_object = number.len() == 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_object && is_uuid(task)).then(|| (*stream).to_owned())
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn is_workmail_organization(text: &str) -> bool {
    text.strip_prefix("m-")
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(origin: &FileOrigin) -> [&str; 4] {
        [&origin.account, &origin.region, &origin.log_stream, &origin.organization]
            .map(|value| value.as_deref().unwrap_or("-"))
    }

    #[test]
    fn a_path_says_what_aws_wrote_into_it() {
        let organization = "m-0123456789abcdef0123456789abcdef";
        for (path, expected) in [
            (
                "b/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/28/x.json.gz".to_owned(),
                ["111122223333", "eu-west-1", "-", "-"],
            ),
            (
                "AWSLogs/o-abcdefghij/111122223333/CloudTrail/us-east-1/2026/11/28/x.json.gz".to_owned(),
                ["111122223333", "us-east-1", "-", "-"],
            ),
            (
                format!("AWSLogs/aws-account-id=111122223333/workmail/region=us-east-1/{organization}/x.gz"),
                ["111122223333", "us-east-1", "-", organization],
            ),
            (
                "exportedlogs/453054b5-1111-2222-3333-444455556666/a-b-c/000000.gz".to_owned(),
                ["-", "-", "a-b-c", "-"],
            ),
            ("eu-west-1/111122223333/x.gz".to_owned(), ["-"; 4]),
            ("x/y/000000.gz".to_owned(), ["-"; 4]),
            ("AWSLogs/111122223333x/CloudTrail/../x.gz".to_owned(), ["-"; 4]),
            ("x.gz".to_owned(), ["-"; 4]),
        ] {
            assert_eq!(said(&FileOrigin::of_path(&path)), expected, "{path}");
        }
    }

    #[test]
    fn what_an_operator_says_comes_before_the_path_but_for_the_region() {
        let options = FileOrigin {
            account: Some("444455556666".to_owned()),
            region: Some("us-west-2".to_owned()),
            ..FileOrigin::default()
        };
        let origin = options.or_of_path("AWSLogs/111122223333/CloudTrail/eu-west-1/x.gz");
        assert_eq!(said(&origin), ["444455556666", "eu-west-1", "-", "-"]);
    }
}
