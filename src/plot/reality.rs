//! The map of a comparison with reality: places that stand and are chosen too, that stand alone, and that are chosen alone.

use super::map::Map;
use super::svg::Paint;
use super::{Picture, PlotError};
use crate::layout::reality::RankRow;
use crate::network::Network;
use crate::text::Catalogue;
use std::collections::BTreeSet;

/// Stands and is chosen (Okabe and Ito's green), stands alone (vermilion), chosen alone (blue).
const COLOURS: [&str; 3] = ["#009E73", "#D55E00", "#0072B2"];

/// Draws one rank.
///
/// # Errors
/// No settlements, or no font.
pub fn draw(network: &Network, row: &RankRow, text: &Catalogue) -> Result<Picture, PlotError> {
    if network.settlements.is_empty() {
        return Err(PlotError::Empty);
    }
    let at = |j: usize| {
        let p = network.facilities[j].position;
        (p.x.to_bits(), p.y.to_bits())
    };
    let chosen: BTreeSet<(u64, u64)> = row.chosen.iter().map(|f| at(f.index())).collect();
    let real: BTreeSet<(u64, u64)> = (0..network.facilities.len()).filter(|&j| network.facilities[j].rank() >= row.rank).map(at).collect();
    let title = format!("Rank {} and above: the places that stand, and as many chosen from nothing", row.rank);
    let subtitle = format!("{} · {} places of {}", network.name, row.real.places, row.candidates);
    let mut map = Map::of(&format!("reality-{}", row.rank), title, &subtitle, network, text);
    map.settlements();
    let mut seen = BTreeSet::new();
    let mut count = [0_usize; 3];
    let radius = if row.real.places > 1500 {
        1.7
    } else if row.real.places > 200 {
        2.6
    } else {
        5.0
    };
    let kind = |p: &(u64, u64)| match (real.contains(p), chosen.contains(p)) {
        (true, true) => Some(0),
        (true, false) => Some(1),
        (false, true) => Some(2),
        (false, false) => None,
    };
    // what stands and is chosen lies on top
    for wanted in [1, 2, 0] {
        for (j, f) in network.facilities.iter().enumerate() {
            let p = at(j);
            if kind(&p) == Some(wanted) && seen.insert(p) {
                count[wanted] += 1;
                let xy = map.projection.to_edge(f.position).0;
                let paint = Paint::fill(COLOURS[wanted]).outlined("#FFFFFF", 0.3).faded(0.85);
                map.sheet.circle(xy, radius, paint, Some(&f.name));
            }
        }
    }
    map.frame_and_scale();
    map.legend_heading("Places");
    for (n, words) in ["stand and are chosen", "stand, not chosen", "chosen, without this rank today"].into_iter().enumerate() {
        map.legend_colour(COLOURS[n], &format!("{words}: {}", count[n]));
    }
    map.finish(
        "Chosen: as many places as stand at the rank or above, from all places with a facility, so that people's straight way is shortest."
            .to_owned(),
    )
}
