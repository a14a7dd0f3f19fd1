//! Amounts of a community, and their balance within a group.

use super::{Findings, Known};
use crate::check::MONEY;
use crate::network::seats::home_town;
use crate::plan::reform::communities::Community;
use std::collections::BTreeMap;

/// The amounts of a community; its person-minutes.
#[allow(clippy::too_many_arguments)] // each is a plain table
pub(super) fn amounts(
    known: &Known<'_>,
    (l, c): (usize, &Community),
    leads: &[usize],
    roots: &[usize],
    pairs: &[(usize, usize)],
    part_of: &BTreeMap<usize, usize>,
    way: &dyn Fn(usize, usize) -> f64,
    found: &mut Findings,
) -> f64 {
    let network = &known.case.network;
    let (mut people, mut fund, mut total, mut beyond, mut farthest, mut away) = (0_u64, 0.0, 0.0, 0.0, 0.0_f64, 0_u64);
    for t in c.towns.iter().map(|code| known.towns[code.as_str()]) {
        let (town, m) = (&network.towns[t], way(t, l));
        let area = network.area(town.area);
        let n = town.population.0;
        people += n;
        fund += n as f64 * area.enrol_rate * area.fund_per_head.0 * known.rules.risk.get(&town.code).copied().unwrap_or(1.0);
        total += n as f64 * m;
        farthest = farthest.max(m);
        let least = (0..leads.len()).map(|k| way(t, k)).fold(f64::INFINITY, f64::min);
        beyond += n as f64 * (m - least);
        away += if m > least + 1e-9 { n } else { 0 };
    }
    let mut beds = 0.0;
    for (j, _) in network.facilities.iter().enumerate().filter(|(_, f)| f.siting.exist && f.rank() <= 3 && f.area.is_some()) {
        let at = leads.iter().position(|&x| x == j).map(|k| roots[k]).or_else(|| home_town(network, j));
        if at.and_then(|t| part_of.get(&t)) == Some(&l) {
            beds += known.problem.beds[j];
        }
    }
    let lies = |t: &usize| part_of.get(t) == Some(&l);
    let inside = pairs.iter().filter(|(a, b)| lies(a) && lies(b)).count();
    let touching = pairs.iter().filter(|(a, b)| lies(a) || lies(b)).count();
    let heads = (people as f64).max(1.0);
    for (what, told, is) in [
        ("people", c.people as f64, people as f64),
        ("beds", c.beds, beds),
        ("fund", c.fund, fund),
        ("minutes", c.minutes, total / heads),
        ("farthest", c.farthest, farthest),
        ("away", c.away as f64, away as f64),
        ("beyond", c.beyond, beyond / heads),
        ("pairs inside", f64::from(c.pairs[0]), inside as f64),
        ("pairs", f64::from(c.pairs[1]), touching as f64),
    ] {
        let slack = MONEY * is.abs().max(10.0);
        found.equal("communities-amount", || format!("{} {what}", c.lead), told, is, slack, "The tables give another amount.");
    }
    total
}

pub(super) fn balance(known: &Known<'_>, mine: &[&Community], place: &str, found: &mut Findings) {
    if mine.len() < 2 {
        return;
    }
    let b = &known.rules.balance;
    type Measured = fn(&Community) -> f64;
    let rows: [(&str, Option<f64>, Measured); 3] =
        [("people", b.people, |c| c.people as f64), ("beds", b.beds, |c| c.beds), ("fund", b.funds, |c| c.fund)];
    for (what, tolerance, of) in rows {
        let mean = mine.iter().map(|c| of(c)).sum::<f64>() / mine.len() as f64;
        let Some(tolerance) = tolerance.filter(|_| mean > 0.0) else { continue };
        for c in mine {
            let off = (of(c) / mean - 1.0).abs();
            found.at_most("communities-balance", || format!("{place} {} {what}", c.lead), off, tolerance, 1e-6, "Outside the tolerance.");
        }
    }
}
