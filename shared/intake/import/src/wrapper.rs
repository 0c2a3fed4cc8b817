//! What services put around the data of others, and what is inside: text, or base64 of anything.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use mailtrail_json_text::unescape;
use mailtrail_subscription::Shape;
use serde::Deserialize;
use serde_json::value::RawValue;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a wrapper holds, or nothing where that is no base64.
pub(crate) type Inside = Option<Bytes>;

/// The members of all wrappers, of which an actual one has a part.
#[derive(Deserialize)]
struct Wrapper<'a> {
    #[serde(borrow, rename = "Records", alias = "records", alias = "Messages")]
    entries: Option<Vec<Entry<'a>>>,
    #[serde(borrow, rename = "Message")]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
}

/// An entry of a list in a wrapper.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, alias = "Body")]
    body: Option<&'a RawValue>,
    #[serde(borrow, rename = "Sns")]
    sns: Option<Notification<'a>>,
    #[serde(borrow, alias = "Data")]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Notification<'a> {
    #[serde(borrow, rename = "Message")]
    message: &'a RawValue,
}

/// What is in a wrapper, in its order. Nothing where its form is another one.
pub(crate) fn open(shape: Shape, wrapper: &[u8]) -> Option<Vec<Inside>> {
    if shape == Shape::Base64Gzip {
        let text: Vec<u8> = wrapper.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return Some(vec![BASE64.decode(text).ok().map(Bytes::from)]);
    }
    let wrapper = wrapper.strip_prefix("\u{feff}".as_bytes()).unwrap_or(wrapper);
    let text = String::from_utf8_lossy(wrapper);
    let Wrapper { entries, message, detail } = serde_json::from_str(&text).ok()?;
    if let Some(inside) = message.or(detail) {
        return Some(vec![Some(text_of(inside))]);
    }
    entries?.into_iter().map(Entry::inside).collect()
}

impl Entry<'_> {
    fn inside(self) -> Option<Inside> {
        if let Some(message) = self.body.or(self.sns.map(|sns| sns.message)) {
            return Some(Some(text_of(message)));
        }
        let data = self.data?;
        Some(BASE64.decode(&*unescape(data.get())).ok().map(Bytes::from))
    }
}

/// The text of a JSON string, or JSON as it stands.
fn text_of(json: &RawValue) -> Bytes {
    Bytes::from(unescape(json.get()).into_owned())
}
