//! Specialties dealt to the provincial regional centres of a province, whose sites stand (CD1 to CD3 of [`crate::model::reform::centres`]).
//!
//! The case tells complex cases, not their specialty: all specialties would like the same sites, and only that a site leads so many of them sets them
//! apart. Hence sets of sites are chosen first, over all sets there are, by a small integer model; its duals prove the bound. Which set a
//! specialty has is open in value: they are dealt so that the ways to the regional centres of the specialties are the shortest in all
//! (an assignment problem; H. W. Kuhn 1955, <https://doi.org/10.1002/nav.3800020109>). Where there are too many sets, specialties take turns and exchange
//! sites while that helps; the mean over all sites of the province is the bound then.

use super::median::rounded;
use super::{Frame, Level, Net, Provinces, ReformError, ReformInput, code};
use crate::backend::{self, Simplex, guarded};
use crate::ids::FacilityId;
use crate::model::reform::centres::build;
use crate::outcome::{Limit, Limits, Observer};
use crate::plan::reform::centres::{Dealt, Led, MOST_SETS, WEEK};
use crate::travel::Place;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest time of a province's model.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most exchanges that are looked at where there are too many sets.
const MOST_TRIES: usize = 4_000;

/// Complex cases of a province (weights that sum to 1) and minutes to each of its sites.
struct Table {
    weights: Vec<f64>,
    minutes: Vec<Vec<f64>>,
}

impl Table {
    fn mean(&self, set: &[usize], of: &dyn Fn(f64) -> f64) -> f64 {
        let near = |row: &Vec<f64>| set.iter().map(|&s| row[s]).fold(f64::INFINITY, f64::min);
        self.minutes.iter().zip(&self.weights).map(|(row, w)| w * of(near(row))).sum()
    }

    fn value(&self, set: &[usize]) -> f64 {
        self.mean(set, &|t| t.min(WEEK))
    }
}

/// Deals the specialties in every province.
///
/// # Errors
/// A failing solver.
pub(super) fn deal(
    input: &ReformInput<'_>,
    frame: &Frame,
    provinces: &Provinces,
    nets: &[Net],
    observer: &dyn Observer,
) -> Result<Vec<Dealt>, ReformError> {
    let rules = &input.rules.centres;
    let position: BTreeMap<String, usize> = (0..frame.sites.len()).map(|s| (code(input, frame, s), s)).collect();
    let mut out = Vec::new();
    // a share of the time for each province
    #[allow(clippy::cast_precision_loss)] // some tens
    let time = input.limits.time.map_or(PATIENCE, |t| t.div_f64(2.0 * provinces.len().max(1) as f64).min(PATIENCE));
    let limits = Limits { time: Some(time), ..input.limits };
    for net in nets.iter().filter(|n| n.level == Level::Provincial) {
        if observer.stop_requested() {
            return Err(ReformError::Stopped(Limit::Interrupted));
        }
        let sites: Vec<usize> = net.sites.iter().filter_map(|s| position.get(s).copied()).collect();
        let clients: Vec<usize> =
            provinces.get(&net.of).map_or_else(Vec::new, |p| p.0.iter().copied().filter(|&i| frame.cases[i] > 0.0).collect());
        let all: f64 = clients.iter().map(|&i| frame.cases[i]).sum::<f64>().max(1e-12);
        let table = Table {
            weights: clients.iter().map(|&i| frame.cases[i] / all).collect(),
            minutes: clients.iter().map(|&i| sites.iter().map(|&s| frame.minutes[i][s]).collect()).collect(),
        };
        let (most, counts) = rules.dealt(sites.len());
        let (sets, fees) = sets(&table, sites.len(), most, &counts, MOST_SETS, &limits, observer)?;
        let owned = owners(input, &ways(input, frame, &sites, nets), &sets, &counts);
        let led: Vec<Led> = rules
            .specialties
            .iter()
            .zip(&owned)
            .map(|(specialty, set)| Led {
                specialty: specialty.name.clone(),
                sites: set.iter().map(|&s| net.sites[s].clone()).collect(),
                minutes: table.value(set),
                within: [120.0, 240.0].map(|limit| table.mean(set, &|t| f64::from(u8::from(t <= limit))).min(1.0)),
            })
            .collect();
        let minutes: f64 = led.iter().map(|l| l.minutes).sum();
        let least = proven(&table, sites.len(), most, &counts, &fees).clamp(0.0, minutes);
        let fees = net.sites.iter().cloned().zip(fees).filter(|f| f.1 > 0.0).collect();
        #[allow(clippy::cast_possible_truncation)] // a number of specialties
        out.push(Dealt { province: net.of.clone(), most: most as u32, led, minutes, least, fees });
    }
    Ok(out)
}

