//! From a layout to the plan that is written.

use super::LayoutSolution;
use super::evaluate::{Layout, evaluate, standards, today};
use crate::demand::LayoutProblem;
use crate::demand::layout::{Ground, LEVELS, LayoutSite};
use crate::model::layout::{MONEY, PEOPLE, RowKind, scale};
use crate::network::{Network, Tier};
use crate::plan::layout::{
    Access, Assignments, BedRow, CoverageRow, FrontPoint, LAYOUT_VERSION, LayoutPlan, Money, ObjectiveValue, SitePlan, SiteStatus,
};
use crate::policy::Scenario;
use crate::policy::layout::Capability;
use std::collections::BTreeMap;

/// What a plan says of its run beside the numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanInfo {
    /// Policy pack.
    pub policy: String,
    /// Scenario as it was asked.
    pub scenario: Scenario,
    /// Relative gap that was asked for.
    pub gap: f64,
    /// Seconds from reading the tables.
    pub seconds: f64,
    /// Solver.
    pub backend: String,
    /// Points of the front.
    pub front: Vec<FrontPoint>,
}

/// The plan of a solution (the caller checks it before writing).
#[must_use]
pub fn to_plan(network: &Network, problem: &LayoutProblem, solution: &LayoutSolution, info: PlanInfo) -> LayoutPlan {
    let layout = &solution.layout;
    let before = today(problem);
    let was = evaluate(problem, &before);
    let everyone_was = before.uses.iter().all(|u| u.len() == problem.clients.len());
    let v = &solution.value;
    let (sites, place) = sites(network, problem, layout);
    let reached = |n: usize| before.uses[n].len() == problem.clients.len();
    let mut access: Vec<Access> = (0..LEVELS)
        .map(|n| Access {
            level: n as u8 + 1,
            mean: v.mean[n],
            p90: v.p90[n],
            longest: v.longest[n],
            mean_before: reached(n).then_some(was.mean[n]),
            gini: None,
        })
        .collect();
    let trips: f64 = problem.rules.trips.iter().sum();
    let weigh =
        |by: &[f64; LEVELS]| if trips > 0.0 { (0..LEVELS).map(|n| by[n] * problem.rules.trips[n]).sum::<f64>() / trips } else { 0.0 };
    access.push(Access {
        level: 0,
        mean: v.trip,
        p90: weigh(&v.p90),
        longest: v.longest.iter().copied().fold(0.0, f64::max),
        mean_before: everyone_was.then_some(was.trip),
        gini: Some(v.gini()),
    });
    LayoutPlan {
        version: LAYOUT_VERSION,
        kind: "layout".into(),
        fenji: env!("CARGO_PKG_VERSION").into(),
        case: network.name.clone(),
        policy: info.policy,
        objectives: solution
            .stages
            .iter()
            .map(|s| ObjectiveValue { objective: s.objective, unit: s.objective.unit().into(), value: v.of(s.objective), bounds: s.bounds })
            .collect(),
        gap_asked: info.gap,
        termination: solution.termination,
        backend: info.backend,
        method: solution.method.name().into(),
        parts: solution.parts,
        seconds: info.seconds,
        scenario: info.scenario,
        areas: network.areas.iter().map(|a| a.code.clone()).collect(),
        settlements: network.settlements.iter().map(|s| s.code.clone()).collect(),
        assignments: assignments(problem, layout, &place),
        money: Money {
            fixed: v.fixed,
            charge: v.charge,
            capability: v.capability,
            travel: v.travel,
            total: v.fixed + v.charge + v.capability + v.travel,
            capital: v.capital,
            budget_used: v.budget,
            fixed_before: was.fixed,
            travel_before: everyone_was.then_some(was.travel),
        },
        access,
        coverage: coverage(problem, &before, layout),
        beds: beds(problem, layout),
        prices: prices(problem, solution),
        front: info.front,
        provenance: network.provenance.clone(),
        sites,
    }
}

/// The tier that a site has at a level.
fn tier(network: &Network, site: &LayoutSite, level: u8) -> Tier {
    if let Ground::Facility(f) = site.ground {
        let own = network.facility(f).tier;
        if own.rank().min(3) == level {
            return own;
        }
    }
    let urban = network.is_urban(site.area);
    match (level, urban) {
        (0 | 1, false) => Tier::V,
        (0 | 1, true) => Tier::S,
        (2, false) => Tier::T,
        (2, true) => Tier::C,
        (_, false) => Tier::K,
        (_, true) => Tier::D,
    }
}

