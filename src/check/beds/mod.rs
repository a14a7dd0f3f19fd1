//! Independent verification of a bed plan: every number of it worked out again from the tables and the question.
//!
//! | code | what is wrong |
//! | --- | --- |
//! | `header` | version, kind or case of the plan |
//! | `names` | areas with people or facilities of ranks 2 and 3 are not those of the case |
//! | `value` | a number that is negative or not finite |
//! | `people`, `need` | residents or need weights |
//! | `before` | beds now are not those in force |
//! | `sum` | beds of an area are not the sum of its facilities |
//! | `limit` | an area or a facility outside of its growth, shrink or floor, or bounds written otherwise than the question gives them |
//! | `freeze` | the freeze is not recognised, or a public hospital grew under it (C26) |
//! | `total` | beds added are not those asked for |
//! | `rounding` | whole beds of an area a bed or more from the optimum of the programme (not with cost, where beds are added to keep the limit) |
//! | `measure` | Gini, worst-off, best-off, deviation or cost is not what the beds give |
//! | `objective`, `bounds`, `termination` | the objective is not that of the exact beds, the dual bound is above it or above what beds at one rate reach, or it is called optimal with a gap |
//! | `price` | a price of a limit or of a bed that the optimum beside it contradicts (not with cost: those are the solver's word) |
//! | `gini-limit` | the exact beds break the limit on the Gini coefficient |

mod level;

use super::{Findings, Violation};
use crate::demand::Problem;
use crate::network::Owner;
use crate::plan::Termination;
use crate::plan::beds::{BEDS_KIND, BEDS_VERSION, BedsGoal, BedsMeasures, BedsPlan};
use crate::policy::params::bed_capital;

/// Tolerance of beds in the optimum of the programme.
const BEDS: f64 = 1e-4;
/// Tolerance of measures, relative to the larger of 1 and the value.
const MEASURE: f64 = 1e-6;

/// Verifies a bed plan; an empty list means that every test passed. `problem` is assembled from the case and the plan's own scenario.
///
/// Complexity: O(areas^2 + facilities x areas).
#[must_use]
pub fn check_beds(problem: &Problem, plan: &BedsPlan) -> Vec<Violation> {
    let mut found = Findings::default();
    header(problem, plan, &mut found);
    if !(names(problem, plan, &mut found) && values(plan, &mut found)) {
        return found.0;
    }
    areas(problem, plan, &mut found);
    facilities(problem, plan, &mut found);
    region(problem, plan, &mut found);
    measures(problem, plan, &mut found);
    level::check(plan, &mut found);
    found.0
}

#[allow(clippy::cast_precision_loss)] // people and beds are far below 2^53
fn float(n: u64) -> f64 {
    n as f64
}

fn header(problem: &Problem, plan: &BedsPlan, found: &mut Findings) {
    if plan.version != BEDS_VERSION || plan.kind != BEDS_KIND {
        found.add("header", "plan", f64::from(plan.version), f64::from(BEDS_VERSION), "The plan is not a bed plan of this version.");
    }
    if plan.case != problem.network.name {
        found.add("header", plan.case.as_str(), 0.0, 0.0, format!("The plan is of another case than `{}`.", problem.network.name));
    }
}

/// Residents of each area of the table.
fn people(problem: &Problem) -> Vec<u64> {
    let mut out = vec![0; problem.network.areas.len()];
    for s in &problem.network.settlements {
        out[s.area.index()] += s.population.0;
    }
    out
}

fn names(problem: &Problem, plan: &BedsPlan, found: &mut Findings) -> bool {
    let people = people(problem);
    let n = &problem.network;
    let areas: Vec<&str> = n.areas.iter().zip(&people).filter(|(_, p)| **p > 0).map(|(a, _)| a.code.as_str()).collect();
    let facilities: Vec<&str> = n
        .facilities
        .iter()
        .filter(|f| (2..=3).contains(&f.rank()) && f.area.is_some_and(|a| people[a.index()] > 0))
        .map(|f| f.code.as_str())
        .collect();
    let same = |what: &str, found: &mut Findings, is: Vec<&str>, should: &[&str]| {
        if is != should {
            #[allow(clippy::cast_precision_loss)]
            found.add("names", what, is.len() as f64, should.len() as f64, "The names are not those of the case, in its order.");
        }
        is == should
    };
    let first = same("areas", found, plan.areas.iter().map(|a| a.area.as_str()).collect(), &areas);
    same("facilities", found, plan.facilities.iter().map(|f| f.facility.as_str()).collect(), &facilities) && first
}

