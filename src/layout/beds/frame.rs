//! From a case and a question to areas with bounds: what may grow, by how much, and what would have to give way when nothing fits.

use super::BedsError;
use crate::ids::AreaId;
use crate::model::beds::Area;
use crate::network::{Facility, Network, Owner};
use crate::plan::beds::{BedsGoal, BedsQuestion};
use crate::policy::params::bed_capital;

/// A facility of ranks 2 and 3 with its bounds in whole beds.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Position in the table of facilities.
    pub facility: usize,
    /// Position among the areas of the frame.
    pub area: usize,
    /// Beds now.
    pub before: u64,
    /// Most beds.
    pub upper: u64,
    /// Kind of bed within its area, for cost.
    pub kind: usize,
}

/// The areas with people of a case, under a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Position of each area in the table of areas.
    pub ids: Vec<usize>,
    /// Residents.
    pub people: Vec<u64>,
    /// Need of a head.
    pub need: Vec<f64>,
    /// Bounds, as the linear programme takes them.
    pub areas: Vec<Area>,
    /// Facilities.
    pub sites: Vec<Site>,
    /// Beds per 1,000 residents of the region, all tiers, times the share it may use.
    pub density: f64,
    /// Whether public hospitals are frozen.
    pub frozen: bool,
}

/// Whether the freeze (C26) is about this facility: public hospitals, not the centres of primary care.
#[must_use]
pub fn is_public_hospital(f: &Facility) -> bool {
    f.rank() >= 3 && f.owner == Owner::Public
}

/// A count as a number.
#[allow(clippy::cast_precision_loss)] // people and beds are far below 2^53
pub(super) fn float(n: u64) -> f64 {
    n as f64
}

/// A number of record as a count.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped at zero, far below 2^53
pub(super) fn count(x: f64) -> u64 {
    x.max(0.0) as u64
}

impl Frame {
    /// Reads the frame off a case. `beds` are the beds in force of each facility (rounded to whole ones here), `need` the need of a head
    /// in each area of the table (`None`: 1 everywhere).
    ///
    /// A facility may hold at most `1 + max(growth, facility_growth)` times its beds, rounded up; a public hospital no more than now
    /// when the freeze holds. An area may hold at most `1 + growth` times its beds, and what its facilities can.
    ///
    /// # Errors
    /// No area with people, need weights that are not above zero, or more areas than a model takes.
    pub fn read(network: &Network, beds: &[f64], question: &BedsQuestion, need: Option<&[f64]>) -> Result<Self, BedsError> {
        let people: Vec<u64> = (0..network.areas.len()).map(|a| network.area_population(AreaId::new(a)).0).collect();
        let ids: Vec<usize> = (0..people.len()).filter(|&a| people[a] > 0).collect();
        if ids.is_empty() {
            return Err(BedsError::NoPeople);
        }
        if ids.len() > crate::model::beds::MOST_AREAS {
            return Err(BedsError::TooManyAreas(ids.len()));
        }
        if let Some(a) = need.and_then(|n| ids.iter().find(|&&a| !(n[a].is_finite() && n[a] > 0.0))) {
            return Err(BedsError::Need(network.areas[*a].code.clone()));
        }
        let all: f64 = network.facilities.iter().zip(beds).map(|(f, b)| b * f.avail).sum();
        let density = 1000.0 * all / float(people.iter().sum());
        let frozen = question.freeze.is_some_and(|limit| density >= limit);
        let grows = 1.0 + question.growth.max(question.facility_growth);
        let mut sites: Vec<Site> = Vec::new();
        for (j, f) in network.facilities.iter().enumerate().filter(|(_, f)| matches!(f.rank(), 2 | 3)) {
            let Some(area) = f.area.and_then(|a| ids.iter().position(|&i| i == a.index())) else { continue };
            let before = count(beds[j].round());
            let upper = if frozen && is_public_hospital(f) { before } else { count((float(before) * grows - 1e-9).ceil()) };
            sites.push(Site { facility: j, area, before, upper: upper.max(before), kind: 0 });
        }
        let need: Vec<f64> = ids.iter().map(|&a| need.map_or(1.0, |n| n[a])).collect();
        let people: Vec<u64> = ids.iter().map(|&a| people[a]).collect();
        let mut frame = Self { areas: Vec::new(), ids, people, need, sites, density, frozen };
        frame.areas = (0..frame.ids.len()).map(|a| frame.area(network, question, a)).collect();
        Ok(frame)
    }

    fn area(&mut self, network: &Network, question: &BedsQuestion, area: usize) -> Area {
        let by_cost = question.goal == BedsGoal::Cost;
        let (mut before, mut most, mut prices) = (0, 0, Vec::<f64>::new());
        let mut kinds: Vec<(f64, f64)> = Vec::new();
        for site in self.sites.iter_mut().filter(|s| s.area == area) {
            let price = bed_capital(network.facilities[site.facility].tier);
            let known = prices.iter().position(|p| !by_cost || p.total_cmp(&price).is_eq());
            site.kind = known.unwrap_or(prices.len());
            if known.is_none() {
                prices.push(price);
                kinds.push((0.0, price));
            }
            kinds[site.kind].0 += float(site.upper - site.before);
            before += site.before;
            most += site.upper;
        }
        let now = float(before);
        // Whole beds from the start: a floor of 100.2 beds is one of 101.
        let floor = (question.floor * float(self.people[area]) / 1000.0 - 1e-9).ceil();
        let shrunk = (now * (1.0 - question.shrink)).ceil();
        let limit = (now * (1.0 + question.growth)).min(float(most));
        let lower = shrunk.max(floor);
        // A limit of 100.5 beds lets the 101st be built when the floor asks for it.
        let upper = if lower <= limit.ceil() { limit.max(lower) } else { limit };
        Area { heads: float(self.people[area]) * self.need[area] / 1000.0, before: now, lower, upper, kinds }
    }

    /// Beds now.
    #[must_use]
    pub fn before(&self) -> f64 {
        self.areas.iter().map(|a| a.before).sum()
    }
}