/// Sites that are open before or after, and where each site of the problem stands among them.
#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn sites(network: &Network, problem: &LayoutProblem, layout: &Layout) -> (Vec<SitePlan>, Vec<u32>) {
    let mut people = vec![[0.0; LEVELS]; problem.sites.len()];
    for (n, uses) in layout.uses.iter().enumerate() {
        for u in uses {
            people[u.site as usize][n] += problem.clients[u.client as usize].people * u.share;
        }
    }
    let mut place = vec![u32::MAX; problem.sites.len()];
    let mut out = Vec::new();
    for (j, site) in problem.sites.iter().enumerate() {
        let level = layout.levels[j];
        if level == 0 && site.now == 0 {
            continue;
        }
        let (name, name_en) = match site.ground {
            Ground::Facility(f) => (&network.facility(f).name, &network.facility(f).name_en),
            Ground::Settlement(s) => (&network.settlement(s).name, &network.settlement(s).name_en),
            Ground::Seat(t) => (&network.town(t).name, &network.town(t).name_en),
        };
        let beds = layout.beds[j];
        let added = if level >= 2 { (beds - site.beds_now).max(0.0) * site.capital[usize::from(level) - 2] } else { 0.0 };
        place[j] = out.len() as u32;
        out.push(SitePlan {
            code: site.code.clone(),
            name: name.clone(),
            name_en: name_en.clone(),
            area: site.area.0,
            town: site.town.map(|t| network.town(t).code.clone()),
            x: site.position.x,
            y: site.position.y,
            owner: site.owner,
            status: SiteStatus::of(site.now, level, site.beds_now, beds),
            level_before: site.now,
            level,
            tier: tier(network, site, if level == 0 { site.now } else { level }),
            beds_before: site.beds_now,
            beds,
            fixed_cost: if level == 0 || site.city { 0.0 } else { site.fixed_cost[usize::from(level) - 1] },
            capital: added,
            capabilities: Capability::ALL.into_iter().filter(|c| layout.flags[j][*c as usize]).collect(),
            people: people[j],
        });
    }
    (out, place)
}

fn assignments(problem: &LayoutProblem, layout: &Layout, place: &[u32]) -> Assignments {
    let mut out = Assignments::default();
    for (n, uses) in layout.uses.iter().enumerate() {
        for u in uses {
            out.settlement.push(problem.clients[u.client as usize].settlement.0);
            out.level.push(n as u8 + 1);
            out.site.push(place[u.site as usize]);
            out.share.push(u.share);
            out.minutes.push(u.minutes);
        }
    }
    out
}

#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn coverage(problem: &LayoutProblem, before: &Layout, after: &Layout) -> Vec<CoverageRow> {
    let standard = standards(problem);
    let asked = problem.rules.coverage;
    let areas = problem.planned.len();
    let mut out = Vec::new();
    for n in 0..LEVELS {
        // people, covered before, covered after; the last entry is the whole
        let mut sums = vec![[0.0; 3]; areas + 1];
        for (i, c) in problem.clients.iter().enumerate() {
            let near =
                |levels: &[u8]| problem.times.row(i).take_while(|t| t.1 <= standard.minutes[n]).any(|t| usize::from(levels[t.0]) > n);
            let (was, is) = (near(&before.levels), near(&after.levels));
            for row in [c.area.index(), areas] {
                sums[row][0] += c.people;
                sums[row][1] += if was { c.people } else { 0.0 };
                sums[row][2] += if is { c.people } else { 0.0 };
            }
        }
        let order = std::iter::once(areas).chain(0..areas);
        for row in order.filter(|&r| sums[r][0] > 0.0) {
            let by_area = asked.is_some_and(|c| c.by_area);
            let wanted = asked.map(|c| c.share[n]).filter(|s| *s > 0.0 && (row == areas) != by_area);
            out.push(CoverageRow {
                level: n as u8 + 1,
                area: (row < areas).then_some(row as u32),
                minutes: standard.minutes[n],
                people: sums[row][0],
                before: sums[row][1] / sums[row][0],
                after: sums[row][2] / sums[row][0],
                wanted,
            });
        }
    }
    out
}

#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn beds(problem: &LayoutProblem, layout: &Layout) -> Vec<BedRow> {
    let areas = problem.planned.len();
    let people = problem.area_people();
    let mut sums = vec![[[0.0; 2]; 3]; areas + 1];
    for (j, site) in problem.sites.iter().enumerate() {
        for row in [site.area.index(), areas] {
            for (side, level, beds) in [(0, site.now, site.beds_now), (1, layout.levels[j], layout.beds[j])] {
                if level >= 2 {
                    sums[row][if site.city { 2 } else { usize::from(level) - 2 }][side] += beds;
                }
            }
        }
    }
    let mut out = Vec::new();
    for n in 0..3_usize {
        for row in std::iter::once(areas).chain(0..areas) {
            let [before, after] = sums[row].get(n).copied().unwrap_or_default();
            let heads = if row == areas { problem.people } else { people[row] };
            if heads > 0.0 && (row == areas || before > 0.0 || after > 0.0) {
                out.push(BedRow {
                    level: n as u8 + 2,
                    area: (row < areas).then_some(row as u32),
                    before,
                    after,
                    per_1000: 1000.0 * after / heads,
                });
            }
        }
    }
    out
}

/// Prices of shared rows in natural units: what one more unit of the right side saves of the first objective.
fn prices(problem: &LayoutProblem, solution: &LayoutSolution) -> BTreeMap<String, f64> {
    let Some(first) = solution.stages.first() else { return BTreeMap::new() };
    let objective = scale(problem, first.objective);
    let mut out = BTreeMap::new();
    for (key, price) in &solution.prices {
        let (name, unit) = match key.kind {
            RowKind::Budget => ("budget_yuan".to_owned(), MONEY),
            RowKind::TierLow(l) => (format!("tier_low_bed_{l}"), 1.0),
            RowKind::TierHigh(l) => (format!("tier_high_bed_{l}"), 1.0),
            RowKind::Target => ("target_bed".to_owned(), 1.0),
            RowKind::Freeze => ("freeze_bed".to_owned(), 1.0),
            RowKind::Social => ("social_bed".to_owned(), 1.0),
            RowKind::Covered(l) => (format!("coverage_person_{l}"), PEOPLE),
            RowKind::FlagCovered(c) => (format!("coverage_person_{}", c.name()), PEOPLE),
            _ => continue,
        };
        out.insert(name, price.abs() * unit / objective);
    }
    out
}
