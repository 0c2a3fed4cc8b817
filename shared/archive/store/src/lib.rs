//! The archive: objects that are written once and never changed, in S3 or in a directory.
//!
//! * Every key of a log event derives from its content, in one place.
//! * A write never overwrites ([`Archive::put`]): a retry at any point leaves the objects of one delivery. It is *written*
//!   when the answer proves it, and *already* there when what is there has the same events.
//! * What cannot be read is kept whole ([`quarantine`]).
//! * The archive describes itself ([`about`]).

pub mod about;
mod archive;
mod bucket;
mod content;
mod directory;
mod layout;
mod lines;
mod object;
mod quarantine;
mod reader;
mod s3;
mod witness;

pub use archive::{Archive, ArchiveError, Put};
pub use bucket::{Bucket, BucketObject, BucketPage, BucketReader};
pub use layout::{
    Partition, QUARANTINE, RAW, UNDELIVERED, batch_object_key, batch_of, claim_key, day_pointer_day,
    day_pointer_key, is_archive_folder, quarantine_key, raw_day, raw_key, receipt_key, receipts_folder,
    records_day, undelivered_folder, undelivered_key, undelivered_of,
};
pub use lines::{UnreadableLines, for_each_line};
pub use mailtrail_config::{ArchiveConfig, Location, S3Options};
pub use object::{LEVEL, LONGEST_LINE, Lines, Object, ObjectWriter, decoder, digest_of_lines};
pub use quarantine::{Quarantined, is_quarantined, quarantine};
pub use reader::{ArchiveReader, Listing, ObjectBody};
pub use witness::Witness;
