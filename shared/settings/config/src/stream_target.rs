//! The address of a stream, and what it is to get: `firehose:<name>` or `file:///….ndjson`, with options as a query.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use mailtrail_ocsf::Class;
use thiserror::Error;

use crate::address::{InvalidAddress, Meant, file_path, meant_file, scheme};

/// The address of a stream, with its options.
///
/// | option | meaning |
/// |---|---|
/// | `classes=email_activity,authentication` | only events of these classes; others are *filtered* |
/// | `packing=off` | one event a record: needed by Iceberg tables; costs more, as Firehose bills each record in steps of 5 KB |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamTarget {
    address: StreamAddress,
    classes: Option<Vec<Class>>,
    packing: bool,
}

/// What a stream is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamAddress {
    /// The Firehose stream of this name, in the Region and account of the caller.
    Firehose(String),
    /// The file that lines are appended to: an absolute path.
    File(PathBuf),
}

/// Text that is not the address of a stream, or an option that a stream does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid stream `{text}`: {reason}; expected firehose:<name> or file:///….ndjson, optionally with ?classes=a,b \
     and &packing=off{meant}"
)]
pub struct InvalidStreamTarget {
    text: String,
    reason: String,
    meant: Meant,
}

/// A stream whose name another stream has: their counts could not be told apart.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("duplicate stream name `{0}`: expected a different name for each stream")]
pub struct DuplicateStream(String);

/// Adds a stream, unless there is one of its name.
///
/// # Errors
/// When there is.
pub fn add_stream_target(
    targets: &mut Vec<StreamTarget>,
    target: StreamTarget,
) -> Result<(), DuplicateStream> {
    if targets.iter().any(|known| known.name() == target.name()) {
        return Err(DuplicateStream(target.name()));
    }
    targets.push(target);
    Ok(())
}

impl StreamTarget {
    /// Where it is.
    pub fn address(&self) -> &StreamAddress {
        &self.address
    }

    /// The stream's name, in ledgers, metrics and folders: Firehose's own, or the file's without its directory.
    pub fn name(&self) -> String {
        match &self.address {
            StreamAddress::Firehose(name) => name.clone(),
            StreamAddress::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }

    /// Whether it is to get events of this class.
    pub fn accepts(&self, class: Class) -> bool {
        self.classes.as_ref().is_none_or(|classes| classes.contains(&class))
    }

    /// Whether several events may share a record.
    pub fn packing(&self) -> bool {
        self.packing
    }

    fn set(&mut self, option: &str) -> Result<(), String> {
        match option.split_once('=') {
            Some(("classes", names)) => {
                let classes: Result<Vec<Class>, _> = names.split(',').map(str::parse).collect();
                self.classes = Some(classes.map_err(|error| error.to_string())?);
            }
            Some(("packing", "on")) => self.packing = true,
            Some(("packing", "off")) => self.packing = false,
            Some(("packing", other)) => return Err(format!("packing is `on` or `off`, not `{other}`")),
            _ => return Err(format!("unknown option `{option}`")),
        }
        Ok(())
    }
}

impl FromStr for StreamTarget {
    type Err = InvalidStreamTarget;

    fn from_str(text: &str) -> Result<Self, InvalidStreamTarget> {
        let invalid =
            |InvalidAddress { reason, meant }| InvalidStreamTarget { text: text.to_owned(), reason, meant };
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let address = StreamAddress::parse(address).map_err(invalid)?;
        let mut target = Self { address, classes: None, packing: true };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            target.set(option).map_err(|reason| invalid(InvalidAddress::new(reason, None)))?;
        }
        Ok(target)
    }
}

