//! The partitions: where a query looks for objects, worked out from the table's properties, without a crawler and
//! without `ADD PARTITION`.
//!
//! <https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html>

use super::{ACCOUNTS, Partition, Values};

/// The Regions of AWS by partition, of those that are not air-gapped: `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`.
///
/// Source: the endpoints of botocore, which `tests/test_tables.py` holds them against. Objects of a Region that is
/// missing here are in the archive, but Athena does not see them.
const REGIONS: [&str; 39] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "cn-north-1",
    "cn-northwest-1",
    "us-gov-east-1",
    "us-gov-west-1",
    "eusc-de-east-1",
];

/// What stands in a key in place of an unknown Region or account.
const UNKNOWN: &str = "unknown";

/// Amazon WorkMail's first year. Events whose own time is missing lie under 1970, out of Athena's sight: to look
/// for them in every query would cost as many listings as there are days since.
const FIRST_DAY: &str = "20150101";

/// The first year of mailtrail, and so of its streams.
const FIRST_DAY_OF_STREAMS: &str = "20260101";

/// The partitions of a class in the archive.
///
/// Accounts are listed rather than injected: injected, a query that names no account is an error, and the views
/// name none.
pub(super) fn of_archive() -> Vec<Partition> {
    let regions = [&REGIONS[..], &[UNKNOWN]].concat().join(",");
    vec![
        Partition {
            name: "region",
            folder: "region",
            about: "The Region that the events were logged in, or unknown.",
            values: Values::Listed(regions),
        },
        Partition {
            name: "accountid",
            folder: "accountId",
            about: "The account that the events were logged in, or unknown.",
            values: Values::Listed(format!("{ACCOUNTS},{UNKNOWN}")),
        },
        Partition {
            name: "eventday",
            folder: "eventDay",
            about: "The day of the events in UTC, as YYYYMMDD.",
            values: Values::DaysSince(FIRST_DAY),
        },
    ]
}

/// The partitions of a stream. Firehose knows the day of arrival only.
pub(super) fn of_stream() -> Vec<Partition> {
    vec![Partition {
        name: "arrivalday",
        folder: "arrivalDay",
        about: "The day on which Firehose got the events, in UTC, as YYYYMMDD.",
        values: Values::DaysSince(FIRST_DAY_OF_STREAMS),
    }]
}
