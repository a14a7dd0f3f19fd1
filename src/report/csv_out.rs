//! CSV tables: UTF-8, comma, header, stable column names, numbers as numbers.

use super::{File, ReportError};

/// A cell of a CSV file.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// Words that came from a user or a table.
    Words(String),
    /// A number; written so that it reads back to the same value.
    Number(f64),
    /// Nothing known.
    None,
}

impl From<&str> for Field {
    fn from(s: &str) -> Self {
        Self::Words(s.into())
    }
}

impl From<String> for Field {
    fn from(s: String) -> Self {
        Self::Words(s)
    }
}

impl From<f64> for Field {
    fn from(n: f64) -> Self {
        // there is one zero
        Self::Number(n + 0.0)
    }
}

impl From<Option<f64>> for Field {
    fn from(n: Option<f64>) -> Self {
        n.map_or(Self::None, Self::from)
    }
}

/// Words that no spreadsheet takes for a formula: an apostrophe goes before `=`, `+`, `-`, `@`, tab and carriage return, also when spaces
/// or their full-width forms stand first.
#[must_use]
pub fn harmless(text: &str) -> String {
    let starts = |t: &str| t.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if starts(text) || starts(text.trim_start()) { format!("'{text}") } else { text.to_owned() }
}

/// Writes a table.
///
/// # Errors
/// The writer's, which does not happen in memory.
pub fn write(name: &str, heads: &[&str], rows: impl IntoIterator<Item = Vec<Field>>) -> Result<File, ReportError> {
    let fail = |e: String| ReportError::Table { table: name.into(), reason: e };
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(heads).map_err(|e| fail(e.to_string()))?;
    for row in rows {
        let cells = row.into_iter().map(|f| match f {
            Field::Words(w) => harmless(&w),
            Field::Number(n) if n.is_finite() => format!("{n}"),
            Field::Number(_) | Field::None => String::new(),
        });
        out.write_record(cells).map_err(|e| fail(e.to_string()))?;
    }
    let bytes = out.into_inner().map_err(|e| fail(e.to_string()))?;
    Ok((format!("tables/{name}.csv"), bytes))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_words_and_numbers_stay_numbers() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1"] {
            assert!(harmless(bad).starts_with('\''), "{bad}");
        }
        assert_eq!(harmless("Youyang-2"), "Youyang-2");
        let (path, bytes) =
            write("t", &["name", "x"], [vec!["=A1".into(), (-1.5).into()], vec!["a,\"b\"".into(), f64::NAN.into()]]).unwrap();
        assert_eq!((path.as_str(), String::from_utf8(bytes).unwrap().as_str()), ("tables/t.csv", "name,x\n'=A1,-1.5\n\"a,\"\"b\"\"\",\n"));
    }
}
