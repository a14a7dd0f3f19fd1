//! Tables of a page: cells as they are shown, with what they sort by.

use crate::text::{Catalogue, Measure};
use serde::Serialize;

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    /// As shown.
    pub text: String,
    /// What it sorts by when it is a number.
    pub sort: Option<f64>,
}

/// A column heading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Head {
    /// As shown.
    pub text: String,
    /// Numbers, to the right.
    pub numeric: bool,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Stable name.
    pub id: String,
    /// Headings.
    pub heads: Vec<Head>,
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table with headings: message id, and whether it holds numbers.
    #[must_use]
    pub fn new(id: &str, text: &Catalogue, heads: &[(&str, bool)]) -> Self {
        Self {
            id: id.into(),
            heads: heads.iter().map(|(h, numeric)| Head { text: text.say(h), numeric: *numeric }).collect(),
            rows: Vec::new(),
        }
    }
}

/// Words.
#[must_use]
pub fn words(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), sort: None }
}

/// A number to a number of decimals.
#[must_use]
pub fn number(text: &Catalogue, value: f64, digits: usize) -> Cell {
    Cell { text: text.exact(value, digits), sort: Some(value) }
}

/// A value in its measure, or a dash.
#[must_use]
pub fn value(text: &Catalogue, measure: Measure, value: Option<f64>) -> Cell {
    value
        .filter(|v| v.is_finite())
        .map_or_else(|| Cell { text: text.say("cell-none"), sort: None }, |v| Cell { text: text.value(measure, v), sort: Some(v) })
}
