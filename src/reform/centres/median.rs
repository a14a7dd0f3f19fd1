//! A p-median with few centres over a full table of minutes: Lagrangian bound, greedy start, interchange, each with a fee on every site.
//!
//! With a price `v_i` (minutes) for serving client `i`, every choice of p sites costs at least
//!
//! ```text
//! L(v, f) = sum_i w_i v_i + the p smallest of rho_j + f_j,   rho_j = sum_i w_i min(0, t_ij - v_i)
//! ```
//!
//! (Cornuejols, Fisher and Nemhauser 1977, <https://doi.org/10.1287/mnsc.23.8.789>). Prices come from subgradient steps and are part of the
//! answer. Lists of near sites, on which [`crate::location::median`] rests, do not help where a centre serves a third of a country: hence this
//! plain form, `O(clients x sites)` a step. Interchange after M. Teitz and P. Bart 1968, <https://doi.org/10.1287/opre.16.5.955>, every swap
//! valued in one pass over the table (Whitaker 1983).

/// Subgradient steps.
const STEPS: u32 = 500;
/// What a client without a way counts in the greedy start, minutes.
const FAR: f64 = 1e9;
/// Most swaps.
const MOST_SWAPS: u32 = 500;

/// Weights of clients and minutes to every site.
pub(super) struct Table<'a> {
    /// Cases of each client, above zero.
    pub weights: &'a [f64],
    /// Minutes by client and site; `inf` where there is no way.
    pub minutes: &'a [Vec<f64>],
}

/// Prices and what they prove: no choice of so many sites costs less, case-minutes.
pub(super) struct Proof {
    pub prices: Vec<f64>,
    pub least: f64,
}

