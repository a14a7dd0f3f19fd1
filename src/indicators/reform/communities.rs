//! Communities: rows of the ledger, and the indicators of the monitoring sets of 2020 and 2024 (policy 3): what can be worked out from the
//! tables and a referral plan is, community by community or for its county; what needs other records is listed as input.

use super::{Goal, GoalUnit};
use crate::demand::Problem;
use crate::network::seats::home_town;
use crate::network::{Kind, Network};
use crate::plan::ReferralPlan;
use crate::plan::reform::CommunitiesAnswer;
use crate::plan::reform::communities::{Basis, INDICATORS, Monitored};
use crate::policy::pack::TargetSense;
use crate::policy::reform::Communities;
use std::collections::BTreeMap;

/// Sums over what facilities of a community do.
#[derive(Debug, Clone, Copy, Default)]
struct Done {
    visits: f64,
    primary_visits: f64,
    stays: f64,
    fund: f64,
    primary_fund: f64,
    visit_cost: f64,
    stay_cost: f64,
    primary_days: f64,
    county_days: f64,
    referrals: f64,
    posted: f64,
}

/// Sums over what the people of a county have done, wherever; `wanted...` counts those who are not served as well, so that nothing looks better for
/// being refused (policy 3.3, I1 and I2).
#[derive(Debug, Clone, Copy, Default)]
struct Had {
    wanted_visits: f64,
    wanted_stays: f64,
    here: f64,
    visits_here: f64,
    stays: f64,
    stays_here: f64,
    fund: f64,
    fund_here: f64,
    cost: f64,
    down: f64,
    above: f64,
}

/// The monitoring sets. Without a referral plan only what the tables alone tell has values.
#[must_use]
pub fn monitored(network: &Network, problem: &Problem, referral: Option<&ReferralPlan>, a: &CommunitiesAnswer) -> Vec<Monitored> {
    let towns: BTreeMap<&str, usize> =
        a.communities.iter().enumerate().flat_map(|(c, x)| x.towns.iter().map(move |t| (t.as_str(), c))).collect();
    let leads: BTreeMap<&str, usize> = a.communities.iter().enumerate().map(|(c, x)| (x.lead.as_str(), c)).collect();
    let of: Vec<Option<usize>> = (0..network.facilities.len())
        .map(|j| {
            let f = &network.facilities[j];
            let home = || home_town(network, j).and_then(|t| towns.get(network.towns[t].code.as_str()));
            if f.rank() > 3 || f.area.is_none() { None } else { leads.get(f.code.as_str()).or_else(home).copied() }
        })
        .collect();
    let sums = referral.map(|r| sums(network, problem, r, &of, a.communities.len()));
    let values = |key: &str, basis: Basis| -> Vec<Option<f64>> {
        if basis == Basis::Input {
            return Vec::new();
        }
        (0..a.communities.len()).map(|c| value(network, problem, (key, c), &of, a, sums.as_ref())).collect()
    };
    INDICATORS
        .iter()
        .map(|&(set, number, key, basis)| Monitored {
            set: set.into(),
            number: number.into(),
            key: key.into(),
            basis,
            values: values(key, basis),
        })
        .collect()
}

type Sums = (Vec<Done>, Vec<Had>);

fn sums(network: &Network, problem: &Problem, plan: &ReferralPlan, of: &[Option<usize>], communities: usize) -> Sums {
    let (mut done, mut had) = (vec![Done::default(); communities], vec![Had::default(); network.areas.len()]);
    for (a, j, k, w) in plan.flows.treated.rows() {
        let (f, class) = (&network.facilities[j], &problem.classes[k]);
        let cost = w * problem.unit_cost(crate::ids::FacilityId::new(j), crate::ids::ClassId::new(k));
        let fund = cost * problem.tiers.get(f.tier).fund_share;
        let (visit, primary) = (class.kind == Kind::O, f.rank() <= 2);
        let here = f.area.is_some_and(|x| x.index() == a);
        let h = &mut had[a];
        *(if visit { &mut h.wanted_visits } else { &mut h.wanted_stays }) += w;
        h.cost += cost;
        h.fund += fund;
        h.stays += if visit { 0.0 } else { w };
        if here {
            h.here += w;
            h.fund_here += fund;
            *(if visit { &mut h.visits_here } else { &mut h.stays_here }) += w;
        }
        if !visit && f.rank() >= 4 {
            h.above += w;
        }
        let Some(d) = of[j].map(|c| &mut done[c]) else { continue };
        d.fund += fund;
        *(if visit { &mut d.visits } else { &mut d.stays }) += w;
        *(if visit { &mut d.visit_cost } else { &mut d.stay_cost }) += cost;
        if primary {
            d.primary_fund += fund;
            d.primary_visits += if visit { w } else { 0.0 };
        }
        if !visit {
            *(if primary { &mut d.primary_days } else { &mut d.county_days }) += w * (class.acute_days + class.recovery_days);
        }
    }
    let unserved = plan.flows.unserved.rows().map(|(a, _, k, w)| (a, k, w));
    let away = plan.flows.no_access.rows().map(|(i, k, w)| (network.settlements[i].area.index(), k, w));
    for (a, k, w) in unserved.chain(away) {
        *(if problem.classes[k].kind == Kind::O { &mut had[a].wanted_visits } else { &mut had[a].wanted_stays }) += w;
    }
    for (a, from, to, k, w) in plan.flows.down.rows() {
        had[a].down += if network.facilities[from].rank() >= 4 { w } else { 0.0 };
        for (j, sign) in [(from, -1.0), (to, 1.0)] {
            if let Some(d) = of[j].map(|c| &mut done[c]) {
                let days = sign * w * problem.classes[k].recovery_days;
                *(if network.facilities[j].rank() <= 2 { &mut d.primary_days } else { &mut d.county_days }) += days;
            }
        }
        if let Some(d) = of[to].map(|c| &mut done[c]) {
            d.referrals += w;
        }
    }
    for (_, from, _, _, w) in plan.flows.up.rows() {
        if let Some(d) = of[from].map(|c| &mut done[c]) {
            d.referrals += w;
        }
    }
    let posted = &plan.flows.postings;
    for (from, doctors) in posted.from.iter().zip(&posted.doctors) {
        if let Some(d) = of[*from as usize].map(|c| &mut done[c]) {
            d.posted += doctors;
        }
    }
    (done, had)
}

