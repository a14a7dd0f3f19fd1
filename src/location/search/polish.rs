//! Which local searches a tree begins, and when.

use super::Fix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// From which wishes to search locally, and when: after 10 batches, then at growing distances; in turn the best wish of the nodes and the
/// incumbent with a few free decisions turned. Where several searches are made at a time, also mixtures of answers found so far.
pub(super) struct Polish {
    batch: usize,
    next: usize,
    done: Vec<Vec<bool>>,
    best: Option<(f64, Vec<bool>)>,
    /// The best answers that local searches ended at, by value.
    pool: Vec<(f64, Vec<bool>)>,
    rng: ChaCha8Rng,
}

/// Answers of local searches that are kept.
const POOL: usize = 10;
/// Share of the decisions that two answers differ in which a mixture of them opens.
const OPENED: f64 = 0.7;
/// Batches between two rounds of several local searches, at most.
const APART: usize = 4;

impl Polish {
    pub(super) fn new(seed: u64) -> Self {
        Self { batch: 0, next: 10, done: Vec::new(), best: None, pool: Vec::new(), rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// A node's answer.
    pub(super) fn hear(&mut self, value: f64, wish: &[bool]) {
        if self.best.as_ref().is_none_or(|b| value < b.0) && !self.done.iter().any(|d| d == wish) {
            self.best = Some((value, wish.to_vec()));
        }
    }

    /// After each batch: the wishes to search from, when it is time; `most` at a time, then also more often.
    pub(super) fn due(&mut self, root: &[Fix], most: usize, incumbent: impl Fn() -> Option<Vec<bool>>) -> Vec<Vec<bool>> {
        self.batch += 1;
        if self.batch < self.next {
            return Vec::new();
        }
        let heard = if self.done.len().is_multiple_of(2) { self.best.take().map(|b| b.1) } else { None };
        let mut wishes: Vec<Vec<bool>> = heard.into_iter().collect();
        while wishes.len() < most
            && let Some(open) = incumbent()
        {
            let kept = self.pool.len();
            wishes.push(match wishes.len() % 3 {
                1 if kept > 1 => self.mixed(),
                2 if kept > 0 => {
                    let one = self.rng.random_range(0..kept);
                    self.shaken(self.pool[one].1.clone(), root)
                }
                _ => self.shaken(open, root),
            });
        }
        if wishes.is_empty() {
            return wishes;
        }
        self.done.extend(wishes.iter().cloned());
        let apart = 10 + self.done.len();
        self.next = self.batch + if most > 1 { apart.div_ceil(most * most).min(APART) } else { apart };
        wishes
    }

    /// What a local search ended at.
    pub(super) fn keep(&mut self, value: f64, open: Vec<bool>) {
        if !self.pool.iter().any(|p| p.1 == open) {
            let at = self.pool.partition_point(|p| p.0 <= value);
            self.pool.insert(at, (value, open));
            self.pool.truncate(POOL);
        }
    }

    /// What two of the kept answers share, and most of what only one of them opens: a local search then closes what is too much
    /// (scatter search; Glover 1977, doi:10.1111/j.1540-5915.1977.tb01074.x).
    fn mixed(&mut self) -> Vec<bool> {
        let one = self.rng.random_range(0..self.pool.len());
        let other = (one + self.rng.random_range(1..self.pool.len())) % self.pool.len();
        let (a, b) = (&self.pool[one].1, &self.pool[other].1);
        let rng = &mut self.rng;
        a.iter().zip(b).map(|(&a, &b)| if a == b { a } else { rng.random_bool(OPENED) }).collect()
    }

    /// Two to five open decisions closed and as many closed ones opened, of those that the root left free.
    fn shaken(&mut self, mut open: Vec<bool>, root: &[Fix]) -> Vec<bool> {
        let turns = self.rng.random_range(2..6);
        // both before the first is turned, or what was closed might be opened again
        let pools =
            [true, false].map(|state| (0..open.len()).filter(|&d| root[d] == Fix::Free && open[d] == state).collect::<Vec<usize>>());
        for (mut pool, state) in pools.into_iter().zip([true, false]) {
            for _ in 0..turns.min(pool.len()) {
                let d = pool.swap_remove(self.rng.random_range(0..pool.len()));
                open[d] = !state;
            }
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers() -> [Vec<bool>; 2] {
        [vec![true, true, false, false, true, false], vec![true, false, true, false, false, true]]
    }

    /// What both answers open stays open, what neither opens stays closed, and both kinds of mixtures of the rest come.
    #[test]
    fn a_mixture_keeps_what_two_answers_share() {
        let [a, b] = answers();
        let mut polish = Polish::new(7);
        polish.keep(2.0, a.clone());
        polish.keep(1.0, b.clone());
        polish.keep(1.0, b.clone());
        assert_eq!(polish.pool.iter().map(|p| p.0).collect::<Vec<_>>(), [1.0, 2.0], "each once, the best first");
        let mixed: Vec<Vec<bool>> = (0..50).map(|_| polish.mixed()).collect();
        assert!(mixed.iter().all(|m| (0..6).all(|d| a[d] != b[d] || m[d] == a[d])));
        assert!((1..6).filter(|&d| a[d] != b[d]).all(|d| mixed.iter().any(|m| m[d]) && mixed.iter().any(|m| !m[d])));
    }

    /// One search at a time comes ever more seldom; several come together and at least every fourth batch.
    #[test]
    fn searches_come_when_it_is_time() {
        let [a, _] = answers();
        let root = [Fix::Free; 6];
        let times = |most: usize| {
            let mut polish = Polish::new(7);
            (1..200).map(|batch| (batch, polish.due(&root, most, || Some(a.clone())).len())).filter(|(_, n)| *n > 0).collect::<Vec<_>>()
        };
        let (one, four) = (times(1), times(4));
        assert_eq!(one[..4], [(10, 1), (21, 1), (33, 1), (46, 1)]);
        assert!(four.iter().all(|(_, n)| *n == 4) && four[0].0 == 10);
        assert!(four.windows(2).all(|w| w[1].0 - w[0].0 <= APART) && four.len() > 45, "{four:?}");
        let mut polish = Polish::new(7);
        assert!((0..30).all(|_| polish.due(&root, 4, || None).is_empty()), "without an answer there is nothing to search from");
    }

    /// A shaken answer differs in two to five of what is open and of what is closed, as far as there is that much, and never where it is decided.
    #[test]
    fn shaking_leaves_decisions_alone() {
        let [a, _] = answers();
        let mut root = [Fix::Free; 6];
        root[0] = Fix::Open;
        root[3] = Fix::Closed;
        let mut polish = Polish::new(3);
        for _ in 0..50 {
            let shaken = polish.shaken(a.clone(), &root);
            assert!(shaken[0] && !shaken[3] && shaken != a, "{shaken:?}");
        }
    }
}
