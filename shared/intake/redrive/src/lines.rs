//! Objects of records as streams take them: one for each class, made of lines.

use std::collections::BTreeMap;
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

/// The events of an object that was not delivered, by class. `key` is that of the object.
pub(crate) fn by_class(key: &str, object: &[u8]) -> Result<Vec<Object>, LinesError> {
    #[derive(Deserialize)]
    struct Record {
        class_uid: u32,
    }
    let (mut writers, mut failure) = (BTreeMap::new(), None);
    for_each_line(object, |line| {
        let Record { class_uid } = serde_json::from_slice(line)?;
        let class = Class::ALL.into_iter().find(|class| class.uid() == class_uid);
        let class = class.ok_or_else(|| serde_json::Error::custom(format!("unknown class {class_uid}")))?;
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
