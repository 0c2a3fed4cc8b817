//! Objects of records as streams take them: one for each class, made of lines.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use bytes::Bytes;
use mailtrail_archive::{Object, ObjectWriter, UnreadableLines, for_each_line};
use mailtrail_ocsf::Class;
use serde::Deserialize;
use serde::de::Error as _;
use thiserror::Error;

/// Why there are no lines to send.
#[derive(Debug, Error)]
pub(crate) enum LinesError {
    /// The object cannot be read to its end: then nothing of it is sent.
    #[error(transparent)]
    Unreadable(#[from] UnreadableLines),
    /// The lines could not be compressed.
    #[error("failed to compress lines: {0}")]
    Compress(#[from] io::Error),
}

/// What every record of ours has, also in its slim form. A line without it was written by others.
#[derive(Deserialize)]
struct Record {
    class_uid: u32,
    type_uid: u64,
    #[serde(rename = "time")]
    _time: i64,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    uid: String,
}

/// How often each event is there, by its `metadata.uid`.
pub(crate) type Uids = HashMap<String, u64>;

/// The events of objects. Lines without a uid are left out.
pub(crate) fn uids<'a>(objects: impl Iterator<Item = &'a Object>) -> io::Result<Uids> {
    let mut uids = Uids::new();
    for object in objects {
        let mut lines = object.lines()?;
        while let Some(line) = lines.next_line()? {
            if let Ok(Record { metadata, .. }) = serde_json::from_slice(line) {
                *uids.entry(metadata.uid).or_default() += 1;
            }
        }
    }
    Ok(uids)
}

/// Whether a line is the record of one of these events.
pub(crate) fn is_record_of(line: &[u8], uids: &HashSet<String>) -> bool {
    serde_json::from_slice(line).is_ok_and(|Record { metadata, .. }| uids.contains(&metadata.uid))
}

/// Whether all of some events are among others.
pub(crate) fn are_among(some: &Uids, all: &Uids) -> bool {
    some.iter().all(|(uid, times)| all.get(uid).is_some_and(|all| times <= all))
}

/// The events of an object that was not delivered, by class. `key` is that of the object.
pub(crate) fn by_class(key: &str, object: &[u8]) -> Result<Vec<Object>, LinesError> {
    let (mut writers, mut failure) = (BTreeMap::new(), None);
    for_each_line(object, |line| {
        let Record { class_uid, type_uid, .. } = serde_json::from_slice(line)?;
        let class = Class::ALL.into_iter().find(|class| class.uid() == class_uid);
        let class = class.ok_or_else(|| serde_json::Error::custom(format!("unknown class {class_uid}")))?;
        if type_uid / 100 != u64::from(class_uid) {
            return Err(serde_json::Error::custom(format!(
                "type {type_uid} of another class than {class_uid}"
            )));
        }
        failure = failure.take().or(write(&mut writers, class, line).err());
        Ok(())
    })?;
    if let Some(failure) = failure {
        return Err(failure.into());
    }
    let objects =
        writers.into_iter().map(|(class, writer): (Class, ObjectWriter)| finish(key, class, writer));
    Ok(objects.collect::<io::Result<_>>()?)
}

fn write(writers: &mut BTreeMap<Class, ObjectWriter>, class: Class, line: &[u8]) -> io::Result<()> {
    let writer = match writers.remove(&class) {
        Some(writer) => writer,
        None => ObjectWriter::new(None)?,
    };
    let writer = writers.entry(class).or_insert(writer);
    writer.write_lines(line, 1)?;
    writer.write_lines(b"\n", 0)
}

/// The same objects with those lines only that are wanted.
pub(crate) fn only(objects: &[Object], is_wanted: impl Fn(&[u8]) -> bool) -> io::Result<Vec<Object>> {
    let mut selected = Vec::new();
    for object in objects {
        let (mut lines, mut writer) = (object.lines()?, ObjectWriter::new(None)?);
        while let Some(line) = lines.next_line()? {
            if is_wanted(line) {
                writer.write_lines(line, 1)?;
                writer.write_lines(b"\n", 0)?;
            }
        }
        if writer.events() > 0 {
            selected.push(finish(&object.key, object.class, writer)?);
        }
    }
    Ok(selected)
}

fn finish(key: &str, class: Class, writer: ObjectWriter) -> io::Result<Object> {
    Ok(Object { key: key.to_owned(), class, events: writer.events(), body: writer.finish()? })
}

/// The lines of all of them, as one object: compressed data may have several frames.
pub(crate) fn joined<'a>(bodies: impl Iterator<Item = &'a Bytes>) -> Bytes {
    bodies
        .fold(Vec::new(), |mut joined, body| {
            joined.extend_from_slice(body);
            joined
        })
        .into()
}
