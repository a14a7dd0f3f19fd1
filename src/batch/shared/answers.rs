//! What a job of a round answered, read back from its result.

use super::pool::{Kind, Pool};
use crate::batch::tables;
use crate::outcome::Bounds;
use crate::plan::referral::{Marginals, Names, ObjectiveParts};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

/// The answer of one case in one round; lists are by resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// Cost of the plan without what was paid for shared resources, yuan.
    pub value: f64,
    /// The plan's own gap, yuan.
    pub open: f64,
    /// Proven dual bound of the job's problem, prices included, yuan.
    pub bound: f64,
    /// Worth of one more usable bed or doctor, yuan a year: the duals of C5 (x days a bed) and C6.
    pub worth: Vec<f64>,
    /// Beds and doctors used; more than there are where the plan has no table of them.
    pub used: Vec<f64>,
}

/// The parts of `plan.json` that matter here; its flows are passed over.
#[derive(Debug, Deserialize)]
struct Head {
    objective: f64,
    objective_parts: ObjectiveParts,
    bounds: Bounds,
    names: Names,
    marginals: Marginals,
    scenario: HeadScenario,
}

#[derive(Debug, Deserialize)]
struct HeadScenario {
    capacity: Capacity,
}

#[derive(Debug, Deserialize)]
struct Capacity {
    #[serde(default)]
    usable_beds: BTreeMap<String, f64>,
}

/// Reads the answer of a job; `shares` is the table's share of each resource in the case.
///
/// # Errors
/// A plan that cannot be read, or that does not speak of what is shared.
pub(super) fn read(folder: &Path, pool: &Pool, case: usize, shares: &[f64]) -> io::Result<Answer> {
    let path = folder.join("result").join("plan.json");
    let at = |e: &dyn std::fmt::Display| io::Error::other(format!("{}: {e}", path.display()));
    let head: Head = serde_json::from_reader(BufReader::with_capacity(1 << 20, File::open(&path)?)).map_err(|e| at(&e))?;
    let place: BTreeMap<&str, usize> = head.names.facilities.iter().enumerate().map(|(j, code)| (code.as_str(), j)).collect();
    let uses = tables::uses(folder, "referral").unwrap_or_default();
    let n = pool.resources.len();
    let (mut worth, mut used) = (vec![0.0; n], vec![0.0; n]);
    for (r, (code, kind)) in pool.resources.iter().enumerate().filter(|(r, _)| pool.member[case][*r]) {
        let j = *place.get(code.as_str()).ok_or_else(|| at(&format!("no facility {code}")))?;
        if !head.scenario.capacity.usable_beds.contains_key(code) {
            return Err(at(&format!("the plan was made without an allotment of {code}")));
        }
        let list = if *kind == Kind::Beds { &head.marginals.bed } else { &head.marginals.doctor };
        // the plan tells the worth of one more bed or doctor in the table, of which the case has its share
        worth[r] = (list.get(j).copied().unwrap_or(0.0) / shares[r]).max(0.0);
        used[r] = uses
            .get(code)
            .map_or(2.0 * pool.total[r] + 1.0, |(days, doctors)| if *kind == Kind::Beds { days / pool.per[r] } else { *doctors });
    }
    Ok(Answer {
        value: head.objective - head.objective_parts.capacity_use,
        open: (head.objective - head.bounds.dual).max(0.0),
        bound: head.bounds.dual,
        worth,
        used,
    })
}
