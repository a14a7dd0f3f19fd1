//! C7 to C11, C15, C16 and C17: targets in force, what the plan attains, and the shortfalls it writes.

use super::money::treatment_cost;
use super::tables::Tables;
use super::{CASES, DOCTORS, Findings, MONEY, Place, RELATIVE};
use crate::demand::Problem;
use crate::ids::AreaId;
use crate::network::Kind;
use crate::plan::ReferralPlan;
use crate::plan::Termination;
use crate::plan::referral::Shortfall;

/// One row that must be in the plan.
struct Wanted {
    target: &'static str,
    place: Option<usize>,
    wanted: f64,
    attained: f64,
    /// The right-hand side is a ceiling.
    ceiling: bool,
    tolerance: f64,
}

/// Penalty price of one unit short, yuan. A doctor short of the posting floor counts as a thousand cases.
pub(super) fn penalty(problem: &Problem, target: &str) -> f64 {
    match target {
        "fund_balance" | "facility_budget" => problem.prices.imbalance,
        "deployment" => 1000.0 * problem.prices.target_shortfall,
        _ => problem.prices.target_shortfall,
    }
}

/// Which rows `hard_targets` makes hard: all but those of money (C16, C17), which are soft in the text.
fn may_be_hard(target: &str) -> bool {
    !matches!(target, "fund_balance" | "facility_budget")
}

pub(super) fn check(problem: &Problem, plan: &ReferralPlan, tables: &Tables, found: &mut Findings) {
    let mut used = vec![false; plan.shortfalls.len()];
    let mut wanted = flow_targets(problem, plan);
    wanted.extend(money_and_postings(problem, plan, tables));
    for w in &wanted {
        let same = |s: &Shortfall| s.target == w.target && s.place.map(|p| p as usize) == w.place;
        let free = |n: &usize| !used[*n] && same(&plan.shortfalls[*n]);
        let close = |n: &usize| free(n) && (plan.shortfalls[*n].wanted - w.wanted).abs() <= w.tolerance;
        let Some(n) = (0..used.len()).find(close).or_else(|| (0..used.len()).find(free)) else {
            found.add("target-missing", words(problem, w.target, w.place), f64::NAN, w.wanted, "A target in force is not in the plan.");
            continue;
        };
        used[n] = true;
        let row = &plan.shortfalls[n];
        let at = || words(problem, w.target, w.place);
        found.equal("target-wanted", at, row.wanted, w.wanted, w.tolerance, "The right-hand side of the target is another.");
        let needed = if w.ceiling { w.attained - w.wanted } else { w.wanted - w.attained };
        found.at_most("target-short", at, needed, row.short, w.tolerance, "More is short than the plan says.");
        // An optimal answer pays for no more than is short; solvers that stop inside the polytope leave a little.
        if plan.termination == Termination::Optimal && penalty(problem, w.target) > 0.0 {
            let most = needed.max(0.0) + 10.0 * w.tolerance + 1e-4 * w.wanted.abs();
            found.at_most("target-short", at, row.short, most, 0.0, "Less is short than the plan says.");
        }
        let hard = problem.hard_targets && may_be_hard(w.target);
        if hard {
            found.at_most("hard-target", at, row.short, 0.0, w.tolerance, "The scenario allows no shortfall.");
        }
        let most = if hard { f64::INFINITY } else { penalty(problem, w.target) };
        if !(row.price >= -1e-6 && row.price <= most * (1.0 + 1e-4) + 1e-6) {
            found.add("target-price", at(), row.price, most, "The price of the last unit must lie between zero and the penalty price.");
        }
    }
    for (row, _) in plan.shortfalls.iter().zip(&used).filter(|(_, used)| !**used) {
        let place = row.place.map_or_else(String::new, |p| format!(", place {p}"));
        found.add("target-unknown", format!("{}{place}", row.target), row.wanted, f64::NAN, "No such target is in force.");
    }
}

fn words(problem: &Problem, target: &str, place: Option<usize>) -> String {
    match place {
        None => format!("{target}, whole region"),
        Some(j) if target == "facility_budget" => format!("{target}, {}", Place(problem).facility(j)),
        Some(a) => format!("{target}, {}", Place(problem).area(a)),
    }
}

