//! Stations, whom they cover, and the ambulances of each.

use super::super::labels::Labels;
use super::super::map::{Map, people};
use super::super::palette::{INK, TARGET};
use super::super::svg::{Anchor, Paint, Type};
use super::super::{Picture, PlotError};
use super::ReformPictureInput;
use crate::plan::reform::EmergencyAnswer;
use crate::text::shorten;
use std::collections::BTreeMap;

/// Shades of the minutes to the nearest station, and of who is not covered.
const SHADES: [&str; 4] = ["#D9F0D3", "#A6DBA0", "#FEE391", "#FE9929"];
/// Upper ends of the steps, minutes; the last is open.
const MINUTES: [f64; 3] = [10.0, 15.0, 30.0];
const STATION: &str = "#0072B2";
const OUTSIDE: &str = "#E8E8E8";
/// Most stations whose ambulances are written beside them.
const MOST_NUMBERS: usize = 150;

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &EmergencyAnswer) -> Result<Vec<Picture>, PlotError> {
    let (text, network) = (input.text, input.network);
    let rows: BTreeMap<&str, _> = a.reached.iter().map(|r| (r.settlement.as_str(), r)).collect();
    let row = |i: usize| rows.get(network.settlements[i].code.as_str());
    let mut map = Map::of("emergency", text.say("picture-emergency-title"), &input.case_line(), network, text);
    let step = |t: f64| SHADES[MINUTES.iter().filter(|s| t > **s).count()];
    map.shade(&|i| row(i).map_or(OUTSIDE, |r| if r.covered { r.minutes.map_or(SHADES[3], step) } else { TARGET }), &|i| {
        let s = &network.settlements[i];
        let time = row(i).and_then(|r| r.minutes).map_or_else(|| text.say("unreachable"), |m| text.minutes(m));
        let name = text.place(&s.name, s.name_en.as_deref());
        text.say_with("hover-travel", &[("name", (&name).into()), ("people", people(s.population.0).into()), ("time", (&time).into())])
    });
    let most = a.stations.iter().map(|s| s.ambulances).max().unwrap_or(1).max(1);
    let radius = |n: u32| 3.0 + 7.0 * (f64::from(n) / f64::from(most)).sqrt();
    let mut order: Vec<_> = a.stations.iter().collect();
    order.sort_by_key(|s| (std::cmp::Reverse(s.ambulances), s.facility.clone()));
    let mut labels = Labels::new(map.frame());
    let small = if order.len() > 200 { 0.55 } else { 1.0 };
    for s in &order {
        let Some(j) = input.facility(&s.facility) else { continue };
        let at = map.site(j).0;
        let name = input.facility_name(&s.facility);
        let hover = text.say_with(
            "hover-emergency",
            &[("name", (&name).into()), ("n", f64::from(s.ambulances).into()), ("people", people(s.people).into())],
        );
        let r = radius(s.ambulances) * small;
        map.sheet.circle(at, r, Paint::fill(STATION).outlined("#FFFFFF", 0.8).faded(0.9), Some(&hover));
        if order.len() <= MOST_NUMBERS && r >= 6.0 {
            let words = s.ambulances.to_string();
            map.sheet.text((at.0, at.1 + 3.5), &words, Type::plain(9.5).at(Anchor::Middle).in_colour("#FFFFFF").bold());
        }
        labels.block(at, r);
    }
    for s in order.iter().take(14) {
        if let Some(j) = input.facility(&s.facility) {
            let name = shorten(&input.facility_name(&s.facility), 28);
            let at = map.site(j).0;
            labels.place(&mut map.sheet, at, radius(s.ambulances) * small, &name, Type::plain(10.5).in_colour(INK));
        }
    }
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-emergency"));
    for (n, colour) in SHADES.iter().enumerate() {
        let low = if n == 0 { 0.0 } else { MINUTES[n - 1] };
        let words = match MINUTES.get(n) {
            Some(high) => text.say_with("legend-minutes", &[("low", low.into()), ("high", (*high).into())]),
            None => text.say_with("legend-minutes-over", &[("low", low.into())]),
        };
        map.legend_colour(colour, &words);
    }
    if a.reached.iter().any(|r| !r.covered) {
        map.legend_colour(TARGET, &text.say("legend-emergency-uncovered"));
    }
    let mut sizes = vec![1, most.div_ceil(2), most];
    sizes.dedup();
    for n in sizes {
        map.legend_circle(radius(n) * small, &text.say_with("legend-emergency-cars", &[("n", f64::from(n).into())]));
    }
    Ok(vec![map.finish(text.say("picture-emergency-caption"))?])
}
