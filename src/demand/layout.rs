//! The [`LayoutProblem`]: sites, settlements, times and prices that model 6.8 needs, from a case and the `[layout]` section of its scenario,
//! before any formulation.
//!
//! # Sites
//!
//! * Every facility of rank 1 to 3 in the planned areas (unless `existing = "ignore"`), city hospitals as they are (level 3 for their
//!   neighbours, not counted as county hospitals), and rows with `exist` 0 as places where that tier may be opened.
//! * Generated clinics: every settlement with people, unless a site stands within `spacing_km` of it in its area.
//! * Generated centres and hospitals: the seat of every township that has neither a facility nor a candidate row of rank 2 or above.
//!
//! # Times
//!
//! From every settlement to every site of its catchment. With metric travel nobody is nearer than the fixed minutes, not even to a clinic in
//! the own settlement; on roads and in tables the seat of a township stands where its settlement nearest to the seat stands.

use crate::ids::{AreaId, FacilityId, SettlementId, TownId};
use crate::network::{Case, Network, Owner, Siting};
use crate::policy::layout::{Candidates, Capability, Catchment, Existing, LayoutRules};
use crate::policy::{Prices, Scenario};
use crate::travel::metric::distance_km;
use crate::travel::{Place, Places, Position, Site, SparseTimes, SpatialIndex, Travel};
use std::collections::BTreeMap;

/// Levels of service.
pub const LEVELS: usize = 3;
/// Pairs of settlement and site that are looked at, at most.
const MOST_PAIRS: usize = 150_000_000;

/// A settlement with people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Client {
    /// Settlement.
    pub settlement: SettlementId,
    /// Its township.
    pub town: TownId,
    /// Its area.
    pub area: AreaId,
    /// Catchment it belongs to.
    pub block: u32,
    /// People.
    pub people: f64,
}

/// What stands, or may stand, at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// A row of facilities.csv.
    Facility(FacilityId),
    /// A generated clinic in a settlement.
    Settlement(SettlementId),
    /// A generated centre or hospital at the seat of a township.
    Seat(TownId),
}

/// A site.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutSite {
    /// Code of the facility, `settlement:CODE` or `township:CODE`.
    pub code: String,
    /// What it is.
    pub ground: Ground,
    /// Area.
    pub area: AreaId,
    /// Township, where it has one.
    pub town: Option<TownId>,
    /// Catchment.
    pub block: u32,
    /// Where.
    pub position: Position,
    /// Owner.
    pub owner: Owner,
    /// A city hospital: stays as it is, and is no county hospital.
    pub city: bool,
    /// Level today; 0 where nothing stands.
    pub now: u8,
    /// Beds today.
    pub beds_now: f64,
    /// Levels it may end at; index 0 is closed.
    pub allowed: [bool; LEVELS + 1],
    /// Fixed cost by level, yuan a year.
    pub fixed_cost: [f64; LEVELS],
    /// Fewest beds at levels 2 and 3.
    pub beds_min: [f64; 2],
    /// Most beds at levels 2 and 3.
    pub beds_max: [f64; 2],
    /// Capital of a bed at levels 2 and 3, yuan.
    pub capital: [f64; 2],
    /// Capabilities it has today, by [`Capability`].
    pub has: [bool; 4],
}

impl LayoutSite {
    /// Highest level it may end at.
    #[must_use]
    pub fn highest(&self) -> usize {
        (0..=LEVELS).rev().find(|&l| self.allowed[l]).unwrap_or(0)
    }

    /// Lowest level it may end at: 0 when it may be closed.
    #[must_use]
    pub fn lowest(&self) -> usize {
        (0..=LEVELS).find(|&l| self.allowed[l]).unwrap_or(0)
    }
}

/// Why there is no layout problem.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LayoutError {
    /// Nobody lives in the planned areas.
    #[error("nobody lives in the areas that are planned")]
    Nobody,
    /// More pairs than can be looked at.
    #[error("{pairs} pairs of settlement and site are more than {MOST_PAIRS}: plan fewer areas at once, or with catchment = \"county\"")]
    TooLarge {
        /// Pairs.
        pairs: usize,
    },
}

/// What a layout is asked of.
#[derive(Debug, Clone)]
pub struct LayoutProblem {
    /// Rules as asked.
    pub rules: LayoutRules,
    /// Value of a minute, yuan.
    pub minute: f64,
    /// Areas that are planned, by position.
    pub planned: Vec<bool>,
    /// Settlements with people, in the order of the table.
    pub clients: Vec<Client>,
    /// Sites.
    pub sites: Vec<LayoutSite>,
    /// Minutes from each client to each site of its catchment, nearest first (ties by site).
    pub times: SparseTimes,
    /// People of all planned areas.
    pub people: f64,
}