/// Sets of sites, one for every specialty (in the order of `counts`), and fees on the sites. At most `limit` sets are looked at one by one.
fn sets(
    table: &Table,
    sites: usize,
    most: usize,
    counts: &[usize],
    limit: usize,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<(Vec<Vec<usize>>, Vec<f64>), ReformError> {
    let free = vec![0.0; sites];
    // specialties in turn, each from where the one before ended: no site has more than its share
    let mut at = 0;
    let turns: Vec<Vec<usize>> = counts
        .iter()
        .map(|&count| {
            let mut set: Vec<usize> = (at..at + count).map(|s| s % sites.max(1)).collect();
            at += count;
            set.sort_unstable();
            set
        })
        .collect();
    if counts.iter().all(|c| *c == sites) {
        return Ok((turns, free));
    }
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    counts.iter().for_each(|c| *sizes.entry(*c).or_default() += 1);
    let Some(all) = every(sites, sizes.keys().copied(), limit) else {
        return Ok((exchanged(table, turns, sites, most, observer), free));
    };
    let valued: Vec<(Vec<usize>, f64)> = all.into_iter().map(|set| (set.clone(), table.value(&set))).collect();
    let model = build(&valued, &sizes, sites, most);
    let backend = backend::by_name(backend::names().first().copied().unwrap_or_default())?;
    // the relaxation for its duals
    let mut relaxed = model.clone();
    relaxed.integer.clear();
    let lp = match backend.session(&relaxed)? {
        Some(mut session) => session.run(Simplex::Cold, limits, observer)?,
        None => backend.solve(&relaxed, limits, observer)?,
    };
    let fees = lp.duals.get(sizes.len()..).map_or_else(|| free.clone(), |d| rounded(&d.iter().map(|y| (-y).max(0.0)).collect::<Vec<_>>()));
    let whole = !lp.values.is_empty() && lp.values.iter().all(|x| (x - x.round()).abs() < 1e-6);
    let values = if whole {
        lp.values
    } else {
        let mut start = vec![0.0; valued.len()];
        for set in &turns {
            if let Some(at) = valued.iter().position(|(v, _)| v == set) {
                start[at] += 1.0;
            }
        }
        guarded::solve_mip(&model, Some(&start), limits, observer)?.values
    };
    let mut by_size: BTreeMap<usize, Vec<Vec<usize>>> = BTreeMap::new();
    for ((set, _), times) in valued.iter().zip(&values) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a number of specialties
        let times = times.round().max(0.0) as usize;
        by_size.entry(set.len()).or_default().extend(std::iter::repeat_n(set.clone(), times));
    }
    let mut found = Vec::new();
    for count in counts {
        found.extend(by_size.get_mut(count).and_then(Vec::pop));
    }
    // a solver that was stopped has nothing
    let sound =
        found.len() == counts.len() && total(table, &found) <= total(table, &turns) && hosts(&found, sites).iter().all(|n| *n <= most);
    Ok((if sound { found } else { turns }, fees))
}

fn total(table: &Table, sets: &[Vec<usize>]) -> f64 {
    sets.iter().map(|s| table.value(s)).sum()
}

