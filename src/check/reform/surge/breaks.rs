//! Which facilities are full first: loads of all of them from the flows of the referral plan, as usual and in the surge, and those told held
//! against them; none may be missing.

use super::super::{Findings, VALUE};
use crate::demand::Problem;
use crate::network::Kind;
use crate::plan::ReferralPlan;
use crate::plan::reform::surge::{Break, SurgeAnswer};
use crate::policy::reform::Surge;
use std::collections::BTreeMap;

/// Bed-days and consultations of a facility, as usual and in the surge; bed-days by area of the patients.
#[derive(Debug, Clone, Default)]
struct Load {
    days: [f64; 2],
    visits: [f64; 2],
    by_area: BTreeMap<usize, f64>,
    /// Doctors that come (above 0) or are posted elsewhere.
    posted: f64,
}

pub(super) fn check(problem: &Problem, rules: &Surge, a: &SurgeAnswer, referral: &ReferralPlan, found: &mut Findings) {
    let loads = loads(problem, rules, referral);
    let mut told: BTreeMap<(&str, bool), &Break> = BTreeMap::new();
    for b in &a.breaks {
        if told.insert((b.facility.as_str(), b.beds), b).is_some() {
            found.add("names", b.facility.as_str(), 2.0, 1.0, "The facility is told twice.");
        }
    }
    for pair in a.breaks.windows(2).filter(|p| p[0].at > p[1].at + 1e-6) {
        found.add("value", pair[1].facility.as_str(), pair[1].at, pair[0].at, "Facilities are not in the order in which they are full.");
    }
    for (j, f) in problem.network.facilities.iter().enumerate() {
        let (tier, load) = (problem.tiers.get(f.tier), &loads[j]);
        let per_bed = 365.0 * tier.design_occupancy * f.avail;
        let doctors = |t: usize| {
            load.visits[t] / tier.visits_per_doctor_year() + tier.bed_days_per_doctor_year().map_or(0.0, |days| load.days[t] / days)
        };
        let mut exceed: Vec<f64> = load.by_area.values().map(|days| (rules.deviation * days).max(0.0)).collect();
        exceed.sort_by(|x, y| y.total_cmp(x));
        let held = if per_bed > 0.0 { exceed.iter().take(rules.gamma as usize).sum::<f64>() / per_bed } else { 0.0 };
        let beds = (true, load.days, per_bed * problem.beds[j], per_bed, held);
        let staff = (false, [doctors(0), doctors(1)], (problem.doctors[j] + load.posted) * f.avail, f.avail, 0.0);
        for (beds, [usual, surge], most, unit, held) in [beds, staff] {
            let full = if most > 0.0 && unit > 0.0 { surge / most } else { 0.0 };
            match told.remove(&(f.code.as_str(), beds)) {
                // at the limit but for rounding it may be told or not
                None if full > 1.0 + 1e-6 => {
                    found.add(
                        "names",
                        f.code.as_str(),
                        0.0,
                        full,
                        "The facility is full before the whole surge has come, and is not told.",
                    );
                }
                None => {}
                Some(b) => held_against(b, [usual / most, full], [(surge - most) / unit, held], found),
            }
        }
    }
    for (code, _) in told.into_keys() {
        found.add("names", code, 1.0, 0.0, "The case has no facility of this code.");
    }
}

/// What can be held against the breaks without the flows that they rest on: facilities there are, and numbers that fit one another.
pub(super) fn alone(problem: &Problem, a: &SurgeAnswer, found: &mut Findings) {
    let known: BTreeMap<&str, usize> = problem.network.facilities.iter().enumerate().map(|(j, f)| (f.code.as_str(), j)).collect();
    let mut told = BTreeMap::new();
    let mut last = 0.0;
    for b in &a.breaks {
        let Some(&j) = known.get(b.facility.as_str()) else {
            found.add("names", b.facility.as_str(), 1.0, 0.0, "The case has no facility of this code.");
            continue;
        };
        if told.insert((j, b.beds), ()).is_some() {
            found.add("names", b.facility.as_str(), 2.0, 1.0, "The facility is told twice.");
        }
        if b.at < last - 1e-6 {
            found.add("value", b.facility.as_str(), b.at, last, "Facilities are not in the order in which they are full.");
        }
        last = b.at;
        let at = || b.facility.clone();
        if b.surge.is_nan() || b.surge < 1.0 - 1e-6 || b.load.is_nan() || b.load < 0.0 {
            found.add("value", at(), b.surge, 1.0, "The facility is not full in the surge.");
            continue;
        }
        let full = ((1.0 - b.load) / (b.surge - b.load)).clamp(0.0, 1.0);
        found.equal("value", at, b.at, full, 1e-4, "It is full at another point.");
        // beds are those of the case; doctors may be posted elsewhere by flows that are not here
        if b.beds {
            let lacks = (b.surge - 1.0) * problem.beds[j];
            found.equal("value", at, b.lacks, lacks, VALUE * lacks.abs().max(1.0), "It lacks another number.");
        }
    }
}

fn held_against(b: &Break, [usual, surge]: [f64; 2], [lacks, held]: [f64; 2], found: &mut Findings) {
    let at = || b.facility.clone();
    if surge.is_nan() || surge < 1.0 - 1e-6 {
        found.add("value", at(), b.surge, surge, "The facility is not full in the surge.");
        return;
    }
    found.equal("value", at, b.load, usual, VALUE, "The load as usual is another.");
    found.equal("value", at, b.surge, surge, VALUE * surge.max(1.0), "The load in the surge is another.");
    let full = ((1.0 - usual) / (surge - usual)).clamp(0.0, 1.0);
    found.equal("value", at, b.at, full, 1e-4, "It is full at another point.");
    found.equal("value", at, b.lacks, lacks, VALUE * lacks.abs().max(1.0), "It lacks another number.");
    found.equal("value", at, b.protection, held, VALUE * held.max(1.0), "Another number must be held back.");
}

fn loads(problem: &Problem, rules: &Surge, referral: &ReferralPlan) -> Vec<Load> {
    let flows = &referral.flows;
    let factor = |k: usize| rules.multipliers.get(&problem.classes[k].code).copied().unwrap_or(1.0);
    let mut out = vec![Load::default(); problem.network.facilities.len()];
    let add = |sums: &mut [f64; 2], k: usize, n: f64| *sums = [sums[0] + n, sums[1] + n * factor(k)];
    let days = |load: &mut Load, area: usize, k: usize, n: f64| {
        add(&mut load.days, k, n);
        *load.by_area.entry(area).or_default() += n;
    };
    for (area, j, k, n) in flows.treated.rows() {
        let class = &problem.classes[k];
        if class.kind == Kind::H {
            days(&mut out[j], area, k, n * (class.acute_days + class.recovery_days));
        } else {
            add(&mut out[j].visits, k, n);
        }
    }
    for (area, from, to, k, n) in flows.down.rows() {
        let recovery = n * problem.classes[k].recovery_days;
        days(&mut out[from], area, k, -recovery);
        days(&mut out[to], area, k, recovery);
    }
    for (_, from, _, k, n) in flows.up.rows().chain(flows.redirect.rows()) {
        add(&mut out[from].visits, k, n);
    }
    let share = problem.switches.deployment.map_or(1.0, |d| d.effectiveness);
    let p = &flows.postings;
    for ((from, to), doctors) in p.from.iter().zip(&p.to).zip(&p.doctors) {
        out[*from as usize].posted -= doctors;
        out[*to as usize].posted += share * doctors;
    }
    out
}