impl LayoutProblem {
    /// Puts the problem together.
    ///
    /// # Errors
    /// [`LayoutError`].
    pub fn assemble(case: &Case, scenario: &Scenario) -> Result<Self, LayoutError> {
        let network = &case.network;
        let rules = scenario.layout.clone().unwrap_or_default();
        let planned: Vec<bool> = network.areas.iter().map(|a| rules.areas.is_empty() || rules.areas.contains(&a.code)).collect();
        let blocks = blocks(network, rules.catchment);
        let clients: Vec<Client> = (0..network.settlements.len())
            .map(|i| (SettlementId::new(i), &network.settlements[i]))
            .filter(|(_, s)| planned[s.area.index()] && s.population.0 > 0)
            .map(|(id, s)| Client {
                settlement: id,
                town: s.town,
                area: s.area,
                block: blocks[s.area.index()],
                people: s.population.0 as f64,
            })
            .collect();
        if clients.is_empty() {
            return Err(LayoutError::Nobody);
        }
        let sites = sites(network, &rules, &planned, &blocks);
        let mut of_block: Vec<Vec<u32>> = vec![Vec::new(); network.areas.len()];
        for (j, site) in sites.iter().enumerate() {
            #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
            of_block[site.block as usize].push(j as u32);
        }
        let pairs = clients.iter().map(|c| of_block[c.block as usize].len()).sum();
        if pairs > MOST_PAIRS {
            return Err(LayoutError::TooLarge { pairs });
        }
        let times = times(case, &clients, &sites, &of_block);
        let people = clients.iter().map(|c| c.people).sum();
        let minute = scenario.prices.get("minute").copied().unwrap_or_else(|| Prices::default().minute);
        Ok(Self { rules, minute, planned, clients, sites, times, people })
    }

    /// One catchment as a problem of its own, with the same rules. O(sites + entries of its clients).
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
    pub fn of_block(&self, block: u32) -> Self {
        let clients: Vec<usize> = (0..self.clients.len()).filter(|&i| self.clients[i].block == block).collect();
        let mut at = vec![u32::MAX; self.sites.len()];
        let mut sites = Vec::new();
        for (j, site) in self.sites.iter().enumerate().filter(|(_, s)| s.block == block) {
            at[j] = sites.len() as u32;
            sites.push(site.clone());
        }
        let times = SparseTimes::from_rows(
            clients.len(),
            || (),
            |(), n| self.times.row(clients[n]).filter(|t| at[t.0] != u32::MAX).map(|(j, m)| (at[j], m)).collect(),
        );
        let clients: Vec<Client> = clients.into_iter().map(|i| self.clients[i]).collect();
        let people = clients.iter().map(|c| c.people).sum();
        Self { rules: self.rules.clone(), minute: self.minute, planned: self.planned.clone(), clients, sites, times, people }
    }

    /// People of each area, by position (0 where it is not planned).
    #[must_use]
    pub fn area_people(&self) -> Vec<f64> {
        let mut people = vec![0.0; self.planned.len()];
        self.clients.iter().for_each(|c| people[c.area.index()] += c.people);
        people
    }
}

/// Catchment of each area: the position of the first area that belongs to it.
#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn blocks(network: &Network, catchment: Catchment) -> Vec<u32> {
    let mut first: BTreeMap<&str, u32> = BTreeMap::new();
    network
        .areas
        .iter()
        .enumerate()
        .map(|(n, a)| match (catchment, &a.prefecture) {
            (Catchment::Region, _) => 0,
            (Catchment::Prefecture, Some(p)) => *first.entry(p).or_insert(n as u32),
            _ => n as u32,
        })
        .collect()
}

