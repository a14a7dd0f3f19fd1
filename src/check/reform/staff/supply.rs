//! Where practitioners come from and what stays missing: training over the years with the bound from its prices, rates by area, specialties.

use super::super::{Findings, VALUE, listed, number};
use crate::network::Case;
use crate::plan::reform::staff::StaffAnswer;
use crate::policy::reform::Staff;
use crate::policy::reform::staff::Specialty;
use std::collections::BTreeMap;

/// People of the townships in the plan by area, in the order of the case: code and number.
#[allow(clippy::cast_precision_loss)] // far below 2^53
fn by_area<'a>(case: &'a Case, of: impl Fn(&crate::plan::reform::staff::StaffTown) -> f64, a: &StaffAnswer) -> Vec<(&'a str, f64)> {
    let area: BTreeMap<&str, usize> = case.network.towns.iter().map(|t| (t.code.as_str(), t.area.index())).collect();
    let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
    for t in &a.towns {
        if let Some(&n) = area.get(t.town.as_str()) {
            *sums.entry(n).or_default() += of(t);
        }
    }
    sums.into_iter().map(|(n, x)| (case.network.areas[n].code.as_str(), x)).collect()
}

#[allow(clippy::cast_precision_loss)] // far below 2^53
fn people(a: &StaffAnswer) -> f64 {
    a.towns.iter().map(|t| t.people as f64).sum()
}

/// Practitioners missing to the lowest rate that is not reached today.
pub(super) fn to_next_rate(rules: &Staff, a: &StaffAnswer) -> u32 {
    let (people, now): (f64, f64) = (people(a), a.towns.iter().map(|t| t.now).sum());
    let lacks = rules.pipeline.milestones.iter().map(|m| (m.per_10k * people / 1e4 - now - 1e-9).ceil()).filter(|x| *x > 0.0);
    let least = lacks.fold(f64::INFINITY, f64::min);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a rate times people
    let whole = if least.is_finite() { least as u32 } else { 0 };
    whole
}

/// What each area lacks to each rate once the new practitioners are there.
pub(super) fn missing(case: &Case, rules: &Staff, a: &StaffAnswer, found: &mut Findings) {
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let (heads, has) = (by_area(case, |t| t.people as f64, a), by_area(case, |t| t.now + f64::from(t.new), a));
    let rows = rules.pipeline.milestones.iter().flat_map(|m| heads.iter().zip(&has).map(move |(n, has)| (m.per_10k, *n, has.1)));
    let rows: Vec<(f64, (&str, f64), f64)> = rows.collect();
    if !listed("missing", a.missing.iter().map(|m| m.1.as_str()), rows.iter().map(|r| r.1.0), found) {
        return;
    }
    for ((rate, code, told), (wanted, (_, people), has)) in a.missing.iter().zip(rows) {
        let lacks = (wanted * people / 1e4 - has).max(0.0);
        found.equal("value", || code.clone(), *rate, wanted, 1e-12, "This is another rate than was asked for.");
        found.equal("value", || code.clone(), *told, lacks, VALUE * lacks.max(1.0), "The area lacks another number.");
    }
}

/// Stock, arrivals, cost of every year.
pub(super) fn training(case: &Case, rules: &Staff, a: &StaffAnswer, found: &mut Findings) {
    let p = &rules.pipeline;
    let people = people(a);
    let now: f64 = a.towns.iter().map(|t| t.now).sum();
    let mut stock = now;
    if !listed("programmes", a.pipeline.programmes.iter().map(String::as_str), p.programmes.iter().map(|x| x.name.as_str()), found) {
        return;
    }
    found.equal("value", || "capacity".into(), number(a.pipeline.capacity.len()), number(p.programmes.len()), 0.0, "Seats of others.");
    for (x, told) in p.programmes.iter().zip(&a.pipeline.capacity) {
        let seats = x.per_100k * people / 1e5;
        found.equal("value", || x.name.clone(), *told, seats, VALUE * seats.max(1.0), "The programme has another number of seats.");
    }
    if a.pipeline.years.len() != p.years as usize || a.pipeline.programmes.len() != p.programmes.len() {
        found.add("value", "pipeline", 0.0, f64::from(p.years), "The pipeline has not the years and programmes asked for.");
        return;
    }
    let mut cost = 0.0;
    for (t, y) in a.pipeline.years.iter().enumerate() {
        let at = || y.year.to_string();
        if y.seats.len() != p.programmes.len() || y.arrivals.len() != p.programmes.len() {
            found.add("value", "pipeline", 0.0, 0.0, "A year has not the programmes asked for.");
            return;
        }
        let size = VALUE * people.max(1.0) / 1e3;
        let mut yuan = 0.0;
        for (n, x) in p.programmes.iter().enumerate() {
            found.at_most("limit", at, y.seats[n], x.per_100k * people / 1e5, size, "More seats are opened than there are.");
            found.at_most("limit", at, -y.seats[n], 0.0, size, "Fewer than no seats are opened.");
            let begun = t.checked_sub(x.lead as usize).map_or(0.0, |b| a.pipeline.years[b].seats.get(n).copied().unwrap_or(f64::NAN));
            found.equal("value", at, y.arrivals[n], x.keep * begun, size, "Others end their training in this year.");
            yuan += x.cost * y.seats[n];
        }
        let leave = p.attrition * stock;
        stock += y.arrivals.iter().sum::<f64>() - leave;
        let rate = p.milestones.iter().filter(|m| m.year as usize <= t + 1).map(|m| m.per_10k).fold(0.0, f64::max);
        found.equal("value", at, y.leave, leave, size, "Another number leaves.");
        found.equal("value", at, y.stock, stock, size, "There are not as many practitioners.");
        found.equal("value", at, y.wanted, rate * people / 1e4, size, "Another number is wanted.");
        found.equal("value", at, y.missing, (y.wanted - stock).max(0.0), size, "Another number is missing.");
        found.equal("value", at, y.yuan, yuan, VALUE * yuan.max(1.0), "The seats cost another sum.");
        if i64::from(y.year) != i64::from(case.network.year) + i64::try_from(t).unwrap_or_default() + 1 {
            found.add("value", at(), f64::from(y.year), f64::from(case.network.year), "The years do not follow that of the case.");
        }
        cost += yuan + p.missing * y.missing;
    }
    found.equal("value", || "pipeline".into(), a.pipeline.cost, cost, VALUE * cost.max(1.0), "The pipeline costs another sum.");
    let bounds = a.pipeline.bounds;
    found.equal("bounds", || "pipeline".into(), bounds.primal, cost, VALUE * cost.max(1.0), "The upper bound is not the cost.");
    prices(rules, a, now, people, found);
}

