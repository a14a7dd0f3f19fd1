//! Townships in the colours of their communities, borders between communities, leads and seats.

use super::super::labels::Labels;
use super::super::map::Map;
use super::super::svg::{Paint, Type};
use super::super::{Picture, PlotError, cells, markers, palette};
use super::ReformPictureInput;
use crate::network::Network;
use crate::plan::reform::CommunitiesAnswer;
use crate::plan::reform::communities::Community;
use crate::text::shorten;
use std::collections::{BTreeMap, BTreeSet};

/// Fills safe for the colour-blind (light forms of Okabe and Ito's set); neighbours never share one while these suffice.
const FILLS: [&str; 7] = ["#A6CEE9", "#F6C48E", "#A5DCC6", "#E9BFD6", "#F5EE9B", "#C9C3E6", "#D2D2D2"];

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &CommunitiesAnswer) -> Result<Vec<Picture>, PlotError> {
    map(input, &a.communities, "communities").map(|p| vec![p])
}

/// The map of townships under their leads; `key` is part of the messages.
///
/// # Errors
/// No townships, or no font.
pub(super) fn map(input: &ReformPictureInput<'_>, communities: &[Community], key: &str) -> Result<Picture, PlotError> {
    let text = input.text;
    let part_of: BTreeMap<&str, usize> =
        communities.iter().enumerate().flat_map(|(n, c)| c.towns.iter().map(move |t| (t.as_str(), n))).collect();
    let shown = in_view(input.network, &part_of);
    if shown.towns.is_empty() {
        return Err(PlotError::Empty);
    }
    let mut map = Map::of(key, text.say(&format!("picture-{key}-title")), &input.case_line(), &shown, text);
    let points: Vec<(f64, f64)> = shown.towns.iter().map(|t| map.projection.to(t.position)).collect();
    let parts: Vec<usize> = shown.towns.iter().map(|t| part_of[t.code.as_str()]).collect();
    let polygons = cells::cells(&points);
    let beside = beside(&points, &polygons);
    let colours = colours(communities.len(), &parts, &beside);
    let frame = map.frame();
    map.sheet.clip((frame.x - 6.0, frame.y - 6.0), (frame.w + 12.0, frame.h + 12.0));
    for (t, polygon) in polygons.iter().enumerate().filter(|(_, p)| p.len() >= 3) {
        let c = &communities[parts[t]];
        let hover = text.say_with(
            "hover-community-town",
            &[
                ("town", (&text.place(&shown.towns[t].name, shown.towns[t].name_en.as_deref())).into()),
                ("lead", (&input.facility_name(&c.lead)).into()),
                ("people", super::super::map::people(shown.towns[t].population.0).into()),
            ],
        );
        map.sheet.polygon(polygon, Paint::fill(FILLS[colours[parts[t]] % FILLS.len()]).outlined("#FFFFFF", 0.7), Some(&hover));
    }
    for (t, polygon) in polygons.iter().enumerate() {
        for (n, &other) in beside[t].iter().enumerate() {
            if other.is_some_and(|u| t < u && parts[u] != parts[t]) {
                map.sheet.line(polygon[n], polygon[(n + 1) % polygon.len()], Paint::line(palette::INK, 1.8));
            }
        }
    }
    map.sheet.end();
    let dot = if shown.towns.len() > 400 { 0.9 } else { 1.6 };
    for p in &points {
        map.sheet.circle(*p, dot, Paint::fill(palette::QUIET), None);
    }
    let mut labels = Labels::new(frame);
    let at = |code: &str| shown.facilities.iter().find(|f| f.code == code).map(|f| (map.projection.to(f.position), f.tier));
    let leads: Vec<_> = communities.iter().map(|c| at(&c.lead)).collect();
    for (c, (p, tier)) in communities.iter().zip(&leads).filter_map(|(c, l)| l.map(|l| (c, l))) {
        let hover = text.say_with(
            "hover-community",
            &[
                ("lead", (&input.facility_name(&c.lead)).into()),
                ("towns", c.towns.len().into()),
                ("people", super::super::map::people(c.people).into()),
                ("minutes", c.minutes.into()),
            ],
        );
        let r = markers::radius(tier).max(4.0);
        markers::draw(&mut map.sheet, p, r, tier, false, Some(&hover));
        labels.block(p, r + 1.0);
        if c.seat_elsewhere {
            map.sheet.circle(p, r + 3.0, Paint::line(palette::TARGET, 1.6), None);
        }
    }
    let mut order: Vec<usize> = (0..communities.len()).collect();
    order.sort_by_key(|&n| (std::cmp::Reverse(communities[n].people), n));
    let numbered = communities.len() <= 12;
    for n in order {
        if let Some((p, tier)) = leads[n] {
            let name = shorten(&input.facility_name(&communities[n].lead), 30);
            let name = if numbered { format!("{} {name}", n + 1) } else { name };
            labels.place(&mut map.sheet, p, markers::radius(tier).max(4.0), &name, Type::plain(11.5));
        }
    }
    map.frame_and_scale();
    map.legend_heading(&text.say(&format!("legend-{key}")));
    if numbered {
        for (n, c) in communities.iter().enumerate() {
            let words = text.say_with(
                "legend-community",
                &[("lead", (&shorten(&input.facility_name(&c.lead), 40)).into()), ("people", super::super::map::people(c.people).into())],
            );
            // colours of communities that do not touch may be the same: the number tells them apart
            let words = format!("{} {words}", n + 1);
            map.legend_colour(FILLS[colours[n] % FILLS.len()], &words);
        }
    } else {
        map.legend_colour(FILLS[0], &text.say_with("legend-community-colours", &[("n", communities.len().into())]));
    }
    map.legend_line(palette::INK, 1.8, &text.say("legend-community-border"));
    if communities.iter().any(|c| c.seat_elsewhere) {
        map.legend_sign(
            |sheet, at| {
                sheet.circle(at, 6.0, Paint::line(palette::TARGET, 1.6), None);
            },
            &text.say("legend-seat-elsewhere"),
        );
    }
    let drawn: BTreeSet<&str> = communities.iter().map(|c| c.lead.as_str()).collect();
    map.legend_tiers(|j| drawn.contains(shown.facilities[j].code.as_str()));
    if labels.dropped() > 0 {
        map.legend_note(&text.say_with("map-labels-dropped", &[("n", labels.dropped().into())]));
    }
    map.finish(text.say(&format!("picture-{key}-caption")))
}