impl StreamAddress {
    fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let named = |name: &str| is_firehose_name(name).then(|| format!("firehose:{name}"));
        let (reason, meant) = match scheme(text).filter(|_| text.trim_start() == text) {
            Some(("firehose", name)) if is_firehose_name(name) => return Ok(Self::Firehose(name.to_owned())),
            Some(("firehose", name)) => {
                let reason = "the name of a stream has 1 to 64 letters, digits, `_`, `.` and `-`";
                (reason, named(name.trim_matches('/')))
            }
            Some(("file", _)) => return file(text).map(Self::File),
            Some((scheme, name)) if scheme.eq_ignore_ascii_case("firehose") => {
                ("it begins with neither `firehose:` nor `file:`", named(name.trim_matches('/')))
            }
            Some((scheme, path)) if scheme.eq_ignore_ascii_case("file") => {
                ("it begins with neither `firehose:` nor `file:`", meant_file(path))
            }
            Some(("arn", rest)) => {
                let name = rest.rsplit_once(":deliverystream/").and_then(|(_, name)| named(name));
                ("it begins with neither `firehose:` nor `file:`", name)
            }
            _ => ("it begins with neither `firehose:` nor `file:`", meant_file(text)),
        };
        Err(InvalidAddress::new(reason, meant))
    }
}

impl fmt::Display for StreamTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            StreamAddress::Firehose(name) => write!(f, "firehose:{name}"),
            StreamAddress::File(path) => write!(f, "file://{}", path.display()),
        }
    }
}

fn file(url: &str) -> Result<PathBuf, InvalidAddress> {
    let path = file_path(url)?;
    match path.file_name() {
        Some(_) => Ok(path),
        None => Err(InvalidAddress::new("the path has no file name", None)),
    }
}

/// <https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html>
fn is_firehose_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_a_name_or_a_file_with_options() {
        let target: StreamTarget =
            "firehose:mail-events?classes=email_activity,authentication&packing=off".parse().unwrap();
        assert_eq!(target.name(), "mail-events");
        assert!(
            target.accepts(Class::EmailActivity) && !target.accepts(Class::BaseEvent) && !target.packing()
        );
        let target: StreamTarget = "file:///tmp/out.ndjson".parse().unwrap();
        assert_eq!((target.name().as_str(), target.packing()), ("out.ndjson", true));
        assert!(Class::ALL.into_iter().all(|class| target.accepts(class)));
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for (text, reason) in [
            ("kinesis:x", "neither `firehose:` nor `file:`"),
            ("firehose:", "1 to 64 letters"),
            ("firehose:a b", "1 to 64 letters"),
            ("firehose:x?classes=mail", "`mail`"),
            ("firehose:x?packing=maybe", "packing is `on` or `off`"),
            ("firehose:x?color=red", "unknown option `color=red`"),
            ("file:out.ndjson", "begins with file:///"),
        ] {
            let error = text.parse::<StreamTarget>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
            assert!(error.starts_with(&format!("invalid stream `{text}`: ")), "{error}");
        }
    }

    #[test]
    fn an_address_that_is_nearly_right_is_refused_with_the_one_that_was_meant() {
        for (text, meant) in [
            ("firehose://mail", "firehose:mail"),
            ("Firehose:mail", "firehose:mail"),
            ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/mail", "firehose:mail"),
            ("file:/tmp/out.ndjson", "file:///tmp/out.ndjson"),
            ("file://tmp/out.ndjson", "file:///tmp/out.ndjson"),
            ("FILE:///tmp/out.ndjson", "file:///tmp/out.ndjson"),
            ("/tmp/out.ndjson", "file:///tmp/out.ndjson"),
        ] {
            let error = text.parse::<StreamTarget>().unwrap_err().to_string();
            assert!(error.ends_with(&format!("did you mean `{meant}`?")), "{error}");
        }
        assert!(!"s3://bucket/x".parse::<StreamTarget>().unwrap_err().to_string().contains("did you mean"));
    }

    #[test]
    fn two_streams_of_one_name_are_refused() {
        let mut targets = Vec::new();
        add_stream_target(&mut targets, "firehose:mail".parse().unwrap()).unwrap();
        let error = add_stream_target(&mut targets, "file:///tmp/mail".parse().unwrap()).unwrap_err();
        assert!(error.to_string().starts_with("duplicate stream name `mail`"), "{error}");
        assert_eq!(targets.len(), 1);
    }
}