fn flow_targets(problem: &Problem, plan: &ReferralPlan) -> Vec<Wanted> {
    let net = &problem.network;
    let classes = problem.classes.len();
    let areas = net.areas.len();
    let (mut all, mut elective, mut stays) = (vec![0.0; areas], vec![0.0; areas], vec![0.0; areas]);
    let (mut visits, mut major) = (0.0, 0.0);
    for (n, d) in problem.demand.iter().enumerate() {
        let (a, class) = (net.settlements[n / classes].area.index(), &problem.classes[n % classes]);
        all[a] += d;
        elective[a] += if class.elective { *d } else { 0.0 };
        match class.kind {
            Kind::H => stays[a] += d,
            Kind::O => visits += d,
        }
        major += if class.code == "H4" || class.code == "H5" { *d } else { 0.0 };
    }
    let (mut first, mut own, mut own_stays, mut primary) = (vec![0.0; areas], vec![0.0; areas], vec![0.0; areas], 0.0);
    for (i, j, k, cases, _) in plan.flows.first_contact.rows() {
        if net.facilities[j].rank() <= 2 && problem.classes[k].elective {
            first[net.settlements[i].area.index()] += cases;
        }
    }
    for (a, j, k, cases) in plan.flows.treated.rows() {
        let (f, stay) = (&net.facilities[j], problem.classes[k].kind == Kind::H);
        if f.area == Some(AreaId::new(a)) {
            own[a] += cases;
            own_stays[a] += if stay { cases } else { 0.0 };
        }
        primary += if f.rank() <= 2 && !stay { cases } else { 0.0 };
    }
    let down: f64 = plan.flows.down.cases.iter().sum();

    let t = &problem.targets;
    let mut out = Vec::new();
    let mut row = |target, place, share: Option<f64>, base: f64, attained: f64| {
        if let Some(share) = share {
            let tolerance = CASES + RELATIVE * base;
            out.push(Wanted { target, place, wanted: share * base, attained, ceiling: false, tolerance });
        }
    };
    for a in 0..areas {
        row("first_contact", Some(a), t.first_contact, elective[a], first[a]);
        if !net.areas[a].urban {
            row("in_county", Some(a), t.in_county, all[a], own[a]);
            row("in_county_ip", Some(a), t.in_county_ip, stays[a], own_stays[a]);
        }
    }
    row("primary_share", None, t.primary_share, visits, primary);
    row("down_rate", None, t.down_rate, major, down);
    out
}

#[allow(clippy::cast_precision_loss)] // people of a settlement are far below 2^53
fn money_and_postings(problem: &Problem, plan: &ReferralPlan, tables: &Tables) -> Vec<Wanted> {
    let net = &problem.network;
    let mut out = Vec::new();
    let (mut by_area, mut by_facility) = (vec![0.0; net.areas.len()], vec![0.0; net.facilities.len()]);
    for (a, j, k, cases) in plan.flows.treated.rows() {
        let fund = problem.tiers.get(net.facilities[j].tier).fund_share * treatment_cost(problem, j, k) * cases;
        by_area[a] += fund;
        by_facility[j] += fund;
    }
    // Money rows are in million yuan in the solver: a yuan is its tolerance, not a hundredth of one.
    if let Some(eps) = problem.switches.fund_balance {
        let mut people = vec![0.0; net.areas.len()];
        for s in &net.settlements {
            people[s.area.index()] += s.population.0 as f64;
        }
        for (a, area) in net.areas.iter().enumerate() {
            let income = people[a] * area.enrol_rate * area.fund_per_head.0;
            let tolerance = 1.0 + 10.0 * MONEY * (income + by_area[a]);
            for (wanted, ceiling) in [((1.0 + eps) * income, true), ((1.0 - eps) * income, false)] {
                out.push(Wanted { target: "fund_balance", place: Some(a), wanted, attained: by_area[a], ceiling, tolerance });
            }
        }
    }
    if problem.switches.facility_budget {
        for (j, f) in net.facilities.iter().enumerate() {
            if let Some(budget) = f.budget {
                let tolerance = 1.0 + 10.0 * MONEY * (budget.0 + by_facility[j]);
                out.push(Wanted {
                    target: "facility_budget",
                    place: Some(j),
                    wanted: budget.0,
                    attained: by_facility[j],
                    ceiling: true,
                    tolerance,
                });
            }
        }
    }
    if let Some(rule) = problem.switches.deployment.filter(|d| d.min_per_county > 0.0) {
        let mut posted = vec![0.0; net.areas.len()];
        for (f, work) in net.facilities.iter().zip(&tables.work) {
            if let Some(area) = f.area {
                posted[area.index()] += work.posted_out;
            }
        }
        for (a, _) in net.areas.iter().enumerate().filter(|(_, area)| !area.urban) {
            let wanted = rule.min_per_county;
            out.push(Wanted { target: "deployment", place: Some(a), wanted, attained: posted[a], ceiling: false, tolerance: DOCTORS });
        }
    }
    out
}
