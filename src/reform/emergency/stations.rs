//! Which sites have a station: the fewest that cover everybody who can be covered, and the fewest that cover the share asked for.
//!
//! Everybody: set covering, solved with its proof by [`crate::location::cover`]. The share: a MIP from a greedy start; among as many stations
//! those found are exchanged while that covers more people. Duals of both relaxations are written as prices: with them anyone can work out how few
//! stations can do ([`super::prices`] says how), which is often, not always, as many as the search has proven.

use super::prices::{THOUSAND, priced_all, priced_share};
use super::reach::Reach;
use super::{Frame, float};
use crate::backend::{self, LpStatus, guarded};
use crate::instance::{Distance, Instance, Problem, Service};
use crate::location::{Settings, cover};
use crate::model::reform::emergency::build;
use crate::outcome::{Limit, Limits, Observer, Termination};
use crate::reform::{ReformError, ReformInput, count, ended};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What is left for the search for the share when everybody took the whole time: a plan is there, its bound may be better.
const AT_LEAST: Duration = Duration::from_secs(1);
/// Rounding that a bound of whole stations forgives.
pub(super) const EPS: f64 = 1e-6;

/// What was chosen, sites as positions among the candidates, prices by settlement asked for.
pub(super) struct Chosen {
    pub open: Vec<usize>,
    pub fewest: f64,
    pub termination: Termination,
    pub backend: String,
    pub prices: Vec<f64>,
    pub share_price: f64,
    pub priced: u32,
    pub everybody: Vec<usize>,
    pub fewest_all: u32,
    pub prices_all: Vec<f64>,
    pub priced_all: u32,
}

/// Settlements that the same sites cover and no kept one: their sites, their rows in the frame, their people.
struct Clients {
    lists: Vec<(Vec<usize>, f64)>,
    rows: Vec<Vec<usize>>,
}

impl Clients {
    fn new(input: &ReformInput<'_>, frame: &Frame, kept: &dyn Fn(usize) -> bool) -> (Self, f64) {
        let mut alike: BTreeMap<&Vec<usize>, Vec<usize>> = BTreeMap::new();
        let (mut base, people) = (0.0, |row: usize| float(input.case.network.settlements[frame.settlements[row]].population.0));
        for (row, list) in frame.covers.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
            if list.iter().any(|s| kept(*s)) {
                base += people(row);
            } else {
                alike.entry(list).or_default().push(row);
            }
        }
        let lists = alike.iter().map(|(list, rows)| ((*list).clone(), rows.iter().map(|&r| people(r)).sum())).collect();
        (Self { lists, rows: alike.into_values().collect() }, base)
    }

    /// Prices of clients shared out over their settlements by people.
    fn spread(&self, input: &ReformInput<'_>, frame: &Frame, prices: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; frame.settlements.len()];
        for ((rows, (_, people)), price) in self.rows.iter().zip(&self.lists).zip(prices).filter(|(_, price)| **price > 0.0) {
            for &row in rows {
                out[row] = price * float(input.case.network.settlements[frame.settlements[row]].population.0) / people;
            }
        }
        out
    }
}

