//! CSV. Each cell is escaped: no spreadsheet takes one for a formula, CSV may be looked at on a terminal, and a row is one line.

use mailtrail_plain_text::csv_cell;

/// Rows as lines of CSV.
pub(crate) fn csv_lines<T: AsRef<str>>(
    rows: impl IntoIterator<Item = impl IntoIterator<Item = T>>,
) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    for row in rows {
        csv.write_record(row.into_iter().map(|cell| csv_cell(cell.as_ref())))?;
    }
    Ok(csv.into_inner()?)
}