fn hosts(sets: &[Vec<usize>], sites: usize) -> Vec<usize> {
    let mut hosts = vec![0; sites];
    sets.iter().flatten().for_each(|&s| hosts[s] += 1);
    hosts
}

/// All sets of some sizes, unless there are more than `limit`.
fn every(sites: usize, sizes: impl Iterator<Item = usize>, limit: usize) -> Option<Vec<Vec<usize>>> {
    let mut out = Vec::new();
    for size in sizes {
        let mut now: Vec<usize> = (0..size).collect();
        loop {
            out.push(now.clone());
            if out.len() > limit {
                return None;
            }
            // the last site that can go up
            let Some(at) = (0..size).rev().find(|&p| now[p] < sites - size + p) else { break };
            now[at] += 1;
            (at + 1..size).for_each(|p| now[p] = now[p - 1] + 1);
        }
    }
    Some(out)
}

/// Exchanges sites between two specialties, or for one that leads fewer, while the sum falls; only so often, and not when asked to stop.
fn exchanged(table: &Table, mut sets: Vec<Vec<usize>>, sites: usize, most: usize, observer: &dyn Observer) -> Vec<Vec<usize>> {
    let swap = |set: &[usize], out: usize, into: usize| {
        let mut set: Vec<usize> = set.iter().map(|&s| if s == out { into } else { s }).collect();
        set.sort_unstable();
        set
    };
    let mut values: Vec<f64> = sets.iter().map(|s| table.value(s)).collect();
    let mut hosts = hosts(&sets, sites);
    let mut tries = 0;
    let mut better = true;
    while std::mem::take(&mut better) {
        for k in 0..sets.len() {
            for out in sets[k].clone() {
                for into in (0..sites).filter(|s| !sets[k].contains(s)).collect::<Vec<_>>() {
                    let other = (0..sets.len()).find(|&l| l != k && sets[l].contains(&into) && !sets[l].contains(&out));
                    let room = hosts[into] < most;
                    if !room && other.is_none() {
                        continue;
                    }
                    tries += 1;
                    if tries > MOST_TRIES || observer.stop_requested() {
                        return sets;
                    }
                    let own = swap(&sets[k], out, into);
                    let value = table.value(&own);
                    let gives = other.filter(|_| !room).map(|l| (l, swap(&sets[l], into, out)));
                    let given = gives.as_ref().map_or(0.0, |(l, set)| table.value(set) - values[*l]);
                    if value - values[k] + given >= -1e-9 {
                        continue;
                    }
                    if let Some((l, set)) = gives {
                        values[l] += given;
                        sets[l] = set;
                    } else {
                        hosts[into] += 1;
                        hosts[out] -= 1;
                    }
                    (sets[k], values[k], better) = (own, value, true);
                    break;
                }
            }
        }
    }
    sets
}

/// What fees prove over all sets; over too many, that no set is nearer than all sites.
fn proven(table: &Table, sites: usize, most: usize, counts: &[usize], fees: &[f64]) -> f64 {
    let mut sizes: BTreeMap<usize, f64> = BTreeMap::new();
    counts.iter().for_each(|c| *sizes.entry(*c).or_default() += 1.0);
    let Some(all) = every(sites, sizes.keys().copied(), MOST_SETS) else {
        return sizes.values().sum::<f64>() * table.value(&(0..sites).collect::<Vec<_>>());
    };
    let mut least: BTreeMap<usize, f64> = BTreeMap::new();
    for set in &all {
        let value = table.value(set) + set.iter().map(|&s| fees[s]).sum::<f64>();
        let best = least.entry(set.len()).or_insert(f64::INFINITY);
        *best = best.min(value);
    }
    #[allow(clippy::cast_precision_loss)] // a number of specialties
    let most = most as f64;
    sizes.iter().map(|(size, n)| n * least[size]).sum::<f64>() - most * fees.iter().sum::<f64>()
}

