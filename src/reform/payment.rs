//! Total payment (model 6.15 J): budgets, what is kept and shared, weights of stays, and what differentiated reimbursement does.
//!
//! ```text
//! max  sum_a (retained_a - borne_a)                                                                 (PY0)
//!  PY1  B_a = enrolled_a * yuan a head_a * need_a
//!  PY2  S_a = sum_jk rho_j c_jk w_ajk                  of its residents, also those treated elsewhere
//!  PY3  B_a - S_a = s_a - o_a ,  s_a, o_a >= 0 , one of them 0
//!  PY4  retained_a = r * min(s_a, band * B_a) ,  returned_a = s_a - retained_a
//!  PY5  borne_a = f * min(o_a, band * B_a) + (o_a - band * B_a)^+ [or the fund's]
//!  PY6  retained_a is split county : township : village
//!  PY7  pooling areas paid by DRG/DIP: at least ceil(share * n), those that are so already, then the largest by what the fund pays for stays
//! ```
//!
//! **Money by width.** For every width of the gap the accounts PY2 to PY5 are drawn twice, with the fund shares of that width:
//!
//! ```text
//!  PY8  with the flows of the referral plan: what the shares alone move between fund and patients
//!  PY9  with those of the choice model: a case is treated where it goes first if that site can treat it (the share C3t allows where only a link or
//!       help from above makes it able), else where the plan treats cases of its class and area, or of its class where the plan treats none of
//!       that area, and at the lowest tier that can where the plan treats none of the class; every site takes whoever comes
//! ```
//!
//! Flows are given by the referral plan, so that PY3 to PY6 leave nothing open: the value is its own bound. PY7 asks for a number of areas
//! and takes the largest, which no other choice of that number beats.
//!
//! **Differentiated reimbursement.** The fund shares are moved from today's toward a wider gap; the calibrated choice model
//! ([`crate::demand::choice`]) says where people would then go by themselves (nobody steered, gamma = 0); where a scenario tells fund shares as patients
//! see them, those are moved for the choice and the fund's own for the money. Today (width 0) always stands first. At a primary site the cheapest a
//! case can be for its doctors is `m_k` (a visit or a word of referral; for a stay the lesser of that and its acute days), so that at least
//! `V_j (sum m_k arrivals - doctors_j)^+` of those that insist on the site are displaced or unserved (C1c, C6). More people at sites without
//! more doctors: payment and staff must be planned together (lesson D6 of the reference).
//!
//! Effect on the referral plan: fund balance (C16) within the band, and the wider gap where `apply_gap` asks for it.

mod widths;

use super::{ReformError, ReformInput, Reformed, Solved};
use crate::demand::choice::{Coefficients, Conditions};
use crate::ids::{ClassId, FacilityId};
use crate::network::{Kind, Tier, TierTable};
use crate::outcome::{Bounds, Observer, Termination};
use crate::plan::ReferralPlan;
use crate::plan::reform::ReformAnswer;
use crate::plan::reform::payment::{Account, FlowsOf, GapPoint, PaymentAnswer, Pool, TierPaid, WidthPaid};
use crate::policy::Scenario;
use crate::policy::reform::Payment;
use crate::policy::reform::payment::Beyond;
use std::collections::BTreeMap;

/// Answers the question.
///
/// # Errors
/// No referral plan, no area asked for, a split of nothing.
pub fn solve(input: &ReformInput<'_>, _: &dyn Observer) -> Result<Reformed, ReformError> {
    let rules = &input.rules.payment;
    let lacks = |what: &str| Err(ReformError::Lacks(what.into()));
    let Some(referral) = input.referral else {
        return lacks("payment rests on flows: give a referral plan of the same case with --referral");
    };
    if rules.split.iter().sum::<f64>() <= 0.0 {
        return lacks("reform.payment.split must have a part above 0");
    }
    let (accounts, tiers) = accounts(input, referral);
    if accounts.is_empty() {
        return lacks("none of the areas asked for is in the case");
    }
    let objective: f64 = accounts.iter().map(|a| a.retained - a.community_bears).sum();
    let (gap, widths) = curves(input, referral, &accounts);
    let answer = PaymentAnswer {
        pools: pools(input, referral),
        gap,
        widths,
        fund_share: if rules.apply_gap { rules.gap.clone() } else { BTreeMap::new() },
        accounts,
        tiers,
    };
    Ok(Reformed::Answer(Box::new(Solved {
        answer: ReformAnswer::Payment(answer),
        objective,
        unit: "yuan a year",
        maximised: true,
        bounds: Bounds { primal: -objective, dual: -objective },
        termination: Termination::Optimal,
        backend: "closed form".to_owned(),
    })))
}

