//! Who gets the new practitioners: the largest least coverage, then the most contracts (ST0a, ST0b).
//!
//! Least coverage `m` is found by halving: for a given `m` the fewest practitioners that reach it are counted. A township needs
//! `n = m N / P - g` doctors. Without postings that is `ceil(n)`. With them the hospitals of an area lend it a whole `eff s h` of working time,
//! which saves a practitioner in a township for the fraction of `n` first and for 1 then: the cheapest savings are taken first, which saves most
//! because each saves exactly one. The counts are exact, so the value found is the optimum and needs no other bound.
//!
//! Contracts then rise concavely with each practitioner of a township, under limits that are nested (township, area, region): giving each
//! practitioner where it brings most is exact (Federgruen and Groenevelt 1986, <https://doi.org/10.1287/opre.34.6.909>). Postings make
//! that a mixed problem, which the MIP of [`crate::model::reform::staff`] solves from the first answer.

use crate::backend::{BackendError, guarded};
use crate::model::reform::staff::{StaffNumbers, TownNumbers, build};
use crate::outcome::{Bounds, Limits, Observer, Termination};
use crate::reform::ended;

/// Rounding that a count forgives.
const EPS: f64 = 1e-9;

/// Shares of townships that postings bring to one level may differ by this.
const LEVEL: f64 = 1e-6;

/// Who gets what.
#[derive(Debug, Clone, PartialEq)]
pub struct Contracts {
    /// `d_t`.
    pub new: Vec<u32>,
    /// `o_t`.
    pub posted: Vec<f64>,
    /// Least coverage.
    pub least: f64,
    /// `sum w z1 + z2`.
    pub weighted: f64,
    /// Proven interval around `-weighted`.
    pub bounds: Bounds,
    /// Why the run ended.
    pub termination: Termination,
}

/// Contracts of a township with `doctors` at work: all, and those of the priority groups.
#[must_use]
pub fn contracts(town: &TownNumbers, panel: f64, doctors: f64) -> (f64, f64) {
    let all = (panel * doctors).min(town.people);
    (all, all.min(town.priority * town.people))
}

/// Share with a contract; 1 where nobody lives.
#[must_use]
pub fn coverage(town: &TownNumbers, panel: f64, doctors: f64) -> f64 {
    if town.people > 0.0 { contracts(town, panel, doctors).0 / town.people } else { 1.0 }
}

/// The answer of both stages; the numbers must allow `d = l` and ST6 (whoever calls has counted).
///
/// # Errors
/// A failing solver.
pub fn solve(numbers: &StaffNumbers, limits: &Limits, observer: &dyn Observer) -> Result<Contracts, BackendError> {
    let (new, posted) = widest(numbers);
    let least = least_of(numbers, &new, &posted);
    if numbers.areas.iter().all(|a| a.posted[1] <= 0.0) {
        let new = most_contracts(numbers, &posted, new);
        let weighted = weighted_of(numbers, &new, &posted);
        let bounds = Bounds { primal: -weighted, dual: -weighted };
        return Ok(Contracts { new, posted, least, weighted, bounds, termination: Termination::Optimal });
    }
    let start_new = most_contracts(numbers, &posted, new);
    let model = build(numbers, Some(least - EPS));
    let mut start = vec![0.0; model.model.col_count()];
    for (t, columns) in model.town.iter().enumerate() {
        let (all, first) = contracts(&numbers.towns[t], numbers.panel, at_work(numbers, t, &start_new, &posted));
        for (c, v) in columns.iter().zip([f64::from(start_new[t]), posted[t], first, all - first]) {
            start[*c] = v;
        }
    }
    let found = guarded::solve_mip(&model.model, Some(&start), limits, observer)?;
    let begun = weighted_of(numbers, &start_new, &posted);
    let values = if found.values.is_empty() { &start } else { &found.values };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between l and u
    let mut new: Vec<u32> = model.town.iter().map(|c| values[c[0]].round() as u32).collect();
    let mut posted: Vec<f64> = model.town.iter().map(|c| values[c[1]].max(0.0)).collect();
    // a solver's tolerance must not cost the township that has least
    if least_of(numbers, &new, &posted) < least - 1e-7 || weighted_of(numbers, &new, &posted) < begun - 1e-6 {
        (new, posted) = (start_new, start_posted(numbers));
    }
    let weighted = weighted_of(numbers, &new, &posted);
    let bounds = Bounds { primal: -weighted, dual: found.bounds.dual.min(-weighted) };
    let least = least_of(numbers, &new, &posted);
    Ok(Contracts { new, posted, least, weighted, bounds, termination: ended(found.status) })
}

