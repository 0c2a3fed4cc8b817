//! `unmapped`, as far as it tells who did what: under the source's own names, objects flattened into dotted keys.

use std::borrow::Cow;
use std::fmt;

use mailtrail_ocsf::Unmapped;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::fields::Text;

/// The keys that are read: fields of CloudTrail, then of WorkMail's audit logs.
const KEYS: [&str; 27] = [
    "errorCode",
    "errorMessage",
    "eventName",
    "eventSource",
    "sharedEventID",
    "sourceIPAddress",
    "userAgent",
    "userIdentity.accessKeyId",
    "userIdentity.accountId",
    "userIdentity.arn",
    "userIdentity.credentialId",
    "userIdentity.invokedBy",
    "userIdentity.onBehalfOf.userId",
    "userIdentity.principalId",
    "userIdentity.sessionContext.sessionIssuer.arn",
    "userIdentity.sessionContext.sourceIdentity",
    "userIdentity.userName",
    "vpcEndpointId",
    "action",
    "auth_failed_reason",
    "error_message",
    "folder_path",
    "impersonator_id",
    "owner_id",
    "personal_access_token_id",
    "source_ip",
    "user_agent",
];
/// Their names are short, and words of other sources, too.
const USER_KEYS: [&str; 2] = ["user", "user_id"];
/// Objects that are read whole: what was asked and answered, and how a step of a sign-in ended.
const PREFIXES: [&str; 3] = ["requestParameters.", "responseElements.", "serviceEventDetails."];

/// The values under those keys, in the order of the keys.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct UnmappedFields<'a>(Vec<(Cow<'a, str>, Text<'a>)>);

fn is_read(key: &str) -> bool {
    KEYS.contains(&key) || USER_KEYS.contains(&key) || PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

impl UnmappedFields<'_> {
    /// The value under a key, if it says anything.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.get())
    }

    /// The members of an object, as name and value.
    pub(crate) fn below<'r>(&'r self, prefix: &'r str) -> impl Iterator<Item = (&'r str, &'r str)> {
        self.0.iter().filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value.get()?)))
    }
}

impl<'r> From<&'r Unmapped<'_>> for UnmappedFields<'r> {
    fn from(unmapped: &'r Unmapped<'_>) -> Self {
        let read = unmapped.iter().filter(|(key, _)| is_read(key));
        Self(read.map(|(key, value)| (Cow::Borrowed(key), value.into())).collect())
    }
}

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
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    if is_read(key.as_str()) {
                        fields.push((key.into_inner(), map.next_value()?));
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
