//! Columns of text, side by side.

use unicode_width::UnicodeWidthStr;

use crate::output::{FAINT, paint, plain};

const GAP: usize = 2;

/// Rows below their headings; a column is as wide as its widest cell, and one without any cell is left out.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| plain(cell).replace('\t', " ")).collect()).collect();
    let width = |column: usize| {
        let widest =
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
        if widest == 0 { 0 } else { widest.max(headings[column].width()) }
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let padded = cells
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width + GAP - cell.width().min(*width))));
        padded.collect::<String>().trim_end().to_owned()
    };
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    let lines = std::iter::once(paint(FAINT, line(&headings))).chain(rows.iter().map(|row| line(row)));
    lines.fold(String::new(), |text, line| text + "  " + &line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells_and_nothing_moves_the_cursor() {
        let rows = [
            vec!["a".to_owned(), String::new(), "日本\u{1b}[2J".to_owned()],
            vec!["bb".to_owned(), String::new(), "c".to_owned()],
        ];
        let text = anstream::adapter::strip_str(&table(&["x", "empty", "y"], &rows)).to_string();
        assert_eq!(text, "  x   y\n  a   日本\\u{1b}[2J\n  bb  c\n");
    }
}
