//! The LP (19) with the cuts found so far, held by a solver that keeps its basis.

use crate::backend::{self, AddedRow, BackendError, LpStatus, Session, Simplex};
use crate::location::median::core::Core;
use crate::location::median::lists::short;
use crate::model::LinearModel;
use crate::outcome::{Event, Limits, Observer};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Cuts of one round are those violated by more than this share of what the client pays.
const VIOLATED: f64 = 1e-6;

/// What a row of the LP stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    /// The number of sites.
    Count,
    /// (20) of a client at a level.
    Cut(u32, f64),
    /// (22) of a ball, by its number.
    Ball(usize),
}

/// A point of the LP with its multipliers.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) y: Vec<f64>,
    /// What clients pay above their least cost.
    pub(super) theta: Vec<f64>,
    /// Value of the LP; a bound only as far as its duals are feasible.
    pub(super) value: f64,
    /// (21).
    pub(super) u: Vec<f64>,
    /// Duals of balls that must not stay empty.
    pub(super) mu: Vec<(usize, f64)>,
    pub(super) status: LpStatus,
}

/// A cut to be added.
#[derive(Debug, Clone, Copy)]
pub(super) struct Violated {
    pub(super) client: u32,
    pub(super) level: f64,
    /// By how much.
    pub(super) by: f64,
}

/// Asks whether to stop.
struct Ask<'a>(&'a (dyn Fn() -> bool + Sync));

impl Observer for Ask<'_> {
    fn event(&self, _event: &Event) {}

    fn stop_requested(&self) -> bool {
        (self.0)()
    }
}

/// Columns: `y` by site, then `theta - least` by client.
pub(super) struct Master<'a> {
    pub(super) core: &'a Core,
    session: Box<dyn Session>,
    pub(super) rows: Vec<Row>,
    known: BTreeSet<(u32, u64)>,
    least: Vec<f64>,
    method: Simplex,
    stop: &'a (dyn Fn() -> bool + Sync),
    /// Simplex iterations so far.
    pub(super) iterations: u64,
}

impl<'a> Master<'a> {
    /// An LP without cuts; `None` when no solver of this build keeps a basis.
    pub(super) fn new(core: &'a Core, stop: &'a (dyn Fn() -> bool + Sync)) -> Result<Option<Self>, BackendError> {
        let least: Vec<f64> =
            (0..core.clients()).map(|i| core.rows.of(i).first().map_or(core.ceiling(i), |a| a.cost()).min(core.ceiling(i))).collect();
        let mut m = LinearModel::new();
        m.offset = core.offset + least.iter().sum::<f64>();
        let mut rows = Vec::new();
        if let Some(p) = core.count {
            #[allow(clippy::cast_precision_loss)] // a number of sites
            m.add_row(p as f64, p as f64);
            rows.push(Row::Count);
        }
        let entries: Vec<(usize, f64)> = core.count.map(|_| (0, 1.0)).into_iter().collect();
        for &f in &core.fixed {
            m.add_col(f, 1.0, 1.0, &entries);
        }
        for _ in 0..core.clients() {
            m.add_col(1.0, f64::INFINITY, f64::INFINITY, &[]);
        }
        let session = backend::by_name(backend::names()[0])?.session(&m)?;
        let build = |session| Self { core, session, rows, known: BTreeSet::new(), least, method: Simplex::Cold, stop, iterations: 0 };
        Ok(session.map(build))
    }

    /// Adds cuts that are not there yet; how many.
    pub(super) fn add_cuts(&mut self, cuts: &[(u32, f64)]) -> Result<usize, BackendError> {
        let mut added = Vec::new();
        for &(client, level) in cuts {
            let i = client as usize;
            if level > self.least[i] && self.known.insert((client, level.to_bits())) {
                let near = self.core.rows.of(i).iter().take_while(|a| a.cost() < level);
                let mut entries: Vec<(usize, f64)> = near.map(|a| (a.to as usize, level - a.cost())).collect();
                entries.push((self.core.sites() + i, 1.0));
                added.push(AddedRow { lower: level - self.least[i], upper: f64::INFINITY, entries });
                self.rows.push(Row::Cut(client, level));
            }
        }
        if !added.is_empty() {
            self.session.add_rows(&added)?;
        }
        Ok(added.len())
    }

    /// Adds the row (22) of a ball, which binds nobody before [`Master::demand`] says so; the row.
    pub(super) fn add_ball(&mut self, number: usize, sites: &[u32]) -> Result<usize, BackendError> {
        let entries = sites.iter().map(|&j| (j as usize, 1.0)).collect();
        self.session.add_rows(&[AddedRow { lower: f64::NEG_INFINITY, upper: f64::INFINITY, entries }])?;
        self.rows.push(Row::Ball(number));
        Ok(self.rows.len() - 1)
    }

    /// Whether somebody of a ball has to open.
    pub(super) fn demand(&mut self, rows: &[(usize, bool)]) -> Result<(), BackendError> {
        let sides: Vec<(usize, f64, f64)> =
            rows.iter().map(|&(r, on)| (r, if on { 1.0 } else { f64::NEG_INFINITY }, f64::INFINITY)).collect();
        self.session.set_row_bounds(&sides)
    }

