//! CSV that a spreadsheet cannot be tricked with: text that would run as a formula gets a leading apostrophe; numbers stay as they are.

use std::borrow::Cow;

fn runs_as_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// Text fit for a CSV cell. Leading apostrophes before a formula are doubled up by one, so that [`unguarded`] undoes it exactly.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if runs_as_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Takes the guard of [`guarded`] off again.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if runs_as_formula(text) => text,
        _ => cell,
    }
}

/// Writes a table into memory, cell by cell.
#[derive(Debug)]
pub struct CsvOut {
    writer: csv::Writer<Vec<u8>>,
}

impl CsvOut {
    /// A table with its header.
    #[must_use]
    pub fn new<'a>(header: impl IntoIterator<Item = &'a str>) -> Self {
        let mut out = Self { writer: csv::WriterBuilder::new().flexible(false).from_writer(Vec::new()) };
        for name in header {
            out.text(name);
        }
        out.end_row();
        out
    }

    /// The cells that every table of places begins with: code, name, name in Latin letters.
    pub fn named(&mut self, code: &str, name: &str, name_en: Option<&str>) {
        [code, name, name_en.unwrap_or_default()].into_iter().for_each(|cell| self.text(cell));
    }

    /// A text cell, guarded.
    pub fn text(&mut self, text: &str) {
        self.raw(&guarded(text));
    }

    /// A number cell; shortest decimal that reads back exactly. Absent and not finite are empty.
    pub fn number(&mut self, value: impl Into<Option<f64>>) {
        match value.into().filter(|v| v.is_finite()) {
            Some(v) => self.raw(&v.to_string()),
            None => self.raw(""),
        }
    }

    /// A whole-number cell.
    pub fn whole(&mut self, value: u64) {
        self.raw(&value.to_string());
    }

    /// A 0/1 cell.
    pub fn flag(&mut self, value: bool) {
        self.raw(if value { "1" } else { "0" });
    }

    fn raw(&mut self, text: &str) {
        // Writing into memory does not fail; a full disk shows when the bytes are written.
        let _ = self.writer.write_field(text);
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        let _ = self.writer.write_record(None::<&[u8]>);
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn guards_come_off_exactly(text in "['=+@\\-a＝]{0,6}") {
            let cell = guarded(&text);
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert_eq!(unguarded(&cell), text.as_str());
        }
    }

    #[test]
    fn numbers_are_left_alone_and_formulas_are_not() {
        let mut out = CsvOut::new(["name", "x"]);
        out.text("=HYPERLINK(\"http://a\")");
        out.number(-1.5);
        out.end_row();
        out.text("山, 水");
        out.number(None);
        out.end_row();
        let text = String::from_utf8(out.into_bytes()).unwrap();
        assert_eq!(text, "name,x\n\"'=HYPERLINK(\"\"http://a\"\")\",-1.5\n\"山, 水\",\n");
    }
}
