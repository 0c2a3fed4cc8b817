//! The attributes of a record that tell of a message's way. Borrowed from the line where JSON has no escapes in them;
//! attributes that are not named here are skipped.

use std::borrow::Cow;
use std::fmt;

use mailtrail_ocsf::Unmapped;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// What a line of the archive says of a message: a record of Email Activity, or a Base Event that a mail event became for
/// want of an address. Deserialised; absent attributes are empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TraceFields<'a> {
    pub(crate) time: i64,
    pub(crate) direction_id: Option<u8>,
    #[serde(borrow)]
    pub(crate) status_code: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) status_detail: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) metadata: Metadata<'a>,
    #[serde(borrow)]
    pub(crate) cloud: Cloud<'a>,
    pub(crate) to: Vec<String>,
    #[serde(borrow)]
    pub(crate) email: Email<'a>,
    #[serde(borrow)]
    pub(crate) email_auth: EmailAuth<'a>,
    #[serde(borrow)]
    pub(crate) policy: Policy<'a>,
    #[serde(borrow)]
    pub(crate) unmapped: UnmappedFields<'a>,
}

impl TraceFields<'_> {
    /// The log group of the event; empty where the record does not say.
    pub fn log_group(&self) -> &str {
        &self.metadata.log_name
    }

    /// The log stream of the event; empty where the record does not say.
    pub fn log_stream(&self) -> &str {
        &self.metadata.log_source
    }

    /// The uid of the event. Every record has one, and what has none is something else.
    pub fn uid(&self) -> &str {
        &self.metadata.uid
    }

    /// When it was logged, in milliseconds since 1970.
    pub fn millis(&self) -> i64 {
        self.time
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Metadata<'a> {
    #[serde(borrow)]
    pub(crate) uid: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) product: Product<'a>,
    #[serde(borrow)]
    pub(crate) event_code: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) log_name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) log_source: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) correlation_uid: Cow<'a, str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Product<'a> {
    #[serde(borrow)]
    pub(crate) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) feature: Named<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Named<'a> {
    #[serde(borrow)]
    pub(crate) name: Cow<'a, str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Cloud<'a> {
    #[serde(borrow)]
    pub(crate) account: Account<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Account<'a> {
    #[serde(borrow)]
    pub(crate) uid: Cow<'a, str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Email<'a> {
    #[serde(borrow)]
    pub(crate) from: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) from_mailbox: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) sender: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) sender_mailbox: Cow<'a, str>,
    pub(crate) to_mailboxes: Vec<String>,
    #[serde(borrow)]
    pub(crate) subject: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) message_uid: Cow<'a, str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EmailAuth<'a> {
    #[serde(borrow)]
    pub(crate) spf: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) dkim: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) dmarc: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) dmarc_policy: Cow<'a, str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Policy<'a> {
    #[serde(borrow)]
    pub(crate) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) r#type: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) data: Cow<'a, str>,
}

/// The keys of `unmapped` that are read: the fields of WorkMail's email events under their own names, all of which a Base
/// Event has there.
const KEYS: [&str; 28] = [
    "bouncedRecipient",
    "bouncedRecipient.emailAddress",
    "bouncedRecipient.reason",
    "bouncedRecipient.status",
    "destination",
    "dkimVerdict",
    "dkimVerdict.status",
    "dmarcPolicy",
    "dmarcVerdict",
    "dmarcVerdict.status",
    "folder",
    "from",
    "journalingAddress",
    "messageId",
    "policy",
    "reason",
    "recipient",
    "recipients",
    "ruleActions",
    "ruleName",
    "ruleType",
    "sender",
    "spamVerdict",
    "spamVerdict.status",
    "spfVerdict",
    "spfVerdict.status",
    "status",
    "subject",
];
const TARGET_KEYS: [&str; 2] = ["targetFolder", "targetRecipient"];

/// The values under those keys.
#[derive(Debug, Default)]
pub(crate) struct UnmappedFields<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl UnmappedFields<'_> {
    /// The value under a key, if it says anything.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        let value = self.0.iter().find(|(name, _)| name == key).map(|(_, value)| &**value);
        value.filter(|value| !value.is_empty())
    }
}

fn is_read(key: &str) -> bool {
    KEYS.contains(&key) || TARGET_KEYS.contains(&key)
}

impl<'r> From<&'r Unmapped<'_>> for UnmappedFields<'r> {
    fn from(unmapped: &'r Unmapped<'_>) -> Self {
        let read = unmapped.iter().filter(|(key, _)| is_read(key));
        Self(read.map(|(key, value)| (Cow::Borrowed(key), Cow::Borrowed(value))).collect())
    }
}

/// A text, borrowed from the line where nothing in it is escaped.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for UnmappedFields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapVisitor;

        impl<'de> Visitor<'de> for MapVisitor {
            type Value = UnmappedFields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of text to text")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(Text(key)) = map.next_key()? {
                    if is_read(&key) {
                        let Text(value) = map.next_value()?;
                        fields.push((key, value));
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(UnmappedFields(fields))
            }
        }

        deserializer.deserialize_map(MapVisitor)
    }
}
