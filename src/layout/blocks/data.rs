//! What the catchment method works on: shared rows, prices folded into costs, catchments.

use super::counts::Counts;
use crate::demand::LayoutProblem;
use crate::demand::layout::LEVELS;
use crate::layout::evaluate::counted;
use crate::model::layout::{MONEY, PEOPLE, RowKind, beds::frozen, scale};
use crate::network::Owner;
use crate::policy::layout::Objective;

/// Weights of money and of ways in a linear quantity: yuan a year, and minutes there and back of all people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Weight of a yuan a year.
    pub money: f64,
    /// Weight of a minute of one person's trip.
    pub way: f64,
}

/// Weights of an objective in the model's unit; `None` where it is not linear in money and ways.
#[must_use]
pub fn weights(problem: &LayoutProblem, objective: Objective) -> Option<Weights> {
    match objective {
        Objective::Cost => Some(Weights { money: MONEY, way: problem.minute * MONEY }),
        Objective::Money => Some(Weights { money: MONEY, way: 0.0 }),
        Objective::Travel => Some(Weights { money: 0.0, way: PEOPLE }),
        Objective::Coverage | Objective::Worst | Objective::P90 | Objective::Gini | Objective::Clinics => None,
    }
}

/// A row that joins catchments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shared {
    /// What it is about.
    pub kind: RowKind,
    /// Weights of a cap on an earlier objective.
    pub weights: Option<Weights>,
    /// Lower side.
    pub low: f64,
    /// Upper side.
    pub high: f64,
}

/// A catchment.
#[derive(Debug, Clone)]
pub struct Block {
    /// Clients.
    pub clients: Vec<u32>,
    /// Sites.
    pub sites: Vec<u32>,
    /// Its own positions of sites that can serve level 2.
    pub high: Vec<u32>,
    /// Sites that can serve level 2 by client, nearest first: own position of the site, minutes.
    pub far: Vec<Vec<(u32, f64)>>,
    /// Count rows.
    pub counts: Counts,
}

/// The problem in catchments.
#[derive(Debug)]
pub struct Frame<'a> {
    /// The problem.
    pub problem: &'a LayoutProblem,
    /// What is minimised.
    pub goal: Weights,
    /// Rows that join.
    pub shared: Vec<Shared>,
    /// Catchments with people.
    pub blocks: Vec<Block>,
    /// Own position of each site in its catchment.
    pub local: Vec<u32>,
}

/// Whether the method knows every rule that is asked for.
#[must_use]
pub fn fits(problem: &LayoutProblem, objective: Objective, caps: &[(Objective, f64)]) -> bool {
    let r = &problem.rules;
    let linear = std::iter::once(objective).chain(caps.iter().map(|c| c.0)).all(|o| weights(problem, o).is_some());
    let plain = r.coverage.is_none() && r.capability.is_empty() && r.exclude.is_empty() && !r.closest && !r.nested;
    let beds = r.beds.as_ref().is_none_or(|b| b.social_share <= 0.0);
    linear && plain && beds && r.min_visits.iter().all(|v| *v <= 0.0)
}

impl<'a> Frame<'a> {
    /// Takes the problem apart; `None` where a client can reach no site of some level.
    #[must_use]
    pub fn new(problem: &'a LayoutProblem, objective: Objective, caps: &[(Objective, f64)]) -> Option<Self> {
        let mut number = vec![usize::MAX; problem.planned.len()];
        let mut blocks: Vec<(Vec<u32>, Vec<u32>)> = Vec::new();
        #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
        for (i, c) in problem.clients.iter().enumerate() {
            let n = &mut number[c.block as usize];
            if *n == usize::MAX {
                *n = blocks.len();
                blocks.push((Vec::new(), Vec::new()));
            }
            blocks[*n].0.push(i as u32);
        }
        let mut local = vec![u32::MAX; problem.sites.len()];
        #[allow(clippy::cast_possible_truncation)] // as above
        for (j, s) in problem.sites.iter().enumerate() {
            // a site in a catchment without people still costs what it costs: such a problem is left to the general method
            let n = number[s.block as usize];
            if n == usize::MAX {
                return None;
            }
            local[j] = blocks[n].1.len() as u32;
            blocks[n].1.push(j as u32);
        }
        let mut frame = Self {
            problem,
            goal: weights(problem, objective)?,
            shared: shared(problem, caps)?,
            blocks: Vec::with_capacity(blocks.len()),
            local,
        };
        for (clients, sites) in blocks {
            let block = frame.block(clients, sites)?;
            frame.blocks.push(block);
        }
        Some(frame)
    }

