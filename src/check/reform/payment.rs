//! Payment: every account, tier, pooling area and point of the curves worked out again from the tables and the flows of the referral plan.

mod widths;

use super::{Findings, VALUE};
use crate::demand::Problem;
use crate::demand::choice::{Coefficients, Conditions};
use crate::ids::{ClassId, FacilityId, SettlementId};
use crate::network::{Case, Kind, Tier};
use crate::plan::ReferralPlan;
use crate::plan::reform::{PaymentAnswer, ReformPlan};
use crate::policy::reform::Payment;
use crate::policy::reform::payment::Beyond;

pub(super) fn check(
    case: &Case,
    problem: &Problem,
    plan: &ReformPlan,
    a: &PaymentAnswer,
    referral: Option<&ReferralPlan>,
    found: &mut Findings,
) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().payment;
    let Some(flows) = referral.map(|r| &r.flows) else {
        found.add("exist", "referral.json", 0.0, 1.0, "The referral plan that the accounts rest on is not there.");
        return;
    };
    let network = &case.network;
    let asked = |n: usize| rules.areas.is_empty() || rules.areas.contains(&network.areas[n].code);
    let same = |found: &mut Findings, place: String, told: f64, is: f64| {
        found.equal("value", || place, told, is, VALUE * is.abs().max(1.0), "The tables and flows give another amount.");
    };
    let codes: Vec<&str> = (0..network.areas.len()).filter(|&n| asked(n)).map(|n| network.areas[n].code.as_str()).collect();
    if a.accounts.iter().map(|x| x.area.as_str()).ne(codes.iter().copied()) {
        found.add("names", "accounts", a.accounts.len() as f64, codes.len() as f64, "The accounts are not those of the areas asked for.");
        return;
    }
    let paid = |j: usize, k: usize, w: f64| {
        let cost = w * problem.unit_cost(FacilityId::new(j), ClassId::new(k));
        (cost, cost * problem.tiers.get(network.facilities[j].tier).fund_share)
    };
    let mut total = 0.0;
    for account in &a.accounts {
        let Some(n) = network.areas.iter().position(|x| x.code == account.area) else { continue };
        let area = &network.areas[n];
        let people: u64 = network.settlements.iter().filter(|s| s.area.index() == n).map(|s| s.population.0).sum();
        let (mut spend, mut outside, mut own) = (0.0, 0.0, 0.0);
        for (_, j, k, w) in flows.treated.rows().filter(|r| r.0 == n) {
            let (cost, fund) = paid(j, k, w);
            spend += fund;
            own += cost - fund;
            outside += if network.facilities[j].area.is_some_and(|x| x.index() == n) { 0.0 } else { fund };
        }
        let head = rules.per_head.get(&area.code).copied().unwrap_or(area.fund_per_head.0);
        let budget = people as f64 * area.enrol_rate * head * rules.risk.get(&area.code).copied().unwrap_or(1.0);
        let limit = rules.band * budget;
        let (left, over) = (budget - spend, spend - budget);
        let retained = if left > 0.0 { rules.retain * left.min(limit) } else { 0.0 };
        let borne = match (over > limit, rules.beyond) {
            (true, Beyond::Community) => rules.share_over * limit + over - limit,
            (true, Beyond::Fund) => rules.share_over * limit,
            (false, _) => rules.share_over * over.max(0.0),
        };
        let parts: f64 = rules.split.iter().sum();
        for (what, told, is) in [
            ("enrolled", account.enrolled, people as f64 * area.enrol_rate),
            ("budget", account.budget, budget),
            ("spend", account.spend, spend),
            ("outside", account.spend_outside, outside),
            ("own", account.own, own),
            ("surplus", account.surplus, left.max(0.0)),
            ("overspend", account.overspend, over.max(0.0)),
            ("retained", account.retained, retained),
            ("returned", account.returned, left.max(0.0) - retained),
            ("community", account.community_bears, borne),
            ("fund", account.fund_bears, over.max(0.0) - borne),
            ("county", account.split[0], retained * rules.split[0] / parts),
            ("township", account.split[1], retained * rules.split[1] / parts),
            ("village", account.split[2], retained * rules.split[2] / parts),
        ] {
            same(found, format!("{} {what}", account.area), told, is);
        }
        total += retained - borne;
    }
    for tier in Tier::ALL {
        let (mut fund, mut own) = (0.0, 0.0);
        for (n, j, k, w) in flows.treated.rows() {
            if asked(n) && network.facilities[j].tier == tier {
                let (c, f) = paid(j, k, w);
                fund += f;
                own += c - f;
            }
        }
        let told = a.tiers.iter().find(|t| t.tier == tier);
        same(found, format!("{} fund", tier.code()), told.map_or(0.0, |t| t.fund), fund);
        same(found, format!("{} own", tier.code()), told.map_or(0.0, |t| t.own), own);
    }
    pools(case, problem, &rules, a, flows, found);
    curves(&widths::Told::new(case, problem, &rules, a, flows), found);
    let slack = VALUE * total.abs().max(1.0);
    found.equal("objective", || "plan".into(), plan.objective, total, slack, "The value is not what communities keep less what they bear.");
}