fn start_posted(numbers: &StaffNumbers) -> Vec<f64> {
    widest(numbers).1
}

/// The answer with the postings given: for other numbers of practitioners.
#[must_use]
pub fn with_postings(numbers: &StaffNumbers, posted: &[f64]) -> (f64, f64) {
    let mut fixed = numbers.clone();
    for (town, o) in fixed.towns.iter_mut().zip(posted) {
        town.now += numbers.effectiveness * o;
    }
    fixed.areas.iter_mut().for_each(|a| a.posted = [0.0; 2]);
    let none = vec![0.0; posted.len()];
    let (mut new, _) = widest(&fixed);
    // postings bring several townships to one level but for a solver's tolerance, which must not cost any of them a practitioner
    if posted.iter().any(|o| *o > 0.0) {
        new = reach(&fixed, (least_of(&fixed, &new, &none) - LEVEL).max(0.0)).map_or(new, |found| found.0);
    }
    let new = most_contracts(&fixed, &none, new);
    let people: f64 = fixed.towns.iter().map(|t| t.people).sum();
    let all: f64 = (0..new.len()).map(|t| contracts(&fixed.towns[t], fixed.panel, at_work(&fixed, t, &new, &none)).0).sum();
    (least_of(&fixed, &new, &none), if people > 0.0 { all / people } else { 1.0 })
}

fn at_work(numbers: &StaffNumbers, t: usize, new: &[u32], posted: &[f64]) -> f64 {
    numbers.towns[t].now + f64::from(new[t]) + numbers.effectiveness * posted[t]
}

fn least_of(numbers: &StaffNumbers, new: &[u32], posted: &[f64]) -> f64 {
    (0..new.len()).map(|t| coverage(&numbers.towns[t], numbers.panel, at_work(numbers, t, new, posted))).fold(1.0, f64::min)
}

fn weighted_of(numbers: &StaffNumbers, new: &[u32], posted: &[f64]) -> f64 {
    (0..new.len())
        .map(|t| {
            let (all, first) = contracts(&numbers.towns[t], numbers.panel, at_work(numbers, t, new, posted));
            all + (numbers.weight - 1.0) * first
        })
        .sum()
}

/// ST0a: practitioners and postings of the largest least coverage, with as few practitioners as it takes; what is left of the floor of
/// postings goes where coverage is lowest.
fn widest(numbers: &StaffNumbers) -> (Vec<u32>, Vec<f64>) {
    let (mut low, mut high) = (0.0, 1.0);
    let mut best = reach(numbers, 0.0).unwrap_or_else(|| (numbers.towns.iter().map(|t| t.least).collect(), vec![0.0; numbers.towns.len()]));
    if let Some(all) = reach(numbers, 1.0) {
        best = all;
    } else {
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            match reach(numbers, middle) {
                Some(found) => (low, best) = (middle, found),
                None => high = middle,
            }
        }
    }
    for (a, area) in numbers.areas.iter().enumerate() {
        let towns: Vec<usize> = (0..numbers.towns.len()).filter(|&t| numbers.towns[t].area == a).collect();
        let mut left = area.posted[0] - towns.iter().map(|&t| best.1[t]).sum::<f64>();
        while left > EPS {
            let cover = |t: usize| coverage(&numbers.towns[t], numbers.panel, at_work(numbers, t, &best.0, &best.1));
            let Some(&t) = towns.iter().min_by(|x, y| cover(**x).total_cmp(&cover(**y))) else { break };
            let part = left.min(1.0);
            best.1[t] += part;
            left -= part;
        }
    }
    best
}