fn sites(network: &Network, rules: &LayoutRules, planned: &[bool], blocks: &[u32]) -> Vec<LayoutSite> {
    let from_case = matches!(rules.candidates, Candidates::Both | Candidates::Case);
    let generated = matches!(rules.candidates, Candidates::Both | Candidates::Generated);
    let mut centre_in = vec![false; network.towns.len()];
    for f in &network.facilities {
        let there = if f.siting.exist { rules.existing != Existing::Ignore } else { from_case };
        if let Some(t) = f.town.filter(|_| there && (2..=3).contains(&f.rank())) {
            centre_in[t.index()] = true;
        }
    }
    let mut out: Vec<LayoutSite> = Vec::new();
    for (j, f) in network.facilities.iter().enumerate() {
        let there = if f.siting.exist { rules.existing != Existing::Ignore } else { from_case };
        let Some(area) = f.area.filter(|a| there && f.rank() <= 4 && planned[a.index()]) else { continue };
        let level = f.rank().min(3);
        let city = f.rank() == 4;
        let mut site = LayoutSite {
            code: f.code.clone(),
            ground: Ground::Facility(FacilityId::new(j)),
            area,
            town: f.town,
            block: blocks[area.index()],
            position: f.position,
            owner: f.owner,
            city,
            now: if f.siting.exist { level } else { 0 },
            beds_now: if f.siting.exist && level >= 2 { f64::from(f.beds.0) } else { 0.0 },
            allowed: [false; LEVELS + 1],
            fixed_cost: rules.fixed_cost,
            beds_min: [0.0; 2],
            beds_max: [0.0; 2],
            capital: [0.0; 2],
            has: [false; 4],
        };
        let has_centre = f.town.is_some_and(|t| centre_in[t.index()]);
        site.allowed = allowed(rules, &f.siting, level, city, has_centre);
        if let Some(cost) = f.siting.fixed_cost {
            site.fixed_cost[usize::from(level) - 1] = cost.0;
        }
        out.push(site);
        finish(rules, &f.siting, out.last_mut());
    }
    if generated {
        seats(network, rules, planned, blocks, &centre_in, &mut out);
        clinics(network, rules, planned, blocks, &mut out);
    }
    out
}

fn allowed(rules: &LayoutRules, siting: &Siting, level: u8, city: bool, has_centre: bool) -> [bool; LEVELS + 1] {
    let mut out = [false; LEVELS + 1];
    let l = usize::from(level);
    out[l] = true;
    if city || (siting.exist && !siting.candidate) {
        return out;
    }
    if !siting.exist {
        out[0] = true;
        return out;
    }
    if l < LEVELS && rules.upgrade && (l == 2 || !has_centre) {
        out[l + 1] = true;
    }
    if rules.downgrade && l > 1 {
        out[l - 1] = true;
    }
    out[0] = rules.existing == Existing::Free;
    out
}

/// A generated site; beds, forced levels and capabilities are filled in by [`finish`].
fn fresh(code: String, ground: Ground, area: AreaId, town: TownId, block: u32, position: Position, rules: &LayoutRules) -> LayoutSite {
    let social = rules.beds.as_ref().is_some_and(|b| b.social_candidates);
    LayoutSite {
        code,
        ground,
        area,
        town: Some(town),
        block,
        position,
        owner: if social { Owner::Social } else { Owner::Public },
        city: false,
        now: 0,
        beds_now: 0.0,
        allowed: if matches!(ground, Ground::Seat(_)) { [true, false, true, true] } else { [true, true, false, false] },
        fixed_cost: rules.fixed_cost,
        beds_min: [0.0; 2],
        beds_max: [0.0; 2],
        capital: [0.0; 2],
        has: [false; 4],
    }
}

fn seats(network: &Network, rules: &LayoutRules, planned: &[bool], blocks: &[u32], centre_in: &[bool], out: &mut Vec<LayoutSite>) {
    for (n, t) in network.towns.iter().enumerate().filter(|(n, t)| planned[t.area.index()] && !centre_in[*n]) {
        let code = format!("township:{}", t.code);
        out.push(fresh(code, Ground::Seat(TownId::new(n)), t.area, TownId::new(n), blocks[t.area.index()], t.position, rules));
        finish(rules, &Siting::default(), out.last_mut());
    }
}

fn clinics(network: &Network, rules: &LayoutRules, planned: &[bool], blocks: &[u32], out: &mut Vec<LayoutSite>) {
    let standing: Vec<(Position, AreaId)> =
        out.iter().filter(|s| matches!(s.ground, Ground::Facility(_))).map(|s| (s.position, s.area)).collect();
    let index = SpatialIndex::new(network.crs, standing.iter().map(|s| s.0).collect());
    for (n, s) in network.settlements.iter().enumerate() {
        if !planned[s.area.index()] || s.population.0 == 0 {
            continue;
        }
        if index.within(s.position, rules.spacing_km).iter().any(|near| standing[near.index].1 == s.area) {
            continue;
        }
        let code = format!("settlement:{}", s.code);
        out.push(fresh(code, Ground::Settlement(SettlementId::new(n)), s.area, s.town, blocks[s.area.index()], s.position, rules));
        finish(rules, &Siting::default(), out.last_mut());
    }
}

