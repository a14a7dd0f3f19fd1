//! First contact: the share of each settlement's first contacts that is made at rank 1 or 2.

use super::map::{Map, people};
use super::markers;
use super::palette::{NOTHING, STEPS};
use super::{Picture, PictureInput, PlotError};
use crate::network::Tier;
use std::collections::BTreeSet;

/// Lower ends of the steps from the second on; 70 % is what the reform documents ask for.
const LIMITS: [f64; 4] = [0.4, 0.55, 0.7, 0.85];

/// Share of first contacts at rank 1 and 2 of each settlement, and the tier that gets most; `None` without first contacts.
#[must_use]
pub fn by_settlement(input: &PictureInput<'_>) -> Vec<Option<(f64, Tier)>> {
    let network = input.network();
    let mut cases = vec![[0.0_f64; 10]; network.settlements.len()];
    for (i, j, _, x, _) in input.plan.flows.first_contact.rows() {
        cases[i][network.facilities[j].tier.index()] += x;
    }
    cases
        .iter()
        .map(|c| {
            let all: f64 = c.iter().sum();
            let low: f64 = Tier::ALL.iter().filter(|t| t.rank() <= 2).map(|t| c[t.index()]).sum();
            let top = Tier::ALL.into_iter().max_by(|a, b| c[a.index()].total_cmp(&c[b.index()]))?;
            (all > 0.0).then(|| (low / all, top))
        })
        .collect()
}

/// Draws it.
///
/// # Errors
/// No font.
pub fn draw(input: &PictureInput<'_>) -> Result<Picture, PlotError> {
    let text = input.text;
    let shares = by_settlement(input);
    let mut map = Map::new("first-contact", text.say("picture-first-contact-title"), input, &[("settlements", "lon"), ("classes", "rate")]);
    map.shade(&|i| shares[i].map_or(NOTHING, |(s, _)| STEPS[step(s)]), &|i| {
        let s = &input.network().settlements[i];
        let (share, tier) = shares[i].map_or_else(|| ("–".to_owned(), "–".to_owned()), |(s, t)| (text.percent(s), input.tier_name(t)));
        text.say_with(
            "hover-first-contact",
            &[
                ("name", (&input.settlement_name(i)).into()),
                ("people", people(s.population.0).into()),
                ("share", (&share).into()),
                ("tier", (&tier).into()),
            ],
        )
    });
    let drawn = hospitals(&mut map, input, 2);
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-first-contact"));
    for (n, colour) in STEPS.iter().enumerate() {
        let (low, high) = (if n == 0 { 0.0 } else { LIMITS[n - 1] }, LIMITS.get(n).copied().unwrap_or(1.0));
        map.legend_colour(colour, &text.say_with("legend-range-percent", &[("low", low.into()), ("high", high.into())]));
    }
    if shares.iter().any(Option::is_none) {
        map.legend_colour(NOTHING, &text.say("legend-none"));
    }
    map.legend_tiers(|j| drawn.contains(&j));
    map.finish(text.say("picture-first-contact-caption"))
}

fn step(share: f64) -> usize {
    LIMITS.iter().filter(|l| share >= **l).count()
}

/// Markers of facilities of at least a rank over shaded settlements, those that lie on the map; rank 2 only when there are few enough to see.
/// Says which were drawn.
pub fn hospitals(map: &mut Map<'_>, input: &PictureInput<'_>, lowest: u8) -> BTreeSet<usize> {
    let network = input.network();
    let many = network.facilities.iter().filter(|f| f.rank() >= 2).count() > 400;
    let lowest = if many { lowest.max(3) } else { lowest };
    let drawn: BTreeSet<usize> =
        (0..network.facilities.len()).filter(|&j| network.facilities[j].rank() >= lowest && !map.site(j).1).collect();
    for &j in &drawn {
        let f = &network.facilities[j];
        let hover = super::network_map::facility_hover(input, j);
        let place = map.site(j).0;
        markers::draw(&mut map.sheet, place, markers::radius(f.tier) * 0.75, f.tier, false, Some(&hover));
    }
    drawn
}