/// Minutes from every site to the nearest regional centre of each specialty; a week where there is no way or no such centre.
fn ways(input: &ReformInput<'_>, frame: &Frame, sites: &[usize], nets: &[Net]) -> Vec<Vec<f64>> {
    let network = &input.case.network;
    let position: BTreeMap<&str, usize> = network.facilities.iter().enumerate().map(|(j, f)| (f.code.as_str(), j)).collect();
    let ends: Vec<Vec<Place>> = input
        .rules
        .centres
        .specialties
        .iter()
        .map(|specialty| {
            let net = nets.iter().find(|n| n.level == Level::Regional && n.of == specialty.name);
            let codes = net.map_or(&[][..], |n| &n.sites);
            codes.iter().filter_map(|c| position.get(c.as_str())).map(|&j| Place::Facility(FacilityId::new(j))).collect()
        })
        .collect();
    let nearest =
        |from: Place, to: &[Place]| input.case.travel.minutes_to_many(network, from, to).into_iter().flatten().fold(WEEK, f64::min);
    sites
        .iter()
        .map(|&s| {
            let from = Place::Facility(FacilityId::new(frame.sites[s]));
            ends.iter().map(|to| nearest(from, to)).collect()
        })
        .collect()
}

/// The set of every specialty: of those with as many sites, so that the ways of all are the shortest in all.
fn owners(input: &ReformInput<'_>, ways: &[Vec<f64>], sets: &[Vec<usize>], counts: &[usize]) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); input.rules.centres.specialties.len()];
    let mut sizes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    counts.iter().enumerate().for_each(|(k, c)| sizes.entry(*c).or_default().push(k));
    for (size, specialties) in sizes {
        let own: Vec<&Vec<usize>> = sets.iter().filter(|s| s.len() == size).collect();
        let cost: Vec<Vec<f64>> =
            specialties.iter().map(|&k| own.iter().map(|set| set.iter().map(|&s| ways[s][k]).sum()).collect()).collect();
        for (&k, set) in specialties.iter().zip(assigned(&cost)) {
            out[k].clone_from(own[set]);
        }
    }
    out
}

/// The column of each row in the cheapest assignment of a square table, by shortest augmenting paths. O(n^3).
fn assigned(cost: &[Vec<f64>]) -> Vec<usize> {
    let n = cost.len();
    // prices of rows and columns, and the row of each column; position 0 stands for none
    let (mut row_price, mut column_price, mut row_of) = (vec![0.0; n + 1], vec![0.0; n + 1], vec![0_usize; n + 1]);
    for row in 1..=n {
        row_of[0] = row;
        let (mut least, mut before, mut seen) = (vec![f64::INFINITY; n + 1], vec![0_usize; n + 1], vec![false; n + 1]);
        let mut at = 0;
        loop {
            seen[at] = true;
            let i = row_of[at];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for j in (1..=n).filter(|&j| !seen[j]) {
                let reduced = cost[i - 1][j - 1] - row_price[i] - column_price[j];
                if reduced < least[j] {
                    (least[j], before[j]) = (reduced, at);
                }
                if least[j] < step {
                    (step, next) = (least[j], j);
                }
            }
            for j in 0..=n {
                if seen[j] {
                    row_price[row_of[j]] += step;
                    column_price[j] -= step;
                } else {
                    least[j] -= step;
                }
            }
            at = next;
            if row_of[at] == 0 {
                break;
            }
        }
        while at != 0 {
            row_of[at] = row_of[before[at]];
            at = before[at];
        }
    }
    let mut out = vec![0; n];
    (1..=n).for_each(|j| out[row_of[j] - 1] = j - 1);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::cast_precision_loss)] // a test may fail
mod tests {
    use super::*;
    use crate::outcome::Silent;

    fn number(seed: usize, a: usize, b: usize) -> f64 {
        ((seed * 7919 + a * 104_729 + b * 1_299_709 + a * b * 31) % 997) as f64 / 10.0
    }

