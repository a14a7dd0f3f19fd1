//! Phases: beds followed through the years, growth, money, projects, the sum of it all, and the bound from the prices of wanted beds and money.

mod dual;

use super::{Findings, VALUE, asked, facility, listed, number};
use crate::demand::Problem;
use crate::ids::AreaId;
use crate::network::Case;
use crate::plan::reform::ReformPlan;
use crate::plan::reform::phases::{PhaseRow, PhasesAnswer};
use crate::policy::reform::Phases;
use std::collections::BTreeMap;

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &PhasesAnswer, found: &mut Findings) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().phases;
    let network = &case.network;
    let years = rules.years as usize;
    // areas in the order of the case with their beds of ranks 2 and 3
    let mut of: BTreeMap<usize, f64> = BTreeMap::new();
    for (j, f) in network.facilities.iter().enumerate().filter(|(_, f)| matches!(f.rank(), 2 | 3) && asked(case, &rules.areas, f)) {
        if let Some(area) = f.area {
            *of.entry(area.index()).or_default() += problem.beds[j];
        }
    }
    let codes = of.keys().map(|&n| network.areas[n].code.as_str());
    if !listed("today", a.today.iter().map(|t| t.0.as_str()), codes, found) {
        return;
    }
    let today: BTreeMap<&str, f64> = of.iter().map(|(&n, beds)| (network.areas[n].code.as_str(), *beds)).collect();
    if a.rows.len() != today.len() * years || a.years.len() != years {
        found.add("value", "rows", number(a.rows.len()), number(today.len() * years), "Not every area has every year.");
        return;
    }
    let factor = |t: usize| (1.0 + rules.discount).powi(-i32::try_from(t).unwrap_or(i32::MAX));
    let (mut capital, mut missing) = (0.0, 0.0);
    let mut gained: BTreeMap<&str, f64> = BTreeMap::new();
    for (n, (code, beds)) in a.today.iter().enumerate() {
        let at = || code.clone();
        found.equal("value", at, *beds, today.get(code.as_str()).copied().unwrap_or(f64::NAN), 1e-6, "It has not as many beds today.");
        let Some(area) = network.areas.iter().position(|x| x.code == *code) else {
            found.add("names", code.as_str(), 0.0, 0.0, "The case has no area of this code.");
            continue;
        };
        let rows = &a.rows[n * years..(n + 1) * years];
        follow(case, &rules, a, AreaId::new(area), *beds, rows, found);
        for (t, r) in rows.iter().enumerate() {
            capital += r.yuan * factor(t);
            missing += rules.missing * r.short * factor(t);
        }
        gained.insert(code, rows.last().map_or(0.0, |r| r.beds - beds));
    }
    for (t, y) in a.years.iter().enumerate() {
        let sum = |of: &dyn Fn(&PhaseRow) -> f64| a.rows.iter().skip(t).step_by(years).map(of).sum::<f64>();
        let at = || y.year.to_string();
        let year = i64::from(network.year) + 1 + i64::try_from(t).unwrap_or_default();
        if i64::from(y.year) != year {
            found.add("names", at(), f64::from(y.year), f64::from(network.year), "The years do not follow that of the case.");
        }
        for (told, sums) in [
            (y.wanted, sum(&|r| r.wanted)),
            (y.beds, sum(&|r| r.beds)),
            (y.begun, sum(&|r| r.begun)),
            (y.short, sum(&|r| r.short)),
            (y.yuan, sum(&|r| r.yuan)),
        ] {
            found.equal("value", at, told, sums, VALUE * sums.abs().max(1.0), "The year is not the sum of its areas.");
        }
        let limit = rules.budget.map(|b| b * (1.0 + rules.budget_growth).powi(i32::try_from(t).unwrap_or(i32::MAX)));
        if let Some(limit) = limit {
            found.at_most("limit", at, y.yuan, limit, VALUE * limit.max(1.0), "More money is spent than there is.");
        }
        found.equal(
            "value",
            at,
            y.budget.unwrap_or(-1.0),
            limit.unwrap_or(-1.0),
            VALUE * limit.unwrap_or(1.0),
            "The year has other money.",
        );
    }
    found.equal("value", || "capital".into(), a.capital, capital, VALUE * capital.max(1.0), "The capital is another sum.");
    found.equal("value", || "missing".into(), a.missing, missing, VALUE * missing.max(1.0), "What is missing is worth another sum.");
    let total = capital + missing;
    found.equal("objective", || "plan".into(), plan.objective, total, VALUE * total.max(1.0), "The plan does not cost that.");
    sites((case, problem), &rules, a, &gained, found);
    dual::check(&rules, plan, a, found);
}