fn values(plan: &BedsPlan, found: &mut Findings) -> bool {
    let q = &plan.question;
    let numbers =
        [("growth", q.growth), ("shrink", q.shrink), ("facility_growth", q.facility_growth), ("floor", q.floor), ("cost", plan.cost)];
    let known = found.0.len();
    for (name, x) in numbers.into_iter().filter(|(_, x)| !(x.is_finite() && *x >= 0.0)) {
        found.add("value", name, x, 0.0, "The number is not finite, or below zero.");
    }
    for a in &plan.areas {
        for x in [a.need, a.lower, a.upper, a.exact].into_iter().filter(|x| !(x.is_finite() && *x >= 0.0)) {
            found.add("value", a.area.as_str(), x, 0.0, "A number of the area is not finite, or below zero.");
        }
    }
    found.0.len() == known
}

fn areas(problem: &Problem, plan: &BedsPlan, found: &mut Findings) {
    let (q, n) = (&plan.question, &problem.network);
    let residents: Vec<u64> = people(problem).into_iter().filter(|p| *p > 0).collect();
    for (a, residents) in plan.areas.iter().zip(residents) {
        let place = || a.area.clone();
        found.equal("people", place, float(a.people), float(residents), 0.0, "Residents are not those of the settlements.");
        if a.need <= 0.0 || (plan.need_source == "none" && (a.need - 1.0).abs() > 0.0) {
            found.add("need", place(), a.need, 1.0, "The need weight is not above zero, or not 1 although no table was given.");
        }
        let mine = || plan.facilities.iter().filter(|f| f.area == a.area);
        found.equal("sum", place, float(a.before), float(mine().map(|f| f.before).sum()), 0.0, "Beds now are not those of its facilities.");
        found.equal("sum", place, float(a.after), float(mine().map(|f| f.after).sum()), 0.0, "Beds are not those of its facilities.");
        // Bounds of the programme, from the question.
        let now = float(a.before);
        let least = (now * (1.0 - q.shrink)).ceil().max((q.floor * float(a.people) / 1000.0 - 1e-9).ceil());
        let room: f64 = mine()
            .map(|f| {
                let of = n.facilities.iter().find(|x| x.code == f.facility);
                let still = plan.frozen && of.is_some_and(|x| x.rank() == 3 && x.owner == Owner::Public);
                if still { float(f.before) } else { (float(f.before) * (1.0 + q.growth.max(q.facility_growth)) - 1e-9).ceil() }
            })
            .sum();
        let most = (now * (1.0 + q.growth)).min(room);
        let most = if least <= most.ceil() { most.max(least) } else { most };
        found.equal("limit", place, a.lower, least, BEDS, "The fewest beds are not what the question gives.");
        found.equal("limit", place, a.upper, most, BEDS, "The most beds are not what the question gives.");
        found.at_most("limit", place, a.exact, most, BEDS, "The exact beds are above the limit.");
        found.at_most("limit", place, least, a.exact, BEDS, "The exact beds are below the floor or the shrink limit.");
        found.at_most("limit", place, float(a.after), most.ceil(), BEDS, "The beds are above the growth limit.");
        found.at_most("limit", place, least, float(a.after), BEDS, "The beds are below the floor or the shrink limit.");
        if q.goal != BedsGoal::Cost {
            found.equal("rounding", place, float(a.after), a.exact, 1.0 + BEDS, "Whole beds are not next to the exact ones.");
        }
    }
}

fn facilities(problem: &Problem, plan: &BedsPlan, found: &mut Findings) {
    let q = &plan.question;
    let grows = 1.0 + q.growth.max(q.facility_growth);
    for f in &plan.facilities {
        let place = || f.facility.clone();
        let Some((j, of)) = problem.network.facilities.iter().enumerate().find(|(_, x)| x.code == f.facility) else { continue };
        let area = of.area.map_or("", |a| problem.network.areas[a.index()].code.as_str());
        if f.area != area {
            found.add("names", place(), 0.0, 0.0, format!("The facility stands in `{area}`, not in `{}`.", f.area));
        }
        found.equal("before", place, float(f.before), problem.beds[j].round().max(0.0), 0.0, "Beds now are not those in force.");
        found.at_most("limit", place, float(f.after), (float(f.before) * grows).ceil(), BEDS, "The facility grows beyond its limit.");
        if plan.frozen && of.rank() == 3 && of.owner == Owner::Public {
            found.at_most("freeze", place, float(f.after), float(f.before), 0.0, "A public hospital grows under the freeze.");
        }
    }
}

