//! Tables for people.
//!
//! On a terminal a row is as wide as the terminal at most: the widest columns give way first, and what does not fit is
//! wrapped at words. Where the columns do not fit side by side, the last of them are printed below the row, each on a line
//! that begins with its heading. Of a cell that would fill the screen (a policy, a template) the end is left out, which `…` shows.
//! Elsewhere every cell is whole and on one line.

use std::io::{self, IsTerminal};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{ERROR, FAINT, paint, plain};

const GAP: usize = 2;
/// No column gives way below this width.
const NARROW: usize = 10;
/// Characters of a cell that are shown on a terminal.
const LONGEST: usize = 500;

/// What all rows have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    /// The headings of the columns. The first one keeps its width, and its place.
    pub(crate) headings: &'static [&'static str],
    /// The column that stands out in emphasised rows.
    pub(crate) emphasised: usize,
    /// From this column on they are details, and give way twice as soon.
    pub(crate) details: usize,
}

/// A row: a cell for each column. What strangers wrote may stand in them.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) cells: Vec<String>,
    pub(crate) is_emphasised: bool,
}

impl Table {
    /// The line of headings and the rows. `width` is that of the terminal, if there is one.
    pub(crate) fn text(self, rows: Vec<Row>, width: Option<usize>) -> String {
        let escaped = |cell: &String| plain(cell).replace('\t', " ");
        let mut rows: Vec<(Vec<String>, bool)> = rows
            .into_iter()
            .map(|row| (row.cells.iter().map(escaped).collect(), row.is_emphasised))
            .collect();
        if width.is_some() {
            rows.iter_mut().flat_map(|(cells, _)| cells).for_each(shorten);
        }
        let layout = Layout::new(self, &rows, width);
        let mut text = String::new();
        let mut add = |line: &str| {
            text.push_str(line.trim_end());
            text.push('\n');
        };
        let headings: Vec<String> = self.headings.iter().map(|&heading| heading.to_owned()).collect();
        for line in lines(&headings, &layout.widths) {
            add(&paint(FAINT, self.join(line, false)));
        }
        for (cells, is_emphasised) in &rows {
            for line in lines(cells, &layout.widths) {
                add(&self.join(line, *is_emphasised));
            }
            for (column, line) in layout.below(cells) {
                add(&self.painted(column, line, *is_emphasised));
            }
        }
        text
    }

    fn join(self, mut line: Vec<(usize, String)>, is_emphasised: bool) -> String {
        while line.last().is_some_and(|(_, cell)| cell.trim().is_empty()) {
            line.pop();
        }
        if let Some((_, last)) = line.last_mut() {
            last.truncate(last.trim_end().len());
        }
        let cells = line.into_iter().map(|(column, cell)| self.painted(column, cell, is_emphasised));
        cells.collect::<Vec<_>>().join(&" ".repeat(GAP))
    }

    fn painted(self, column: usize, text: String, is_emphasised: bool) -> String {
        let stands_out = is_emphasised && column == self.emphasised && !text.trim().is_empty();
        if stands_out { paint(ERROR, text) } else { text }
    }
}

fn shorten(cell: &mut String) {
    if let Some((at, _)) = cell.char_indices().nth(LONGEST) {
        cell.truncate(at);
        cell.push('…');
    }
}

/// Which columns are side by side, and which are printed below the row.
struct Layout {
    table: Table,
    /// The width of each column; 0 for one that is not in the row.
    widths: Vec<usize>,
    /// The columns below the row.
    below: Vec<usize>,
    /// The width of the terminal.
    limit: usize,
}

