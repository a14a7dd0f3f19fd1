//! TOML with every mistake named: syntax errors with their line, then keys that nobody knows and values of the wrong type, one after the other.
//!
//! The usual reader stops at its first error. Here the entry an error points at is reported and taken out, and the rest is read again.

use super::serde_words::in_our_words;
use crate::network::codes::{self, Rule};
use crate::network::{Place, Problem, Problems};
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer};

/// Mistakes beyond which a file is not looked at any further.
const MOST_MISTAKES: usize = 200;

/// A TOML file whose syntax is sound.
#[derive(Debug)]
pub struct TomlFile<'t> {
    text: &'t str,
    file: &'t str,
    table: Spanned<DeTable<'t>>,
}

impl<'t> TomlFile<'t> {
    /// Parses a text; syntax errors are reported.
    pub fn parse(text: &'t str, file: &'t str, problems: &mut Problems) -> Option<Self> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let sound = errors.is_empty();
        let mut last = None;
        for e in errors {
            let span = e.span().unwrap_or_default();
            // What follows a mistake on its line follows from it.
            if last.replace(line_index(text, span.start)) == Some(line_index(text, span.start)) {
                continue;
            }
            let mut problem = Problem::new(&codes::TOML_SYNTAX, Place::line(file, line_at(text, span.start)), first_line(e.message()));
            if let Some(line) = text[..].lines().nth(line_index(text, span.start)) {
                problem = problem.value(line.trim());
            }
            problems.push(problem);
        }
        sound.then_some(Self { text, file, table })
    }

    /// Whether a key stands in the file.
    #[must_use]
    pub fn has(&self, path: &[&str]) -> bool {
        let mut table = Some(self.table.get_ref());
        path.iter().all(|key| {
            let found = table.and_then(|t| t.iter().find(|(k, _)| k.get_ref().as_ref() == *key));
            table = found.and_then(|(_, value)| if let DeValue::Table(inner) = value.get_ref() { Some(inner) } else { None });
            found.is_some()
        })
    }

    /// The place of a key, given by its path (in a list by its number from 0); the file when it is not there.
    #[must_use]
    pub fn place(&self, path: &[&str]) -> Place {
        let mut line = None;
        let mut at: Option<&DeValue<'_>> = None;
        for key in path {
            let below = match at {
                None => Some(self.table.get_ref()),
                Some(DeValue::Table(inner)) => Some(inner),
                Some(_) => None,
            };
            let next = match (below, at) {
                (Some(table), _) => table.iter().find(|(k, _)| k.get_ref().as_ref() == *key).map(|(k, value)| (k.span(), value)),
                (None, Some(DeValue::Array(list))) => key.parse().ok().and_then(|n: usize| list.get(n)).map(|value| (value.span(), value)),
                _ => None,
            };
            let Some((span, value)) = next else { break };
            line = Some(line_at(self.text, span.start));
            at = Some(value.get_ref());
        }
        Place { file: self.file.to_owned(), line, path: None }
    }

    /// A problem of a key.
    #[must_use]
    pub fn problem(&self, rule: &Rule, path: &[&str], message: impl Into<String>) -> Problem {
        Problem::new(rule, self.place(path), message).column(&path.join("."))
    }

    /// Reads the file as `T`, reporting every entry that does not fit and reading on without it. `None` when not even the rest can be read.
    pub fn read<T: DeserializeOwned>(&self, problems: &mut Problems) -> Option<T> {
        let mut table = self.table.clone();
        let mut taken: Vec<String> = Vec::new();
        for _ in 0..MOST_MISTAKES {
            let error = match T::deserialize(Deserializer::from(table.clone())) {
                Ok(value) => return Some(value),
                Err(error) => error,
            };
            let span = error.span().unwrap_or_default();
            let mut path = Vec::new();
            let removed = take_out(table.get_mut(), &span, &mut path);
            path.reverse();
            let path = path.join(".");
            // A required key that was taken out for its own mistake is not missing on top.
            let lacks = error.message().strip_prefix("missing field `").and_then(|m| m.split('`').next());
            if !lacks.is_some_and(|key| taken.contains(&format!("{path}.{key}"))) {
                problems.push(self.explain(error.message(), &span, &path));
            }
            taken.push(path);
            if !removed {
                return None;
            }
        }
        None
    }

    fn explain(&self, message: &str, span: &Range<usize>, path: &str) -> Problem {
        let said = in_our_words(message, path);
        let place = Place::line(self.file, line_at(self.text, span.start));
        let mut problem = Problem::new(said.rule, place, said.message).remedy(said.remedy);
        if let Some(excerpt) = self.text.get(span.clone()).and_then(|t| t.lines().next()) {
            problem = problem.value(excerpt);
        }
        if path.is_empty() { problem } else { problem.column(path) }
    }
}

