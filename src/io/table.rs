//! Streaming tables: a header matched against the columns a table knows, then row by row with exact lines.
//!
//! One row is in memory at a time. Blank lines are skipped, `CRLF` and a byte-order mark are taken.

use super::cells::{Cells, Column, Source};
use super::text_file::{self, Input, LONGEST_LINE};
use crate::network::codes;
use crate::network::problem::nearest;
use crate::network::tables::Table;
use crate::network::{Place, Problem, Problems};
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Lines from which on a table is long.
const LONG: u64 = 50_000;

/// Limits of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Most rows of one table.
    pub rows: u64,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self { rows: 5_000_000 }
    }
}

/// What opening a table came to.
#[derive(Debug)]
pub enum Opened {
    /// There is no such file.
    Absent,
    /// The file is of no use; why has been reported.
    Broken,
    /// Rows can be read.
    Rows(Box<TableReader>),
}

/// Reads one table.
#[derive(Debug)]
pub struct TableReader {
    input: BufReader<Input>,
    file: &'static str,
    table: Table,
    columns: Vec<Column>,
    /// Where each known column stands in the file.
    index: Vec<Option<usize>>,
    width: usize,
    line: u64,
    buffer: Vec<u8>,
    cells: Vec<String>,
    rows: u64,
    skipped: bool,
    line_feeds: u64,
}

impl TableReader {
    /// Opens a table of a case folder and reads its header.
    pub fn open(folder: &Path, table: Table, columns: Vec<Column>, limits: ReadLimits, problems: &mut Problems) -> Opened {
        let file = table.file();
        let text = match text_file::open(&folder.join(file), file) {
            Ok(Some(text)) => text,
            Ok(None) => return Opened::Absent,
            Err(problem) => {
                problems.push(*problem);
                return Opened::Broken;
            }
        };
        if let Some(line) = text.long_line {
            let message = format!("more than {LONGEST_LINE} bytes without a line feed");
            problems.push(Problem::new(&codes::LINE_TOO_LONG, Place::line(file, line), message));
            return Opened::Broken;
        }
        if text.line_feeds > limits.rows.saturating_add(1) {
            let message = format!("{} lines, where {} rows are the most", text.line_feeds, limits.rows);
            problems.push(Problem::new(&codes::TABLE_TOO_LONG, Place::file(file), message).value(text.line_feeds));
            return Opened::Broken;
        }
        let mut reader = Self {
            input: BufReader::with_capacity(1 << 16, text.file),
            file,
            table,
            index: vec![None; columns.len()],
            columns,
            width: 0,
            line: 0,
            buffer: Vec::new(),
            cells: Vec::new(),
            rows: 0,
            skipped: false,
            line_feeds: text.line_feeds,
        };
        match reader.record(problems) {
            Some(line) => reader.header(line, problems),
            None => {
                problems.push(Problem::new(&codes::FILE_EMPTY, Place::file(file), "the file holds no header"));
                return Opened::Broken;
            }
        }
        Opened::Rows(Box::new(reader))
    }

    fn header(&mut self, line: u64, problems: &mut Problems) {
        self.width = self.cells.len();
        let place = || Place::line(self.file, line);
        for (at, cell) in self.cells.iter().enumerate() {
            let name = cell.trim();
            match self.columns.iter().position(|c| c.name == name) {
                Some(c) if self.index[c].is_some() => {
                    problems.push(Problem::new(&codes::COLUMN_TWICE, place(), "this column has been seen before").column(name).value(name));
                }
                Some(c) => self.index[c] = Some(at),
                None => {
                    let mut problem = Problem::new(&codes::COLUMN_UNKNOWN, place(), "no column of this table has this name");
                    if let Some(like) = nearest(name, self.columns.iter().map(|c| c.name)) {
                        problem = problem.remedy(format!("perhaps `{like}` is meant; else remove the column"));
                    }
                    problems.push(problem.column(name).value(name));
                }
            }
        }
        for (column, _) in self.columns.iter().zip(&self.index).filter(|(c, at)| c.required && at.is_none()) {
            let problem = Problem::new(&codes::COLUMN_MISSING, place(), format!("there is no column `{}`", column.name));
            problems.push(problem.column(column.name));
        }
    }