impl Layout {
    fn new(table: Table, rows: &[(Vec<String>, bool)], limit: Option<usize>) -> Self {
        let width = |(column, heading): (usize, &&str)| {
            let cells = rows.iter().filter_map(|(cells, _)| cells.get(column));
            let widest = cells.map(|cell| cell.width()).max().unwrap_or_default();
            if widest == 0 { 0 } else { widest.max(heading.len()) }
        };
        let mut widths: Vec<usize> = table.headings.iter().enumerate().map(width).collect();
        let limit = limit.unwrap_or(usize::MAX);
        let mut below = Vec::new();
        for column in (1..widths.len()).rev() {
            let narrowest = widths.iter().enumerate().map(|(column, &width)| match column {
                0 => width,
                _ => width.min(NARROW),
            });
            if narrowest.sum::<usize>() + gaps(&widths) <= limit {
                break;
            }
            if std::mem::take(&mut widths[column]) > 0 {
                below.insert(0, column);
            }
        }
        fit(&mut widths, table.details, limit);
        Self { table, widths, below, limit }
    }

    /// The lines below a row, each with its column.
    fn below(&self, cells: &[String]) -> Vec<(usize, String)> {
        let mut lines = Vec::new();
        for &column in self.below.iter().filter(|&&column| !cells[column].is_empty()) {
            let heading = format!("  {}: ", self.table.headings[column]);
            let wrapped = wrap(&cells[column], self.limit.saturating_sub(heading.len()).max(NARROW));
            for (number, line) in wrapped.into_iter().enumerate() {
                let start = if number == 0 { heading.clone() } else { " ".repeat(heading.len()) };
                lines.push((column, start + &line));
            }
        }
        lines
    }
}

/// The width of the gaps between the columns in a row.
fn gaps(widths: &[usize]) -> usize {
    GAP * widths.iter().filter(|&&width| width > 0).count().saturating_sub(1)
}

/// Narrows the columns until they fit.
fn fit(widths: &mut [usize], details: usize, limit: usize) {
    loop {
        let excess = (widths.iter().sum::<usize>() + gaps(widths)).saturating_sub(limit);
        let weight = |column: usize, width: usize| if column >= details { 2 * width } else { width };
        let others = widths.iter_mut().enumerate().skip(1).filter(|(_, width)| **width > NARROW);
        let widest = others.max_by_key(|(column, width)| weight(*column, **width));
        let (Some((_, widest)), 1..) = (widest, excess) else { return };
        *widest -= 1;
    }
}

/// A row as lines: each cell wrapped and filled up to its column's width. Columns without a width are left out.
fn lines(cells: &[String], widths: &[usize]) -> Vec<Vec<(usize, String)>> {
    let shown: Vec<usize> = (0..widths.len()).filter(|&column| widths[column] > 0).collect();
    let wrapped: Vec<Vec<String>> =
        shown.iter().map(|&column| wrap(&cells[column], widths[column])).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or_default();
    let cell = |at: usize, line: usize| {
        let text = wrapped[at].get(line).map_or("", String::as_str);
        let missing = widths[shown[at]].saturating_sub(text.width());
        (shown[at], text.to_owned() + &" ".repeat(missing))
    };
    (0..height).map(|line| (0..shown.len()).map(|at| cell(at, line)).collect()).collect()
}

/// A text in lines of at most this width, broken between words; a word that is wider is broken where the line ends.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + word.width() <= width {
            line.push_str(if gap == 1 { " " } else { "" });
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut used = 0;
        for character in word.chars() {
            let wide = character.width().unwrap_or_default();
            if used + wide > width && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(character);
            used += wide;
        }
    }
    lines.push(line);
    lines
}

/// How wide the terminal is that stdout goes to, if it goes to one.
pub(crate) fn terminal_width() -> Option<usize> {
    let (width, _) = io::stdout().is_terminal().then(terminal_size::terminal_size)??;
    Some(width.0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_broken_only_where_it_is_wider_than_its_column() {
        assert_eq!(wrap("a few words", 7), ["a few", "words"]);
        assert_eq!(wrap("see abcdefghij x", 4), ["see", "abcd", "efgh", "ij x"]);
        // Characters of two columns each.
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