/// The fund of each area balances within the band; the wider gap where asked for.
#[must_use]
pub fn effect(answer: &PaymentAnswer, scenario: &mut Scenario) -> bool {
    let band = scenario.reform.clone().unwrap_or_default().payment.band;
    scenario.switches.fund_balance = Some(band);
    scenario.payment.fund_share.extend(answer.fund_share.iter().map(|(t, v)| (*t, *v)));
    true
}

/// PY3 to PY6 for one budget.
#[must_use]
pub fn settle(rules: &Payment, area: &str, enrolled: f64, budget: f64, spend: f64) -> Account {
    let (surplus, overspend, band) = ((budget - spend).max(0.0), (spend - budget).max(0.0), rules.band * budget);
    let retained = rules.retain * surplus.min(band);
    let (within, beyond) = (overspend.min(band), (overspend - band).max(0.0));
    let (community_beyond, fund_beyond) = if rules.beyond == Beyond::Community { (beyond, 0.0) } else { (0.0, beyond) };
    let parts: f64 = rules.split.iter().sum();
    Account {
        area: area.to_owned(),
        enrolled,
        budget,
        spend,
        spend_outside: 0.0,
        own: 0.0,
        surplus,
        overspend,
        retained,
        returned: surplus - retained,
        community_bears: rules.share_over * within + community_beyond,
        fund_bears: (1.0 - rules.share_over) * within + fund_beyond,
        split: rules.split.map(|p| retained * p / parts),
    }
}

#[allow(clippy::cast_precision_loss)] // people
fn accounts(input: &ReformInput<'_>, referral: &ReferralPlan) -> (Vec<Account>, Vec<TierPaid>) {
    let (rules, problem) = (&input.rules.payment, input.problem);
    let network = &input.case.network;
    let asked: Vec<bool> = network.areas.iter().map(|a| rules.areas.is_empty() || rules.areas.contains(&a.code)).collect();
    let n = network.areas.len();
    let (mut spend, mut outside, mut own) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let mut tiers: BTreeMap<Tier, (f64, f64)> = BTreeMap::new();
    for (a, j, k, w) in referral.flows.treated.rows() {
        let f = &network.facilities[j];
        let cost = w * problem.unit_cost(FacilityId::new(j), ClassId::new(k));
        let fund = cost * problem.tiers.get(f.tier).fund_share;
        spend[a] += fund;
        own[a] += cost - fund;
        if f.area.is_none_or(|x| x.index() != a) {
            outside[a] += fund;
        }
        if asked[a] {
            let t = tiers.entry(f.tier).or_default();
            *t = (t.0 + fund, t.1 + cost - fund);
        }
    }
    let mut people = vec![0_u64; n];
    network.settlements.iter().for_each(|s| people[s.area.index()] += s.population.0);
    let accounts = (0..n)
        .filter(|&a| asked[a])
        .map(|a| {
            let area = &network.areas[a];
            let enrolled = people[a] as f64 * area.enrol_rate;
            let head = rules.per_head.get(&area.code).copied().unwrap_or(area.fund_per_head.0);
            let budget = enrolled * head * rules.risk.get(&area.code).copied().unwrap_or(1.0);
            Account { spend_outside: outside[a], own: own[a], ..settle(rules, &area.code, enrolled, budget, spend[a]) }
        })
        .collect();
    (accounts, tiers.into_iter().map(|(tier, (fund, own))| TierPaid { tier, fund, own }).collect())
}

/// PY7.
fn pools(input: &ReformInput<'_>, referral: &ReferralPlan) -> Vec<Pool> {
    let (rules, problem) = (&input.rules.payment, input.problem);
    let network = &input.case.network;
    let name = |a: usize| network.areas[a].prefecture.clone().filter(|p| !p.is_empty()).unwrap_or_else(|| network.areas[a].code.clone());
    let mut pools: BTreeMap<String, Pool> = BTreeMap::new();
    for a in 0..network.areas.len() {
        let name = name(a);
        let already = rules.drg_areas.contains(&name);
        let empty = Pool { name: name.clone(), drg: already, already, stays: 0.0, weight: 0.0, cost: 0.0, fund: 0.0 };
        pools.entry(name).or_insert(empty);
    }
    for (a, j, k, w) in referral.flows.treated.rows() {
        let class = &problem.classes[k];
        if class.kind == Kind::H
            && let Some(pool) = pools.get_mut(&name(a))
        {
            let cost = w * problem.unit_cost(FacilityId::new(j), ClassId::new(k));
            pool.stays += w;
            pool.weight += w * class.weight;
            pool.cost += cost;
            pool.fund += cost * problem.tiers.get(network.facilities[j].tier).fund_share;
        }
    }
    let mut pools: Vec<Pool> = pools.into_values().collect();
    let mut order: Vec<usize> = (0..pools.len()).collect();
    order.sort_by(|&a, &b| pools[b].already.cmp(&pools[a].already).then(pools[b].fund.total_cmp(&pools[a].fund)).then(a.cmp(&b)));
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts of areas
    let wanted = (rules.drg_share * pools.len() as f64 - 1e-9).ceil().max(0.0) as usize;
    for &p in order.iter().take(wanted) {
        pools[p].drg = true;
    }
    pools
}

