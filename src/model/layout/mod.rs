//! The layout MIP of model 6.8 with its extensions.
//!
//! ```text
//! y[j,l] in {0,1}   site j ends at level l             Y[j,l] = sum_{q >= l} y[j,q]   (a site serves its own level and those below)
//! x[i,j,l] in [0,1] settlement i uses site j for service of level l      t minutes, N people, alpha trips a head and year
//! b[j,l] >= 0       beds of site j at level l (2, 3)   a[j,l] >= 0 beds added to those of today
//!
//! L1   sum_j x[i,j,l] = 1                              everyone is served at every level
//! L2   x[i,j,l] <= Y[j,l]
//! L3   sum_l y[j,l] <= 1                               (= 1 where the site may not be closed)
//! L4   min <= sum_{j in township} Y[j,2] <= max        centres;  max is raised to what stands there
//! L5   min <= sum_{j in area} y[j,3] <= max            hospitals; one more for every started `more_above` people above as many
//! L6   bmin y[j,l] <= b[j,l] <= bmax y[j,l]            a[j,l] >= b[j,l] - b0_j y[j,l]      C27: bmax = b0 where growth is barred
//! L7   sum_{i, l in 2,3} N_i need_l x[i,j,l] <= sum_l b[j,l]
//! L8   sum_i N_i x[i,j,l] <= most_l Y[j,l]
//! L9   sum_i N_i alpha_l x[i,j,l] >= least_l y[j,l]    minimum volume at the own level
//! C21  sum_{t_ij <= T_l} Y[j,l] + e[i,l] >= 1 ;        sum_i N_i e[i,l] <= (1 - share_l) N        over all, or in every area
//! C23  L_l N <= sum_j b[j,l] <= U_l N ;                sum_jl b[j,l] >= target N
//! C24  sum kappa a + sum F y (new, or all) + sum cost f <= budget
//! C25  sum_{t_ij' <= t_ij} x[i,j',l] >= Y[j,l]
//! C26  sum_{public} b[j,3] <= sum_{public hospitals today} b0 ;    sum_{social} a >= share * sum a
//! C28  f[j,c] <= Y[j,level_c] (equal where every site must have it); sum_{area} f >= n ; coverage as C21
//! N1   z[j,k] in {0,1}, sum_k z[j,k] = 1, z[j,k] <= Y[k,3], x[i,k,3] >= x[i,j,2] + z[j,k] - 1, x in {0,1}     nested catchments
//! N2   sum_{j in S} (1 - Y[j,1]) + sum_{j not in S} Y[j,1] >= differ_by                                        layouts excluded
//! O1   W_l >= sum_j t_ij x[i,j,l]                      worst
//! O2   P_l >= sum_j t_ij x[i,j,l] - (M_i - f_l) late[i,l] ,  sum_i N_i late[i,l] <= N/10 ,  P_l >= f_l (proven)   p90
//! O3   G_gh >= +-(m_g - m_h), m_g the mean minutes a trip of township g ; min sum N_g N_h G_gh / N^2           gini (with C25)
//! O4   earlier objectives stay within their values (lexicographic, fronts)
//! ```
//!
//! # What is left out, and why that is exact
//!
//! A site that must be open at level `l` or above (it may not be closed, or the township has no other) serves without a link row. Where nothing
//! limits how many a site serves, nobody goes past such a site, so the list of a settlement ends there. Longer lists may be cut at
//! `neighbours` sites: a column `outside` then stands for all that is left out, at the minutes of the nearest of them and without its site's
//! cost. That is a relaxation: its optimum is a bound, and when no `outside` is used its answer is one of the whole model.

pub mod beds;
pub mod demands;
mod objective;
mod service;

use super::{LinearModel, rowwise::RowWise};
use crate::demand::layout::{LEVELS, LayoutProblem};
use crate::policy::layout::{Capability, Objective};
use std::collections::BTreeMap;

