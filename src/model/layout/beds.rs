//! Beds (L6, C23, C26, C27) and money (C24).

use super::{MONEY, Making, NO_COLUMN, PEOPLE, RowKey, RowKind};
use crate::demand::layout::LEVELS;
use crate::network::Owner;
use crate::policy::layout::BudgetCounts;

/// Price of a bed too few or too many in the search for the smallest repair.
const BED: f64 = 10.0;
/// Price of 100,000 yuan beyond the budget.
const YUAN: f64 = 1.0;

/// Columns `b`, `a` and the rows about beds.
pub(super) fn rows(making: &mut Making<'_>) {
    let p = making.problem;
    let Some(rule) = &p.rules.beds else { return };
    for j in (0..p.sites.len()).filter(|&j| !p.sites[j].city) {
        let site = &p.sites[j];
        for n in 0..2 {
            let level = n + 2;
            if !making.allowed[j][level] {
                continue;
            }
            let (low, high) = (site.beds_min[n], site.beds_max[n]);
            let b = making.m.column(0.0, high);
            let a = making.m.column(0.0, (high - site.beds_now).max(0.0));
            making.beds[j][n] = b;
            making.added[j][n] = a;
            let y = making.open[j][level - 1];
            if y == NO_COLUMN {
                making.tie(low, high, vec![(b, 1.0)]);
                making.tie(-site.beds_now, f64::INFINITY, vec![(a, 1.0), (b, -1.0)]);
            } else {
                making.tie(0.0, f64::INFINITY, vec![(b, 1.0), (y, -low)]);
                making.tie(f64::NEG_INFINITY, 0.0, vec![(b, 1.0), (y, -high)]);
                making.tie(0.0, f64::INFINITY, vec![(a, 1.0), (b, -1.0), (y, site.beds_now)]);
            }
        }
    }
    let all = |making: &Making<'_>, n: usize| -> Vec<(u32, f64)> {
        making.beds.iter().map(|b| b[n]).filter(|c| *c != NO_COLUMN).map(|c| (c, 1.0)).collect()
    };
    for n in 0..2 {
        let people = p.people * PEOPLE;
        let level = n as u8 + 2;
        let (low, high) = (rule.tier_min[n] * people, rule.tier_max[n] * people);
        let entries = all(making, n);
        if rule.tier_min[n] > 0.0 {
            making.add(region(RowKind::TierLow(level)), low, f64::INFINITY, entries.clone(), BED);
        }
        if rule.tier_max[n] > 0.0 {
            making.add(region(RowKind::TierHigh(level)), f64::NEG_INFINITY, high, entries, BED);
        }
    }
    if rule.target > 0.0 {
        let city: f64 = p.sites.iter().filter(|s| s.city).map(|s| s.beds_now).sum();
        let mut entries = all(making, 0);
        entries.extend(all(making, 1));
        making.add(region(RowKind::Target), rule.target * p.people * PEOPLE - city, f64::INFINITY, entries, BED);
    }
    if rule.freeze && frozen(p) {
        let hospital = |j: &usize| p.sites[*j].owner == Owner::Public && !p.sites[*j].city;
        let today: f64 = (0..p.sites.len()).filter(hospital).filter(|&j| p.sites[j].now == 3).map(|j| p.sites[j].beds_now).sum();
        let entries =
            (0..p.sites.len()).filter(hospital).map(|j| making.beds[j][1]).filter(|c| *c != NO_COLUMN).map(|c| (c, 1.0)).collect();
        making.add(region(RowKind::Freeze), f64::NEG_INFINITY, today, entries, BED);
    }
    if rule.social_share > 0.0 {
        let mut entries = Vec::new();
        for (j, site) in p.sites.iter().enumerate() {
            let part = if site.owner == Owner::Social { 1.0 - rule.social_share } else { -rule.social_share };
            entries.extend(making.added[j].iter().filter(|c| **c != NO_COLUMN).map(|&c| (c, part)));
        }
        // what is written as added may not exceed what is
        for j in 0..p.sites.len() {
            for n in 0..2 {
                let (a, b) = (making.added[j][n], making.beds[j][n]);
                if a == NO_COLUMN || p.sites[j].owner != Owner::Social {
                    continue;
                }
                exact_growth(making, j, n, a, b);
            }
        }
        making.add(region(RowKind::Social), 0.0, f64::INFINITY, entries, BED);
    }
}

