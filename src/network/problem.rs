//! What is wrong with what a user handed us: a code, a place, the value and the remedy, collected so that all of it is said at once.

use super::codes::Rule;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Problems with the same code, file and column that are listed one by one; the rest is counted.
pub const LISTED_ALIKE: usize = 20;

/// Longest excerpt of a value that is shown, in characters.
const SHOWN_VALUE: usize = 120;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is taken; a person should look.
    Warning,
}

/// Where in the input something is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// File name as the user knows it.
    pub file: String,
    /// Line, counted from 1, when there is one.
    pub line: Option<u64>,
    /// Path inside a JSON file, `facilities[3]`.
    pub path: Option<String>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(file: &str) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// A line of a file.
    #[must_use]
    pub fn line(file: &str, line: u64) -> Self {
        Self { file: file.to_owned(), line: Some(line), path: None }
    }
}

/// One problem of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Problem {
    /// Stable code, `E001` and on; see [`codes`](super::codes).
    pub code: String,
    /// Whether the input is refused for it.
    pub severity: Severity,
    /// File name inside the case folder, or the path given.
    pub file: String,
    /// Line, counted from 1; absent when the whole file is meant.
    pub line: Option<u64>,
    /// Column of a table, key of a TOML file or path inside a JSON file.
    pub column: Option<String>,
    /// The value found, shortened, control characters escaped.
    pub value: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// A problem of a rule with the rule's own remedy.
    #[must_use]
    pub fn new(rule: &Rule, place: Place, message: impl Into<String>) -> Self {
        Self {
            code: rule.code.to_owned(),
            severity: rule.severity,
            file: place.file,
            line: place.line,
            column: place.path,
            value: None,
            message: plain(&message.into(), usize::MAX),
            remedy: rule.remedy.to_owned(),
        }
    }

    /// Names the column; inside a JSON file it is joined to the path.
    #[must_use]
    pub fn column(mut self, column: &str) -> Self {
        self.column = Some(match self.column {
            Some(path) => format!("{path}.{column}"),
            None => plain(column, SHOWN_VALUE),
        });
        self
    }

    /// Shows the value found.
    #[must_use]
    pub fn value(mut self, value: impl fmt::Display) -> Self {
        self.value = Some(plain(&value.to_string(), SHOWN_VALUE));
        self
    }

    /// Replaces the remedy by a more exact one.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = plain(&remedy.into(), usize::MAX);
        self
    }

    /// Makes it a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Whether the input is refused for it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_error() { "error" } else { "warning" };
        write!(f, "{word} {} {}", self.code, self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, " [{column}]")?;
        }
        if let Some(value) = &self.value {
            write!(f, " `{value}`")?;
        }
        write!(f, ": {}. Remedy: {}.", self.message.trim_end_matches('.'), self.remedy.trim_end_matches('.'))
    }
}

/// Text fit for a terminal: control characters escaped, shortened to `limit` characters.
fn plain(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(4 * SHOWN_VALUE));
    for (n, c) in text.chars().enumerate() {
        if n == limit {
            out.push('…');
            break;
        }
        if c.is_control() || is_format_control(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Invisible characters that change how the text around them is shown (direction marks, zero-width characters, a stray byte-order mark).
#[must_use]
pub fn is_format_control(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

/// The known name that differs from `name` in at most a third of its letters.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.trim().to_lowercase();
    known
        .map(|k| (edits(&lower, &k.to_lowercase()), k))
        .filter(|(d, k)| *d <= (k.chars().count() / 3).max(1) && k.chars().count() > 1)
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

/// Levenshtein distance, in `O(|a| |b|)`; both are header-sized.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let change = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Collects problems; alike ones beyond [`LISTED_ALIKE`] are only counted, so that a million bad rows cost no memory.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    list: Vec<Problem>,
    counts: BTreeMap<(String, String, String), u64>,
    errors: u64,
}

impl Problems {
    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        self.errors += u64::from(problem.is_error());
        // Inside a JSON file the index differs from row to row; alike means alike but for it.
        let column = problem.column.as_deref().unwrap_or_default();
        let family: String = column.chars().filter(|c| !c.is_ascii_digit()).collect();
        let count = self.counts.entry((problem.code.clone(), problem.file.clone(), family)).or_default();
        *count += 1;
        if *count <= LISTED_ALIKE as u64 {
            self.list.push(problem);
        }
    }

    /// Adds many.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for p in problems {
            self.push(p);
        }
    }

    /// Takes over what was collected elsewhere, of each family as many as are listed.
    pub fn take(&mut self, other: Self) {
        let listed = other.list.len() as u64;
        let all: u64 = other.counts.values().sum();
        let errors = other.errors;
        let before = self.errors;
        for problem in other.list {
            self.push(problem);
        }
        // those that were counted and not kept
        if all > listed {
            for (family, count) in other.counts {
                let kept = LISTED_ALIKE as u64;
                *self.counts.entry(family).or_default() += count.saturating_sub(kept);
            }
        }
        self.errors = before + errors;
    }

    /// Number of errors so far, the uncounted ones included.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// All problems: `case.toml` first, then by file, line, column and code; after each family that was cut, how many more there are.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Problem> {
        let mut list = self.list;
        for ((code, file, family), count) in &self.counts {
            let more = count.saturating_sub(LISTED_ALIKE as u64);
            if more == 0 {
                continue;
            }
            let alike = |p: &&Problem| {
                &p.code == code
                    && &p.file == file
                    && p.column.as_deref().unwrap_or_default().chars().filter(|c| !c.is_ascii_digit()).eq(family.chars())
            };
            if let Some(first) = list.iter().find(alike).cloned() {
                let column = first.column.filter(|c| !c.contains('['));
                let message = format!("and {more} more like the {LISTED_ALIKE} listed");
                list.push(Problem { line: None, value: None, column, message, ..first });
            }
        }
        let order = |p: &Problem| (p.file != "case.toml", p.file.clone(), p.line.unwrap_or(u64::MAX), p.column.clone(), p.code.clone());
        list.sort_by_cached_key(order);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::codes;

    #[test]
    fn alike_problems_are_counted_not_kept() {
        let mut all = Problems::default();
        for line in 0..1000 {
            all.push(Problem::new(&codes::NOT_A_NUMBER, Place::line("a.csv", line), "no").column("pop").value("x"));
        }
        assert_eq!(all.errors(), 1000);
        let list = all.into_sorted();
        assert_eq!(list.len(), LISTED_ALIKE + 1);
        assert!(list[LISTED_ALIKE].message.starts_with("and 980 more"), "{}", list[LISTED_ALIKE]);
    }

    #[test]
    fn values_cannot_steer_a_terminal() {
        let p = Problem::new(&codes::NOT_A_NUMBER, Place::file("a.csv"), "no").value("\u{1b}[31mred\u{202e}");
        assert_eq!(p.value.as_deref(), Some("\\u{1b}[31mred\\u{202e}"));
    }

    #[test]
    fn near_names_are_found() {
        let known = ["pop", "area", "doctors", "lon"];
        assert_eq!(nearest("Doctor", known.into_iter()), Some("doctors"));
        assert_eq!(nearest("Pop", known.into_iter()), Some("pop"));
        assert_eq!(nearest("population", known.into_iter()), None);
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}