/// Beds that facilities have more in the last year: those of their projects, or of their area in proportion to the beds of today.
fn sites((case, problem): (&Case, &Problem), rules: &Phases, a: &PhasesAnswer, gained: &BTreeMap<&str, f64>, found: &mut Findings) {
    let network = &case.network;
    let last = a.years.last().map_or(network.year, |y| y.year);
    let here = |j: usize| matches!(network.facilities[j].rank(), 2 | 3) && asked(case, &rules.areas, &network.facilities[j]);
    let mut wanted = vec![0.0; network.facilities.len()];
    if rules.projects.is_some() {
        for p in &a.projects {
            let Some((j, f)) = facility(case, &p.facility, found) else { continue };
            if !here(j) {
                found.add("exist", f.code.as_str(), p.beds, 0.0, "No project can be begun here.");
            }
            wanted[j] += if p.ready <= last { p.beds } else { 0.0 };
        }
    } else {
        for (code, more) in gained.iter().filter(|(_, more)| **more > 1e-9) {
            let of = |j: &usize| here(*j) && network.facilities[*j].area.is_some_and(|x| network.area(x).code == **code);
            let mine: Vec<usize> = (0..wanted.len()).filter(of).collect();
            let beds: f64 = mine.iter().map(|&j| problem.beds[j]).sum();
            for &j in &mine {
                wanted[j] = more * if beds > 0.0 { problem.beds[j] / beds } else { 1.0 / number(mine.len()) };
            }
        }
    }
    super::once(a.sites.iter().map(|s| s.0.as_str()), found);
    let mut told = vec![0.0; wanted.len()];
    for (code, beds) in &a.sites {
        if let Some((j, _)) = facility(case, code, found) {
            told[j] += beds;
        }
    }
    for (j, f) in network.facilities.iter().enumerate() {
        found.equal("value", || f.code.clone(), told[j], wanted[j], 1e-4, "The facility gets other beds than its project or its share.");
        if told[j] > 0.0 && !here(j) {
            found.add("exist", f.code.as_str(), told[j], 0.0, "The facility cannot get beds here.");
        }
    }
}

/// One area through its years.
fn follow(case: &Case, rules: &Phases, a: &PhasesAnswer, area: AreaId, today: f64, rows: &[PhaseRow], found: &mut Findings) {
    let code = &case.network.area(area).code;
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let people = case.network.area_population(area).0 as f64;
    let rate = rules.per_1000_of.get(code).copied().unwrap_or(rules.per_1000);
    let here = |facility: &str| case.network.facilities.iter().any(|f| f.code == facility && f.area == Some(area));
    let projects: Vec<_> = a.projects.iter().filter(|p| here(&p.facility)).collect();
    let largest = rules.projects.as_ref().map_or(0.0, |p| {
        let generated =
            case.network.facilities.iter().filter(|f| f.area == Some(area) && asked(case, &rules.areas, f)).map(|f| match f.rank() {
                3 => p.hospital_beds,
                2 => p.centre_beds,
                _ => 0.0,
            });
        generated.chain(p.named.iter().filter(|x| here(&x.facility)).map(|x| x.beds)).fold(0.0, f64::max)
    });
    let mut beds = today;
    for (t, r) in rows.iter().enumerate() {
        let at = || format!("{code} {}", r.year);
        let expected = case.network.year + i32::try_from(t + 1).unwrap_or(i32::MAX);
        if r.area != *code || r.year != expected {
            found.add("names", at(), f64::from(r.year), f64::from(expected), "The rows do not follow area and year.");
        }
        let slack = VALUE * beds.max(1.0);
        found.at_most("limit", at, r.begun, rules.growth * beds + largest, slack, "More is begun than the area may grow.");
        found.at_most("limit", at, -r.begun, 0.0, slack, "Less than nothing is begun.");
        let (ready, begun, yuan) = if rules.projects.is_some() {
            let sum = |keep: &dyn Fn(&&&crate::plan::reform::phases::PhaseProject) -> bool| {
                projects.iter().filter(keep).fold((0.0, 0.0), |s, p| (s.0 + p.beds, s.1 + p.yuan))
            };
            let started = sum(&|p| p.begun == r.year);
            (sum(&|p| p.ready == r.year).0, started.0, started.1)
        } else {
            (t.checked_sub(rules.lead as usize).map_or(0.0, |b| rows[b].begun), r.begun, rules.capital * r.begun)
        };
        beds += ready;
        found.equal("value", at, r.beds, beds, slack, "There are not as many beds.");
        found.equal("value", at, r.begun, begun, slack, "The projects begun have other beds.");
        found.equal("value", at, r.yuan, yuan, VALUE * yuan.max(1.0), "What is begun costs another sum.");
        let wanted = rate * people / 1000.0 * (1.0 + rules.ageing).powi(i32::try_from(t + 1).unwrap_or(i32::MAX));
        found.equal("value", at, r.wanted, wanted, VALUE * wanted.max(1.0), "Another number of beds is wanted.");
        found.equal("value", at, r.short, (wanted - beds).max(0.0), slack, "Another number of beds is missing.");
        if rules.reach && t + 1 == rows.len() {
            found.at_most("limit", at, r.short, 0.0, slack, "Beds are missing in the last year.");
        }
    }
    let Some(p) = &rules.projects else { return };
    let mut seen: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for x in projects {
        *seen.entry((x.facility.as_str(), x.name.as_str())).or_default() += 1;
        let named = p.named.iter().find(|n| n.name == x.name && n.facility == x.facility);
        let rank = case.network.facilities.iter().find(|f| f.code == x.facility).map_or(0, crate::network::Facility::rank);
        let (beds, yuan, lead) = match (named, rank) {
            (Some(n), _) => (n.beds, n.yuan, n.lead),
            (None, 3) => (p.hospital_beds, p.hospital_beds * rules.capital, rules.lead),
            _ => (p.centre_beds, p.centre_beds * p.centre_capital, rules.lead),
        };
        let at = || x.facility.clone();
        if (named.is_none() && !x.name.is_empty()) || beds <= 0.0 {
            found.add("exist", at(), x.beds, beds, "There is no such project.");
        }
        found.equal("value", at, x.beds, beds, 1e-9, "The project has other beds.");
        found.equal("value", at, x.yuan, yuan, VALUE * yuan.max(1.0), "The project costs another sum.");
        found.equal("value", at, f64::from(x.ready) - f64::from(x.begun), f64::from(lead), 0.0, "The project takes other years.");
    }
    for ((facility, _), n) in seen.iter().filter(|(_, n)| **n > 1) {
        found.add("limit", *facility, f64::from(*n), 1.0, "The project is begun twice.");
    }
}
