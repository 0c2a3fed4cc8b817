//! What a stream is and what it wants: `firehose:<name>` or `file:///….ndjson`, and options as a query.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use mailtrail_ocsf::Class;
use thiserror::Error;
use url::Url;

/// The address of a stream, with its options.
///
/// | option | meaning |
/// |---|---|
/// | `classes=email_activity,authentication` | only these event classes; others are *filtered* |
/// | `packing=off` | one event a record: needed by Iceberg tables; dearer, as Firehose bills in steps of 5 KB a record |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    place: TargetPlace,
    classes: Option<Vec<Class>>,
    packing: bool,
}

/// Where a stream goes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TargetPlace {
    Firehose(String),
    File(PathBuf),
}

/// Text that is no stream.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{text}` is no stream: {reason}; give firehose:<name> or file:///….ndjson, with ?classes=a,b and &packing=off if wanted"
)]
pub struct UnknownTarget {
    text: String,
    reason: String,
}

impl Target {
    /// The stream's name: Firehose's own, or the file's without its folder.
    pub fn name(&self) -> String {
        match &self.place {
            TargetPlace::Firehose(name) => name.clone(),
            TargetPlace::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }

    /// The file that it is, if it is one.
    pub fn file(&self) -> Option<&PathBuf> {
        match &self.place {
            TargetPlace::File(path) => Some(path),
            TargetPlace::Firehose(_) => None,
        }
    }

    /// Whether it asks for events of this class.
    pub fn wants(&self, class: Class) -> bool {
        self.classes.as_ref().is_none_or(|classes| classes.contains(&class))
    }

    /// Whether several events may share a record.
    pub fn packing(&self) -> bool {
        self.packing
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        let wrong = |reason: String| UnknownTarget { text: text.to_owned(), reason };
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let place = match address.strip_prefix("firehose:") {
            Some(name) if is_stream_name(name) => TargetPlace::Firehose(name.to_owned()),
            Some(_) => {
                return Err(wrong(
                    "a stream's name has 1 to 64 letters, digits, `_`, `.` and `-`".to_owned(),
                ));
            }
            None => TargetPlace::File(file(address).map_err(|reason| wrong(reason.to_owned()))?),
        };
        let mut target = Self { place, classes: None, packing: true };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            target.set(option).map_err(wrong)?;
        }
        Ok(target)
    }
}

impl Target {
    fn set(&mut self, option: &str) -> Result<(), String> {
        match option.split_once('=') {
            Some(("classes", names)) => {
                let classes: Result<Vec<Class>, _> = names.split(',').map(str::parse).collect();
                self.classes = Some(classes.map_err(|error| error.to_string())?);
            }
            Some(("packing", "on")) => self.packing = true,
            Some(("packing", "off")) => self.packing = false,
            Some(("packing", other)) => return Err(format!("packing is `on` or `off`, not `{other}`")),
            _ => return Err(format!("`{option}` is no option of a stream")),
        }
        Ok(())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            TargetPlace::Firehose(name) => write!(f, "firehose:{name}"),
            TargetPlace::File(path) => write!(f, "file://{}", path.display()),
        }
    }
}

fn file(address: &str) -> Result<PathBuf, &'static str> {
    let Some(path) = address.strip_prefix("file:") else {
        return Err("it begins with neither `firehose:` nor `file:`");
    };
    let not_here = "the path must be absolute and on this machine";
    // A URL parser would take `file:name` for `/name`.
    if !path.starts_with('/') {
        return Err(not_here);
    }
    let url = Url::parse(address).map_err(|_| "it is no URL")?;
    let path = url.to_file_path().map_err(|()| not_here)?;
    if path.file_name().is_none() { Err("it names no file") } else { Ok(path) }
}

/// <https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html>
fn is_stream_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_a_name_or_a_file_with_options() {
        let target: Target =
            "firehose:mail-events?classes=email_activity,authentication&packing=off".parse().unwrap();
        assert_eq!(target.name(), "mail-events");
        assert!(target.wants(Class::EmailActivity) && !target.wants(Class::BaseEvent) && !target.packing());
        let target: Target = "file:///tmp/out.ndjson".parse().unwrap();
        assert_eq!((target.name().as_str(), target.packing()), ("out.ndjson", true));
        assert!(Class::ALL.into_iter().all(|class| target.wants(class)));
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for (text, reason) in [
            ("kinesis:x", "neither `firehose:` nor `file:`"),
            ("firehose:", "1 to 64 letters"),
            ("firehose:a b", "1 to 64 letters"),
            ("firehose:x?classes=mail", "`mail` is no event class"),
            ("firehose:x?packing=maybe", "packing is `on` or `off`"),
            ("firehose:x?color=red", "`color=red` is no option"),
            ("file:out.ndjson", "absolute"),
        ] {
            let error = text.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
