//! The cells of one row, whether of a CSV file or of a JSON object: read with what is wrong reported, never stopping at the first bad one.
//!
//! A bad cell reads as a neutral value (0, empty, not a number for a coordinate), so that the rest of the row is still looked at; a case with an error is
//! never handed out.

use crate::network::codes::{self, Rule};
use crate::network::tables::Table;
use crate::network::{Evidence, Place, Problem, Problems};
use crate::travel::{Crs, Position};
use smol_str::SmolStr;
use std::cell::Cell;

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Header.
    pub name: &'static str,
    /// Must be in the header.
    pub required: bool,
}

/// A column that must be there.
#[must_use]
pub const fn wanted(name: &'static str) -> Column {
    Column { name, required: true }
}

/// A column that may be left out.
#[must_use]
pub const fn optional(name: &'static str) -> Column {
    Column { name, required: false }
}

/// The two columns of a position.
#[must_use]
pub const fn position_columns(crs: Crs) -> [Column; 2] {
    match crs {
        Crs::Wgs84 => [wanted("lon"), wanted("lat")],
        Crs::PlanarKm => [wanted("x"), wanted("y")],
    }
}

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// File name for the user.
    pub file: &'a str,
    /// Table.
    pub table: Table,
    /// Line, or position in a JSON list.
    pub line: u64,
    /// The row is a JSON object.
    pub json: bool,
}

impl Source<'_> {
    /// The place of the row.
    #[must_use]
    pub fn place(&self) -> Place {
        if self.json {
            Place { file: self.file.to_owned(), line: None, path: Some(format!("{}[{}]", self.table.json_key(), self.line)) }
        } else {
            Place::line(self.file, self.line)
        }
    }
}

/// The cells of one row.
#[derive(Debug)]
pub struct Cells<'a> {
    source: Source<'a>,
    columns: &'a [Column],
    index: &'a [Option<usize>],
    texts: &'a [String],
    problems: &'a mut Problems,
    broken: bool,
    lost_people: bool,
    /// The column behind the one asked for last: most rows are read in the order of their columns.
    next: Cell<usize>,
}

impl<'a> Cells<'a> {
    /// Cells of a row; `index` tells where each column stands in `texts`.
    pub fn new(
        source: Source<'a>,
        columns: &'a [Column],
        index: &'a [Option<usize>],
        texts: &'a [String],
        problems: &'a mut Problems,
    ) -> Self {
        Self { source, columns, index, texts, problems, broken: false, lost_people: false, next: Cell::new(0) }
    }

