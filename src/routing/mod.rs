//! Day tours from one base: stops are shared out over tours that each fit into a day, fewest tours first, then least travel.
//!
//! ```text
//! min  (number of tours, sum of travel)                       lexicographic                              (MO0)
//!  MO1  every stop is on exactly one tour
//!  MO2  travel from the base over the stops and back, plus service at the stops, fits into a day
//! ```
//!
//! * up to [`MOST_EXACT`] stops: exact, by dynamic programming over subsets ([`exact`]);
//! * beyond: savings, then ruin and recreate with 2-opt and or-opt ([`savings`], [`search`]), with a proven bound on the number of tours
//!   and on the travel of any plan with as many tours ([`bound`]). The bound's multipliers are part of the answer, so that whoever doubts
//!   it can work it out again.
//!
//! Times may differ by direction; a pair without a way is `inf`.

pub mod bound;
pub mod exact;
pub mod savings;
pub mod search;

use crate::outcome::Observer;

/// Most stops that are routed exactly: `3^15` steps, about a tenth of a second.
pub const MOST_EXACT: usize = 15;
/// Slack of a day against rounding, minutes.
pub const SLACK: f64 = 1e-9;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Stops {
    /// Minutes between places; place 0 is the base, place `i + 1` is stop `i`.
    pub minutes: Vec<Vec<f64>>,
    /// Minutes of service at each stop.
    pub service: Vec<f64>,
    /// Minutes of a day.
    pub day: f64,
}

impl Stops {
    /// Number of stops.
    #[must_use]
    pub fn len(&self) -> usize {
        self.service.len()
    }

    /// There is nothing to visit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.service.is_empty()
    }

    /// Travel of a tour over stops in their order, minutes.
    #[must_use]
    pub fn travel(&self, tour: &[usize]) -> f64 {
        let mut at = 0;
        let mut sum = 0.0;
        for &i in tour {
            sum += self.minutes[at][i + 1];
            at = i + 1;
        }
        sum + self.minutes[at][0]
    }

    /// Travel and service of a tour, minutes.
    #[must_use]
    pub fn length(&self, tour: &[usize]) -> f64 {
        self.travel(tour) + tour.iter().map(|&i| self.service[i]).sum::<f64>()
    }

    /// Whether a tour of this length fits into a day.
    #[must_use]
    pub fn fits(&self, length: f64) -> bool {
        length <= self.day + SLACK
    }
}

/// Tours with their proof.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tours {
    /// Stops of each tour in order.
    pub tours: Vec<Vec<usize>>,
    /// Travel of all, minutes.
    pub travel: f64,
    /// No plan has fewer tours.
    pub fewest: usize,
    /// No plan with as many tours travels less, minutes.
    pub least_travel: f64,
    /// Worked out exactly.
    pub exact: bool,
    /// Multipliers of the bound on travel and of that on the number of tours, base first; empty where it is exact.
    pub multipliers: [Vec<f64>; 2],
}

/// Shares stops out over tours. `None` when a stop does not fit into a day of its own (see [`alone`]).
///
/// Deterministic for a seed. `O(3^n)` up to [`MOST_EXACT`] stops, beyond about `O(rounds x n)` with a fixed number of rounds.
#[must_use]
pub fn route(stops: &Stops, seed: u64, observer: &dyn Observer) -> Option<Tours> {
    if !(0..stops.len()).all(|i| stops.fits(stops.length(&[i]))) {
        return None;
    }
    if stops.is_empty() {
        return Some(Tours { exact: true, ..Tours::default() });
    }
    if stops.len() <= MOST_EXACT {
        return Some(exact::solve(stops));
    }
    let start = savings::solve(stops);
    let mut tours = search::improve(stops, start, seed, observer);
    tours.sort_by_key(|t| t.iter().min().copied());
    let travel = tours.iter().map(|t| stops.travel(t)).sum();
    let proof = bound::prove(stops, &tours, travel);
    Some(Tours { tours, travel, exact: false, ..proof })
}

/// Minutes that a day lacks for each stop visited alone: stop, minutes lacking (`inf`: there is no way).
#[must_use]
pub fn alone(stops: &Stops) -> Vec<(usize, f64)> {
    (0..stops.len()).map(|i| (i, stops.length(&[i]))).filter(|(_, l)| !stops.fits(*l)).map(|(i, l)| (i, l - stops.day)).collect()
}
