//! A core of the region's indicators, recomputed by plain loops from the written flows and compared by name.
//!
//! Shares of treatment divide by cases treated, first contact by first contacts: they say where care takes place. Targets divide by demand
//! (C7 to C11) and are verified there. `in_county_all`, `in_county_ip`, `fund_in_county` and `fund_primary` are of the counties
//! together; city cores do not count. A ratio whose denominator is zero is undefined and need not be in the plan.

use super::existence::{down_minutes, first_minutes, up_minutes};
use super::money::treatment_cost;
use super::tables::Tables;
use super::{Findings, INDICATOR};
use crate::demand::Problem;
use crate::network::Kind;
use crate::plan::ReferralPlan;

/// Names that are recomputed.
pub const CORE: [&str; 22] = [
    "primary_visits",
    "first_contact",
    "in_county_all",
    "in_county_ip",
    "up_rate",
    "down_rate",
    "visits",
    "admissions",
    "unmet",
    "displaced",
    "redirected",
    "up_referrals",
    "down_referrals",
    "cost_per_head",
    "fund_per_head",
    "oop_share",
    "fund_in_county",
    "fund_primary",
    "travel_minutes_per_case",
    "occ_primary",
    "occ_county",
    "occ_city",
];

/// Values of [`CORE`], in its order; `None` where undefined. The plan's positions must lie within the tables of the problem.
#[must_use]
pub fn core(problem: &Problem, plan: &ReferralPlan) -> [Option<f64>; CORE.len()] {
    compute(problem, plan, &Tables::read(problem, plan))
}

pub(super) fn check(problem: &Problem, plan: &ReferralPlan, tables: &Tables, found: &mut Findings) {
    for (name, own) in CORE.into_iter().zip(compute(problem, plan, tables)) {
        let Some(own) = own else { continue };
        match plan.indicators.get(name) {
            None => found.add("indicator-missing", name, f64::NAN, own, "The indicator is missing."),
            Some(said) => {
                let tolerance = INDICATOR * own.abs().max(1.0);
                found.equal("indicator", || name.into(), *said, own, tolerance, "The indicator is not what the flows give.");
            }
        }
    }
}

/// Sums over treatment.
#[derive(Default)]
struct Care {
    visits: f64,
    visits_primary: f64,
    stays: f64,
    major_at_city: f64,
    cost: f64,
    fund: f64,
    county: f64,
    county_own: f64,
    county_stays: f64,
    county_own_stays: f64,
    county_fund: f64,
    county_own_fund: f64,
    county_primary_fund: f64,
}

fn care(problem: &Problem, plan: &ReferralPlan) -> Care {
    let mut c = Care::default();
    for (a, j, k, cases) in plan.flows.treated.rows() {
        let (f, class) = (&problem.network.facilities[j], &problem.classes[k]);
        let (stay, rank) = (class.kind == Kind::H, f.rank());
        let own = f.area.is_some_and(|x| x.index() == a);
        let cost = treatment_cost(problem, j, k) * cases;
        let fund = cost * problem.tiers.get(f.tier).fund_share;
        c.cost += cost;
        c.fund += fund;
        if stay {
            c.stays += cases;
            if rank >= 4 && class.lowest_rank >= 4 {
                c.major_at_city += cases;
            }
        } else {
            c.visits += cases;
            if rank <= 2 {
                c.visits_primary += cases;
            }
        }
        if problem.network.areas[a].urban {
            continue;
        }
        c.county += cases;
        c.county_fund += fund;
        if stay {
            c.county_stays += cases;
        }
        if own {
            c.county_own += cases;
            c.county_own_fund += fund;
            if stay {
                c.county_own_stays += cases;
            }
            if rank <= 2 {
                c.county_primary_fund += fund;
            }
        }
    }
    c
}

/// Minutes on the way: both ways to first contact, one way of each move; `None` when a flow runs where no arc is.
fn minutes(problem: &Problem, plan: &ReferralPlan) -> Option<f64> {
    let f = &plan.flows;
    let mut total = 0.0;
    for (i, j, _, cases, _) in f.first_contact.rows().filter(|row| row.3 > 0.0) {
        total += 2.0 * first_minutes(problem, i, j)? * cases;
    }
    for (_, j, q, _, cases) in f.up.rows() {
        total += up_minutes(problem, j, q)? * cases;
    }
    for (_, j, q, _, cases) in f.redirect.rows().chain(f.down.rows()) {
        total += down_minutes(problem, j, q)? * cases;
    }
    Some(total)
}

/// Bed-days over 365 times usable beds at the facilities of a rank that have beds.
fn occupancy(problem: &Problem, tables: &Tables, rank: u8) -> Option<f64> {
    let (mut days, mut capacity) = (0.0, 0.0);
    for (j, f) in problem.network.facilities.iter().enumerate() {
        let beds = problem.beds[j] * f.avail;
        if f.rank() == rank && beds > 0.0 {
            days += tables.work[j].bed_days;
            capacity += 365.0 * beds;
        }
    }
    ratio(days, capacity)
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

fn compute(problem: &Problem, plan: &ReferralPlan, tables: &Tables) -> [Option<f64>; CORE.len()] {
    let f = &plan.flows;
    let rank = |j: usize| problem.network.facilities[j].rank();
    let c = care(problem, plan);
    #[allow(clippy::cast_precision_loss)] // people of a settlement are far below 2^53
    let people: f64 = problem.network.settlements.iter().map(|s| s.population.0 as f64).sum();
    let (mut elective, mut elective_primary, mut first_primary) = (0.0, 0.0, 0.0);
    for (_, j, k, cases, _) in f.first_contact.rows() {
        let low = if rank(j) <= 2 { cases } else { 0.0 };
        first_primary += low;
        if problem.classes[k].elective {
            elective += cases;
            elective_primary += low;
        }
    }
    let up_primary: f64 = f.up.rows().filter(|row| rank(row.1) <= 2).map(|row| row.4).sum();
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    let down = sum(&f.down.cases);
    [
        ratio(c.visits_primary, c.visits),
        ratio(elective_primary, elective),
        ratio(c.county_own, c.county),
        ratio(c.county_own_stays, c.county_stays),
        ratio(up_primary, first_primary),
        ratio(down, c.major_at_city),
        Some(c.visits),
        Some(c.stays),
        Some(sum(&f.unserved.cases) + sum(&f.no_access.cases)),
        Some(sum(&f.first_contact.displaced)),
        Some(sum(&f.redirect.cases)),
        Some(sum(&f.up.cases)),
        Some(down),
        ratio(c.cost, people),
        ratio(c.fund, people),
        ratio(c.cost - c.fund, c.cost),
        ratio(c.county_own_fund, c.county_fund),
        ratio(c.county_primary_fund, c.county_own_fund),
        minutes(problem, plan).and_then(|m| ratio(m, c.visits + c.stays)),
        occupancy(problem, tables, 2),
        occupancy(problem, tables, 3),
        occupancy(problem, tables, 4),
    ]
}