/// Whether the freeze of C26 is in force: beds of today (city hospitals with them) reach the threshold.
#[must_use]
pub fn frozen(p: &crate::demand::LayoutProblem) -> bool {
    let today: f64 = p.sites.iter().map(|s| s.beds_now).sum();
    p.rules.beds.as_ref().is_some_and(|b| today >= b.freeze_at * p.people / 1000.0 - 1e-9)
}

/// `a = max(0, b - b0 y)` exactly, by a binary that says whether the site grows; where sites cannot shrink no binary is needed.
fn exact_growth(making: &mut Making<'_>, j: usize, n: usize, a: u32, b: u32) {
    let site = &making.problem.sites[j];
    let (now, high) = (site.beds_now, site.beds_max[n]);
    let y = making.open[j][n + 1];
    if now <= 0.0 || site.beds_min[n] >= now {
        // never fewer than today: what is added is the difference
        let mut entries = vec![(a, 1.0), (b, -1.0)];
        if y != NO_COLUMN {
            entries.push((y, now));
        }
        let most = if y == NO_COLUMN { -now } else { 0.0 };
        making.tie(f64::NEG_INFINITY, most, entries);
        return;
    }
    let grows = making.m.binary();
    making.tie(f64::NEG_INFINITY, 0.0, vec![(a, 1.0), (grows, -(high - now).max(0.0))]);
    // grows: a <= b - now
    making.tie(f64::NEG_INFINITY, 0.0, vec![(a, 1.0), (b, -1.0), (grows, now)]);
}

fn region(kind: RowKind) -> RowKey {
    RowKey { kind, place: None, linking: true }
}

/// Terms of what the budget pays, in [`MONEY`], and the constant.
pub(super) fn budget_terms(making: &Making<'_>, counts: BudgetCounts) -> (Vec<(u32, f64)>, f64) {
    let p = making.problem;
    let (mut terms, mut constant) = (Vec::new(), 0.0);
    for (j, site) in p.sites.iter().enumerate().filter(|(_, s)| !s.city) {
        let fixed = |l: usize| {
            let full = site.fixed_cost[l - 1];
            match counts {
                BudgetCounts::All => full,
                BudgetCounts::New if site.now == 0 => full,
                BudgetCounts::New if l > usize::from(site.now) => (full - site.fixed_cost[usize::from(site.now) - 1]).max(0.0),
                BudgetCounts::New => 0.0,
            }
        };
        for l in 1..=LEVELS {
            if making.open[j][l - 1] != NO_COLUMN {
                terms.push((making.open[j][l - 1], fixed(l) * MONEY));
            }
        }
        constant += making.settled[j].filter(|l| *l > 0).map_or(0.0, |l| fixed(usize::from(l)) * MONEY);
        for n in 0..2 {
            if making.added[j][n] != NO_COLUMN {
                terms.push((making.added[j][n], site.capital[n] * MONEY));
            }
        }
    }
    terms.extend(flag_terms(making));
    (terms, constant)
}

/// Cost of capabilities that sites do not have yet, in [`MONEY`].
pub(super) fn flag_terms(making: &Making<'_>) -> Vec<(u32, f64)> {
    let p = making.problem;
    let mut terms = Vec::new();
    for (which, flags) in &making.flags {
        let cost = p.rules.capability.get(which).map_or(0.0, |c| c.cost);
        let ours = flags.iter().enumerate().filter(|(j, c)| **c != NO_COLUMN && !p.sites[*j].has[*which as usize]);
        terms.extend(ours.map(|(_, &c)| (c, cost * MONEY)));
    }
    terms
}

/// C24.
pub(super) fn money(making: &mut Making<'_>) {
    let Some(budget) = making.problem.rules.budget else { return };
    let (terms, constant) = budget_terms(making, budget.counts);
    making.add(region(RowKind::Budget), f64::NEG_INFINITY, budget.yuan * MONEY - constant, terms, YUAN);
}
