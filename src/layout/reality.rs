//! The sites that stand, held against those that people would walk least to: as many, chosen from nothing among all places where a facility stands.
//!
//! For each rank (2 and above, 3 and above, 4 and above) the p-median over all places with a facility of any rank, p as many places as the rank has in
//! reality, the weighted sum of straight kilometres as the cost; with its bound. Against it stand the real places, a layout if one is given, and random
//! choices of as many places. Minutes come from the travel of the case.

use crate::backend::BackendError;
use crate::ids::{FacilityId, SettlementId};
use crate::instance::{Distance, Instance, Metric, Problem, Service};
use crate::location::{Settings, median};
use crate::network::{Case, Network};
use crate::outcome::{Event, Observer, Termination};
use crate::travel::metric::distance_km;
use crate::travel::{Crs, Place, Position, SpatialIndex};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::collections::BTreeMap;

/// Ranks that are looked at.
pub const RANKS: [u8; 3] = [2, 3, 4];
/// Minutes of the shares.
pub const WITHIN: [f64; 3] = [15.0, 30.0, 60.0];

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Limits and seed of each p-median.
    pub settings: Settings,
    /// Random choices of each rank.
    pub draws: u32,
    /// A real place counts as chosen nearby when a chosen one is no farther, km.
    pub near_km: f64,
    /// Facilities that a layout has at each of [`RANKS`] or above.
    pub layout: Option<[Vec<FacilityId>; 3]>,
}

/// How people reach a set of places.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Reach {
    /// Places.
    pub places: usize,
    /// Mean straight distance, km.
    pub km: f64,
    /// Mean minutes one way.
    pub mean: f64,
    /// Minutes that nine of ten people do not exceed.
    pub p90: f64,
    /// Shares of the people within 15, 30 and 60 minutes.
    pub within: [f64; 3],
    /// Share of the real places that are chosen too.
    pub same: f64,
    /// Share of the real places with a chosen one nearby.
    pub near: f64,
    /// Share of people within 1, 2, ... 240 minutes.
    #[serde(skip)]
    pub curve: Vec<f64>,
}

/// One rank.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankRow {
    /// Rank: this and above.
    pub rank: u8,
    /// Places with a facility of any rank.
    pub candidates: usize,
    /// The real network.
    pub real: Reach,
    /// The p-median.
    pub best: Reach,
    /// Mean kilometres that no choice of as many places can undercut.
    pub bound_km: f64,
    /// Relative gap between the p-median and its bound.
    pub gap: f64,
    /// Mean over random choices.
    pub random: Reach,
    /// The layout, when one was given.
    pub layout: Option<Reach>,
    /// Share of real places a random choice of as many places as the layout has would hit.
    pub layout_chance: Option<f64>,
    /// One facility of each chosen place.
    #[serde(skip)]
    pub chosen: Vec<FacilityId>,
}

/// Places: facilities at the same position count once.
struct Places {
    /// First facility of each place.
    first: Vec<FacilityId>,
    /// Highest rank there.
    rank: Vec<u8>,
    at: Vec<Position>,
    of: BTreeMap<FacilityId, usize>,
}

impl Places {
    fn new(network: &Network) -> Self {
        let mut seen: BTreeMap<(u64, u64), usize> = BTreeMap::new();
        let mut out = Self { first: Vec::new(), rank: Vec::new(), at: Vec::new(), of: BTreeMap::new() };
        for (n, f) in network.facilities.iter().enumerate().filter(|(_, f)| f.siting.exist) {
            let id = FacilityId::new(n);
            let place = *seen.entry((f.position.x.to_bits(), f.position.y.to_bits())).or_insert(out.first.len());
            if place == out.first.len() {
                out.first.push(id);
                out.rank.push(0);
                out.at.push(f.position);
            }
            out.rank[place] = out.rank[place].max(f.rank());
            out.of.insert(id, place);
        }
        out
    }
}

