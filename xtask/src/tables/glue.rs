//! A table as Glue's `TableInput`, for CloudFormation and `aws glue create-table --table-input file://…`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Format, Table, Values};

/// The definition as a JSON file.
pub(super) fn definition(table: &Table) -> anyhow::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(&input(table))?;
    text.push(b'\n');
    Ok(text)
}

fn input(table: &Table) -> Value {
    let columns = table.columns.iter().map(|it| column(&it.name, &it.kind.name(), &it.about));
    let keys = table.partitions.iter().map(|it| column(it.name, "string", it.about));
    json!({
        "Name": table.name,
        "Description": table.about,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters(table),
        "PartitionKeys": keys.collect::<Vec<_>>(),
        "StorageDescriptor": {
            "Columns": columns.collect::<Vec<_>>(),
            "Location": table.location,
            "InputFormat": table.format.input(),
            "OutputFormat": table.format.output(),
            "SerdeInfo": {"SerializationLibrary": table.format.serde()},
        },
    })
}

fn column(name: &str, kind: &str, about: &str) -> Value {
    if about.is_empty() {
        json!({"Name": name, "Type": kind})
    } else {
        json!({"Name": name, "Type": kind, "Comment": about})
    }
}

/// The properties of a table: what the objects are, and how its partitions are projected.
pub(super) fn parameters(table: &Table) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::new();
    let mut set = |name: &str, value: &str| parameters.insert(name.to_owned(), value.to_owned());
    set("classification", table.format.classification());
    set("projection.enabled", "true");
    set("storage.location.template", &table.template());
    for partition in &table.partitions {
        let mut set =
            |property: &str, value: &str| set(&format!("projection.{}.{property}", partition.name), value);
        match &partition.values {
            Values::Listed(values) => {
                set("type", "enum");
                set("values", values);
            }
            // CloudWatch Logs takes events from up to two hours ahead.
            Values::DaysSince(first) => {
                set("type", "date");
                set("format", "yyyyMMdd");
                set("range", &format!("{first},NOW+1DAY"));
                set("interval", "1");
                set("interval.unit", "DAYS");
            }
        }
    }
    parameters
}

impl Format {
    fn classification(self) -> &'static str {
        match self {
            Self::JsonLines => "json",
            Self::Parquet => "parquet",
        }
    }

    /// Of the two that read JSON, the one that leaves the keys of a map alone: `OpenX` turns `spamVerdict` into
    /// `spamverdict`, and AWS warns that what it returns may differ from run to run.
    pub(super) fn serde(self) -> &'static str {
        match self {
            Self::JsonLines => "org.apache.hive.hcatalog.data.JsonSerDe",
            Self::Parquet => "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        }
    }

    pub(super) fn input(self) -> &'static str {
        match self {
            Self::JsonLines => "org.apache.hadoop.mapred.TextInputFormat",
            Self::Parquet => "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        }
    }

    pub(super) fn output(self) -> &'static str {
        match self {
            Self::JsonLines => "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            Self::Parquet => "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        }
    }
}