/// The network as far as it is put into parts.
pub(super) fn in_view(network: &Network, part_of: &BTreeMap<&str, usize>) -> Network {
    let mut out = network.clone();
    let kept: Vec<bool> = network.towns.iter().map(|t| part_of.contains_key(t.code.as_str())).collect();
    let areas: BTreeSet<usize> = network.towns.iter().zip(&kept).filter(|(_, k)| **k).map(|(t, _)| t.area.index()).collect();
    out.settlements.retain(|s| kept[s.town.index()]);
    out.facilities.retain(|f| f.rank() <= 4 && f.area.is_some_and(|a| areas.contains(&a.index())));
    // positions of townships are used for nothing else once settlements are chosen
    let mut n = 0;
    out.towns.retain(|_| {
        n += 1;
        kept[n - 1]
    });
    out
}

/// For every side of every cell the point on its other side, if any: the middle of a side lies as far from it as from its own.
pub(super) fn beside(points: &[(f64, f64)], polygons: &[Vec<(f64, f64)>]) -> Vec<Vec<Option<usize>>> {
    let near = |t: usize| {
        let mut all: Vec<(f64, usize)> =
            (0..points.len()).filter(|&u| u != t).map(|u| ((points[u].0 - points[t].0).hypot(points[u].1 - points[t].1), u)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all
    };
    polygons
        .iter()
        .enumerate()
        .map(|(t, polygon)| {
            let near = if polygon.is_empty() { Vec::new() } else { near(t) };
            (0..polygon.len())
                .map(|n| {
                    let (p, q) = (polygon[n], polygon[(n + 1) % polygon.len()]);
                    let m = (f64::midpoint(p.0, q.0), f64::midpoint(p.1, q.1));
                    let far = |u: usize| (points[u].0 - m.0).hypot(points[u].1 - m.1);
                    let own = far(t);
                    near.iter()
                        .take_while(|(d, _)| *d <= 2.0 * own + 1.0)
                        .map(|&(_, u)| u)
                        .find(|&u| (far(u) - own).abs() < 0.05 + 1e-3 * own)
                })
                .collect()
        })
        .collect()
}

/// A colour for each part so that neighbours differ, taken greedily; parts with most neighbours first.
pub(super) fn colours(parts: usize, part_of: &[usize], beside: &[Vec<Option<usize>>]) -> Vec<usize> {
    let mut touching = vec![BTreeSet::new(); parts];
    for (t, sides) in beside.iter().enumerate() {
        for &u in sides.iter().flatten().filter(|&&u| part_of[u] != part_of[t]) {
            touching[part_of[t]].insert(part_of[u]);
            touching[part_of[u]].insert(part_of[t]);
        }
    }
    let mut order: Vec<usize> = (0..parts).collect();
    order.sort_by_key(|&p| (std::cmp::Reverse(touching[p].len()), p));
    let mut colour = vec![usize::MAX; parts];
    let mut used = [0_usize; FILLS.len()];
    for p in order {
        let taken: BTreeSet<usize> = touching[p].iter().map(|&q| colour[q]).collect();
        // the least used of those that are free, so that few parts share one
        let free = (0..FILLS.len()).filter(|c| !taken.contains(c)).min_by_key(|&c| (used[c], c));
        colour[p] = free.unwrap_or(p % FILLS.len());
        used[colour[p]] += 1;
    }
    colour
}
