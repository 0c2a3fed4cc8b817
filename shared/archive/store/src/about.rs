//! The archive describes itself: `_about/`, written once.
//!
//! The archive is to be read for years, without WorkMail, without AWS and without mailtrail. So it carries
//! its own description, each file under the version that it describes. A later version adds its own beside them, and
//! leaves those of earlier ones, the README among them, as they are.

use bytes::Bytes;

/// The files of `_about/`: key and content. `mapping` is the version of the mapping to OCSF.
pub fn files(mapping: &str) -> [(String, Bytes); 5] {
    let mapping_json = format!(
        "{{\n  \"made_by\": \"mailtrail\",\n  \"mapping_version\": \"{mapping}\",\n  \"ocsf_version\": \"{}\"\n}}\n",
        mailtrail_ocsf::OCSF_VERSION
    );
    [
        ("_about/README.md".to_owned(), Bytes::from_static(include_bytes!("about/README.md"))),
        ("_about/layout-2.md".to_owned(), Bytes::from_static(include_bytes!("about/layout-2.md"))),
        ("_about/duckdb.sql".to_owned(), Bytes::from_static(include_bytes!("about/duckdb.sql"))),
        ("_about/email.sql".to_owned(), Bytes::from_static(include_bytes!("about/email.sql"))),
        (format!("_about/mapping-{mapping}.json"), Bytes::from(mapping_json)),
    ]
}