/// Forced levels, beds and capabilities of a site.
fn finish(rules: &LayoutRules, siting: &Siting, site: Option<&mut LayoutSite>) {
    let Some(site) = site else { return };
    if rules.close.contains(&site.code) {
        site.allowed = [true, false, false, false];
    }
    if let Some(&level) = rules.open.get(&site.code) {
        let level = usize::from(level).clamp(1, LEVELS);
        let may = site.allowed;
        site.allowed = std::array::from_fn(|l| l >= level && may[l]);
        if site.highest() == 0 {
            site.allowed[level] = true;
        }
    }
    if let Some(beds) = &rules.beds {
        for n in 0..2 {
            let (mut low, mut high) = (beds.min[n], beds.max[n]);
            if site.now > 0 && site.beds_now > 0.0 {
                low = low.min(site.beds_now);
                high = high.max(if usize::from(site.now) == n + 2 { site.beds_now } else { 0.0 });
            }
            if !beds.shrink && usize::from(site.now) <= n + 2 {
                low = low.max(site.beds_now);
            }
            low = siting.bmin.map_or(low, |b| f64::from(b.0));
            high = siting.bmax.map_or(high, |b| f64::from(b.0));
            let as_it_is = site.city || (siting.exist && !siting.candidate);
            if as_it_is || beds.no_growth.contains(&site.code) {
                high = site.beds_now;
                low = if as_it_is { high } else { low.min(high) };
            }
            site.beds_min[n] = low;
            site.beds_max[n] = high.max(low);
            site.capital[n] = siting.capex_bed.map_or(beds.capital[n], |y| y.0);
        }
    }
    for capability in Capability::ALL {
        site.has[capability as usize] = rules.capability.get(&capability).is_some_and(|c| c.have.contains(&site.code));
    }
}

/// Minutes from clients to the sites of their catchment, nearest first.
fn times(case: &Case, clients: &[Client], sites: &[LayoutSite], of_block: &[Vec<u32>]) -> SparseTimes {
    let network = &case.network;
    let order = |mut row: Vec<(u32, f64)>| {
        row.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        row
    };
    if let Travel::Metric(metric) = &case.travel {
        let spots: Vec<Site> =
            sites.iter().map(|s| Site { position: s.position, core: network.is_urban(s.area).then_some(s.area) }).collect();
        return SparseTimes::from_rows(
            clients.len(),
            || (),
            |(), i| {
                let from = network.site(Place::Settlement(clients[i].settlement));
                let minutes = |j: &u32| (*j, metric.minutes_between(network.crs, &from, &spots[*j as usize]));
                order(of_block[clients[i].block as usize].iter().map(minutes).filter(|t| t.1.is_finite()).collect())
            },
        );
    }
    let stand_in = stand_ins(network);
    let place = |s: &LayoutSite| match s.ground {
        Ground::Facility(f) => Place::Facility(f),
        Ground::Settlement(i) => Place::Settlement(i),
        Ground::Seat(t) => stand_in[t.index()].map_or(Place::Settlement(SettlementId::new(0)), Place::Settlement),
    };
    let mut rows: Vec<Vec<(u32, f64)>> = vec![Vec::new(); clients.len()];
    for (block, members) in of_block.iter().enumerate().filter(|(_, m)| !m.is_empty()) {
        let mut to: Vec<Place> = members.iter().map(|j| place(&sites[*j as usize])).collect();
        to.sort_unstable();
        to.dedup();
        let ours: Vec<usize> = (0..clients.len()).filter(|&i| clients[i].block as usize == block).collect();
        let from: Vec<Place> = ours.iter().map(|&i| Place::Settlement(clients[i].settlement)).collect();
        let found = case.travel.within(network, &from, &to, f64::INFINITY);
        for (row, &i) in ours.iter().enumerate() {
            let mut minutes = vec![f64::INFINITY; to.len()];
            found.row(row).for_each(|(column, m)| minutes[column] = m);
            let at = |j: &u32| to.binary_search(&place(&sites[*j as usize])).map_or(f64::INFINITY, |c| minutes[c]);
            rows[i] = order(members.iter().map(|j| (*j, at(j))).filter(|t| t.1.is_finite()).collect());
        }
    }
    SparseTimes::from_rows(clients.len(), || (), |(), i| rows[i].clone())
}

/// The settlement of each township nearest to its seat.
fn stand_ins(network: &Network) -> Vec<Option<SettlementId>> {
    let mut best: Vec<Option<(f64, SettlementId)>> = vec![None; network.towns.len()];
    for (i, s) in network.settlements.iter().enumerate() {
        let km = distance_km(network.crs, s.position, network.town(s.town).position);
        if best[s.town.index()].is_none_or(|b| km < b.0) {
            best[s.town.index()] = Some((km, SettlementId::new(i)));
        }
    }
    best.into_iter().map(|b| b.map(|b| b.1)).collect()
}