    fn table(seed: usize, sites: usize) -> Table {
        let clients = 9;
        let weights: Vec<f64> = (0..clients).map(|i| number(seed, i, 77) + 1.0).collect();
        let all: f64 = weights.iter().sum();
        Table {
            weights: weights.iter().map(|w| w / all).collect(),
            minutes: (0..clients).map(|i| (0..sites).map(|s| number(seed, i, s)).collect()).collect(),
        }
    }

    /// Least sum over all dealings, one specialty after the other.
    fn least(table: &Table, sites: usize, most: usize, counts: &[usize], used: &mut Vec<usize>) -> f64 {
        let Some((&count, rest)) = counts.split_first() else { return 0.0 };
        let mut best = f64::INFINITY;
        for mask in 0_u32..1 << sites {
            let set: Vec<usize> = (0..sites).filter(|s| mask >> s & 1 == 1).collect();
            if set.len() == count && set.iter().all(|&s| used[s] < most) {
                set.iter().for_each(|&s| used[s] += 1);
                best = best.min(table.value(&set) + least(table, sites, most, rest, used));
                set.iter().for_each(|&s| used[s] -= 1);
            }
        }
        best
    }

    #[test]
    fn dealings_are_as_near_as_enumeration_finds_and_the_fees_hold() {
        let mut priced = 0;
        for seed in 0..30 {
            for (sites, most, counts) in
                [(3, 2, vec![2, 2, 1]), (4, 2, vec![2, 2, 2, 2]), (4, 3, vec![3, 3, 2, 2]), (2, 2, vec![1, 1, 1, 1])]
            {
                let table = table(seed, sites);
                let best = least(&table, sites, most, &counts, &mut vec![0; sites]);
                let (found, fees) = sets(&table, sites, most, &counts, MOST_SETS, &Limits::default(), &Silent).unwrap();
                assert!(
                    found.iter().map(Vec::len).eq(counts.iter().copied()) && hosts(&found, sites).iter().all(|n| *n <= most),
                    "{found:?}"
                );
                let (value, bound) = (total(&table, &found), proven(&table, sites, most, &counts, &fees));
                assert!((value - best).abs() < 1e-9, "seed {seed}: {value} against {best}");
                assert!(bound <= best + 1e-9 && bound >= 0.9 * best, "seed {seed}: {bound} of {best}");
                let none = proven(&table, sites, most, &counts, &vec![0.0; sites]);
                priced += usize::from(bound > none + 1e-6);
                // too many sets to look at: still sound, never better than the best
                let (other, _) = sets(&table, sites, most, &counts, 0, &Limits::default(), &Silent).unwrap();
                assert!(hosts(&other, sites).iter().all(|n| *n <= most) && other.iter().map(Vec::len).eq(counts.iter().copied()));
                assert!(total(&table, &other) >= best - 1e-9 && total(&table, &other) <= 1.5 * best + 1e-9, "seed {seed}");
            }
        }
        assert!(priced > 20, "fees proved more {priced} times");
    }

    #[test]
    fn assignments_are_the_cheapest() {
        for seed in 0..40 {
            let n = 1 + seed % 6;
            let cost: Vec<Vec<f64>> = (0..n).map(|a| (0..n).map(|b| number(seed, a, b)).collect()).collect();
            let found = assigned(&cost);
            let value: f64 = found.iter().enumerate().map(|(a, &b)| cost[a][b]).sum();
            fn best(cost: &[Vec<f64>], row: usize, used: u32) -> f64 {
                if row == cost.len() {
                    return 0.0;
                }
                (0..cost.len())
                    .filter(|b| used >> b & 1 == 0)
                    .map(|b| cost[row][b] + best(cost, row + 1, used | 1 << b))
                    .fold(f64::INFINITY, f64::min)
            }
            assert!((value - best(&cost, 0, 0)).abs() < 1e-9, "seed {seed}");
            let mut seen = found.clone();
            seen.sort_unstable();
            assert!(seen.iter().copied().eq(0..n));
        }
    }
}