fn pools(case: &Case, problem: &Problem, rules: &Payment, a: &PaymentAnswer, flows: &crate::plan::Flows, found: &mut Findings) {
    let network = &case.network;
    let name = |n: usize| {
        let area = &network.areas[n];
        area.prefecture.as_deref().filter(|p| !p.is_empty()).unwrap_or(&area.code).to_owned()
    };
    for n in 0..network.areas.len() {
        if a.pools.iter().filter(|p| p.name == name(n)).count() != 1 {
            found.add("names", name(n), 0.0, 1.0, "The pooling area of an area is not listed once.");
            return;
        }
    }
    for pool in &a.pools {
        let mut sums = [0.0; 4];
        for (n, j, k, w) in flows.treated.rows() {
            let class = &problem.classes[k];
            if class.kind == Kind::H && name(n) == pool.name {
                let cost = w * problem.unit_cost(FacilityId::new(j), ClassId::new(k));
                let fund = cost * problem.tiers.get(network.facilities[j].tier).fund_share;
                for (sum, x) in sums.iter_mut().zip([w, w * class.weight, cost, fund]) {
                    *sum += x;
                }
            }
        }
        for (told, is) in [pool.stays, pool.weight, pool.cost, pool.fund].into_iter().zip(sums) {
            found.equal("value", || pool.name.clone(), told, is, VALUE * is.abs().max(1.0), "The flows give another amount.");
        }
        if pool.already != rules.drg_areas.contains(&pool.name) || (pool.already && !pool.drg) {
            found.add("value", pool.name.as_str(), 0.0, 1.0, "Whether it is paid by DRG or DIP already is told wrongly.");
        }
    }
    let under = a.pools.iter().filter(|p| p.drg).count() as f64;
    let wanted = (rules.drg_share * a.pools.len() as f64 - 1e-9).ceil();
    if under < wanted {
        found.add("limit", "pools", under, wanted, "Fewer pooling areas are paid by DRG or DIP than asked for.");
    }
}

/// The curves again, case by case.
fn curves(told: &widths::Told<'_>, found: &mut Findings) {
    let (problem, rules, a) = (told.problem, told.rules, told.answer);
    // today's width first, then upward, each once
    let mut widths = vec![0.0];
    widths.extend(rules.widths.iter().filter(|w| **w > 0.0));
    widths.sort_by(f64::total_cmp);
    widths.dedup();
    let wanted = widths.len() * rules.doctors.len();
    if a.gap.len() != wanted {
        found.add("value", "gap", a.gap.len() as f64, wanted as f64, "A point for every width and factor is wanted.");
        return;
    }
    if a.widths.len() != 2 * widths.len() {
        let (told, wanted) = (a.widths.len() as f64, 2.0 * widths.len() as f64);
        found.add("value", "widths", told, wanted, "Money of the plan and of choice is wanted at every width.");
        return;
    }
    for (n, width) in widths.iter().enumerate() {
        let (mut paid, mut seen) = (problem.tiers, problem.choosing.tiers);
        for (tier, share) in &rules.gap {
            for t in [paid.get_mut(*tier), seen.get_mut(*tier)] {
                t.fund_share += width * (share - t.fund_share);
            }
        }
        let conditions = Conditions {
            network: &problem.network,
            arcs: &problem.arcs,
            tiers: &seen,
            prices: &problem.prices,
            limits: &problem.limits,
            open: Some(&problem.choosing.open),
            waiting: problem.choosing.waiting.as_deref(),
            coefficients: Coefficients::default(),
        };
        let shares = conditions.shares(&problem.calibration.constants());
        widths::check(told, (n, *width), &paid, &shares, found);
        let today = *width <= 0.0 && problem.choosing.waiting.is_none();
        if today && shares.iter().zip(&problem.choice).any(|(x, y)| (x - y).abs() > 1e-9) {
            found.add("value", "gap 0", 0.0, 1.0, "Today's choice is not that of the referral plan.");
        }
        let kinds = problem.class_count();
        let (mut elective, mut primary) = (0.0, 0.0);
        let mut time = vec![0.0; problem.network.facilities.len()];
        for i in 0..problem.network.settlements.len() {
            for (k, class) in problem.classes.iter().enumerate() {
                let demand = problem.demand_of(SettlementId::new(i), ClassId::new(k));
                elective += if class.elective { demand } else { 0.0 };
                for p in problem.arcs.first_start[i]..problem.arcs.first_start[i + 1] {
                    let j = problem.arcs.first[p].facility.index();
                    let tier = problem.tiers.get(problem.network.facilities[j].tier);
                    if tier.tier.rank() <= 2 {
                        let cases = demand * shares[p * kinds + k];
                        primary += if class.elective { cases } else { 0.0 };
                        let visit = 1.0 / tier.visits_per_doctor_year();
                        let least = match tier.bed_days_per_doctor_year() {
                            Some(days) if class.kind == Kind::H => visit.min(class.acute_days / days),
                            _ => visit,
                        };
                        time[j] += cases * least;
                    }
                }
            }
        }
        for (m, factor) in rules.doctors.iter().enumerate() {
            let point = &a.gap[n * rules.doctors.len() + m];
            let mut overflow = 0.0;
            for (j, f) in problem.network.facilities.iter().enumerate().filter(|(_, f)| f.rank() <= 2) {
                let spare = problem.doctors[j] * factor * f.avail - time[j];
                overflow += if spare < 0.0 { -spare * problem.tiers.get(f.tier).visits_per_doctor_year() } else { 0.0 };
            }
            let place = || format!("gap {width} doctors {factor}");
            let share = if elective > 0.0 { primary / elective } else { 0.0 };
            let told = (point.width - width).abs() + (point.doctors - factor).abs();
            found.equal("value", place, told, 0.0, 1e-12, "The point is of another width or factor.");
            found.equal("value", place, point.first_contact, share, VALUE, "The choice model gives another share.");
            found.equal("value", place, point.overflow, overflow, VALUE * overflow.max(1e3), "The choice model gives another overflow.");
        }
    }
}