impl Table<'_> {
    fn sites(&self) -> usize {
        self.minutes.first().map_or(0, Vec::len)
    }

    /// Case-minutes of some open sites.
    pub(super) fn value(&self, open: &[usize]) -> f64 {
        let near = |row: &Vec<f64>| open.iter().map(|&j| row[j]).fold(f64::INFINITY, f64::min);
        self.minutes.iter().zip(self.weights).map(|(row, w)| w * near(row)).sum()
    }

    /// No fee anywhere.
    pub(super) fn free(&self) -> Vec<f64> {
        vec![0.0; self.sites()]
    }

    /// `L(v, f)` and the sites that it takes.
    pub(super) fn relaxed(&self, prices: &[f64], fees: &[f64], count: usize) -> (f64, Vec<usize>) {
        let mut rho = self.savings(prices);
        rho.iter_mut().zip(fees).for_each(|(r, f)| *r += f);
        let mut order: Vec<usize> = (0..rho.len()).collect();
        order.sort_by(|&a, &b| rho[a].total_cmp(&rho[b]).then(a.cmp(&b)));
        order.truncate(count);
        (prices.iter().zip(self.weights).map(|(v, w)| v * w).sum::<f64>() + order.iter().map(|&j| rho[j]).sum::<f64>(), order)
    }

    /// What each client lacks (1: nobody serves it) or has too much (below 0) when these sites are taken, and the square of that by weight.
    pub(super) fn off(&self, prices: &[f64], taken: &[usize]) -> (Vec<f64>, f64) {
        let served = |row: &Vec<f64>, v: f64| taken.iter().map(|&j| f64::from(u8::from(row[j] < v))).sum::<f64>();
        let off: Vec<f64> = self.minutes.iter().zip(prices).map(|(row, v)| 1.0 - served(row, *v)).collect();
        let norm = off.iter().zip(self.weights).map(|(g, w)| w * g * g).sum();
        (off, norm)
    }

    /// `rho_j` of every site.
    fn savings(&self, prices: &[f64]) -> Vec<f64> {
        let mut rho = vec![0.0; self.sites()];
        for ((row, w), v) in self.minutes.iter().zip(self.weights).zip(prices) {
            for (r, t) in rho.iter_mut().zip(row) {
                *r += w * (t - v).min(0.0);
            }
        }
        rho
    }

    /// Sites of a good choice among those allowed: greedy, then the best swap while one helps.
    pub(super) fn choose(&self, allowed: &[bool], fees: &[f64], count: usize) -> Vec<usize> {
        let mut near = vec![f64::INFINITY; self.weights.len()];
        let mut open: Vec<usize> = Vec::new();
        while open.len() < count {
            let cost = |j: usize| -> f64 {
                fees[j] + self.minutes.iter().zip(self.weights).zip(&near).map(|((row, w), n)| w * row[j].min(*n).min(FAR)).sum::<f64>()
            };
            let left = (0..self.sites()).filter(|j| allowed[*j] && !open.contains(j)).map(|j| (cost(j), j));
            let Some((_, j)) = left.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))) else { break };
            open.push(j);
            near.iter_mut().zip(self.minutes).for_each(|(n, row)| *n = n.min(row[j]));
        }
        self.swap(&mut open, allowed, fees);
        open
    }

    /// The best swap while one helps; the sites in ascending order.
    pub(super) fn swap(&self, open: &mut [usize], allowed: &[bool], fees: &[f64]) {
        self.swaps(open, allowed, fees);
        open.sort_unstable();
    }

    fn swaps(&self, open: &mut [usize], allowed: &[bool], fees: &[f64]) {
        for _ in 0..MOST_SWAPS {
            // position of the nearest open site, its minutes, those of the second
            let two: Vec<(usize, f64, f64)> = self
                .minutes
                .iter()
                .map(|row| {
                    let mut found = (0, f64::INFINITY, f64::INFINITY);
                    for (k, &j) in open.iter().enumerate() {
                        if row[j] < found.1 {
                            found = (k, row[j], found.1);
                        } else if row[j] < found.2 {
                            found.2 = row[j];
                        }
                    }
                    found
                })
                .collect();
            let mut best = (1e-9 * self.value(open), None);
            for j in (0..self.sites()).filter(|j| allowed[*j] && !open.contains(j)) {
                let mut gain = -fees[j];
                let mut loss: Vec<f64> = open.iter().map(|&k| -fees[k]).collect();
                for ((row, w), &(k, first, second)) in self.minutes.iter().zip(self.weights).zip(&two) {
                    if row[j] < first {
                        gain += w * (first - row[j]);
                    } else {
                        loss[k] += w * (row[j].min(second) - first);
                    }
                }
                for (k, l) in loss.iter().enumerate() {
                    if gain - l > best.0 {
                        best = (gain - l, Some((k, j)));
                    }
                }
            }
            let Some((k, j)) = best.1 else { return };
            open[k] = j;
        }
    }

    /// Prices for `count` of all sites, from the value of a good choice.
    pub(super) fn prove(&self, count: usize, open: &[usize]) -> Proof {
        let value = self.value(open);
        let start = |row: &Vec<f64>| {
            let mut times: Vec<f64> = open.iter().map(|&j| row[j]).collect();
            times.sort_by(f64::total_cmp);
            // between the nearest and the second: what a client would pay not to lose its centre
            let (first, second) = (times[0], times.get(1).copied().filter(|t| t.is_finite()).unwrap_or(1.2 * times[0]));
            if first.is_finite() { f64::midpoint(first, second) } else { 0.0 }
        };
        let fees = self.free();
        let mut prices: Vec<f64> = self.minutes.iter().map(start).collect();
        let mut best = Proof { prices: prices.clone(), least: f64::NEG_INFINITY };
        let (mut scale, mut stale) = (1.0, 0);
        for _ in 0..STEPS {
            let (bound, taken) = self.relaxed(&prices, &fees, count);
            if bound > best.least {
                (best.least, stale) = (bound, 0);
                best.prices.clone_from(&prices);
            } else {
                stale += 1;
                if stale >= 12 {
                    (scale, stale) = (0.6 * scale, 0);
                    prices.clone_from(&best.prices);
                }
            }
            let (off, norm) = self.off(&prices, &taken);
            if norm <= 0.0 || best.least >= value * (1.0 - 1e-9) {
                break;
            }
            let step = scale * (value - bound).max(1e-4 * value) / norm;
            prices.iter_mut().zip(&off).for_each(|(v, g)| *v = (*v + step * g).max(0.0));
        }
        best.prices = rounded(&best.prices);
        best.least = self.relaxed(&best.prices, &fees, count).0;
        best
    }
}

/// Few digits: any prices prove what they prove.
pub(super) fn rounded(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| (v * 100.0).round() / 100.0).collect()
}
