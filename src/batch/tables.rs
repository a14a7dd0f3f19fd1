//! The rows of one job: read from its answer and from the tables that its command wrote.

use crate::indicators::FacilityLoad;
use crate::indicators::reform::Goal;
use crate::io::frame::{Kind, Value};
use crate::policy::pack::TargetSense;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Values by name: of the whole case, and of its areas.
pub const INDICATORS: [(&str, Kind); 3] = [("area", Kind::Words), ("indicator", Kind::Words), ("value", Kind::Number)];
/// Demands beside what is planned.
pub const LEDGER: [(&str, Kind); 12] = [
    ("number", Kind::Words),
    ("target", Kind::Words),
    ("area", Kind::Words),
    ("unit", Kind::Words),
    ("sense", Kind::Words),
    ("asked", Kind::Number),
    ("asked_upper", Kind::Number),
    ("attainable", Kind::Number),
    ("planned", Kind::Number),
    ("gap", Kind::Number),
    ("met", Kind::Whole),
    ("price", Kind::Number),
];
/// Facilities, of plans that speak of them.
pub const FACILITIES: [(&str, Kind); 22] = [
    ("facility", Kind::Words),
    ("name", Kind::Words),
    ("name_en", Kind::Words),
    ("tier", Kind::Words),
    ("area", Kind::Words),
    ("status", Kind::Words),
    ("beds_before", Kind::Number),
    ("beds", Kind::Number),
    ("doctors", Kind::Number),
    ("bed_days", Kind::Number),
    ("occupancy", Kind::Number),
    ("doctor_load", Kind::Number),
    ("visits", Kind::Number),
    ("admissions", Kind::Number),
    ("first_contacts", Kind::Number),
    ("referred_up", Kind::Number),
    ("received_up", Kind::Number),
    ("stepped_down", Kind::Number),
    ("received_down", Kind::Number),
    ("unserved", Kind::Number),
    ("bed_worth", Kind::Number),
    ("doctor_worth", Kind::Number),
];
/// Referral flows between facilities, cases a year.
pub const FLOWS: [(&str, Kind); 5] =
    [("kind", Kind::Words), ("from", Kind::Words), ("to", Kind::Words), ("class", Kind::Words), ("cases", Kind::Number)];

/// Deepest level of an answer whose numbers become indicators.
const DEEPEST: usize = 4;

/// Rows of a job.
#[derive(Debug, Default)]
pub struct Found {
    /// See [`INDICATORS`].
    pub indicators: Vec<Vec<Value>>,
    /// See [`LEDGER`].
    pub ledger: Vec<Vec<Value>>,
    /// See [`FACILITIES`].
    pub facilities: Vec<Vec<Value>>,
    /// See [`FLOWS`].
    pub flows: Vec<Vec<Value>>,
}

/// Values of a job by name: of the whole case (no area), and of its areas. `peopled`: areas with people, where they are known; the others
/// are left out.
#[must_use]
pub fn indicators(folder: &Path, command: &str, peopled: Option<&BTreeSet<String>>) -> Vec<(Option<String>, String, f64)> {
    let mut numbers = Vec::new();
    let told = answer(folder);
    flatten(&told, "", 0, &mut numbers);
    // a layout has its objectives in their order: the first is the value of the plan
    let first = &told["objectives"][0];
    let of_first =
        [("objective", &first["value"]), ("bounds.primal", &first["bounds"]["primal"]), ("bounds.dual", &first["bounds"]["dual"])];
    numbers.extend(of_first.into_iter().filter_map(|(name, v)| Some((name.to_owned(), v.as_f64()?))));
    let mut out: Vec<(Option<String>, String, f64)> = numbers.into_iter().map(|(name, value)| (None, name, value)).collect();
    let own = || Sheet::open(&tables(folder, command).join(format!("{command}-areas.csv")));
    let Some(sheet) = Sheet::open(&tables(folder, command).join("areas.csv")).or_else(own) else { return out };
    let Some(area) = sheet.column(&["area", "id"]) else { return out };
    let values: Vec<usize> =
        (0..sheet.heads.len()).filter(|c| *c != area && !matches!(sheet.heads[*c].as_str(), "name" | "name_en")).collect();
    for row in &sheet.rows {
        let Some(code) = row.get(area).map(plain).filter(|c| peopled.is_none_or(|p| p.contains(*c))) else { continue };
        for &c in &values {
            if let Some(value) = row.get(c).and_then(number) {
                out.push((Some(code.to_owned()), sheet.heads[c].clone(), value));
            }
        }
    }
    out
}