    /// The trimmed cell; `None` when the column is absent. The guard that [`super::csv_out`] puts before formulas is taken off.
    fn cell(&self, column: &str) -> Option<&'a str> {
        let named = |at: &usize| self.columns.get(*at).is_some_and(|c| c.name == column);
        let at = Some(self.next.get()).filter(named).or_else(|| self.columns.iter().position(|c| c.name == column))?;
        self.next.set(at + 1);
        self.index[at].and_then(|i| self.texts.get(i)).map(|t| super::csv_out::unguarded(t.trim()))
    }

    /// Reports a problem of a cell.
    pub fn say(&mut self, rule: &Rule, column: &str, value: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(rule, self.source.place(), message).column(column).value(value));
    }

    /// Reports a problem of an empty cell, unless its column is missing, which has been reported with the header.
    pub fn say_if_there(&mut self, rule: &Rule, column: &str, message: &str) {
        if self.cell(column).is_some() {
            self.say(rule, column, "", message);
        }
    }

    /// Reports a problem when the column is there and the cell empty.
    pub fn say_if_empty(&mut self, rule: &Rule, column: &str, message: &str) {
        if self.cell(column) == Some("") {
            self.say(rule, column, "", message);
        }
    }

    /// Rules that compare the cells of this row shall not be held against it.
    pub fn broken(&mut self) {
        self.broken = true;
    }

    /// A population could not be read: stands for 0, and sums over settlements are left out.
    pub fn lost_people(&mut self) -> u64 {
        self.lost_people = true;
        0
    }

    /// Errors reported so far.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.problems.errors()
    }

    /// Whether the row was marked as broken, and whether a population was lost.
    #[must_use]
    pub fn state(&self) -> (bool, bool) {
        (self.broken, self.lost_people)
    }

    /// Text that must be there. An absent column has been reported with the header.
    pub fn text(&mut self, column: &'static str) -> String {
        match self.cell(column) {
            Some("") => {
                self.say(&codes::CELL_EMPTY, column, "", "the cell is empty");
                String::new()
            }
            Some(text) => text.to_owned(),
            None => String::new(),
        }
    }

    /// The code of another row, as [`Self::text`]: short ones take no memory of their own, since a million rows name a few thousand.
    pub fn code(&mut self, column: &'static str) -> SmolStr {
        match self.cell(column) {
            Some(code) if !code.is_empty() => code.into(),
            _ => self.text(column).into(),
        }
    }

    /// Text that may be empty.
    pub fn maybe_text(&mut self, column: &str) -> Option<String> {
        self.cell(column).filter(|t| !t.is_empty()).map(str::to_owned)
    }

    /// A number that may be empty.
    pub fn maybe_number(&mut self, column: &'static str) -> Option<f64> {
        let text = self.cell(column).filter(|t| !t.is_empty())?;
        self.parse(column, text).ok()
    }

    /// A number that must be there; `bad` stands for what cannot be read.
    pub fn number(&mut self, column: &'static str, bad: f64) -> f64 {
        match self.cell(column) {
            Some("") => {
                self.say(&codes::CELL_EMPTY, column, "", "the cell is empty");
                bad
            }
            Some(text) => self.parse(column, text).unwrap_or(bad),
            None => bad,
        }
    }

    fn parse(&mut self, column: &'static str, text: &'a str) -> Result<f64, ()> {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => {
                self.say(&codes::NOT_FINITE, column, text, "a finite number is wanted");
                Err(())
            }
            Err(_) => {
                self.say(&codes::NOT_A_NUMBER, column, text, "this is not a number");
                Err(())
            }
        }
    }

    /// A whole number from 0 to `most` that must be there; `None` when it cannot be read.
    pub fn whole(&mut self, column: &'static str, most: u64) -> Option<u64> {
        match self.cell(column) {
            Some("") => {
                self.say(&codes::CELL_EMPTY, column, "", "the cell is empty");
                None
            }
            Some(text) => self.parse_whole(column, text, most),
            None => None,
        }
    }

    /// A whole number from 0 to `most` that may be empty.
    pub fn maybe_whole(&mut self, column: &'static str, most: u64) -> Option<u64> {
        let text = self.cell(column).filter(|t| !t.is_empty())?;
        self.parse_whole(column, text, most)
    }

    fn parse_whole(&mut self, column: &'static str, text: &'a str, most: u64) -> Option<u64> {
        if let Ok(value) = text.parse::<u64>() {
            if value <= most {
                return Some(value);
            }
            self.say(&codes::OUT_OF_RANGE, column, text, format!("more than {most}"));
            return None;
        }
        // Programs write whole numbers as 12.0 or 1e3; those are taken.
        let value = self.parse(column, text).ok()?;
        if value < 0.0 {
            self.say(&codes::NEGATIVE, column, text, "the number is negative");
        } else if value.fract() != 0.0 {
            self.say(&codes::NOT_AN_INTEGER, column, text, "the number has decimals");
        } else if value > most as f64 {
            self.say(&codes::OUT_OF_RANGE, column, text, format!("more than {most}"));
        } else {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole, not negative, below `most`
            return Some(value as u64);
        }
        None
    }

    /// 0 or 1; empty and absent are `default`.
    pub fn flag(&mut self, column: &'static str, default: bool) -> bool {
        match self.cell(column) {
            Some("0" | "false") => false,
            Some("1" | "true") => true,
            None | Some("") => default,
            Some(other) => {
                self.say(&codes::WORD_UNKNOWN, column, other, "0 or 1 is wanted");
                default
            }
        }
    }

    /// One of a few words; empty and absent are `default`.
    pub fn word<T: Copy>(&mut self, column: &'static str, words: &[(&str, T)], default: T) -> T {
        match self.cell(column) {
            None | Some("") => default,
            Some(text) => words.iter().find(|(w, _)| *w == text).map_or_else(
                || {
                    let list: Vec<&str> = words.iter().map(|(w, _)| *w).collect();
                    self.say(&codes::WORD_UNKNOWN, column, text, format!("one of {} is wanted", list.join(", ")));
                    default
                },
                |(_, value)| *value,
            ),
        }
    }

    /// How the row came to be.
    pub fn evidence(&mut self) -> Evidence {
        let words = [("observed", Evidence::Observed), ("modelled", Evidence::Modelled), ("assumed", Evidence::Assumed)];
        self.word("evidence", &words, Evidence::default())
    }

    /// A position; what cannot be read is not a number.
    pub fn position(&mut self, crs: Crs) -> Position {
        let [x, y] = position_columns(crs);
        Position { x: self.number(x.name, f64::NAN), y: self.number(y.name, f64::NAN) }
    }
}