/// Chooses for `wanted` people.
///
/// # Errors
/// A limit before the first answer, a failing solver.
pub(super) fn choose(
    input: &ReformInput<'_>,
    frame: &Frame,
    kept: &dyn Fn(usize) -> bool,
    wanted: f64,
    observer: &dyn Observer,
) -> Result<Chosen, ReformError> {
    let begin = Instant::now();
    let sites = frame.sites.len();
    let before: Vec<usize> = (0..sites).filter(|&s| kept(s)).collect();
    let (clients, base) = Clients::new(input, frame, kept);
    let (all, fewest_all, ended_all) = everybody(input, &clients, &before, sites, observer)?;
    let duals = relaxed(input, &clients, sites, None, observer)?.0;
    let priced_all = count(before.len()) + priced_all(&clients.lists, &duals, sites);
    let fewest_all = fewest_all.max(priced_all);
    let prices_all = clients.spread(input, frame, &duals);
    let total: f64 = clients.lists.iter().map(|c| c.1).sum();
    let smallest = clients.lists.iter().map(|c| c.1).fold(f64::INFINITY, f64::min);
    let need = wanted - base;
    let mut chosen = Chosen {
        open: all.clone(),
        fewest: fewest_all,
        termination: ended_all,
        backend: "own".to_owned(),
        prices: prices_all.clone(),
        share_price: 0.0,
        priced: whole(priced_all),
        everybody: all,
        fewest_all: whole(fewest_all),
        prices_all,
        priced_all: whole(priced_all),
    };
    // nobody may be left out
    if clients.lists.is_empty() || need > total - smallest + EPS {
        return Ok(chosen);
    }
    if need <= EPS {
        chosen.prices = vec![0.0; frame.settlements.len()];
        (chosen.priced, chosen.fewest, chosen.termination) = (whole(count(before.len())), count(before.len()), Termination::Optimal);
        chosen.open = before;
        return Ok(chosen);
    }
    let (duals, price) = relaxed(input, &clients, sites, Some(need), observer)?;
    let priced = count(before.len()) + priced_share(&clients.lists, &duals, price, need, sites);
    let time = input.limits.time.map(|t| t.saturating_sub(begin.elapsed()).max(AT_LEAST));
    let share = share(input, &clients, sites, need, time, observer)?;
    chosen.open = [before.as_slice(), &share.0].concat();
    chosen.open.sort_unstable();
    chosen.fewest = (count(before.len()) + share.1).max(priced);
    chosen.termination = match share.2 {
        _ if chosen.fewest > count(chosen.open.len()) - 0.5 => Termination::Optimal,
        // good enough for who asked, and not proven best
        Termination::Optimal => Termination::Feasible(Limit::Iterations),
        other => other,
    };
    chosen.backend = format!("own+{}", backend::default_mip().name());
    chosen.prices = clients.spread(input, frame, &duals);
    chosen.share_price = price;
    chosen.priced = whole(priced);
    Ok(chosen)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a number of stations
fn whole(n: f64) -> u32 {
    n.max(0.0).round() as u32
}

/// The fewest for everybody: open sites, the proven number, how the run ended.
fn everybody(
    input: &ReformInput<'_>,
    clients: &Clients,
    before: &[usize],
    sites: usize,
    observer: &dyn Observer,
) -> Result<(Vec<usize>, f64, Termination), ReformError> {
    if clients.lists.is_empty() {
        return Ok((before.to_vec(), count(before.len()), Termination::Optimal));
    }
    let mut values = vec![f64::INFINITY; clients.lists.len() * sites];
    for (client, (list, _)) in clients.lists.iter().enumerate() {
        list.iter().for_each(|s| values[client * sites + s] = 0.0);
    }
    let instance = Instance {
        name: "stations".to_owned(),
        demand: vec![1.0; clients.lists.len()],
        service: Service { distance: Distance::Table { sites, values }, per_unit: true },
        fixed: Vec::new(),
        ..Instance::default()
    };
    let settings = Settings { limits: input.limits, seed: input.seed };
    let found = cover::solve(&instance, Problem::SetCover { within: 0.5 }, &settings, observer)?;
    if found.open.is_empty() {
        return Err(ReformError::Stopped(Limit::Time));
    }
    let mut open = before.to_vec();
    open.extend(found.open.iter().map(|&s| s as usize));
    open.sort_unstable();
    open.dedup();
    Ok((open, count(before.len()) + (found.bounds.dual - EPS).ceil().max(0.0), found.termination))
}

/// Duals of EM1, and of EM2 for a thousand people, of the relaxation; nothing is proven (zeros) where it was not solved.
fn relaxed(
    input: &ReformInput<'_>,
    clients: &Clients,
    sites: usize,
    need: Option<f64>,
    observer: &dyn Observer,
) -> Result<(Vec<f64>, f64), ReformError> {
    let thousands: Vec<(Vec<usize>, f64)> = clients.lists.iter().map(|(list, people)| (list.clone(), people / THOUSAND)).collect();
    let mut m = build(sites, &thousands, need.map(|n| n / THOUSAND));
    m.model.integer.clear();
    if clients.lists.is_empty() {
        return Ok((Vec::new(), 0.0));
    }
    let found = backend::by_name(backend::names()[0])?.solve(&m.model, &input.limits, &super::super::Hushed(observer))?;
    let dual = |row: usize| if found.status == LpStatus::Optimal { found.duals.get(row).map_or(0.0, |y| y.max(0.0)) } else { 0.0 };
    // what is not told apart from nothing is nothing
    let clean = |y: f64| if y < 1e-9 { 0.0 } else { y };
    Ok((m.cover.iter().map(|&r| clean(dual(r))).collect(), m.share.map_or(0.0, dual)))
}

/// The fewest for a share: sites beside the kept ones, the proven number, how the run ended.
fn share(
    input: &ReformInput<'_>,
    clients: &Clients,
    sites: usize,
    need: f64,
    time: Option<Duration>,
    observer: &dyn Observer,
) -> Result<(Vec<usize>, f64, Termination), ReformError> {
    let thousands: Vec<(Vec<usize>, f64)> = clients.lists.iter().map(|(list, people)| (list.clone(), people / THOUSAND)).collect();
    let m = build(sites, &thousands, Some(need / THOUSAND));
    let mut reach = Reach::new(&clients.lists, sites);
    reach.greedy(need);
    let mut start = vec![0.0; m.model.col_count()];
    (0..sites).filter(|&s| reach.open[s]).for_each(|s| start[m.site[s]] = 1.0);
    (0..clients.lists.len()).filter(|&i| reach.times[i] > 0).for_each(|i| start[m.covered[i]] = 1.0);
    let limits = Limits { time, ..input.limits };
    let found = guarded::solve_mip(&m.model, Some(&start), &limits, observer)?;
    if !found.values.is_empty() {
        let mut other = Reach::new(&clients.lists, sites);
        (0..sites).filter(|&s| found.values[m.site[s]] > 0.5).for_each(|s| other.set(s, true));
        // a solver's tolerance may leave some people out
        other.greedy(need);
        if other.stations() <= reach.stations() {
            reach = other;
        }
    }
    reach.exchange();
    let stations: Vec<usize> = (0..sites).filter(|&s| reach.open[s]).collect();
    let fewest = if found.bounds.dual.is_finite() { (found.bounds.dual - EPS).ceil().max(0.0) } else { 0.0 };
    Ok((stations, fewest, ended(found.status)))
}