/// Money inside the model: 100,000 yuan.
pub const MONEY: f64 = 1e-5;
/// People inside the model: thousands.
pub const PEOPLE: f64 = 1e-3;

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKind {
    /// L1 of a client (place: client).
    Assign,
    /// Rows that tie columns together and are never relaxed.
    Tie,
    /// L4 (place: township), sites.
    Centres,
    /// L5 (place: area), sites.
    Hospitals,
    /// L7 (place: site), beds.
    Need,
    /// L8 (place: site), people.
    Crowd,
    /// L9 (place: site), trips.
    Volume,
    /// Share of C21 at this level (place: area, or none), people.
    Covered(u8),
    /// C23 at this level, lower side, beds.
    TierLow(u8),
    /// C23 at this level, upper side, beds.
    TierHigh(u8),
    /// Target of C23, beds.
    Target,
    /// C24, yuan.
    Budget,
    /// C26, beds.
    Freeze,
    /// Share of what is added that must not be public, beds.
    Social,
    /// C28: sites with a capability in an area (place: area), sites.
    PerArea(Capability),
    /// C28: share of the people covered, people.
    FlagCovered(Capability),
    /// N2.
    Exclude,
    /// O4.
    Cap,
}

/// A row with what it is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowKey {
    /// Kind.
    pub kind: RowKind,
    /// Client, township, area or site, by position.
    pub place: Option<u32>,
    /// Joins catchments: priced by the decomposition.
    pub linking: bool,
}

/// Column of `x`, `outside`, `e`.
pub const NO_COLUMN: u32 = u32::MAX;

/// One entry of a client's list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Serve {
    /// Site.
    pub site: u32,
    /// Minutes.
    pub minutes: f64,
    /// Column of `x`; [`NO_COLUMN`] where the choice is settled (the only entry of its list).
    pub column: u32,
}

/// Lists of a level.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    /// Start of each client's list; one more than clients.
    pub start: Vec<usize>,
    /// Entries, nearest first.
    pub entries: Vec<Serve>,
    /// Column `outside` of each client with its minutes.
    pub outside: Vec<Option<(u32, f64)>>,
}

impl Lists {
    /// The list of a client.
    #[must_use]
    pub fn of(&self, client: usize) -> &[Serve] {
        &self.entries[self.start[client]..self.start[client + 1]]
    }
}

/// How the model is made.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// Longest lists; 0: whole.
    pub neighbours: usize,
    /// Clients whose lists are longer than that, by level: `(client, level)` to length.
    pub grown: BTreeMap<(u32, u8), usize>,
    /// Earlier objectives and the values they may not exceed, in their own units.
    pub caps: Vec<(Objective, f64)>,
    /// Hard rows get a way out at a price: minimise what is missing.
    pub elastic: bool,
    /// Minutes below which the way of nine of ten is known not to be, by level (O2); 0: nothing is known.
    pub floors: [f64; LEVELS],
}

/// The model with what its columns and rows stand for.
#[derive(Debug, Clone)]
pub struct LayoutModel {
    /// The model.
    pub lp: LinearModel,
    /// What each row is about.
    pub rows: Vec<RowKey>,
    /// Column of `y[j,l]`, by site and level from 1; [`NO_COLUMN`] where the site cannot end there or cannot end elsewhere.
    pub open: Vec<[u32; LEVELS]>,
    /// Level of sites that have no choice.
    pub settled: Vec<Option<u8>>,
    /// Lists by level; empty where nobody asks who serves whom.
    pub lists: [Lists; LEVELS],
    /// Columns of `b[j,l]` at levels 2 and 3.
    pub beds: Vec<[u32; 2]>,
    /// Columns of `a[j,l]`.
    pub added: Vec<[u32; 2]>,
    /// Columns of `f[j,c]`, by capability in force.
    pub flags: Vec<(Capability, Vec<u32>)>,
    /// Elastic columns: row, column, amount of the row's unit per unit of the column (sign: which side gives way).
    pub slack: Vec<(usize, u32)>,
}

/// The model in the making.
pub(super) struct Making<'a> {
    pub(super) problem: &'a LayoutProblem,
    pub(super) options: &'a BuildOptions,
    pub(super) objectives: Vec<Objective>,
    pub(super) m: RowWise,
    pub(super) keys: Vec<RowKey>,
    pub(super) allowed: Vec<[bool; LEVELS + 1]>,
    pub(super) open: Vec<[u32; LEVELS]>,
    pub(super) settled: Vec<Option<u8>>,
    pub(super) lists: [Lists; LEVELS],
    pub(super) beds: Vec<[u32; 2]>,
    pub(super) added: Vec<[u32; 2]>,
    pub(super) flags: Vec<(Capability, Vec<u32>)>,
    pub(super) uncovered: [Vec<u32>; LEVELS],
    pub(super) longest: [u32; LEVELS],
    pub(super) usual: [u32; LEVELS],
    pub(super) spread: Vec<(u32, f64)>,
    pub(super) slack: Vec<(usize, u32)>,
}

