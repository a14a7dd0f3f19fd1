//! From values and duals of the referral LP back to flows, shortfalls, prices and the parts of the objective.

use super::columns::Var;
use super::referral_cells::{NONE, first_exists};
use super::referral_flow::{Form, ReferralModel, up_cost};
use super::referral_rows::{FLOW, MONEY, Target, charges, floor};
use crate::demand::Problem;
use crate::ids::{ClassId, FacilityId, SettlementId};
use crate::network::Kind;
use crate::plan::Flows;
use crate::plan::referral::{Marginals, ObjectiveParts, Shortfall};
use crate::policy::UsePrices;

/// Flows below this many cases a year are rounding of the solver and are dropped.
const DUST: f64 = 1e-7;

impl ReferralModel {
    /// Flows in cases a year, in the order of the columns; entries below 1e-7 cases are left out.
    #[must_use]
    pub fn flows(&self, problem: &Problem, values: &[f64]) -> Flows {
        let mut flows = Flows::default();
        let n = problem.classes.len();
        // first contact: x (+ floor - v in the lean form), v
        let mut x = vec![0.0; problem.arcs.first.len() * n];
        let mut v = vec![0.0; problem.arcs.first.len() * n];
        for (key, &value) in self.keys.iter().zip(values) {
            let cases = value.max(0.0) / FLOW;
            let (k, at) = (u32::from(key.class), key.arc as usize * n + key.class as usize);
            match key.var {
                Var::First => x[at] = cases,
                Var::Displaced => v[at] = cases,
                _ if cases <= DUST => {}
                Var::NoAccess => flows.no_access.push(key.place, k, cases),
                Var::Treated => flows.treated.push(key.place, key.from, k, cases),
                Var::Unserved => flows.unserved.push(key.place, key.from, k, cases),
                Var::Up => flows.up.push(key.place, key.from, key.to, k, cases),
                Var::Redirect => flows.redirect.push(key.place, key.from, key.to, k, cases),
                Var::Down => flows.down.push(key.place, key.from, key.to, k, cases),
                Var::Posting => {
                    flows.postings.from.push(key.from);
                    flows.postings.to.push(key.to);
                    flows.postings.doctors.push(value);
                }
                Var::Shortfall | Var::Repair => {}
            }
        }
        #[allow(clippy::cast_possible_truncation)] // tables hold fewer than u32::MAX rows
        for i in 0..problem.network.settlements.len() {
            let (first, arcs) = problem.arcs.first_of(SettlementId::new(i));
            for (offset, arc) in arcs.iter().enumerate() {
                for (k, class) in problem.classes.iter().enumerate() {
                    if !first_exists(problem, class, arc.facility.index(), arc.minutes) {
                        continue;
                    }
                    let at = (first + offset) * n + k;
                    let base = if self.form == Form::Lean { floor(problem, i, first + offset, k) } else { 0.0 };
                    let cases = (base + x[at] - if self.form == Form::Lean { v[at] } else { 0.0 }).max(0.0);
                    let displaced = (floor(problem, i, first + offset, k) - cases).max(0.0);
                    if cases > DUST || displaced > DUST {
                        flows.first_contact.push(i as u32, arc.facility.0, k as u32, cases, if displaced > DUST { displaced } else { 0.0 });
                    }
                }
            }
        }
        flows
    }

    /// Shortfalls of the soft targets with the price of the last case: no more than the flows leave short, as plans within a gap
    /// may pay for more.
    #[must_use]
    pub fn shortfalls(&self, values: &[f64], duals: &[f64]) -> Vec<Shortfall> {
        let mut short = vec![0.0; self.targets.len()];
        let needed = self.left_short(values);
        for (key, &value) in self.keys.iter().zip(values) {
            if key.var == Var::Shortfall {
                let n = key.place as usize;
                short[n] = value.min(needed[n]).max(0.0);
            }
        }
        self.targets
            .iter()
            .zip(short)
            .map(|(t, s)| Shortfall {
                target: t.name.to_owned(),
                place: t.place,
                wanted: t.wanted,
                short: if s * t.unit > DUST { s * t.unit } else { 0.0 },
                price: duals.get(t.row).map_or(0.0, |y| y.abs() / (t.unit * MONEY)),
            })
            .collect()
    }