/// The curves: first contact and overflow, and money; widths go up from today's.
fn curves(input: &ReformInput<'_>, referral: &ReferralPlan, accounts: &[Account]) -> (Vec<GapPoint>, Vec<WidthPaid>) {
    let rules = &input.rules.payment;
    let (mut gap, mut money) = (Vec::new(), Vec::new());
    let onward = widths::Onward::new(input, referral);
    for width in rules.widths_from_today() {
        let paid = widened(&input.problem.tiers, rules, width);
        let shares = shares(input, &widened(&input.problem.choosing.tiers, rules, width));
        let (first_contact, arrivals) = arrivals(input, &shares);
        for &doctors in &rules.doctors {
            gap.push(GapPoint { width, doctors, first_contact, overflow: overflow(input, &arrivals, doctors) });
        }
        money.push(widths::settled(input, accounts, width, FlowsOf::Plan, &widths::planned(input, referral, &paid)));
        money.push(widths::settled(input, accounts, width, FlowsOf::Choice, &widths::chosen(input, &onward, &paid, &shares)));
    }
    (gap, money)
}

/// Tiers with their fund shares moved to those of a width.
fn widened(today: &TierTable, rules: &Payment, width: f64) -> TierTable {
    let mut out = *today;
    for tier in Tier::ALL {
        let share = &mut out.get_mut(tier).fund_share;
        *share += width * (rules.gap.get(&tier).copied().unwrap_or(*share) - *share);
    }
    out
}

/// Where people go first by themselves when they see these fund shares; sites that are closed are, and waiting is as it was.
fn shares(input: &ReformInput<'_>, seen: &TierTable) -> Vec<f64> {
    let problem = input.problem;
    let conditions = Conditions {
        network: &problem.network,
        arcs: &problem.arcs,
        tiers: seen,
        prices: &problem.prices,
        limits: &problem.limits,
        open: Some(&problem.choosing.open),
        waiting: problem.choosing.waiting.as_deref(),
        coefficients: Coefficients::default(),
    };
    conditions.shares(&problem.calibration.constants())
}

/// Share of elective first contact in primary care, and doctors' time that arrives at each facility, as visits.
fn arrivals(input: &ReformInput<'_>, shares: &[f64]) -> (f64, Vec<f64>) {
    let problem = input.problem;
    let classes = problem.class_count();
    let (mut primary, mut all) = (0.0, 0.0);
    let mut visits = vec![0.0; problem.network.facilities.len()];
    for i in 0..problem.network.settlements.len() {
        let (base, arcs) = (problem.arcs.first_start[i], problem.arcs.first_of(crate::ids::SettlementId::new(i)).1);
        for (k, class) in problem.classes.iter().enumerate() {
            let demand = problem.demand[i * classes + k];
            all += if class.elective { demand } else { 0.0 };
            for (n, arc) in arcs.iter().enumerate() {
                let cases = demand * shares[(base + n) * classes + k];
                let j = arc.facility.index();
                let tier = problem.network.facilities[j].tier;
                if tier.rank() > 2 {
                    continue;
                }
                primary += if class.elective { cases } else { 0.0 };
                let t = problem.tiers.get(tier);
                let as_visit = match (class.kind, t.bed_days_per_doctor_year()) {
                    (Kind::H, Some(q)) => (class.acute_days * t.visits_per_doctor_year() / q).min(1.0),
                    _ => 1.0,
                };
                visits[j] += cases * as_visit;
            }
        }
    }
    (if all > 0.0 { primary / all } else { 0.0 }, visits)
}

fn overflow(input: &ReformInput<'_>, arrivals: &[f64], factor: f64) -> f64 {
    let problem = input.problem;
    let facilities = problem.network.facilities.iter().enumerate().filter(|(_, f)| f.rank() <= 2);
    facilities
        .map(|(j, f)| (arrivals[j] - problem.tiers.get(f.tier).visits_per_doctor_year() * problem.doctors[j] * factor * f.avail).max(0.0))
        .sum()
}