/// Where the tables of a job are; a plan of everything has its referral plan inside.
fn tables(folder: &Path, command: &str) -> PathBuf {
    folder.join(if command == "plan" { "result/referral/tables" } else { "result/tables" })
}

/// Unit of the value of a job's plan, where its model names one.
#[must_use]
pub fn unit(folder: &Path) -> Option<String> {
    answer(folder)["unit"].as_str().map(str::to_owned)
}

fn answer(folder: &Path) -> Json {
    fs::read(folder.join("answer.json")).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or(Json::Null)
}

/// Reads what a job left; tables that its command does not write have no rows.
#[must_use]
pub fn read(folder: &Path, command: &str, peopled: Option<&BTreeSet<String>>) -> Found {
    let row = |(area, name, value): (Option<String>, String, f64)| vec![area.into(), name.into(), value.into()];
    let mut found = Found { indicators: indicators(folder, command, peopled).into_iter().map(row).collect(), ..Found::default() };
    let goals: Vec<Goal> = serde_json::from_value(answer(folder)["goals"].clone()).unwrap_or_default();
    found.ledger.extend(goals.iter().map(goal));
    let tables = tables(folder, command);
    if let Some(sheet) = Sheet::open(&tables.join("ledger.csv")).filter(|s| s.column(&["planned"]).is_some()) {
        found.ledger.extend(sheet.take(&LEDGER, &[]));
    }
    let (file, other): (_, &[(&str, &str)]) = match command {
        "layout" => ("sites.csv", &[("facility", "id")]),
        _ => ("facilities.csv", &[("beds_before", "before"), ("beds", "after")]),
    };
    if matches!(command, "referral" | "plan" | "layout" | "beds")
        && let Some(sheet) = Sheet::open(&tables.join(file))
    {
        found.facilities.extend(sheet.take(&FACILITIES, other));
    }
    if matches!(command, "referral" | "plan")
        && let Some(sheet) = Sheet::open(&tables.join("flows.csv"))
    {
        found.flows.extend(sheet.take(&FLOWS, &[]));
    }
    debug_assert!(FacilityLoad::COUNTS.iter().all(|c| FACILITIES.iter().any(|(n, _)| n == c)));
    found
}

/// Bed-days and doctor-years that a referral plan uses at each facility, by code; nothing when its table is not there.
#[must_use]
pub fn uses(folder: &Path, command: &str) -> Option<BTreeMap<String, (f64, f64)>> {
    let sheet = Sheet::open(&tables(folder, command).join("facilities.csv"))?;
    let place = |name: &str| sheet.column(&[name]);
    let (code, days) = (sheet.column(&["facility", "id"])?, place("bed_days")?);
    let (doctors, load) = (place("doctors")?, place("doctor_load")?);
    let value = |row: &csv::StringRecord, c: usize| row.get(c).and_then(number).unwrap_or(0.0);
    let of = |row: &csv::StringRecord| Some((plain(row.get(code)?).to_owned(), (value(row, days), value(row, doctors) * value(row, load))));
    sheet.rows.iter().map(of).collect()
}

/// Numbers of an answer by their path; those under `indicators` by their own name. Lists are left out: they are in the tables.
fn flatten(value: &Json, at: &str, depth: usize, out: &mut Vec<(String, f64)>) {
    let Json::Object(map) = value else { return };
    for (key, inner) in map {
        if depth == 0 && matches!(key.as_str(), "exit" | "version" | "violations" | "warnings" | "files" | "command") {
            continue;
        }
        let name = if at.is_empty() || at == "indicators" { key.clone() } else { format!("{at}.{key}") };
        match inner {
            Json::Number(n) => out.extend(n.as_f64().filter(|x| x.is_finite()).map(|x| (name, x))),
            Json::Object(_) if depth < DEEPEST => flatten(inner, &name, depth + 1, out),
            _ => {}
        }
    }
}

fn goal(g: &Goal) -> Vec<Value> {
    let sense = match g.sense {
        TargetSense::AtLeast => "at_least",
        TargetSense::AtMost => "at_most",
        TargetSense::About => "about",
    };
    let unit = serde_json::to_value(g.unit).ok().and_then(|u| u.as_str().map(str::to_owned));
    let gap = g.planned.map(|p| if g.sense == TargetSense::AtMost { p - g.target } else { g.target - p });
    vec![
        g.number.as_str().into(),
        g.what.as_str().into(),
        Value::None,
        unit.into(),
        sense.into(),
        g.target.into(),
        Value::None,
        g.attainable.into(),
        g.planned.into(),
        gap.into(),
        g.met().map(i64::from).into(),
        g.price.into(),
    ]
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|x| x.is_finite())
}

