//! Centres of all three levels and their radiation links; how far complex patients have to every net.

use super::super::labels::Labels;
use super::super::map::Map;
use super::super::svg::{Paint, Type};
use super::super::{Picture, PlotError, palette};
use super::ReformPictureInput;
use crate::network::Tier;
use crate::plan::reform::CentresAnswer;
use crate::plan::reform::centres::Level;
use crate::text::shorten;
use std::collections::BTreeMap;

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &CentresAnswer) -> Result<Vec<Picture>, PlotError> {
    let (text, network) = (input.text, input.network);
    let mut hosted: BTreeMap<usize, [usize; 3]> = BTreeMap::new();
    for net in &a.nets {
        for j in net.sites.iter().filter_map(|s| input.facility(s)) {
            hosted.entry(j).or_default()[net.level as usize] += 1;
        }
    }
    let mut map = Map::of("centres", text.say("picture-centres-title"), &input.case_line(), network, text);
    map.settlements();
    let frame = map.frame();
    map.sheet.clip((frame.x, frame.y), (frame.w, frame.h));
    // links of the first specialty: all of them would cover the map
    let first = a.nets.iter().find(|n| n.level == Level::Regional).map(|n| n.of.clone()).unwrap_or_default();
    for link in a.links.iter().filter(|l| l.specialty == first) {
        let (Some(from), Some(to)) = (input.facility(&link.from), input.facility(&link.to)) else { continue };
        let (colour, width) = if link.level == Level::Regional { (palette::UP, 1.6) } else { ("#888888", 0.8) };
        let (a, b) = (map.site(from).0, map.site(to).0);
        map.sheet.line(a, b, Paint::line(colour, width).faded(0.6));
    }
    map.sheet.end();
    let (national, regional, provincial) = (palette::tier(Tier::N), palette::tier(Tier::M), palette::tier(Tier::T));
    let mut labels = Labels::new(frame);
    let mut order: Vec<(usize, [usize; 3])> = hosted.into_iter().collect();
    order.sort_by_key(|(j, n)| (n[0], n[1], n[2], *j));
    for (j, n) in &order {
        let at = map.site(*j).0;
        let (colour, r) = if n[0] > 0 {
            (national, 7.0)
        } else if n[1] > 0 {
            (regional, 4.6)
        } else {
            (provincial, 3.2)
        };
        let name = input.facility_name(&network.facilities[*j].code);
        let args = [("name", (&name).into()), ("national", n[0].into()), ("regional", n[1].into()), ("provincial", n[2].into())];
        map.sheet.circle(at, r, Paint::fill(colour).outlined("#FFFFFF", 0.8), Some(&text.say_with("hover-centres", &args)));
        labels.block(at, r);
    }
    for (j, _) in order.iter().rev().filter(|(_, n)| n[0] > 0) {
        let name = shorten(&input.facility_name(&network.facilities[*j].code), 30);
        let at = map.site(*j).0;
        labels.place(&mut map.sheet, at, 7.0, &name, Type::plain(11.0));
    }
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-centres"));
    for (colour, r, id) in [
        (national, 7.0, "legend-centres-national"),
        (regional, 4.6, "legend-centres-regional"),
        (provincial, 3.2, "legend-centres-provincial"),
    ] {
        map.legend_sign(
            |sheet, at| {
                sheet.circle(at, r, Paint::fill(colour).outlined("#FFFFFF", 0.8), None);
            },
            &text.say(id),
        );
    }
    let name = text.key("specialty", &first);
    map.legend_line(palette::UP, 1.6, &text.say_with("legend-centres-up", &[("name", (&name).into())]));
    map.legend_line("#888888", 0.8, &text.say_with("legend-centres-link", &[("name", (&name).into())]));
    Ok(vec![map.finish(text.say("picture-centres-caption"))?])
}