    fn block(&self, clients: Vec<u32>, sites: Vec<u32>) -> Option<Block> {
        let p = self.problem;
        let can = |j: usize, level: usize| p.sites[j].highest() >= level;
        #[allow(clippy::cast_possible_truncation)] // as above
        let high = (0..sites.len() as u32).filter(|&j| can(sites[j as usize] as usize, 2)).collect();
        let mut far = Vec::with_capacity(clients.len());
        for &i in &clients {
            let reach = |level| p.times.row(i as usize).any(|t| can(t.0, level));
            if (1..=LEVELS).any(|l| !reach(l)) {
                return None;
            }
            far.push(p.times.row(i as usize).filter(|t| can(t.0, 2)).map(|t| (self.local[t.0], t.1)).collect());
        }
        let counts = Counts::new(p, &clients, &sites);
        Some(Block { clients, sites, high, far, counts })
    }

    /// What a level of a site takes of a shared row, without beds and ways.
    #[must_use]
    pub fn fixed_use(&self, row: usize, site: usize, level: usize) -> f64 {
        let (s, r) = (&self.problem.sites[site], &self.shared[row]);
        if level == 0 || s.city {
            return 0.0;
        }
        #[allow(clippy::cast_possible_truncation)] // there are three levels
        match r.kind {
            RowKind::Budget => self.problem.rules.budget.map_or(0.0, |b| counted(s, level as u8, b.counts)) * MONEY,
            RowKind::Cap => r.weights.map_or(0.0, |w| w.money) * s.fixed_cost[level - 1],
            _ => 0.0,
        }
    }

    /// What one bed, and one added bed, at level 2 or 3 (`n` 0 or 1) of a site take of a shared row.
    #[must_use]
    pub fn bed_use(&self, row: usize, site: usize, n: usize) -> (f64, f64) {
        let (s, r) = (&self.problem.sites[site], &self.shared[row]);
        if s.city {
            return (0.0, 0.0);
        }
        match r.kind {
            RowKind::Budget => (0.0, s.capital[n] * MONEY),
            RowKind::TierLow(level) | RowKind::TierHigh(level) => (f64::from(u8::from(usize::from(level) == n + 2)), 0.0),
            RowKind::Target => (1.0, 0.0),
            RowKind::Freeze => (f64::from(u8::from(n == 1 && s.owner == Owner::Public)), 0.0),
            RowKind::Cap => (0.0, r.weights.map_or(0.0, |w| w.money) * s.capital[n] * self.charge()),
            _ => (0.0, 0.0),
        }
    }

    /// Share of the capital of beds charged a year.
    #[must_use]
    pub fn charge(&self) -> f64 {
        self.problem.rules.beds.as_ref().map_or(0.0, |b| b.charge)
    }

    /// Constant of the objective at these prices: what the sides of the shared rows are worth.
    #[must_use]
    pub fn constant(&self, prices: &[f64]) -> f64 {
        let side = |y: f64, r: &Shared| {
            if y > 0.0 {
                y * r.low
            } else if y < 0.0 {
                y * r.high
            } else {
                0.0
            }
        };
        prices.iter().zip(&self.shared).map(|(&y, r)| side(y, r)).sum()
    }
}

/// The rows that join catchments; `None` for a cap that is not linear.
fn shared(problem: &LayoutProblem, caps: &[(Objective, f64)]) -> Option<Vec<Shared>> {
    let mut out = Vec::new();
    let mut add = |kind, weights, low: f64, high: f64| out.push(Shared { kind, weights, low, high });
    let p = problem;
    if let Some(rule) = &p.rules.beds {
        let people = p.people * PEOPLE;
        for n in 0..2u8 {
            let (low, high) = (rule.tier_min[usize::from(n)], rule.tier_max[usize::from(n)]);
            if low > 0.0 {
                add(RowKind::TierLow(n + 2), None, low * people, f64::INFINITY);
            }
            if high > 0.0 {
                add(RowKind::TierHigh(n + 2), None, f64::NEG_INFINITY, high * people);
            }
        }
        if rule.target > 0.0 {
            let city: f64 = p.sites.iter().filter(|s| s.city).map(|s| s.beds_now).sum();
            add(RowKind::Target, None, rule.target * people - city, f64::INFINITY);
        }
        if rule.freeze && frozen(p) {
            let public = p.sites.iter().filter(|s| s.owner == Owner::Public && !s.city && s.now == 3);
            add(RowKind::Freeze, None, f64::NEG_INFINITY, public.map(|s| s.beds_now).sum());
        }
    }
    if let Some(budget) = p.rules.budget {
        add(RowKind::Budget, None, f64::NEG_INFINITY, budget.yuan * MONEY);
    }
    for &(objective, value) in caps {
        add(RowKind::Cap, Some(weights(p, objective)?), f64::NEG_INFINITY, value * scale(p, objective));
    }
    Some(out)
}

