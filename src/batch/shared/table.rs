//! Rounds in the data set: `shared.json` (everything, with the weights that prove the bound), `rounds` (a row a round), `shared` (a row a round,
//! resource and case).

use super::pool::Kind;
use crate::batch::data::Out;
use crate::io::frame::{Column, Kind as Type, Value};
use crate::io::write::write_file;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;

/// A round of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundLine {
    /// Number, from 1.
    pub round: usize,
    /// Priced, or allotted.
    pub priced: bool,
    /// Sum of what the plans cost, without what was paid for shared beds and doctors, yuan.
    pub value: f64,
    /// Bound that this round proves alone, yuan.
    pub lower: Option<f64>,
    /// Value where the plans together use nothing twice, yuan.
    pub upper: Option<f64>,
    /// Best bound so far, yuan.
    pub best_lower: Option<f64>,
    /// Best joint plan so far, yuan.
    pub best_upper: Option<f64>,
    /// Relative gap between them.
    pub gap: Option<f64>,
}

/// A case in a round; lists are by resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseLine {
    /// Round.
    pub round: usize,
    /// Case.
    pub case: String,
    /// Hash of its job.
    pub job: String,
    /// What the plan costs, without what was paid for shared beds and doctors, yuan.
    pub value: f64,
    /// Proven dual bound of the job, prices included, yuan.
    pub bound: f64,
    /// Weight of the job in the bound.
    pub weight: f64,
    /// Yuan a bed-day or doctor-year.
    pub price: Vec<f64>,
    /// Beds or doctors that it might use.
    pub usable: Vec<f64>,
    /// Beds or doctors that it used.
    pub used: Vec<f64>,
    /// Worth of one more bed-day or doctor-year to it, yuan.
    pub worth: Vec<f64>,
    /// Whether it has the hospital.
    pub member: Vec<bool>,
}

/// What is proven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// No joint plan costs less, yuan.
    pub lower: Option<f64>,
    /// What the best joint plan costs, yuan.
    pub upper: Option<f64>,
    /// Relative gap.
    pub gap: Option<f64>,
    /// Prices in the bound, yuan a bed-day or doctor-year, by resource.
    pub price: Vec<f64>,
    /// Round whose plans are the best joint plan.
    pub best_round: Option<usize>,
}

/// What the rounds of a group came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Command with its arguments.
    pub command: String,
    /// Scenario with its parameters.
    pub scenario: String,
    /// Facility code and kind of each resource.
    pub resources: Vec<(String, Kind)>,
    /// What all may use together, beds or doctors.
    pub total: Vec<f64>,
    /// Bed-days a bed, doctor-years a doctor.
    pub units: Vec<f64>,
    /// What is proven.
    pub certificate: Certificate,
    /// Why rounds ended; nothing while they go on.
    pub ended: Option<String>,
    /// A line a round.
    pub rounds: Vec<RoundLine>,
    /// A line a round and case.
    pub cases: Vec<CaseLine>,
}

const FILE: &str = "shared.json";

/// Reads what rounds a batch had; nothing when it shares nothing.
#[must_use]
pub fn read(root: &Path) -> Vec<Summary> {
    fs::read(root.join("data").join(FILE)).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default()
}

/// Writes the tables of rounds; returns the names of the files.
///
/// # Errors
/// What the system says.
pub(super) fn write(root: &Path, summaries: &[Summary]) -> io::Result<Vec<String>> {
    let folder = root.join("data");
    fs::create_dir_all(&folder)?;
    let mut bytes = serde_json::to_vec_pretty(summaries).map_err(io::Error::other)?;
    bytes.push(b'\n');
    write_file(&folder.join(FILE), &bytes)?;
    let mut names = vec![format!("data/{FILE}")];
    let columns = |list: &[(&str, Type)]| -> Vec<Column> { list.iter().map(|(n, k)| ((*n).to_owned(), *k)).collect() };
    let (words, number, whole) = (Type::Words, Type::Number, Type::Whole);
    let heads = [
        ("command", words),
        ("scenario", words),
        ("round", whole),
        ("kind", words),
        ("value", number),
        ("lower", number),
        ("upper", number),
        ("best_lower", number),
        ("best_upper", number),
        ("gap", number),
    ];
    let mut rounds = Out::begin(&folder, "rounds", &columns(&heads), true)?;
    for s in summaries {
        for l in &s.rounds {
            rounds.push(vec![
                s.command.as_str().into(),
                s.scenario.as_str().into(),
                (l.round as u64).into(),
                if l.priced { "priced" } else { "allotted" }.into(),
                l.value.into(),
                l.lower.into(),
                l.upper.into(),
                l.best_lower.into(),
                l.best_upper.into(),
                l.gap.into(),
            ])?;
        }
    }
    names.extend(rounds.finish(&folder)?);
    let heads = [
        ("command", words),
        ("scenario", words),
        ("round", whole),
        ("facility", words),
        ("resource", words),
        ("total", number),
        ("price", number),
        ("case", words),
        ("job", words),
        ("usable", number),
        ("used", number),
        ("worth", number),
        ("bound", number),
        ("value", number),
        ("weight", number),
    ];
    let mut shared = Out::begin(&folder, "shared", &columns(&heads), true)?;
    for s in summaries {
        for c in &s.cases {
            for (r, (code, kind)) in s.resources.iter().enumerate().filter(|(r, _)| c.member[*r]) {
                let row: Vec<Value> = vec![
                    s.command.as_str().into(),
                    s.scenario.as_str().into(),
                    (c.round as u64).into(),
                    code.as_str().into(),
                    kind.word().into(),
                    s.total[r].into(),
                    c.price[r].into(),
                    c.case.as_str().into(),
                    c.job.as_str().into(),
                    c.usable[r].into(),
                    c.used[r].into(),
                    c.worth[r].into(),
                    c.bound.into(),
                    c.value.into(),
                    c.weight.into(),
                ];
                shared.push(row)?;
            }
        }
    }
    names.extend(shared.finish(&folder)?);
    Ok(names)
}
