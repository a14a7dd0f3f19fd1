//! What a section is made of: figures, sentences and tables that are a page's and a CSV file's at once.

use super::super::csv_out::{Field, write};
use super::super::facts::Figure;
use super::super::tables::{Table, number, words};
use super::super::{File, ReportError};
use crate::text::Catalogue;

/// Rows of a table on the page; all are in the CSV file.
const MOST_ROWS: usize = 400;

/// The texts and tables of one plan.
#[derive(Debug, Default)]
pub struct Part {
    /// Key figures.
    pub figures: Vec<Figure>,
    /// What it means, a sentence each.
    pub sentences: Vec<String>,
    /// Tables.
    pub sheets: Vec<Sheet>,
    /// What is assumed, modelled or left out.
    pub notes: Vec<String>,
}

/// A table of the page with its CSV file.
#[derive(Debug)]
pub struct Sheet {
    /// Heading.
    pub title: String,
    /// Words below the heading.
    pub note: Option<String>,
    /// As shown.
    pub table: Table,
    /// As written.
    pub csv: File,
}

/// A column of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// In the CSV file only: its name there.
    Code(&'static str),
    /// Words: name in the CSV file, message of the heading.
    Words(&'static str, &'static str),
    /// Numbers: name, message, decimals on the page.
    Number(&'static str, &'static str, usize),
}

/// Makes a table of rows that have a field for every column. Longer tables are cut on the page, with a note; the CSV file has all.
///
/// # Errors
/// The writer's, which does not happen in memory.
pub fn sheet(text: &Catalogue, name: &str, title: &str, columns: &[Column], rows: Vec<Vec<Field>>) -> Result<Sheet, ReportError> {
    let heads: Vec<(&str, bool)> = columns
        .iter()
        .filter_map(|c| match c {
            Column::Code(_) => None,
            Column::Words(_, head) => Some((*head, false)),
            Column::Number(_, head, _) => Some((*head, true)),
        })
        .collect();
    let mut table = Table::new(name, text, &heads);
    let all = rows.len();
    for row in rows.iter().take(MOST_ROWS) {
        let cells = columns.iter().zip(row).filter_map(|(c, f)| match (c, f) {
            (Column::Code(_), _) => None,
            (Column::Number(_, _, digits), Field::Number(n)) if n.is_finite() => Some(number(text, *n, *digits)),
            (_, Field::Words(w)) => Some(words(w.clone())),
            (Column::Words(..), Field::Number(n)) => Some(words(format!("{n}"))),
            _ => Some(words(text.say("cell-none"))),
        });
        table.rows.push(cells.collect());
    }
    let names: Vec<&str> = columns
        .iter()
        .map(|c| match c {
            Column::Code(name) | Column::Words(name, _) | Column::Number(name, _, _) => *name,
        })
        .collect();
    let csv = write(name, &names, rows)?;
    let note = (all > MOST_ROWS).then(|| text.say_with("report-rows-some", &[("n", MOST_ROWS.into()), ("all", all.into())]));
    Ok(Sheet { title: text.say(title), note, table, csv })
}