    /// Bounds of sites.
    pub(super) fn decide(&mut self, sites: &[(u32, f64, f64)]) -> Result<(), BackendError> {
        let cols: Vec<(usize, f64, f64)> = sites.iter().map(|&(j, low, high)| (j as usize, low, high)).collect();
        self.session.set_col_bounds(&cols)
    }

    /// Solves from where it stands; with `most` iterations it may end early, its multipliers are then as valid as any.
    pub(super) fn solve(&mut self, most: Option<u32>) -> Result<Point, BackendError> {
        self.session.limit_iterations(most);
        let limits = Limits { time: None, gap: 0.0, threads: 1 };
        let solved = self.session.run(self.method, &limits, &Ask(self.stop))?;
        self.method = Simplex::Dual;
        self.iterations += solved.iterations;
        let (m, n) = (self.core.sites(), self.core.clients());
        let mut u = self.least.clone();
        let mut mu = Vec::new();
        for (row, &dual) in self.rows.iter().zip(&solved.duals) {
            match row {
                Row::Cut(i, level) if dual > 0.0 => u[*i as usize] += dual * (level - self.least[*i as usize]),
                Row::Ball(b) if dual > 0.0 => mu.push((*b, dual)),
                _ => {}
            }
        }
        // duals of a client may sum to a rounding above 1
        u.iter_mut().enumerate().for_each(|(i, u)| *u = u.min(self.core.ceiling(i)));
        let (y, theta) = if solved.values.len() == m + n { solved.values.split_at(m) } else { (&[][..], &[][..]) };
        let fixed: f64 = y.iter().zip(&self.core.fixed).map(|(y, f)| y * f).sum();
        let value = self.core.offset + self.least.iter().sum::<f64>() + fixed + theta.iter().sum::<f64>();
        Ok(Point { y: y.to_vec(), theta: theta.to_vec(), value, u, mu, status: solved.status })
    }

    /// The most violated cut of each client at a point, none where none is.
    pub(super) fn violated(&self, point: &Point) -> Vec<Violated> {
        let (core, least) = (self.core, &self.least);
        let of = |i: usize| {
            let (mut sum, mut paid, ceiling) = (0.0, 0.0, core.ceiling(i));
            let mut level = None;
            for a in core.rows.of(i) {
                let (y, c) = (point.y[a.to as usize].clamp(0.0, 1.0), a.cost());
                if c >= ceiling || sum + y >= 1.0 - 1e-9 {
                    level = Some(c.min(ceiling));
                    break;
                }
                sum += y;
                paid += y * c;
            }
            // a client that has nothing else is cut at its dearest site
            let last = core.rows.of(i).last().map_or(ceiling, |a| a.cost());
            let level = level.unwrap_or(if ceiling.is_finite() { ceiling } else { last });
            let pays = paid + (1.0 - sum) * level;
            let by = pays - least[i] - point.theta[i];
            (by > VIOLATED * pays.abs().max(1e-9)).then_some(Violated { client: short(i), level, by })
        };
        (0..core.clients()).into_par_iter().filter_map(of).collect()
    }

    /// Forgets cuts that did not bind at the last point and balls that `is_wanted` does not name, and takes the basis along.
    pub(super) fn slim(&mut self, is_wanted: impl Fn(usize) -> bool) -> Result<(), BackendError> {
        let basis = self.session.basis()?;
        let stays = |(r, row): (usize, &Row)| match row {
            Row::Count => true,
            Row::Cut(..) => !basis.is_basic(r),
            Row::Ball(n) => is_wanted(*n) || !basis.is_basic(r),
        };
        let keep: Vec<bool> = self.rows.iter().enumerate().map(stays).collect();
        let drop: Vec<usize> = (0..keep.len()).filter(|&r| !keep[r]).collect();
        if drop.is_empty() {
            return Ok(());
        }
        self.session.delete_rows(&drop)?;
        self.session.set_basis(&basis.keeping(&keep))?;
        let mut flags = keep.iter();
        self.rows.retain(|_| flags.next().copied().unwrap_or(true));
        self.known = self.rows.iter().filter_map(|r| if let Row::Cut(i, level) = r { Some((*i, level.to_bits())) } else { None }).collect();
        Ok(())
    }

    /// Balls and their rows.
    pub(super) fn balls(&self) -> Vec<(usize, usize)> {
        self.rows.iter().enumerate().filter_map(|(at, row)| if let Row::Ball(n) = row { Some((*n, at)) } else { None }).collect()
    }

    /// Another master with the same cuts, at the same basis; balls stay behind.
    pub(super) fn twin(&self, stop: &'a (dyn Fn() -> bool + Sync)) -> Result<Option<Self>, BackendError> {
        let Some(mut other) = Self::new(self.core, stop)? else { return Ok(None) };
        let cuts: Vec<(u32, f64)> =
            self.rows.iter().filter_map(|r| if let Row::Cut(i, level) = r { Some((*i, *level)) } else { None }).collect();
        other.add_cuts(&cuts)?;
        if other.rows == self.rows {
            other.back(&self.basis()?)?;
            other.method = Simplex::Dual;
        }
        Ok(Some(other))
    }

    /// Where the simplex stands.
    pub(super) fn basis(&self) -> Result<backend::Basis, BackendError> {
        self.session.basis()
    }

    /// Back to where it stood.
    pub(super) fn back(&mut self, basis: &backend::Basis) -> Result<(), BackendError> {
        self.session.set_basis(basis)
    }
}