    /// Columns that the table needs and the file lacks.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.columns.iter().zip(&self.index).filter(|(c, at)| c.required && at.is_none()).map(|(c, _)| c.name)
    }

    /// Whether the table has so many rows that it pays to read it on a thread of its own.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.line_feeds > LONG
    }

    /// Rows that are yet to come at most.
    #[must_use]
    pub fn most_rows(&self) -> usize {
        usize::try_from(self.line_feeds).unwrap_or(0)
    }

    /// A ragged row was skipped: what it said of people is lost.
    #[must_use]
    pub fn skipped(&self) -> bool {
        self.skipped
    }

    /// Goes to the next whole row and returns its line. Ragged rows are reported and skipped; `None` at the end.
    pub fn next_row(&mut self, problems: &mut Problems) -> Option<u64> {
        loop {
            let Some(line) = self.record(problems) else {
                if self.rows == 0 {
                    problems.push(Problem::new(&codes::TABLE_EMPTY, Place::file(self.file), "there is no row below the header"));
                }
                return None;
            };
            self.rows += 1;
            if self.cells.len() == self.width {
                return Some(line);
            }
            let message = format!("{} cells where the header has {}", self.cells.len(), self.width);
            let value = self.cells.join(",");
            problems.push(Problem::new(&codes::ROW_RAGGED, Place::line(self.file, line), message).value(value));
            self.skipped = true;
        }
    }

    /// The cells of the row that [`Self::next_row`] went to.
    pub fn cells<'a>(&'a self, line: u64, problems: &'a mut Problems) -> Cells<'a> {
        Cells::new(Source { file: self.file, table: self.table, line, json: false }, &self.columns, &self.index, &self.cells, problems)
    }

    /// Reads a record into `cells`; returns the line it starts at.
    fn record(&mut self, problems: &mut Problems) -> Option<u64> {
        loop {
            self.buffer.clear();
            let start = self.line + 1;
            let mut open = false;
            loop {
                let before = self.buffer.len();
                match self.input.read_until(b'\n', &mut self.buffer) {
                    Ok(0) => break,
                    Ok(_) => self.line += 1,
                    Err(e) => {
                        let place = Place::line(self.file, self.line + 1);
                        problems.push(Problem::new(&codes::FILE_UNREADABLE, place, format!("the system says: {e}")));
                        return None;
                    }
                }
                open ^= self.buffer[before..].iter().filter(|&&b| b == b'"').count() % 2 == 1;
                if !open || self.buffer.len() as u64 > LONGEST_LINE {
                    break;
                }
            }
            if self.buffer.is_empty() {
                return None;
            }
            while self.buffer.last().is_some_and(|&b| b == b'\n' || b == b'\r') {
                self.buffer.pop();
            }
            // The walk through the file has seen that it is UTF-8; it may have been changed since.
            let text = String::from_utf8_lossy(&self.buffer);
            if text.trim().is_empty() {
                continue;
            }
            if let Err(message) = split(&text, &mut self.cells) {
                problems.push(Problem::new(&codes::QUOTES_BROKEN, Place::line(self.file, start), message).value(&text));
                if open {
                    return None;
                }
            }
            return Some(start);
        }
    }
}

/// Splits a record at its commas (RFC 4180). What follows a broken quote is still split, so that the row can be looked at.
pub(super) fn split(text: &str, cells: &mut Vec<String>) -> Result<(), &'static str> {
    let mut fault = Ok(());
    let mut used = 0;
    let mut rest = text;
    loop {
        if cells.len() == used {
            cells.push(String::new());
        }
        let cell = &mut cells[used];
        cell.clear();
        used += 1;
        if let Some(mut inner) = rest.strip_prefix('"') {
            loop {
                let Some(quote) = inner.find('"') else {
                    cell.push_str(inner);
                    cells.truncate(used);
                    return Err("a quoted cell is not closed");
                };
                cell.push_str(&inner[..quote]);
                inner = &inner[quote + 1..];
                match inner.strip_prefix('"') {
                    Some(more) => {
                        cell.push('"');
                        inner = more;
                    }
                    None => break,
                }
            }
            rest = inner;
            if !rest.is_empty() && !rest.starts_with(',') {
                fault = Err("text follows the closing quote of a cell");
            }
        }
        let comma = rest.find(',');
        let tail = &rest[..comma.unwrap_or(rest.len())];
        if tail.contains('"') {
            fault = Err("a quote stands inside a cell that is not quoted");
        }
        cell.push_str(tail);
        match comma {
            Some(at) => rest = &rest[at + 1..],
            None => break,
        }
    }
    cells.truncate(used);
    fault
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;

    fn cells(text: &str) -> (Vec<String>, bool) {
        let mut out = vec!["old".to_owned(); 9];
        let fine = split(text, &mut out).is_ok();
        (out, fine)
    }

    #[test]
    fn records_split_as_the_csv_crate_splits_them() {
        for text in ["a,b,c", "a,,", ",", "\"a,b\",c", "\"a\"\"b\",\"\",x", "山,\"水,河\",\"x\ny\"", "\"\"", "a"] {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let expected: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
            assert_eq!(cells(text), (expected, true), "{text}");
        }
        assert!(!cells("\"a,b").1);
        assert!(!cells("\"a\"b,c").1);
        assert!(!cells("a\"b,c").1);
    }
}
