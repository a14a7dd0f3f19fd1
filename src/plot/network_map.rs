//! The network with its referral flows: up and down told apart by colour and by the side of the line they bend to.

use super::labels::Labels;
use super::map::Map;
use super::markers;
use super::palette;
use super::svg::{Paint, Type, num};
use super::{Picture, PictureInput, PlotError};
use crate::plan::flows::Moves;
use std::collections::BTreeMap;

/// Most lines drawn of either direction.
pub const MOST_LINES: usize = 350;
/// With more facilities than this, those of rank 1 are left out.
pub const MOST_FACILITIES: usize = 600;
const WIDEST: f64 = 13.0;

/// Flows between pairs of facilities, all areas and classes together, largest first.
#[must_use]
pub fn pairs(moves: &Moves) -> Vec<(usize, usize, f64)> {
    let mut sum: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (_, from, to, _, cases) in moves.rows() {
        *sum.entry((from, to)).or_default() += cases;
    }
    let mut all: Vec<_> = sum.into_iter().filter(|(_, c)| *c > 0.0).map(|((f, t), c)| (f, t, c)).collect();
    all.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
    all
}

/// Draws it.
///
/// # Errors
/// No font.
pub fn draw(input: &PictureInput<'_>) -> Result<Picture, PlotError> {
    let text = input.text;
    let network = input.network();
    let mut map = Map::new("network", text.say("picture-network-title"), input, &[("facilities", "beds"), ("classes", "rate")]);
    map.settlements();
    let (up, down) = (pairs(&input.plan.flows.up), pairs(&input.plan.flows.down));
    let most = up.first().into_iter().chain(down.first()).map(|p| p.2).fold(0.0, f64::max);
    let frame = map.frame();
    let widest = widest(&map, &[&up, &down], most);
    map.sheet.clip((frame.x, frame.y), (frame.w, frame.h));
    for (flows, colour, id) in [(&up, palette::UP, "hover-up"), (&down, palette::DOWN, "hover-down")] {
        // Weak lines last would hide nothing; strong ones first lie at the bottom.
        for &(from, to, cases) in flows.iter().take(MOST_LINES) {
            let (a, b) = (map.site(from).0, map.site(to).0);
            let hover = text.say_with(
                id,
                &[("from", (&input.facility_name(from)).into()), ("to", (&input.facility_name(to)).into()), ("cases", cases.into())],
            );
            map.sheet.path(&bow(a, b), Paint::line(colour, (cases / most * widest).max(0.5)).faded(0.6), Some(&hover));
        }
    }
    map.sheet.end();
    let lowest = if network.facilities.len() > MOST_FACILITIES { 2 } else { 1 };
    let mut labels = Labels::new(frame);
    let mut order: Vec<usize> = (0..network.facilities.len()).filter(|&j| network.facilities[j].rank() >= lowest).collect();
    order.sort_by_key(|&j| (network.facilities[j].rank(), j));
    for &j in &order {
        let f = &network.facilities[j];
        let ((x, y), outside) = map.site(j);
        let hover = facility_hover(input, j);
        markers::draw(&mut map.sheet, (x, y), markers::radius(f.tier), f.tier, outside, Some(&hover));
        if f.rank() >= 3 {
            labels.block((x, y), markers::radius(f.tier) + 1.0);
        }
    }
    for &j in order.iter().rev().filter(|&&j| network.facilities[j].rank() >= 3) {
        let f = &network.facilities[j];
        let name = crate::text::shorten(&input.facility_name(j), 44);
        let at = map.site(j).0;
        labels.place(&mut map.sheet, at, markers::radius(f.tier), &name, Type::plain(11.5));
    }
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-flows"));
    for (colour, id) in [(palette::UP, "legend-up"), (palette::DOWN, "legend-down")] {
        map.legend_line(colour, 5.0, &text.say(id));
    }
    for share in [1.0, 0.5, 0.1] {
        if most > 0.0 {
            let label = text.say_with("legend-cases", &[("cases", (most * share).into())]);
            map.legend_line(palette::QUIET, (widest * share).max(0.5), &label);
        }
    }
    map.legend_tiers(|j| network.facilities[j].rank() >= lowest);
    if order.iter().any(|&j| map.site(j).1) {
        map.legend_note(&text.say("map-outside"));
    }
    let mut note = vec![text.say("picture-network-caption")];
    if up.len() > MOST_LINES || down.len() > MOST_LINES {
        let shown = up.iter().take(MOST_LINES).chain(down.iter().take(MOST_LINES)).map(|p| p.2).sum::<f64>();
        let all = up.iter().chain(&down).map(|p| p.2).sum::<f64>();
        note.push(text.say_with("map-strongest", &[("n", MOST_LINES.into()), ("share", (shown / all).into())]));
    }
    if lowest > 1 {
        note.push(text.say("map-clinics-left-out"));
    }
    if labels.dropped() > 0 {
        note.push(text.say_with("map-labels-dropped", &[("n", labels.dropped().into())]));
    }
    map.finish(note.join(&text.say("sentence-join")))
}

/// Width of the strongest flow: at most [`WIDEST`], less where lines would cover more than a third of the map.
fn widest(map: &Map<'_>, flows: &[&[(usize, usize, f64)]], most: f64) -> f64 {
    let at = |j: usize| map.site(j).0;
    let ink: f64 = flows
        .iter()
        .flat_map(|f| f.iter().take(MOST_LINES))
        .map(|&(from, to, cases)| (at(from), at(to), cases))
        .map(|((x1, y1), (x2, y2), cases)| (x1 - x2).hypot(y1 - y2) * cases / most * WIDEST)
        .sum();
    let frame = map.frame();
    WIDEST * (frame.w * frame.h / 3.0 / ink.max(1.0)).min(1.0)
}

/// A curve that bends to the left of its direction, so that the two ways between two places lie apart.
fn bow(a: (f64, f64), b: (f64, f64)) -> String {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let c = (f64::midpoint(a.0, b.0) + dy * 0.14, f64::midpoint(a.1, b.1) - dx * 0.14);
    format!("M{},{}Q{},{} {},{}", num(a.0), num(a.1), num(c.0), num(c.1), num(b.0), num(b.1))
}

/// What a pointer on a facility reads.
#[must_use]
pub fn facility_hover(input: &PictureInput<'_>, j: usize) -> String {
    let f = &input.network().facilities[j];
    let load = &input.indicators.facilities[j];
    let share = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| input.text.percent(v));
    input.text.say_with(
        "hover-facility",
        &[
            ("name", (&input.facility_name(j)).into()),
            ("tier", (&input.tier_name(f.tier)).into()),
            ("beds", input.problem.beds[j].into()),
            ("doctors", input.problem.doctors[j].into()),
            ("occupancy", (&share(load.occupancy)).into()),
            ("load", (&share(load.doctor_load)).into()),
        ],
    )
}
