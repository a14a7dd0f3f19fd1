//! Several nets over the same sites, of which each hosts only so many centres.
//!
//! ```text
//! (S1)  min sum_k sum_i w_i min over s in S_k of t_is     with |S_k| = n_k, and every site in at most h of the sets S_k
//! (S2)  sum_k L(v_k, f) - h sum_s f_s <= (S1)             for all prices v_k and fees f >= 0 (L: see `median`)
//! ```
//!
//! Prices and fees rise together by subgradient steps; nets with as many centres are one and the same question and counted so often. Choices
//! are made net after net with the fees on the sites, then each is improved by swaps while the others stand.

use super::median::{Table, rounded};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Subgradient steps.
const STEPS: u32 = 600;
/// Rounds of improvement.
const ROUNDS: usize = 20;

/// The nets asked for.
pub(super) struct Nets<'a> {
    pub table: Table<'a>,
    /// Centres of each net.
    pub counts: Vec<usize>,
    /// Nets that one site can host.
    pub most: u32,
}

/// What is known of a bound.
#[derive(Debug, Clone)]
pub(super) struct SharedProof {
    /// Prices by number of centres.
    pub prices: BTreeMap<usize, Vec<f64>>,
    /// Fees of the sites, case-minutes.
    pub fees: Vec<f64>,
    /// No choice costs less in all, case-minutes.
    pub least: f64,
}

/// One question in one step: its number of centres, its bound, the sites it takes, what clients lack, the square of that.
type Turn = (usize, f64, Vec<usize>, Vec<f64>, f64);

impl Nets<'_> {
    /// Case-minutes of all nets.
    pub(super) fn value(&self, open: &[Vec<usize>]) -> f64 {
        open.iter().map(|o| self.table.value(o)).sum()
    }

    /// Net after net, each on the sites that are not full, then every one improved while the others stand. `start` holds the first wish of a
    /// net by its number of centres.
    pub(super) fn choose(&self, start: &BTreeMap<usize, Vec<usize>>, fees: &[f64]) -> Vec<Vec<usize>> {
        let mut hosts = vec![0_u32; fees.len()];
        let mut open: Vec<Vec<usize>> = Vec::new();
        for count in &self.counts {
            let allowed: Vec<bool> = hosts.iter().map(|n| *n < self.most).collect();
            let wish = start.get(count).filter(|w| w.len() == *count && w.iter().all(|&s| allowed[s]));
            let own = wish.cloned().unwrap_or_else(|| self.table.choose(&allowed, fees, *count));
            own.iter().for_each(|&s| hosts[s] += 1);
            open.push(own);
        }
        let free = self.table.free();
        for _ in 0..ROUNDS {
            let before = open.clone();
            for own in &mut open {
                own.iter().for_each(|&s| hosts[s] -= 1);
                let allowed: Vec<bool> = hosts.iter().map(|n| *n < self.most).collect();
                self.table.swap(own, &allowed, &free);
                own.iter().for_each(|&s| hosts[s] += 1);
            }
            if open == before {
                break;
            }
        }
        open
    }

    /// Prices and fees, from the prices of the nets alone and the value of a choice.
    pub(super) fn prove(&self, alone: &BTreeMap<usize, Vec<f64>>, value: f64) -> SharedProof {
        let mut times: BTreeMap<usize, f64> = BTreeMap::new();
        self.counts.iter().for_each(|c| *times.entry(*c).or_default() += 1.0);
        let most = f64::from(self.most);
        let mut now = SharedProof { prices: alone.clone(), fees: self.table.free(), least: f64::NEG_INFINITY };
        let mut best = now.clone();
        let (mut scale, mut stale) = (1.0, 0);
        for _ in 0..STEPS {
            let turns: Vec<Turn> = now
                .prices
                .par_iter()
                .map(|(&count, prices)| {
                    let (bound, taken) = self.table.relaxed(prices, &now.fees, count);
                    let (off, norm) = self.table.off(prices, &taken);
                    (count, bound, taken, off, norm)
                })
                .collect();
            now.least = turns.iter().map(|t| times[&t.0] * t.1).sum::<f64>() - most * now.fees.iter().sum::<f64>();
            if now.least > best.least {
                (best, stale) = (now.clone(), 0);
            } else {
                stale += 1;
                if stale >= 15 {
                    (scale, stale) = (0.7 * scale, 0);
                    now = best.clone();
                    if scale < 1e-3 {
                        break;
                    }
                    continue;
                }
            }
            let mut over = vec![-most; now.fees.len()];
            for (count, _, taken, _, _) in &turns {
                taken.iter().for_each(|&s| over[s] += times[count]);
            }
            // fees at zero do not fall
            let pull = |f: f64, g: f64| if f > 0.0 || g > 0.0 { g } else { 0.0 };
            let fee_norm: f64 = now.fees.iter().zip(&over).map(|(f, g)| pull(*f, *g).powi(2)).sum();
            let missing = (value - now.least).max(1e-5 * value);
            let all: f64 = times.values().sum();
            for (count, _, _, off, norm) in &turns {
                let step = scale * missing / (all * norm.max(1e-12));
                if let Some(prices) = now.prices.get_mut(count) {
                    prices.iter_mut().zip(off).for_each(|(v, g)| *v = (*v + step * g).max(0.0));
                }
            }
            if fee_norm > 0.0 {
                let step = 0.5 * scale * missing / fee_norm;
                now.fees.iter_mut().zip(&over).for_each(|(f, g)| *f = (*f + step * g).max(0.0));
            }
        }
        best.prices.values_mut().for_each(|v| *v = rounded(v));
        best.fees = rounded(&best.fees);
        best.least = best.prices.iter().map(|(count, v)| times[count] * self.table.relaxed(v, &best.fees, *count).0).sum::<f64>()
            - most * best.fees.iter().sum::<f64>();
        best
    }
}
