//! The page has the table of the operations as it is.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::path::Path;

use mailtrail_directory::operations::table;

const PAGE: &str = "docs/directory.md";
const BEGIN: &str = "<!-- operations: written by a test, with INSTA_UPDATE=always -->\n";
const END: &str = "<!-- end of operations -->";

/// As a snapshot is, the table is written anew where `INSTA_UPDATE` is `always`.
#[test]
fn the_page_has_the_table_of_operations() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let current = format!("{before}{BEGIN}{}{END}{after}", table());
    if option_env!("INSTA_UPDATE").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    assert_eq!(page, current, "{PAGE} is stale");
}