/// What practitioners wanted in a year are worth proves the cost of training: with prices `p_t` between 0 and that of a missing one, a practitioner in
/// the year has `v_t = (1 - r) v_t+1 - p_t`, and `sum p_t R_t + (1 - r) v_1 G_0 + sum S_p min(0, c_p + k_p v_t+L)` is a lower bound.
fn prices(rules: &Staff, a: &StaffAnswer, now: f64, people: f64, found: &mut Findings) {
    let (p, years) = (&rules.pipeline, &a.pipeline.years);
    let mut worth = vec![0.0; years.len() + 1];
    let mut bound = 0.0;
    for (t, y) in years.iter().enumerate().rev() {
        if !y.price.is_finite() || y.price < 0.0 || y.price > p.missing * (1.0 + VALUE) + VALUE {
            found.add("bounds", y.year.to_string(), y.price, p.missing, "The price is below zero or above that of a missing practitioner.");
            return;
        }
        let price = y.price.min(p.missing);
        bound += price * y.wanted;
        worth[t] = (1.0 - p.attrition) * worth[t + 1] - price;
    }
    bound += (1.0 - p.attrition) * worth[0] * now;
    for x in &p.programmes {
        // seats of year t end in year t + lead, where that is looked at
        let gains = worth[..years.len()].iter().skip(x.lead as usize).map(|v| (x.cost + x.keep * v).min(0.0));
        bound += x.per_100k * people / 1e5 * gains.sum::<f64>();
    }
    let slack = VALUE * bound.abs().max(1.0);
    let dual = a.pipeline.bounds.dual;
    found.at_most("bounds", || "pipeline".into(), dual, bound, slack, "The prices do not prove the cost of training.");
}

/// Specialists, one after another to the area that has least of what it wants.
pub(super) fn specialties(case: &Case, rules: &Staff, a: &StaffAnswer, found: &mut Findings) {
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let heads = by_area(case, |t| t.people as f64, a);
    let rows = || rules.specialties.iter().flat_map(|s| heads.iter().map(move |h| (s, *h)));
    let told = a.specialties.iter().map(|r| format!("{} {}", r.specialty, r.area)).collect::<Vec<_>>();
    let is = rows().map(|(s, h)| format!("{} {}", s.name, h.0)).collect::<Vec<_>>();
    if !listed("specialties", told.iter().map(String::as_str), is.iter().map(String::as_str), found) {
        return;
    }
    let new: Vec<u32> = rules.specialties.iter().flat_map(|s| shared(s, &heads)).collect();
    for (((s, (code, people)), r), new) in rows().zip(&a.specialties).zip(new) {
        let at = || format!("{} {code}", s.name);
        let wanted = s.per_10k * people / 1e4;
        found.equal("value", at, r.wanted, wanted, VALUE * wanted.max(1.0), "Another number is wanted.");
        let now = s.now_per_10k.get(code).map(|rate| rate * people / 1e4);
        found.equal("value", at, r.now.unwrap_or(-1.0), now.unwrap_or(-1.0), VALUE * wanted.max(1.0), "There are not as many today.");
        found.equal("limit", at, f64::from(r.new), f64::from(new), 0.0, "The area gets another number than an even sharing gives it.");
    }
}

fn shared(s: &Specialty, heads: &[(&str, f64)]) -> Vec<u32> {
    let wanted: Vec<f64> = heads.iter().map(|h| s.per_10k * h.1 / 1e4).collect();
    let now: Vec<f64> = heads.iter().map(|(code, n)| s.now_per_10k.get(*code).map_or(0.0, |rate| rate * n / 1e4)).collect();
    let mut new = vec![0_u32; heads.len()];
    let mut left = s.new.unwrap_or(u32::MAX);
    while left > 0 {
        let share = |n: usize| (now[n] + f64::from(new[n])) / wanted[n];
        let mut lowest: Option<usize> = None;
        for n in (0..heads.len()).filter(|&n| wanted[n] > 0.0 && share(n) < 1.0 - 1e-9) {
            // of shares alike the area that wants fewer is brought farther
            let before = lowest.is_some_and(|b| {
                let off = share(n) - share(b);
                if off.abs() < 1e-9 { wanted[n] >= wanted[b] } else { off > 0.0 }
            });
            lowest = if before { lowest } else { Some(n) };
        }
        let Some(n) = lowest else { break };
        new[n] += 1;
        left -= 1;
    }
    new
}
