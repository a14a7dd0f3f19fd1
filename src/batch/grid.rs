//! Parameter grids: keys of a scenario with the values they take, every combination laid over a scenario.

use std::collections::BTreeMap;
use toml::{Table, Value};

/// A key of the grid, part by part, and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Path of the key in a scenario.
    pub path: Vec<String>,
    /// Values.
    pub values: Vec<Value>,
}

impl Axis {
    /// The key as one dotted word.
    #[must_use]
    pub fn key(&self) -> String {
        self.path.join(".")
    }

    /// The axis's column in the data set: `p_targets_in_county`.
    #[must_use]
    pub fn column(&self) -> String {
        column(&self.key())
    }
}

/// The column of a dotted key in the data set.
#[must_use]
pub fn column(key: &str) -> String {
    let plain: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    format!("p_{plain}")
}

/// The axes of a grid, in the order of their keys; a dotted key may also be written in quotes.
///
/// # Errors
/// Every key that has no list of values: its path and what is wrong.
pub fn axes(grid: &Table) -> Result<Vec<Axis>, Vec<(Vec<String>, String)>> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    walk(grid, &mut Vec::new(), &mut found, &mut wrong);
    let mut columns: BTreeMap<String, String> = BTreeMap::new();
    for axis in &found {
        if let Some(other) = columns.insert(axis.column(), axis.key()) {
            wrong.push((axis.path.clone(), format!("`{other}` has the same column in the data set")));
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn walk(table: &Table, at: &mut Vec<String>, found: &mut Vec<Axis>, wrong: &mut Vec<(Vec<String>, String)>) {
    for (key, value) in table {
        at.push(key.clone());
        match value {
            Value::Table(inner) => walk(inner, at, found, wrong),
            Value::Array(values) if values.is_empty() => wrong.push((at.clone(), "the list is empty".into())),
            Value::Array(values) => {
                let twice = (1..values.len()).find(|&n| values[..n].contains(&values[n]));
                if let Some(n) = twice {
                    wrong.push((at.clone(), format!("{} stands in the list twice", values[n])));
                }
                found.push(Axis { path: at.iter().flat_map(|k| k.split('.')).map(str::to_owned).collect(), values: values.clone() });
            }
            other => wrong.push((at.clone(), format!("a list of values is wanted, [{other}]"))),
        }
        at.pop();
    }
}

/// Every combination of values, the last axis changing fastest; one empty combination without axes.
#[must_use]
pub fn points(axes: &[Axis]) -> Vec<BTreeMap<String, Value>> {
    let mut out = vec![BTreeMap::new()];
    for axis in axes {
        out = out
            .into_iter()
            .flat_map(|point| {
                axis.values.iter().map(move |v| {
                    let mut next = point.clone();
                    next.insert(axis.key(), v.clone());
                    next
                })
            })
            .collect();
    }
    out
}

/// A scenario with a combination laid over it: values are set, everything else stays.
#[must_use]
pub fn laid_over(base: &Table, point: &BTreeMap<String, Value>) -> Table {
    let mut out = base.clone();
    for (key, value) in point {
        let path: Vec<&str> = key.split('.').collect();
        set(&mut out, &path, value);
    }
    out
}

fn set(table: &mut Table, path: &[&str], value: &Value) {
    match path {
        [] => {}
        [last] => {
            table.insert((*last).to_owned(), value.clone());
        }
        [first, rest @ ..] => {
            let inner = table.entry((*first).to_owned()).or_insert_with(|| Value::Table(Table::new()));
            if !inner.is_table() {
                *inner = Value::Table(Table::new());
            }
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_is_every_combination() {
        let grid: Table = "gamma = [0.4, 0.6]\ntargets.in_county = [0.9, 0.95]\n\"prices.minute\" = [1]".parse().unwrap();
        let axes = axes(&grid).unwrap();
        assert_eq!(axes.iter().map(Axis::column).collect::<Vec<_>>(), ["p_gamma", "p_prices_minute", "p_targets_in_county"]);
        let points = points(&axes);
        assert_eq!(points.len(), 4);
        let base: Table = "name = \"x\"\n[targets]\nfirst_contact = 0.5\nin_county = 0.1".parse().unwrap();
        let laid = laid_over(&base, &points[3]);
        assert_eq!(laid["gamma"].as_float(), Some(0.6));
        assert_eq!((laid["targets"]["in_county"].as_float(), laid["targets"]["first_contact"].as_float()), (Some(0.95), Some(0.5)));
        assert_eq!(laid["prices"]["minute"].as_integer(), Some(1));
        assert_eq!(super::points(&[]).len(), 1);
    }

    #[test]
    fn what_is_no_list_of_values_is_named() {
        let grid: Table = "gamma = 0.4\na.b = []\nc = [1, 1]\n\"x.y\" = [1]\nx_y = [2]".parse().unwrap();
        let wrong = axes(&grid).unwrap_err();
        assert_eq!(wrong.len(), 4, "{wrong:?}");
    }
}
