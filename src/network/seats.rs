//! Township seats as ends of trips: what communities and grids measure from.

use super::{Case, Network};
use crate::ids::{AreaId, SettlementId};
use crate::travel::metric::distance_km;
use crate::travel::{Crs, Place, Places, Position, Site, Travel};

/// The network with its townships where travel looks for settlements: [`Place::Settlement`] of a township's position is its seat.
struct Seats<'a>(&'a Network);

impl Places for Seats<'_> {
    fn crs(&self) -> Crs {
        self.0.crs
    }

    fn site(&self, place: Place) -> Site {
        let core = |area: AreaId| self.0.is_urban(area).then_some(area);
        match place {
            Place::Settlement(id) => {
                let t = &self.0.towns[id.index()];
                Site { position: t.position, core: core(t.area) }
            }
            Place::Facility(_) => self.0.site(place),
        }
    }
}

/// Minutes from the seats of townships (positions in the table) to facilities, in the order of the pairs; `None` where there is no way.
///
/// A table of times knows no seats: there the settlement of the township that lies nearest to the seat stands in.
#[must_use]
pub fn seat_minutes(case: &Case, pairs: &[(usize, usize)]) -> Vec<Option<f64>> {
    let facility = |j: usize| Place::Facility(crate::ids::FacilityId::new(j));
    if matches!(case.travel, Travel::Table(_)) {
        let stand_in = stand_ins(&case.network);
        let known: Vec<_> =
            pairs.iter().map(|&(t, j)| stand_in[t].map(|i| (Place::Settlement(SettlementId::new(i)), facility(j)))).collect();
        let asked: Vec<_> = known.iter().flatten().copied().collect();
        let mut minutes = case.travel.minutes_of_pairs(&case.network, &asked).into_iter();
        return known.iter().map(|p| p.and_then(|_| minutes.next().flatten())).collect();
    }
    let trips: Vec<_> = pairs.iter().map(|&(t, j)| (Place::Settlement(SettlementId::new(t)), facility(j))).collect();
    case.travel.minutes_of_pairs(&Seats(&case.network), &trips)
}

/// The settlement nearest to the seat of each township.
fn stand_ins(network: &Network) -> Vec<Option<usize>> {
    let mut best: Vec<Option<(f64, usize)>> = vec![None; network.towns.len()];
    for (i, s) in network.settlements.iter().enumerate() {
        let t = s.town.index();
        let km = distance_km(network.crs, network.towns[t].position, s.position);
        if best[t].is_none_or(|(least, _)| km < least) {
            best[t] = Some((km, i));
        }
    }
    best.into_iter().map(|b| b.map(|(_, i)| i)).collect()
}

/// Straight distance between two seats, km.
#[must_use]
pub fn seat_km(network: &Network, a: usize, b: usize) -> f64 {
    let at = |t: usize| -> Position { network.towns[t].position };
    distance_km(network.crs, at(a), at(b))
}

/// The township a facility stands in: that of the table, else the one of its area with the nearest seat.
#[must_use]
pub fn home_town(network: &Network, facility: usize) -> Option<usize> {
    let f = &network.facilities[facility];
    if let Some(town) = f.town {
        return Some(town.index());
    }
    let here = (0..network.towns.len()).filter(|&t| Some(network.towns[t].area) == f.area);
    let km = |t: usize| distance_km(network.crs, network.towns[t].position, f.position);
    here.map(|t| (km(t), t)).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, t)| t)
}