/// Holds the sites of a case against the best and against chance.
///
/// # Errors
/// As [`median::solve`].
pub fn compare(case: &Case, ask: &Ask, observer: &dyn Observer) -> Result<Vec<RankRow>, BackendError> {
    let network = &case.network;
    let places = Places::new(network);
    let clients: Vec<usize> = (0..network.settlements.len()).filter(|&i| network.settlements[i].population.0 > 0).collect();
    let point = |p: Position| [p.x, p.y];
    let instance = Instance {
        name: network.name.clone(),
        demand: clients.iter().map(|&i| network.settlements[i].population.0 as f64).collect(),
        service: Service {
            distance: Distance::Points {
                clients: clients.iter().map(|&i| point(network.settlements[i].position)).collect(),
                sites: places.at.iter().map(|&p| point(p)).collect(),
                metric: if network.crs == Crs::Wgs84 { Metric::GreatCircle } else { Metric::Euclid },
            },
            per_unit: true,
        },
        ..Instance::default()
    };
    let people: f64 = instance.demand.iter().sum();
    let mut out = Vec::new();
    for (n, rank) in RANKS.into_iter().enumerate() {
        let real: Vec<usize> = (0..places.first.len()).filter(|&p| places.rank[p] >= rank).collect();
        if real.is_empty() || people <= 0.0 {
            continue;
        }
        observer.event(&Event::Started { step: "p-median", total: None });
        let answer = median::solve(&instance, Problem::PMedian { p: real.len() }, &ask.settings, observer)?;
        observer.event(&Event::Finished);
        if !matches!(answer.termination, Termination::Optimal | Termination::Feasible(_)) {
            continue;
        }
        let measure = Measure { case, places: &places, clients: &clients, people, real: &real, near_km: ask.near_km };
        let chosen: Vec<usize> = answer.open.iter().map(|&j| j as usize).collect();
        let layout: Option<Vec<usize>> = ask.layout.as_ref().map(|l| {
            let mut list: Vec<usize> = l[n].iter().filter_map(|f| places.of.get(f).copied()).collect();
            list.sort_unstable();
            list.dedup();
            list
        });
        let candidates = places.first.len();
        out.push(RankRow {
            rank,
            candidates,
            real: measure.reach(&real),
            best: measure.reach(&chosen),
            bound_km: answer.bounds.dual / people,
            gap: answer.bounds.gap(),
            random: measure.random(ask, candidates, u64::from(rank)),
            layout_chance: layout.as_ref().map(|l| l.len() as f64 / candidates as f64),
            layout: layout.map(|l| measure.reach(&l)),
            chosen: chosen.iter().map(|&p| places.first[p]).collect(),
        });
    }
    Ok(out)
}

struct Measure<'a> {
    case: &'a Case,
    places: &'a Places,
    clients: &'a [usize],
    people: f64,
    real: &'a [usize],
    near_km: f64,
}

/// Minutes up to which curves go.
const LONGEST: usize = 240;

impl Measure<'_> {
    /// How people reach a set of places (increasing), each going to the nearest by time.
    fn reach(&self, open: &[usize]) -> Reach {
        let network = &self.case.network;
        let index = SpatialIndex::new(network.crs, open.iter().map(|&p| self.places.at[p]).collect());
        let same = self.real.iter().filter(|p| open.binary_search(p).is_ok()).count() as f64 / self.real.len() as f64;
        let near = |p: &&usize| !index.within(self.places.at[**p], self.near_km).is_empty();
        let near = self.real.iter().filter(near).count() as f64 / self.real.len() as f64;
        let mut out = Reach { places: open.len(), same, near, curve: vec![0.0; LONGEST], ..Reach::default() };
        if open.is_empty() {
            return out;
        }
        let from: Vec<Place> = self.clients.iter().map(|&i| Place::Settlement(SettlementId::new(i))).collect();
        let to: Vec<Place> = open.iter().map(|&p| Place::Facility(self.places.first[p])).collect();
        let times = self.case.travel.nearest(network, &from, &to, 1);
        let mut ways: Vec<(f64, f64)> = Vec::with_capacity(from.len());
        for (n, &i) in self.clients.iter().enumerate() {
            let s = &network.settlements[i];
            let heads = s.population.0 as f64 / self.people;
            let minutes = times.row(n).next().map_or(f64::INFINITY, |t| t.1);
            let km = index.nearest(s.position, 1).first().map_or(0.0, |t| distance_km(network.crs, s.position, index.position(t.index)));
            out.km += heads * km;
            ways.push((minutes, heads));
        }
        ways.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = 0.0;
        for &(minutes, heads) in &ways {
            sum += heads;
            out.mean += heads * minutes;
            if out.p90 <= 0.0 && sum >= 0.9 - 1e-9 {
                out.p90 = minutes;
            }
            for (share, limit) in out.within.iter_mut().zip(WITHIN) {
                *share += if minutes <= limit { heads } else { 0.0 };
            }
        }
        let mut at = ways.iter().peekable();
        let mut sum = 0.0;
        for (n, share) in out.curve.iter_mut().enumerate() {
            while let Some(w) = at.next_if(|w| w.0 <= (n + 1) as f64) {
                sum += w.1;
            }
            *share = sum;
        }
        out
    }

    /// The mean of random choices.
    fn random(&self, ask: &Ask, candidates: usize, rank: u64) -> Reach {
        let mut rng = ChaCha8Rng::seed_from_u64(ask.settings.seed.wrapping_mul(31).wrapping_add(rank));
        let draws: Vec<Reach> = (0..ask.draws.max(1))
            .map(|_| {
                let mut open: Vec<usize> = (0..candidates).collect();
                open.shuffle(&mut rng);
                open.truncate(self.real.len());
                open.sort_unstable();
                self.reach(&open)
            })
            .collect();
        let mean = |f: &dyn Fn(&Reach) -> f64| draws.iter().map(f).sum::<f64>() / draws.len() as f64;
        Reach {
            places: self.real.len(),
            km: mean(&|r| r.km),
            mean: mean(&|r| r.mean),
            p90: mean(&|r| r.p90),
            within: std::array::from_fn(|n| mean(&|r| r.within[n])),
            same: mean(&|r| r.same),
            near: mean(&|r| r.near),
            curve: (0..LONGEST).map(|n| mean(&|r| r.curve[n])).collect(),
        }
    }
}