#[allow(clippy::cast_precision_loss)] // people
fn value(
    network: &Network,
    problem: &Problem,
    (key, c): (&str, usize),
    of: &[Option<usize>],
    a: &CommunitiesAnswer,
    sums: Option<&Sums>,
) -> Option<f64> {
    let community = &a.communities[c];
    let people = community.people as f64;
    let area = network.facilities.iter().find(|f| f.code == community.lead).and_then(|f| f.area)?;
    let residents = network.towns.iter().filter(|t| t.area == area).map(|t| t.population.0).sum::<u64>() as f64;
    let mine = |keep: &dyn Fn(usize) -> bool, amount: &dyn Fn(usize) -> f64| -> f64 {
        (0..of.len()).filter(|&j| of[j] == Some(c) && network.facilities[j].siting.exist && keep(j)).map(amount).sum()
    };
    let rank = |j: usize| network.facilities[j].rank();
    let primary_doctors = mine(&|j| rank(j) <= 2, &|j| problem.doctors[j]);
    let county_doctors = mine(&|j| rank(j) == 3, &|j| problem.doctors[j]);
    let sites = mine(&|j| rank(j) >= 2, &|_| 1.0);
    let ratio = |x: f64, of: f64| (of > 0.0).then(|| x / of);
    match key {
        "gps" => return ratio(1e4 * mine(&|_| true, &|j| network.facilities[j].gps.0), people),
        "primary-doctors" => return ratio(primary_doctors, primary_doctors + county_doctors),
        "tele" => return ratio(mine(&|j| rank(j) >= 2 && problem.tele[j], &|_| 1.0), sites),
        "recognition" => return ratio(mine(&|j| rank(j) >= 2 && network.facilities[j].mr_member, &|_| 1.0), sites),
        _ => {}
    }
    let (done, had) = sums?;
    let (d, h) = (&done[c], &had[area.index()]);
    match key {
        "posted" => Some(d.posted),
        "primary-visits" => ratio(d.primary_visits, d.visits),
        "fund-in-county" => ratio(h.fund_here, h.fund),
        "fund-primary" => ratio(d.primary_fund, d.fund),
        "stay-cost-head" => ratio(d.stay_cost, people),
        "stays-in-county" => ratio(h.stays_here, h.wanted_stays),
        "visits-in-county" => ratio(h.visits_here, h.wanted_visits),
        "sent-down" => ratio(h.down, h.above),
        "referrals" => Some(d.referrals),
        "primary-beds" => ratio(d.primary_days, 365.0 * mine(&|j| rank(j) == 2, &|j| problem.beds[j])),
        "visits-doctor-day" => ratio(d.primary_visits, 251.0 * primary_doctors),
        "bed-days-doctor-day" => ratio(d.county_days, 365.0 * county_doctors),
        "visit-cost" => ratio(d.visit_cost, d.visits),
        "stay-cost" => ratio(d.stay_cost, d.stays),
        "paid-share" => ratio(h.fund, h.cost),
        "stay-rate" => ratio(h.stays, residents),
        "out-of-county" => ratio(h.wanted_visits + h.wanted_stays - h.here, h.wanted_visits + h.wanted_stays),
        _ => None,
    }
}

/// T6: every county in a community; leads inside, people with their nearest lead.
#[allow(clippy::cast_precision_loss)] // counts of people
pub(super) fn goals(a: &CommunitiesAnswer, rules: &Communities) -> Vec<Goal> {
    let goal = |number: &str, what: &str, target: f64, sense: TargetSense, planned: Option<f64>| Goal {
        number: number.into(),
        what: what.into(),
        unit: GoalUnit::Share,
        target,
        sense,
        attainable: None,
        planned,
        price: None,
    };
    let inside = a.communities.iter().filter(|c| !c.seat_elsewhere).count() as f64 / a.communities.len().max(1) as f64;
    let mut out = vec![
        goal("T6", "communities-covered", 1.0, TargetSense::AtLeast, Some(1.0)),
        goal("T6", "communities-lead-inside", 1.0, TargetSense::AtLeast, Some(inside)),
    ];
    if let Some(tolerance) = rules.balance.people {
        let mut worst = 0.0_f64;
        for (g, group) in a.groups.iter().enumerate() {
            let mine: Vec<f64> = a.communities.iter().filter(|c| c.group as usize == g).map(|c| c.people as f64).collect();
            let mean = group.people as f64 / mine.len().max(1) as f64;
            worst = mine.iter().fold(worst, |w, p| w.max((p / mean.max(1.0) - 1.0).abs()));
        }
        out.push(goal("T6", "communities-balance", tolerance, TargetSense::AtMost, Some(worst)));
    }
    out
}