impl Making<'_> {
    /// Terms of `Y[j,l]` and its constant.
    pub(super) fn at_least(&self, site: usize, level: usize) -> (impl Iterator<Item = u32> + use<'_>, f64) {
        let constant = self.settled[site].map_or(0.0, |now| f64::from(u8::from(usize::from(now) >= level)));
        (self.open[site][level - 1..].iter().copied().filter(|&c| c != NO_COLUMN), constant)
    }

    /// Whether a site is sure to serve a level.
    pub(super) fn certain(&self, site: usize, level: usize) -> bool {
        (0..level).all(|l| !self.allowed[site][l])
    }

    /// Whether a site can serve a level.
    pub(super) fn can(&self, site: usize, level: usize) -> bool {
        (level..=LEVELS).any(|l| self.allowed[site][l])
    }

    /// Adds a row; in the elastic model hard rows of `kind` get a way out on the sides they have, priced by `price` a unit.
    pub(super) fn add(&mut self, key: RowKey, lower: f64, upper: f64, mut entries: Vec<(u32, f64)>, price: f64) -> usize {
        if self.options.elastic && price > 0.0 {
            for (has, sign) in [(lower.is_finite(), 1.0), (upper.is_finite(), -1.0)] {
                if has {
                    let column = self.m.column(0.0, f64::INFINITY);
                    self.m.charge(column, price);
                    entries.push((column, sign));
                    self.slack.push((self.m.rows(), column));
                }
            }
        }
        self.keys.push(key);
        self.m.row(lower, upper, entries)
    }

    /// Adds a row that ties columns together.
    pub(super) fn tie(&mut self, lower: f64, upper: f64, entries: Vec<(u32, f64)>) {
        self.add(RowKey { kind: RowKind::Tie, place: None, linking: false }, lower, upper, entries, 0.0);
    }

    /// Whether any of the objectives at work is one of these.
    pub(super) fn asks(&self, of: &[Objective]) -> bool {
        self.objectives.iter().any(|o| of.contains(o))
    }
}

/// Builds the model for one objective, with earlier ones capped.
///
/// Complexity: O(pairs that are kept x log) and linear in the entries of the rows.
#[must_use]
pub fn build(problem: &LayoutProblem, objective: Objective, options: &BuildOptions) -> LayoutModel {
    let n = problem.sites.len();
    let mut objectives = vec![objective];
    objectives.extend(options.caps.iter().map(|c| c.0));
    let mut making = Making {
        problem,
        options,
        objectives,
        m: RowWise::default(),
        keys: Vec::new(),
        allowed: problem.sites.iter().map(|s| s.allowed).collect(),
        open: vec![[NO_COLUMN; LEVELS]; n],
        settled: vec![None; n],
        lists: Default::default(),
        beds: vec![[NO_COLUMN; 2]; n],
        added: vec![[NO_COLUMN; 2]; n],
        flags: Vec::new(),
        uncovered: Default::default(),
        longest: [NO_COLUMN; LEVELS],
        usual: [NO_COLUMN; LEVELS],
        spread: Vec::new(),
        slack: Vec::new(),
    };
    demands::sites(&mut making);
    service::lists(&mut making);
    beds::rows(&mut making);
    service::rows(&mut making);
    demands::coverage(&mut making);
    demands::capabilities(&mut making);
    demands::excluded(&mut making);
    objective::rows(&mut making);
    beds::money(&mut making);
    for &(capped, value) in &options.caps {
        let (terms, constant) = objective::terms(&making, capped);
        let scale = objective::scale(problem, capped);
        making.add(
            RowKey { kind: RowKind::Cap, place: None, linking: true },
            f64::NEG_INFINITY,
            value * scale - constant,
            terms,
            if options.elastic { 1e3 } else { 0.0 },
        );
    }
    if !options.elastic {
        let (terms, constant) = objective::terms(&making, objective);
        making.m.offset = constant;
        for (column, cost) in terms {
            making.m.charge(column, cost);
        }
    }
    let Making { m, keys, open, settled, lists, beds, added, flags, slack, .. } = making;
    LayoutModel { lp: m.finish(), rows: keys, open, settled, lists, beds, added, flags, slack }
}

/// Factor from an objective's own unit to the model's.
#[must_use]
pub fn scale(problem: &LayoutProblem, objective: Objective) -> f64 {
    objective::scale(problem, objective)
}
