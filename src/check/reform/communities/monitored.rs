//! The monitoring sets of 2020 and 2024, worked out again community by community: what the tables tell, and what the flows of the referral plan
//! beside the plan tell.

use super::{Findings, Known, listed, same};
use crate::ids::{ClassId, FacilityId};
use crate::network::Kind;
use crate::network::seats::home_town;
use crate::plan::ReferralPlan;
use crate::plan::reform::communities::{Basis, CommunitiesAnswer, Community, INDICATORS};
use std::collections::BTreeMap;

/// Relative tolerance of an indicator.
const RELATIVE: f64 = 1e-6;

pub(super) fn check(known: &Known<'_>, answer: &CommunitiesAnswer, referral: Option<&ReferralPlan>, found: &mut Findings) {
    let told = answer.monitored.iter().map(|m| format!("{} {} {}", m.set, m.number, m.key)).collect::<Vec<_>>();
    let is = INDICATORS.iter().map(|(set, number, key, _)| format!("{set} {number} {key}")).collect::<Vec<_>>();
    if !listed("monitored", told.iter().map(String::as_str), is.iter().map(String::as_str), found) {
        return;
    }
    let flows = answer.monitored.iter().filter(|m| !of_tables(&m.key)).flat_map(|m| &m.values);
    if referral.is_none() && flows.flatten().next().is_some() {
        let what = "The referral plan that indicators rest on is not there (referral.json beside the plan).";
        found.add("communities-monitored", "referral.json", 0.0, 1.0, what);
        return;
    }
    let rows: Vec<BTreeMap<&str, Option<f64>>> = answer.communities.iter().map(|c| values(known, answer, c, referral)).collect();
    for (m, (_, _, key, basis)) in answer.monitored.iter().zip(INDICATORS) {
        same("communities-monitored", key, &m.basis, basis, "The indicator is that of others.", found);
        let wanted = if *basis == Basis::Input { 0 } else { rows.len() };
        if m.values.len() != wanted {
            found.add(
                "communities-monitored",
                *key,
                m.values.len() as f64,
                wanted as f64,
                "Not every community has its value, or an input has.",
            );
            continue;
        }
        for ((told, row), c) in m.values.iter().zip(&rows).zip(&answer.communities) {
            let is = row.get(key).copied().flatten();
            if told.is_some() != is.is_some() || told.zip(is).is_some_and(|(t, i)| (t - i).abs() > RELATIVE * i.abs().max(1e-3)) {
                let (t, i) = (told.unwrap_or(f64::NAN), is.unwrap_or(f64::NAN));
                found.add("communities-monitored", format!("{} {key}", c.lead), t, i, "The tables and flows give another value.");
            }
        }
    }
}

/// Whether the tables alone tell it.
fn of_tables(key: &str) -> bool {
    matches!(key, "gps" | "primary-doctors" | "tele" | "recognition")
}

