//! Choices of `p` columns that cover as much weight as possible: greedy, and interchange of one for one (Teitz & Bart 1968, as Church & ReVelle 1974 use it).

use super::super::watch::Watch;

/// Swaps after which gains are summed afresh.
const AFRESH: usize = 256;

/// Weighted rows and the columns that cover them.
pub(super) struct Rows {
    /// Columns of each row.
    pub rows: Vec<Vec<u32>>,
    /// Rows of each column.
    pub cols: Vec<Vec<u32>>,
    /// Weight of each row, positive.
    pub weight: Vec<f64>,
}

impl Rows {
    /// Weight that a choice covers.
    pub fn covered(&self, chosen: &[u32]) -> f64 {
        let mut seen = vec![false; self.rows.len()];
        chosen.iter().for_each(|&c| self.cols[c as usize].iter().for_each(|&r| seen[r as usize] = true));
        seen.iter().zip(&self.weight).filter(|(s, _)| **s).map(|(_, w)| w).sum()
    }

    /// Adds the column of largest gain until there are `p`, or nothing is left to gain.
    pub fn greedy(&self, mut chosen: Vec<u32>, p: usize) -> Vec<u32> {
        let mut seen = vec![false; self.rows.len()];
        chosen.iter().for_each(|&c| self.cols[c as usize].iter().for_each(|&r| seen[r as usize] = true));
        let mut gain: Vec<f64> =
            self.cols.iter().map(|rows| rows.iter().filter(|&&r| !seen[r as usize]).map(|&r| self.weight[r as usize]).sum()).collect();
        while chosen.len() < p {
            let Some(best) = (0..gain.len()).max_by(|&a, &b| gain[a].total_cmp(&gain[b]).then(b.cmp(&a))) else { break };
            if gain[best] <= 0.0 {
                break;
            }
            chosen.push(super::id(best));
            for &r in &self.cols[best] {
                if !std::mem::replace(&mut seen[r as usize], true) {
                    self.rows[r as usize].iter().for_each(|&c| gain[c as usize] -= self.weight[r as usize]);
                }
            }
            // what rounding left is no gain
            gain[best] = f64::NEG_INFINITY;
        }
        chosen.sort_unstable();
        chosen
    }

    /// Swaps a chosen column for a better one until no swap gains, or the run is over.
    pub fn interchange(&self, mut chosen: Vec<u32>, watch: &Watch<'_>) -> Vec<u32> {
        let mut times = vec![0_u32; self.rows.len()];
        chosen.iter().for_each(|&c| self.cols[c as usize].iter().for_each(|&r| times[r as usize] += 1));
        let mut gain: Vec<f64> = self.cols.iter().map(|rows| self.sum(rows, |r| times[r] == 0)).collect();
        let mut still = 0;
        let (mut at, mut swaps) = (0, 0);
        while still < chosen.len() && watch.over().is_none() {
            let out = chosen[at % chosen.len()];
            let lone: Vec<u32> = self.cols[out as usize].iter().copied().filter(|&r| times[r as usize] == 1).collect();
            let loss = self.sum(&lone, |_| true);
            let mut changed = Vec::new();
            for &r in &lone {
                for &c in &self.rows[r as usize] {
                    gain[c as usize] += self.weight[r as usize];
                    changed.push((c, self.weight[r as usize]));
                }
            }
            let best = (0..gain.len()).max_by(|&a, &b| gain[a].total_cmp(&gain[b]).then(b.cmp(&a))).unwrap_or(out as usize);
            if gain[best] > loss * (1.0 + 1e-9) + 1e-9 {
                let place = at % chosen.len();
                chosen[place] = super::id(best);
                self.cols[out as usize].iter().for_each(|&r| times[r as usize] -= 1);
                for &r in &self.cols[best] {
                    if times[r as usize] == 0 {
                        self.rows[r as usize].iter().for_each(|&c| gain[c as usize] -= self.weight[r as usize]);
                    }
                    times[r as usize] += 1;
                }
                swaps += 1;
                if swaps % AFRESH == 0 {
                    // differences of rounded numbers add up
                    gain = self.cols.iter().map(|rows| self.sum(rows, |r| times[r] == 0)).collect();
                }
                still = 0;
            } else {
                changed.iter().rev().for_each(|&(c, w)| gain[c as usize] -= w);
                still += 1;
            }
            at += 1;
        }
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    fn sum(&self, rows: &[u32], which: impl Fn(usize) -> bool) -> f64 {
        rows.iter().map(|&r| r as usize).filter(|&r| which(r)).map(|r| self.weight[r]).sum()
    }
}