/// Costs at given prices.
#[derive(Debug, Clone)]
pub struct Priced<'a> {
    /// The problem in catchments.
    pub frame: &'a Frame<'a>,
    /// Prices of the shared rows: `>=` rows positive, `<=` rows negative.
    pub prices: Vec<f64>,
    /// Weight of a yuan and a minute with the prices of caps.
    pub weights: Weights,
}

/// Beds that a site can have, as costs: `sunk` at the fewest, then stretches of beds with a rising price each.
#[derive(Debug, Clone, Copy, Default)]
pub struct Supply {
    /// Beds that come with the site.
    pub least: f64,
    /// Their cost.
    pub sunk: f64,
    /// `(beds, price)`.
    pub more: [(f64, f64); 2],
}

impl Supply {
    /// Cost of a number of beds between the bounds, and of beds that pay for themselves.
    #[must_use]
    pub fn cost(&self, beds: f64) -> f64 {
        let mut left = (beds - self.least).max(0.0);
        let mut cost = self.sunk;
        for (length, price) in self.more {
            let here = left.min(length);
            cost += here * price;
            left -= here;
        }
        cost
    }

    /// Most beds.
    #[must_use]
    pub fn most(&self) -> f64 {
        self.least + self.more[0].0 + self.more[1].0
    }

    /// The best number of beds not below `beds`: stretches that pay for themselves are taken.
    #[must_use]
    pub fn at_least(&self, beds: f64) -> f64 {
        let mut paid = self.least;
        for (length, price) in self.more {
            if price >= 0.0 {
                break;
            }
            paid += length;
        }
        paid.max(beds)
    }
}

impl<'a> Priced<'a> {
    /// Folds prices into costs. `goal` false: the shared rows alone (a search for what is possible at all).
    #[must_use]
    pub fn new(frame: &'a Frame<'a>, prices: &[f64], goal: bool) -> Self {
        let mut weights = if goal { frame.goal } else { Weights { money: 0.0, way: 0.0 } };
        for (row, price) in frame.shared.iter().zip(prices) {
            if let Some(w) = row.weights {
                weights.way -= price * w.way;
            }
        }
        Self { frame, prices: prices.to_vec(), weights }
    }

    /// Cost of a site at a level without beds.
    #[must_use]
    pub fn fixed(&self, site: usize, level: usize) -> f64 {
        let s = &self.frame.problem.sites[site];
        if level == 0 || s.city {
            return 0.0;
        }
        let shared: f64 = self.prices.iter().enumerate().map(|(r, y)| y * self.frame.fixed_use(r, site, level)).sum();
        s.fixed_cost[level - 1] * self.weights.money - shared
    }

    /// Cost of a minute of a client at a level.
    #[must_use]
    pub fn way(&self, client: usize, level: usize) -> f64 {
        let p = self.frame.problem;
        self.weights.way * 2.0 * p.clients[client].people * p.rules.trips[level - 1]
    }

    /// Beds at level 2 or 3; a city hospital has what it has.
    #[must_use]
    pub fn supply(&self, site: usize, level: usize) -> Supply {
        let s = &self.frame.problem.sites[site];
        if self.frame.problem.rules.beds.is_none() {
            return Supply { least: f64::INFINITY, ..Supply::default() };
        }
        if s.city {
            return Supply { least: s.beds_now, ..Supply::default() };
        }
        let n = level - 2;
        let (mut per_bed, mut per_added) = (0.0, s.capital[n] * self.frame.charge() * self.weights.money);
        for (r, price) in self.prices.iter().enumerate() {
            let (bed, added) = self.frame.bed_use(r, site, n);
            per_bed -= price * bed;
            per_added -= price * added;
        }
        let (low, high) = (s.beds_min[n], s.beds_max[n]);
        let old = s.beds_now.clamp(low, high);
        Supply {
            least: low,
            sunk: per_bed * low + per_added * (low - s.beds_now).max(0.0),
            more: [(old - low, per_bed), (high - old, per_bed + per_added)],
        }
    }

    /// Beds that a thousandth... of the people of a client need at a level.
    #[must_use]
    pub fn need(&self, client: usize, level: usize) -> f64 {
        let p = self.frame.problem;
        let per = p.rules.beds.as_ref().filter(|_| level >= 2).map_or(0.0, |b| b.need_per_1000[level - 2]);
        per * p.clients[client].people * PEOPLE
    }

    /// Most people a site serves at a level; infinite without a limit.
    #[must_use]
    pub fn crowd(&self, site: usize, level: usize) -> f64 {
        let most = self.frame.problem.rules.max_people[level - 1];
        if most > 0.0 && !self.frame.problem.sites[site].city { most } else { f64::INFINITY }
    }
}
