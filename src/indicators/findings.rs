//! What the numbers say: duals, gaps and losses as messages with arguments (model 6.5, design lessons D2 and D6).
//!
//! | ids | of |
//! | --- | --- |
//! | `finding-bed`, `finding-doctor`, `finding-gp`, `finding-bottleneck-count`, `finding-idle`, `finding-idle-tier` | beds and doctors |
//! | `finding-target-unattainable`, `finding-target-short`, `finding-target-gap`, `finding-targets-met` | targets |
//! | `finding-unmet`, `finding-unmet-area`, `finding-unmet-class`, `finding-displaced`, `finding-displaced-area` | patients not served, or not where they would go |
//! | `finding-inertia`, `finding-inertia-area`, `finding-case-cost`, `finding-fund-deficit`, `finding-tele` | habits, cost, fund, links |
//! | `finding-access`, `finding-unreachable` | distance |
//!
//! Arguments of each id: `docs/findings.md`.

mod capacity;
mod people;
mod targets;

use super::tally::Tally;
use super::{Finding, Indicators};
use crate::demand::Problem;
use crate::ids::{AreaId, FacilityId};
use crate::plan::ReferralPlan;
use std::collections::BTreeMap;

/// How many facilities a list of findings names.
const FACILITIES: usize = 10;
/// How many areas a list of findings names.
const AREAS: usize = 5;
/// How many bottlenecks become findings (`finding-bed`, `finding-doctor`, `finding-gp`); all of them are in [`Indicators::bottlenecks`].
const BOTTLENECKS: usize = 30;
/// Cases below this are noise of the solver.
const CASES: f64 = 0.5;

/// All findings, most valuable first; equal weights keep the order of the rooms above.
pub(crate) fn findings(problem: &Problem, plan: &ReferralPlan, tallies: &[Tally], said: &Indicators) -> Vec<Finding> {
    let mut out = Vec::new();
    capacity::worth(problem, said, &mut out);
    capacity::bottlenecks(said, &mut out);
    targets::targets(problem, plan, said, &mut out);
    people::unmet(problem, plan, tallies, &mut out);
    people::displaced(problem, tallies, &mut out);
    people::inertia(problem, plan, said, &mut out);
    people::case_cost(problem, plan, &mut out);
    people::fund(problem, said, &mut out);
    people::tele(plan, problem, said, &mut out);
    people::access(said, &mut out);
    capacity::idle(problem, said, &mut out);
    out.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    out
}

/// A finding under construction.
struct Draft(Finding);

impl Draft {
    fn new(id: &str, weight: f64) -> Self {
        Self(Finding {
            id: id.to_owned(),
            facility: None,
            area: None,
            numbers: BTreeMap::new(),
            words: BTreeMap::new(),
            weight: if weight.is_finite() { weight } else { 0.0 },
        })
    }

    fn number(mut self, name: &str, value: f64) -> Self {
        if value.is_finite() {
            self.0.numbers.insert(name.to_owned(), value);
        }
        self
    }

    fn maybe(self, name: &str, value: Option<f64>) -> Self {
        match value {
            Some(value) => self.number(name, value),
            None => self,
        }
    }

    fn word(mut self, name: &str, value: &str) -> Self {
        self.0.words.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Names an area.
    fn area(mut self, problem: &Problem, id: AreaId) -> Self {
        let area = problem.network.area(id);
        self.0.area = Some(id);
        let named = self.word("area", &area.name);
        match &area.name_en {
            Some(name) => named.word("area_en", name),
            None => named,
        }
    }

    /// Names a facility, its tier and the area it stands in.
    fn facility(mut self, problem: &Problem, id: FacilityId) -> Self {
        let f = problem.network.facility(id);
        self.0.facility = Some(id);
        let mut named = self.word("facility", &f.name).word("tier", f.tier.code());
        if let Some(name) = &f.name_en {
            named = named.word("facility_en", name);
        }
        match f.area {
            Some(area) => named.area(problem, area),
            None => named,
        }
    }

    fn done(self, out: &mut Vec<Finding>) {
        out.push(self.0);
    }
}

/// Positions of the largest values above `floor`, largest first, ties by position.
fn largest(values: &[f64], floor: f64, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).filter(|&i| values[i] > floor).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)));
    order.truncate(count);
    order
}