/// The fewest practitioners that bring every township to coverage `m`, with the postings that go with them; `None` when that is too many.
fn reach(numbers: &StaffNumbers, m: f64) -> Option<(Vec<u32>, Vec<f64>)> {
    let count = numbers.towns.len();
    let (mut new, mut posted) = (vec![0_u32; count], vec![0.0; count]);
    let mut lent: Vec<f64> = numbers.areas.iter().map(|a| a.posted[1] * numbers.effectiveness).collect();
    // what saves one practitioner: area, working time, township
    let mut savings: Vec<(usize, f64, usize)> = Vec::new();
    for (t, town) in numbers.towns.iter().enumerate() {
        let need = (m * town.people / numbers.panel - town.now).max(0.0);
        let mut whole = (need * (1.0 - 1e-13) - 1e-12).ceil().max(0.0);
        let mut last = need - (whole - 1.0).max(0.0);
        if whole > f64::from(town.most) {
            // beyond what the township can take, postings have no choice
            let must = need - f64::from(town.most);
            if must > lent[town.area] {
                return None;
            }
            lent[town.area] -= must;
            posted[t] += must / numbers.effectiveness;
            (whole, last) = (f64::from(town.most), 1.0);
        }
        let mut k = whole;
        while k > f64::from(town.least) && lent[town.area] > 0.0 {
            savings.push((town.area, last, t));
            last = 1.0;
            k -= 1.0;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to u
        let d = whole as u32;
        new[t] = d.max(town.least);
    }
    savings.sort_by(|x, y| x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)).then(x.2.cmp(&y.2)));
    for (area, time, t) in savings {
        if time <= lent[area] {
            lent[area] -= time;
            posted[t] += time / numbers.effectiveness;
            new[t] -= 1;
        }
    }
    let mut of_area = vec![0.0; numbers.areas.len()];
    new.iter().zip(&numbers.towns).for_each(|(d, t)| of_area[t.area] += f64::from(*d));
    let fits = of_area.iter().zip(&numbers.areas).all(|(d, a)| *d <= a.quota + EPS);
    (fits && of_area.iter().sum::<f64>() <= f64::from(numbers.new) + EPS).then_some((new, posted))
}

/// ST0b with the postings given: one practitioner after another where it brings most; among equals where coverage is lowest.
fn most_contracts(numbers: &StaffNumbers, posted: &[f64], mut new: Vec<u32>) -> Vec<u32> {
    let mut left = numbers.new.saturating_sub(new.iter().sum());
    let mut quota: Vec<f64> = numbers.areas.iter().map(|a| a.quota).collect();
    new.iter().zip(&numbers.towns).for_each(|(d, t)| quota[t.area] -= f64::from(*d));
    let value = |t: usize, doctors: f64| {
        let (all, first) = contracts(&numbers.towns[t], numbers.panel, doctors);
        all + (numbers.weight - 1.0) * first
    };
    let gain = |t: usize, doctors: f64| value(t, doctors + 1.0) - value(t, doctors);
    let mut at: Vec<f64> = (0..new.len()).map(|t| at_work(numbers, t, &new, posted)).collect();
    let mut gains: Vec<(f64, f64)> = (0..new.len()).map(|t| (gain(t, at[t]), coverage(&numbers.towns[t], numbers.panel, at[t]))).collect();
    while left > 0 {
        let open =
            (0..new.len()).filter(|&t| new[t] < numbers.towns[t].most && quota[numbers.towns[t].area] >= 1.0 - EPS && gains[t].0 > EPS);
        // the first of the best
        let best = open.fold(None::<usize>, |best, t| match best {
            Some(b) if gains[t].0 < gains[b].0 + 1e-6 && (gains[t].0 < gains[b].0 - 1e-6 || gains[t].1 >= gains[b].1) => Some(b),
            _ => Some(t),
        });
        let Some(t) = best else { break };
        new[t] += 1;
        at[t] += 1.0;
        quota[numbers.towns[t].area] -= 1.0;
        gains[t] = (gain(t, at[t]), coverage(&numbers.towns[t], numbers.panel, at[t]));
        left -= 1;
    }
    new
}