fn region(problem: &Problem, plan: &BedsPlan, found: &mut Findings) {
    let (q, n) = (&plan.question, &problem.network);
    let all: f64 = n.facilities.iter().zip(&problem.beds).map(|(f, b)| f.avail * b).sum();
    let residents: u64 = n.settlements.iter().map(|s| s.population.0).sum();
    let density = 1000.0 * all / float(residents).max(1.0);
    found.equal("freeze", || "region".into(), plan.density, density, 1e-6, "Beds per 1,000 residents are not those of the case.");
    if plan.frozen != q.freeze.is_some_and(|limit| density >= limit) {
        found.add("freeze", "region", plan.density, q.freeze.unwrap_or(f64::NAN), "Whether the freeze holds is told wrongly.");
    }
    let sum = |beds: fn(&crate::plan::beds::AreaBeds) -> f64| plan.areas.iter().map(beds).sum::<f64>();
    let (before, exact, after) = (sum(|a| float(a.before)), sum(|a| a.exact), sum(|a| float(a.after)));
    let place = || "region".to_owned();
    match (q.goal, q.add) {
        (BedsGoal::Cost, None) => {}
        (BedsGoal::Cost, Some(n)) => {
            found.at_most("total", place, exact, before + f64::from(n), BEDS, "More beds than may be added.");
            found.at_most("total", place, after, before + f64::from(n), BEDS, "More beds than may be added.");
        }
        (_, n) => {
            let wanted = before + f64::from(n.unwrap_or(0));
            found.equal("total", place, exact, wanted, BEDS, "The exact beds do not sum to what was asked for.");
            found.equal("total", place, after, wanted, 0.0, "The beds do not sum to what was asked for.");
        }
    }
}

/// Gini, worst-off, best-off and deviation by their definitions, over all pairs.
fn measured(plan: &BedsPlan, beds: impl Fn(usize) -> f64) -> BedsMeasures {
    let heads: Vec<f64> = plan.areas.iter().map(|a| float(a.people) * a.need / 1000.0).collect();
    let rates: Vec<f64> = heads.iter().enumerate().map(|(a, h)| beds(a) / h).collect();
    let (all, total): (f64, f64) = (heads.iter().sum(), (0..heads.len()).map(&beds).sum());
    let (mut pairs, mut deviation) = (0.0, 0.0);
    for a in 0..heads.len() {
        for c in a + 1..heads.len() {
            pairs += heads[a] * heads[c] * (rates[a] - rates[c]).abs();
        }
        deviation += heads[a] * (rates[a] - total / all).abs() / all;
    }
    BedsMeasures {
        beds: total,
        gini: if total > 0.0 { pairs / (all * total) } else { 0.0 },
        lowest: rates.iter().copied().fold(f64::INFINITY, f64::min),
        highest: rates.iter().copied().fold(0.0, f64::max),
        mean_deviation: deviation,
    }
}

fn measures(problem: &Problem, plan: &BedsPlan, found: &mut Findings) {
    let exact = measured(plan, |a| plan.areas[a].exact);
    for (when, is, should) in [
        ("before", &plan.before, measured(plan, |a| float(plan.areas[a].before))),
        ("exact", &plan.exact, exact),
        ("after", &plan.after, measured(plan, |a| float(plan.areas[a].after))),
    ] {
        for (name, x, y) in [
            ("beds", is.beds, should.beds),
            ("gini", is.gini, should.gini),
            ("lowest", is.lowest, should.lowest),
            ("highest", is.highest, should.highest),
            ("mean_deviation", is.mean_deviation, should.mean_deviation),
        ] {
            let tolerance = MEASURE * y.abs().max(1.0);
            found.equal("measure", || format!("{when}.{name}"), x, y, tolerance, "The measure is not what the beds give.");
        }
    }
    let added = |f: &crate::plan::beds::FacilityBeds| float(f.after.saturating_sub(f.before));
    let price = |code: &str| problem.network.facilities.iter().find(|x| x.code == code).map_or(0.0, |x| bed_capital(x.tier));
    let cost: f64 = plan.facilities.iter().map(|f| added(f) * price(&f.facility)).sum();
    found.equal("measure", || "cost".into(), plan.cost, cost, 1.0, "The cost is not that of the beds added.");

    let (value, tolerance) = match plan.question.goal {
        BedsGoal::Gini => (exact.gini, MEASURE),
        BedsGoal::MaxMin => (-exact.lowest, MEASURE),
        BedsGoal::MeanDeviation => (exact.mean_deviation, MEASURE),
        // Yuan of the programme: which kind of bed an area adds is not written, so the exact cost cannot be told from the plan.
        BedsGoal::Cost => (plan.objective, 0.0),
    };
    let place = || "plan".to_owned();
    let slack = tolerance * value.abs().max(1.0);
    found.equal("objective", place, plan.objective, value, slack, "The objective is not that of the exact beds.");
    found.equal("bounds", place, plan.bounds.primal, plan.objective, slack, "The primal bound is not the objective.");
    let over = MEASURE * plan.bounds.primal.abs().max(1.0);
    found.at_most("bounds", place, plan.bounds.dual, plan.bounds.primal, over, "The dual bound is above the primal one.");
    if plan.termination == Termination::Optimal {
        found.at_most("termination", place, plan.bounds.gap(), 0.0, MEASURE, "Called optimal with a gap.");
    }
    if let (BedsGoal::Cost, Some(limit)) = (plan.question.goal, plan.question.gini_limit) {
        found.at_most("gini-limit", place, exact.gini, limit, MEASURE, "The exact beds break the limit on the Gini coefficient.");
    }
}