/// Words of a table as they were before they were made harmless for spreadsheets.
fn plain(text: &str) -> &str {
    text.strip_prefix('\'').filter(|t| crate::report::csv_out::harmless(t) != *t).unwrap_or(text)
}

fn words(text: &str) -> Value {
    let inner = plain(text);
    if inner.is_empty() { Value::None } else { inner.into() }
}

/// A CSV file in memory.
#[derive(Debug)]
struct Sheet {
    heads: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Sheet {
    fn open(path: &Path) -> Option<Self> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).ok()?;
        let heads = reader.headers().ok()?.iter().map(str::to_owned).collect();
        let rows = reader.records().filter_map(Result::ok).collect();
        Some(Self { heads, rows })
    }

    fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|n| self.heads.iter().position(|h| h == n))
    }

    /// Its rows in the columns of a table; `other` are names that columns have here.
    fn take<'s>(&'s self, columns: &'s [(&'s str, Kind)], other: &[(&str, &str)]) -> impl Iterator<Item = Vec<Value>> + 's {
        let places: Vec<Option<usize>> = columns
            .iter()
            .map(|(name, _)| self.column(&[name]).or_else(|| other.iter().find(|(n, _)| n == name).and_then(|(_, o)| self.column(&[o]))))
            .collect();
        // words of the row before: many columns say the same again
        let mut before: Vec<Value> = vec![Value::None; columns.len()];
        self.rows.iter().map(move |row| {
            let cell = |place: Option<usize>| place.and_then(|c| row.get(c)).unwrap_or_default();
            let typed = |((place, (_, kind)), before): ((&Option<usize>, &(&str, Kind)), &mut Value)| match kind {
                Kind::Words => {
                    let text = cell(*place);
                    if !matches!(before, Value::Words(w) if **w == *plain(text)) {
                        *before = words(text);
                    }
                    before.clone()
                }
                Kind::Number => number(cell(*place)).into(),
                #[allow(clippy::cast_possible_truncation)] // 0 and 1
                Kind::Whole => number(cell(*place)).map(|x| x as i64).into(),
            };
            places.iter().zip(columns).zip(&mut before).map(typed).collect()
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_and_its_tables_become_rows() {
        let dir = tempfile::tempdir().unwrap();
        let tables = dir.path().join("result/tables");
        fs::create_dir_all(&tables).unwrap();
        fs::write(
            dir.path().join("answer.json"),
            r#"{"command":"referral","ok":true,"objective":12.5,"bounds":{"dual":12},"indicators":{"first_contact":0.7},"version":1,
               "goals":[{"number":"N21","what":"share","unit":"share","target":0.9,"sense":"at_least","attainable":null,"planned":0.95,"price":null}]}"#,
        )
        .unwrap();
        fs::write(tables.join("areas.csv"), "area,name,name_en,first_contact,gap\na1,'=x,X,0.5,\na2,y,,0.6,1\nempty,,,0,0\n").unwrap();
        fs::write(tables.join("facilities.csv"), "facility,name,name_en,tier,area,beds,visits\nf1,'-n,N,K,a1,20,3\n").unwrap();
        fs::write(tables.join("flows.csv"), "kind,from,from_name,to,to_name,class,cases\nup,f1,N,f2,M,H1,2.5\n").unwrap();
        let peopled: BTreeSet<String> = ["a1".to_owned(), "a2".to_owned()].into();
        let found = read(dir.path(), "referral", Some(&peopled));
        let shown: Vec<String> = found.indicators.iter().map(|r| format!("{r:?}")).collect();
        assert_eq!(found.indicators.len(), 6, "{shown:?}");
        assert_eq!(found.indicators[1], [Value::None, "bounds.dual".into(), 12.0.into()]);
        assert_eq!(found.indicators[2], [Value::None, "first_contact".into(), 0.7.into()]);
        assert_eq!(found.indicators[5], ["a2".into(), "gap".into(), 1.0.into()]);
        assert_eq!((found.ledger.len(), &found.ledger[0][10]), (1, &Value::Whole(1)));
        assert_eq!((&found.facilities[0][1], &found.facilities[0][7], &found.facilities[0][6]), (&"-n".into(), &20.0.into(), &Value::None));
        assert_eq!(found.flows, [vec!["up".into(), "f1".into(), "f2".into(), "H1".into(), 2.5.into()] as Vec<Value>]);
        assert!(read(&dir.path().join("nowhere"), "beds", None).indicators.is_empty());
    }
}