    /// What each target lacks by everything but its shortfall, in units of its row; below 0 where it has more than is wanted.
    fn left_short(&self, values: &[f64]) -> Vec<f64> {
        let mut of_row = vec![usize::MAX; self.linear.row_count()];
        self.targets.iter().enumerate().for_each(|(n, t)| of_row[t.row] = n);
        let mut done = vec![0.0; self.targets.len()];
        for (col, &value) in values.iter().enumerate().filter(|(col, _)| self.keys[*col].var != Var::Shortfall) {
            for (row, a) in self.linear.column(col) {
                if let Some(sum) = done.get_mut(of_row[row]) {
                    *sum += a * value;
                }
            }
        }
        let lack = |(t, done): (&Target, f64)| {
            if t.sign > 0.0 { self.linear.row_lower[t.row] - done } else { done - self.linear.row_upper[t.row] }
        };
        self.targets.iter().zip(done).map(lack).collect()
    }

    /// Duals as yuan (model 6.5). Empty duals give zeros.
    #[must_use]
    pub fn marginals(&self, problem: &Problem, duals: &[f64]) -> Marginals {
        let net = &problem.network;
        let n = problem.classes.len();
        let dual = |row: u32| if row == NONE { 0.0 } else { duals.get(row as usize).copied().unwrap_or(0.0) };
        let bed = net
            .facilities
            .iter()
            .enumerate()
            .map(|(j, f)| {
                let per_bed = 365.0 * problem.tiers.get(f.tier).design_occupancy * f.avail * FLOW;
                (-dual(self.rows.c5[j])).max(0.0) * per_bed / MONEY
            })
            .collect();
        let doctor = net.facilities.iter().enumerate().map(|(j, f)| (-dual(self.rows.c6[j])).max(0.0) * f.avail / MONEY).collect();
        let mut case_cost = vec![0.0; net.areas.len() * n];
        let mut cases = vec![0.0; net.areas.len() * n];
        for (i, s) in net.settlements.iter().enumerate() {
            for k in 0..n {
                let at = s.area.index() * n + k;
                case_cost[at] += problem.demand[i * n + k] * dual(self.rows.c1[i * n + k]) * FLOW / MONEY;
                cases[at] += problem.demand[i * n + k];
            }
        }
        for (c, d) in case_cost.iter_mut().zip(cases) {
            *c = if d > 0.0 { *c / d } else { 0.0 };
        }
        Marginals { bed, doctor, inertia: self.inertia(problem, duals), case_cost }
    }

    /// Worth of one more unit of steerability by settlement: `sum dual(C1c) * floor / (1 - gamma)`.
    fn inertia(&self, problem: &Problem, duals: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; problem.network.settlements.len()];
        if duals.is_empty() || problem.gamma >= 1.0 {
            return out;
        }
        for (col, key) in self.keys.iter().enumerate().filter(|(_, key)| key.var == Var::First) {
            let f = floor(problem, key.place as usize, key.arc as usize, key.class as usize);
            if f > 0.0 {
                // the surplus of C1c is the column itself in the lean form, a row of its own in the form of the text
                let price = match self.form {
                    Form::Lean => self.linear.reduced_cost(col, duals),
                    Form::Text => duals[self.rows.c1c[key.arc as usize * problem.classes.len() + key.class as usize] as usize],
                };
                out[key.place as usize] += price.max(0.0) * FLOW / MONEY * f / (1.0 - problem.gamma);
            }
        }
        out
    }
}

