//! `infra/tables/`: the definitions of the tables over an archive, made from the record types.
//!
//! Policy: `shared/events/ocsf` is the only place that knows what a record consists of. Its types give a JSON Schema
//! ([`mailtrail_ocsf::Class::schema`]), [`hive`] gives each attribute its type in Glue's words, and the definitions
//! for CloudFormation ([`glue`]) and for people ([`ddl`]) are two ways to write the same [`Table`]; [`duckdb`] reads an
//! archive in place with the same columns.

mod ddl;
pub(crate) mod duckdb;
mod glue;
mod hive;
mod partitions;

use mailtrail_ocsf::{Class, OCSF_VERSION};

use crate::folder::Files;
use hive::Field;

/// The folder, in the checkout.
pub(crate) const PATH: &str = "infra/tables";

/// The address of the archive (`s3://bucket/prefix`), to be filled in where the tables are created.
const ARCHIVE: &str = "<archive>";
/// The accounts whose events are queried, separated by commas, to be filled in.
const ACCOUNTS: &str = "<accounts>";
/// The address below which Firehose writes Parquet (`s3://bucket/prefix`), to be filled in.
const PARQUET: &str = "<parquet>";

/// The definitions of every class, and the page about them.
pub(crate) fn files() -> anyhow::Result<Files> {
    let mut files = Files::from([("README.md".into(), include_bytes!("readme.md").to_vec())]);
    for class in Class::ALL {
        let columns = hive::columns(class.schema().as_value())?;
        let archive = Table::of_archive(class, columns.clone());
        files.insert(format!("{class}.json"), glue::definition(&archive)?);
        files.insert(format!("{class}.sql"), ddl::statement(&archive).into_bytes());
        files.insert(format!("parquet/{class}.json"), glue::definition(&Table::of_stream(class, columns))?);
    }
    Ok(files)
}

/// A table over objects in S3 whose partitions are projected.
struct Table {
    name: String,
    about: String,
    columns: Vec<Field>,
    location: String,
    format: Format,
    partitions: Vec<Partition>,
}

/// How the objects are written.
#[derive(Clone, Copy)]
enum Format {
    /// One JSON object a line; compressed where the name of the object says so.
    JsonLines,
    /// Parquet, as Firehose writes it.
    Parquet,
}

/// A partition column, and the values that a query looks for objects under.
struct Partition {
    /// The name in the table, lower case: Glue knows no other.
    name: &'static str,
    /// The name in the key of an object.
    folder: &'static str,
    about: &'static str,
    values: Values,
}

enum Values {
    /// These, separated by commas.
    Listed(String),
    /// The days from the first (`YYYYMMDD`) to tomorrow.
    DaysSince(&'static str),
}

impl Table {
    /// Over the objects of a class in the archive.
    fn of_archive(class: Class, columns: Vec<Field>) -> Self {
        Self {
            name: class.name().to_owned(),
            about: about(class),
            columns,
            location: format!("{ARCHIVE}/{class}/"),
            format: Format::JsonLines,
            partitions: partitions::of_archive(),
        }
    }

    /// Over what a Firehose stream of one class wrote. The same columns: they are the schema by which Firehose
    /// converts records, too.
    fn of_stream(class: Class, columns: Vec<Field>) -> Self {
        Self {
            name: format!("{class}_parquet"),
            about: about(class),
            columns,
            location: format!("{PARQUET}/{class}/"),
            format: Format::Parquet,
            partitions: partitions::of_stream(),
        }
    }

    /// Where the objects of one set of partition values are: `…/region=${region}/…`.
    fn template(&self) -> String {
        let folders = self.partitions.iter().map(|it| format!("{}=${{{}}}/", it.folder, it.name));
        std::iter::once(self.location.clone()).chain(folders).collect()
    }
}

fn about(class: Class) -> String {
    format!("OCSF {OCSF_VERSION} {} (class {}), one event a row", class.caption(), class.uid())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::{Value, json};

    use super::*;
    use crate::{folder, project};

    fn columns(class: Class) -> hive::Type {
        hive::Type::Struct(hive::columns(class.schema().as_value()).unwrap())
    }

    /// What the mappings make of every sample.
    fn golden_records() -> Vec<Value> {
        let golden = fs::read_dir(project().join("shared/events/normalize/tests/golden")).unwrap();
        let paths = golden.map(|entry| entry.unwrap().path());
        let files = paths.filter(|path| path.to_string_lossy().ends_with(".snap.json"));
        files
            .flat_map(|path| serde_json::from_slice::<Vec<Value>>(&fs::read(path).unwrap()).unwrap())
            .collect()
    }

    #[test]
    fn the_definitions_in_the_repository_are_those_of_the_generator() {
        folder::check(&project().join(PATH), &files().unwrap()).unwrap();
    }

    #[test]
    fn the_tables_have_a_column_for_everything_in_the_golden_records() {
        for class in Class::ALL {
            let columns = columns(class);
            let records = golden_records();
            let records: Vec<_> = records.iter().filter(|it| it["class_uid"] == class.uid()).collect();
            assert!(!records.is_empty(), "no golden record is of class {class}");
            for record in records {
                assert_eq!(columns.misfits(record), Vec::<String>::new(), "{class}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let record = json!({
            "time": "yesterday",
            "smell": "fishy",
            "email": {"from": 7, "to": ["ana@example.com", null], "subject": "hello"},
            "observables": [{"name": "to"}, {"colour": "red"}],
            "unmapped": {"spamVerdict": "PASS", "count": 1},
        });
        assert_eq!(
            columns(Class::EmailActivity).misfits(&record),
            ["email.from", "email.to", "observables.colour", "smell", "time", "unmapped.count"]
        );
    }

    #[test]
    fn objects_are_looked_for_where_the_archive_keeps_them() {
        assert_eq!(
            Table::of_archive(Class::EmailActivity, vec![]).template(),
            "<archive>/email_activity/region=${region}/accountId=${accountid}/eventDay=${eventday}/"
        );
    }
}