/// Takes the innermost entry that a span points at out of a table; its path comes innermost first.
fn take_out<'i>(table: &mut DeTable<'i>, span: &Range<usize>, path: &mut Vec<String>) -> bool {
    let holds = |s: Range<usize>| s.start <= span.start && span.start < s.end.max(s.start + 1);
    let mut hit = None;
    for (key, value) in table.iter_mut() {
        let name = key.get_ref().to_string();
        if holds(key.span()) {
            hit = Some(name);
            break;
        }
        let whole = !value.get_ref().is_array() && value.span() == *span;
        if !whole && inside(value.get_mut(), span, path) {
            path.push(name);
            return true;
        }
        if holds(value.span()) {
            hit = Some(name);
            break;
        }
    }
    let Some(name) = hit else { return false };
    table.remove(name.as_str());
    path.push(name);
    true
}

fn inside<'i>(value: &mut DeValue<'i>, span: &Range<usize>, path: &mut Vec<String>) -> bool {
    match value {
        DeValue::Table(inner) => take_out(inner, span, path),
        DeValue::Array(list) => {
            for n in 0..list.len() {
                let whole = list[n].span() == *span;
                let found = !whole && inside(list.as_mut()[n].get_mut(), span, path);
                let holds = list[n].span().start <= span.start && span.start < list[n].span().end;
                if found {
                    path.push(format!("{n}"));
                    return true;
                }
                if whole || holds {
                    // A record goes by itself; a list of numbers without one of them is wrong in another way, so it goes as a whole.
                    if !list[n].get_ref().is_table() {
                        return false;
                    }
                    path.push(format!("{n}"));
                    let old = std::mem::replace(list, DeArray::new());
                    for (_, record) in old.into_iter().enumerate().filter(|(at, _)| *at != n) {
                        list.push(record);
                    }
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or(message)
}

fn line_index(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|&&b| b == b'\n').count()
}

fn line_at(text: &str, at: usize) -> u64 {
    line_index(text, at) as u64 + 1
}

/// The line of a key of an entry of a list that begins at `start` (its header or its brace); that of the entry when the key cannot be found.
#[must_use]
pub fn line_in_entry(text: &str, start: usize, key: &str) -> u64 {
    let line_of = |at: usize| text.as_bytes()[..at.min(text.len())].iter().filter(|b| **b == b'\n').count() as u64 + 1;
    // The entry begins with its header (or its brace); its keys stand before the next header.
    let rest = text.get(start..).unwrap_or("");
    let last = key.rsplit('.').next().unwrap_or(key);
    let mut offset = 0;
    let mut line = line_of(start);
    for (n, l) in rest.split_inclusive('\n').enumerate() {
        if n > 0 && l.trim_start().starts_with('[') {
            break;
        }
        let is_key = |(at, word): (usize, &str)| {
            let before = l[..at].chars().next_back().is_none_or(|c| !(c.is_alphanumeric() || "_-\"'".contains(c)));
            before && l[at + word.len()..].trim_start().starts_with('=')
        };
        if l.match_indices(last).any(is_key) {
            line = line_of(start + offset);
            break;
        }
        offset += l.len();
    }
    line
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;
    use crate::policy::Scenario;

    #[test]
    fn every_mistake_is_named_at_once() {
        let text = "name = 3\ngama = 0.5\n[targets]\nfirst_contact = \"high\"\nin_county = 0.9\n[switches]\nfund_ballance = 0.1\n";
        let mut problems = Problems::default();
        let file = TomlFile::parse(text, "s.toml", &mut problems).unwrap();
        let scenario: Scenario = file.read(&mut problems).unwrap();
        assert_eq!(scenario.targets.in_county, Some(0.9));
        let found: Vec<_> = problems.into_sorted().into_iter().map(|p| (p.code, p.line, p.column)).collect();
        let expect = |code: &str, line, column: &str| (code.to_owned(), Some(line), Some(column.to_owned()));
        assert_eq!(
            found,
            vec![
                expect("E043", 1, "name"),
                expect("E041", 2, "gama"),
                expect("E043", 4, "targets.first_contact"),
                expect("E041", 7, "switches.fund_ballance")
            ]
        );
    }

    /// No word of the reader or of its language reaches a planner, whatever stands where something else is wanted.
    #[test]
    fn nothing_is_said_in_the_words_of_the_reader() {
        let jargon =
            ["expected", "invalid", "f64", "i32", "i64", "u32", "struct", "variant", "field", "sequence", " map", "string", "enum"];
        let values = ["3", "2.5", "true", "\"x\"", "[1]", "[\"x\"]", "{ a = 1 }", "1979-05-27", "99999999999"];
        let scenario = [
            "name",
            "policy",
            "gamma",
            "targets",
            "targets.first_contact",
            "targets_off",
            "hard_targets",
            "prices",
            "prices.minute",
            "limits",
            "demand.year",
            "demand.multipliers",
            "payment.fund_share",
            "payment.fund_share.K",
            "payment.fund_share.X",
            "choice.recalibrate",
            "capacity.beds_by_tier.K",
            "capacity.extra_beds.K1",
            "capacity.closed",
            "tele.tiers",
            "switches.deployment",
            "switches.fund_balance",
            "switches.deployment.max_share",
            "nonsense",
        ];
        let case = [
            "format",
            "crs",
            "travel",
            "travel.mode",
            "travel.metric.speeds",
            "arcs.up_rank3_city",
            "observed.visits",
            "provenance",
            "year",
        ];
        let mut said = 0;
        for (keys, is_case) in [(&scenario[..], false), (&case[..], true)] {
            for (key, value) in keys.iter().flat_map(|k| values.iter().map(move |v| (k, v))) {
                let text = format!("{key} = {value}\n");
                let mut problems = Problems::default();
                let file = TomlFile::parse(&text, "s.toml", &mut problems).unwrap();
                if is_case {
                    let _: Option<crate::io::case_toml::CaseToml> = file.read(&mut problems);
                } else {
                    let _: Option<Scenario> = file.read(&mut problems);
                }
                for p in problems.into_sorted() {
                    said += 1;
                    let words = format!("{} {}", p.message, p.remedy);
                    assert!(jargon.iter().all(|j| !words.replace(&format!("`{key}`"), "").contains(j)), "{text}{words}");
                    assert!(p.line == Some(1) && p.column.is_some() && p.value.is_some() && !p.remedy.is_empty(), "{text}{p:?}");
                }
            }
        }
        assert!(said > 150, "{said}");
    }

    #[test]
    fn syntax_errors_have_lines() {
        let mut problems = Problems::default();
        assert!(TomlFile::parse("a = 1\nb = = 2\nc = [1,\n", "s.toml", &mut problems).is_none());
        let list = problems.into_sorted();
        assert_eq!((list[0].code.as_str(), list[0].line), ("E040", Some(2)));
    }
}