/// The parts of the objective of some flows, yuan a year.
#[must_use]
pub fn objective_parts(problem: &Problem, flows: &Flows, shortfalls: &[Shortfall]) -> ObjectiveParts {
    let p = &problem.prices;
    let net = &problem.network;
    let unmet: Vec<f64> = (0..problem.classes.len()).map(|k| problem.unmet_price(ClassId::new(k))).collect();
    let mut parts = ObjectiveParts::default();
    for (i, j, k, cases, displaced) in flows.first_contact.rows() {
        parts.travel += 2.0 * p.minute * first_minutes(problem, i, j) * cases;
        parts.unmet_displaced += p.displaced_share * unmet[k] * displaced;
    }
    let minutes = |arcs: &[crate::network::ReferralArc], j: usize, q: usize| {
        arcs.binary_search_by_key(&(j, q), |a| (a.from.index(), a.to.index())).map_or(f64::NAN, |n| arcs[n].minutes)
    };
    for (_, j, q, _, cases) in flows.up.rows() {
        parts.travel += up_cost(problem, j, q, minutes(&problem.arcs.up, j, q)) * cases;
    }
    for (_, j, q, _, cases) in flows.redirect.rows() {
        parts.travel += (p.minute * minutes(&problem.arcs.down, j, q) + p.redirect) * cases;
    }
    for (_, j, q, k, cases) in flows.down.rows() {
        let saved = p.recovery_day_saving * problem.classes[k].recovery_days;
        parts.travel += (p.minute * minutes(&problem.arcs.down, j, q) + p.referral - saved) * cases;
    }
    for (_, j, k, cases) in flows.treated.rows() {
        let class = &problem.classes[k];
        parts.cost += problem.unit_cost(FacilityId::new(j), ClassId::new(k)) * cases;
        let steps = f64::from(net.facilities[j].rank().saturating_sub(class.lowest_rank.max(2)));
        let factor = if class.kind == Kind::O { 1.0 } else { p.over_treatment_stay_factor };
        parts.over_treatment += p.over_treatment * factor * steps * cases;
    }
    for (_, _, k, cases) in flows.unserved.rows() {
        parts.unmet_displaced += unmet[k] * cases;
    }
    for (_, k, cases) in flows.no_access.rows() {
        parts.unmet_displaced += unmet[k] * cases;
    }
    if problem.use_prices != UsePrices::default() {
        parts.capacity_use = capacity_use(problem, flows);
    }
    for s in shortfalls {
        parts.shortfall += shortfall_price(problem, &s.target) * s.short;
    }
    parts
}

/// What the scenario charges for the use of facilities, yuan a year.
fn capacity_use(problem: &Problem, flows: &Flows) -> f64 {
    let charge: Vec<(f64, f64)> = (0..problem.network.facilities.len()).map(|j| charges(problem, j)).collect();
    let mut sum = 0.0;
    for (_, j, k, cases) in flows.treated.rows() {
        let class = &problem.classes[k];
        sum += cases
            * match class.kind {
                Kind::O => charge[j].0,
                Kind::H => charge[j].1 * (class.acute_days + class.recovery_days),
            };
    }
    sum += flows.up.rows().chain(flows.redirect.rows()).map(|(_, j, _, _, cases)| charge[j].0 * cases).sum::<f64>();
    for (_, j, q, k, cases) in flows.down.rows() {
        sum += problem.classes[k].recovery_days * (charge[q].1 - charge[j].1) * cases;
    }
    let o = &flows.postings;
    let arrives = problem.switches.deployment.map_or(0.0, |d| d.effectiveness);
    for ((&j, &q), &doctors) in o.from.iter().zip(&o.to).zip(&o.doctors) {
        sum += doctors * (problem.use_prices.of(j as usize).1 - arrives * problem.use_prices.of(q as usize).1);
    }
    sum
}

/// Penalty price of one unit short of a target, yuan.
#[must_use]
pub fn shortfall_price(problem: &Problem, target: &str) -> f64 {
    match target {
        "fund_balance" | "facility_budget" => problem.prices.imbalance,
        "deployment" => super::referral_rows::deployment_price(problem),
        _ => problem.prices.target_shortfall,
    }
}

fn first_minutes(problem: &Problem, settlement: usize, facility: usize) -> f64 {
    let (_, arcs) = problem.arcs.first_of(SettlementId::new(settlement));
    arcs.binary_search_by_key(&facility, |a| a.facility.index()).map_or(f64::NAN, |n| arcs[n].minutes)
}