/// The values of a community by key; without a referral plan those of the tables.
fn values<'k>(
    known: &Known<'_>,
    answer: &CommunitiesAnswer,
    c: &Community,
    referral: Option<&ReferralPlan>,
) -> BTreeMap<&'k str, Option<f64>> {
    let (network, problem) = (&known.case.network, known.problem);
    let lead = known.facilities[c.lead.as_str()];
    let leads: Vec<usize> = answer.communities.iter().map(|x| known.facilities[x.lead.as_str()]).collect();
    let towns: Vec<usize> = c.towns.iter().map(|t| known.towns[t.as_str()]).collect();
    let member: Vec<bool> = (0..network.facilities.len())
        .map(|j| {
            let f = &network.facilities[j];
            let home = || home_town(network, j).is_some_and(|t| towns.contains(&t));
            f.rank() <= 3 && f.area.is_some() && if leads.contains(&j) { j == lead } else { home() }
        })
        .collect();
    let sum = |ranks: [u8; 2], of: &dyn Fn(usize) -> f64| -> f64 {
        let here =
            |j: &usize| member[*j] && network.facilities[*j].siting.exist && (ranks[0]..=ranks[1]).contains(&network.facilities[*j].rank());
        (0..member.len()).filter(here).map(of).sum()
    };
    let ratio = |x: f64, of: f64| if of > 0.0 { Some(x / of) } else { None };
    let flag = |b: bool| f64::from(u8::from(b));
    let heads = c.people as f64;
    let (primary, county) = (sum([0, 2], &|j| problem.doctors[j]), sum([3, 3], &|j| problem.doctors[j]));
    let sites = sum([2, 9], &|_| 1.0);
    let mut out = BTreeMap::from([
        ("gps", ratio(1e4 * sum([0, 9], &|j| network.facilities[j].gps.0), heads)),
        ("primary-doctors", ratio(primary, primary + county)),
        ("tele", ratio(sum([2, 9], &|j| flag(problem.tele[j])), sites)),
        ("recognition", ratio(sum([2, 9], &|j| flag(network.facilities[j].mr_member)), sites)),
    ]);
    let (Some(plan), Some(area)) = (referral, network.facilities[lead].area) else { return out };
    let residents = network.towns.iter().filter(|t| t.area == area).map(|t| t.population.0).sum::<u64>() as f64;
    // what its people have done and where: all, inside the county; visits, stays, cost, fund
    let (mut all, mut inside, mut away, mut down) = ([0.0; 4], [0.0; 4], 0.0, 0.0);
    // what its facilities do: visits and stays with their cost, fund, and the primary part of visits, fund and bed-days
    let (mut visits, mut stays, mut fund, mut small, mut days) = ([0.0; 2], [0.0; 2], 0.0, [0.0; 2], [0.0; 2]);
    let (mut referrals, mut posted) = (0.0, 0.0);
    for (a, j, k, w) in plan.flows.treated.rows() {
        let (f, class) = (&network.facilities[j], &problem.classes[k]);
        let cost = w * problem.unit_cost(FacilityId::new(j), ClassId::new(k));
        let paid = cost * problem.tiers.get(f.tier).fund_share;
        let visit = class.kind == Kind::O;
        if a == area.index() {
            let row = if visit { [w, 0.0, cost, paid] } else { [0.0, w, cost, paid] };
            for n in 0..4 {
                all[n] += row[n];
                inside[n] += if f.area == Some(area) { row[n] } else { 0.0 };
            }
            away += if !visit && f.rank() >= 4 { w } else { 0.0 };
        }
        if member[j] {
            let low = f.rank() <= 2;
            fund += paid;
            small[1] += if low { paid } else { 0.0 };
            if visit {
                visits = [visits[0] + w, visits[1] + cost];
                small[0] += if low { w } else { 0.0 };
            } else {
                stays = [stays[0] + w, stays[1] + cost];
                days[usize::from(!low)] += w * (class.acute_days + class.recovery_days);
            }
        }
    }
    // whoever wanted something: treated, not served, without a way
    let mut wanted = [all[0], all[1]];
    for (a, _, k, w) in plan.flows.unserved.rows() {
        wanted[usize::from(problem.classes[k].kind == Kind::H)] += if a == area.index() { w } else { 0.0 };
    }
    for (i, k, w) in plan.flows.no_access.rows() {
        wanted[usize::from(problem.classes[k].kind == Kind::H)] += if network.settlements[i].area == area { w } else { 0.0 };
    }
    for (a, from, to, k, w) in plan.flows.down.rows() {
        down += if a == area.index() && network.facilities[from].rank() >= 4 { w } else { 0.0 };
        referrals += if member[to] { w } else { 0.0 };
        for (j, n) in [(from, -w), (to, w)].into_iter().filter(|(j, _)| member[*j]) {
            days[usize::from(network.facilities[j].rank() > 2)] += n * problem.classes[k].recovery_days;
        }
    }
    referrals += plan.flows.up.rows().filter(|row| member[row.1]).map(|row| row.4).sum::<f64>();
    for (from, doctors) in plan.flows.postings.from.iter().zip(&plan.flows.postings.doctors) {
        posted += if member[*from as usize] { *doctors } else { 0.0 };
    }
    let (cases, cases_inside) = (wanted[0] + wanted[1], inside[0] + inside[1]);
    out.extend([
        ("posted", Some(posted)),
        ("referrals", Some(referrals)),
        ("primary-visits", ratio(small[0], visits[0])),
        ("fund-in-county", ratio(inside[3], all[3])),
        ("fund-primary", ratio(small[1], fund)),
        ("stay-cost-head", ratio(stays[1], heads)),
        ("stays-in-county", ratio(inside[1], wanted[1])),
        ("visits-in-county", ratio(inside[0], wanted[0])),
        ("sent-down", ratio(down, away)),
        ("primary-beds", ratio(days[0], 365.0 * sum([2, 2], &|j| problem.beds[j]))),
        ("visits-doctor-day", ratio(small[0], 251.0 * primary)),
        ("bed-days-doctor-day", ratio(days[1], 365.0 * county)),
        ("visit-cost", ratio(visits[1], visits[0])),
        ("stay-cost", ratio(stays[1], stays[0])),
        ("paid-share", ratio(all[3], all[2])),
        ("stay-rate", ratio(all[1], residents)),
        ("out-of-county", ratio(cases - cases_inside, cases)),
    ]);
    out
}
