//! A map of lines between facilities: who is linked with whom, who helps whom.

use super::super::labels::Labels;
use super::super::map::Map;
use super::super::svg::{Paint, Type};
use super::super::{Picture, PlotError, markers};
use super::ReformPictureInput;
use crate::text::shorten;

/// A line between two facilities of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Colour.
    pub colour: &'static str,
    /// Width, pixels.
    pub width: f64,
    /// Words on hovering.
    pub hover: String,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Links<'a> {
    /// Stable name.
    pub id: &'a str,
    /// Title.
    pub title: String,
    /// Caption.
    pub caption: String,
    /// Lines.
    pub lines: Vec<Line>,
    /// Facilities that are drawn large and named.
    pub named: Vec<usize>,
    /// Facilities that are drawn hollow: they have no line although they were asked for.
    pub left_out: Vec<usize>,
    /// Colours of the legend with what they mean.
    pub legend: Vec<(&'static str, String)>,
    /// What hollow signs mean.
    pub left_out_means: String,
}

/// Draws it.
///
/// # Errors
/// No font.
pub fn draw(input: &ReformPictureInput<'_>, links: Links<'_>) -> Result<Picture, PlotError> {
    let network = input.network;
    let mut map = Map::of(links.id, links.title, &input.case_line(), network, input.text);
    map.settlements();
    let frame = map.frame();
    map.sheet.clip((frame.x - 12.0, frame.y - 12.0), (frame.w + 24.0, frame.h + 24.0));
    for line in &links.lines {
        let (a, b) = (map.site(line.from).0, map.site(line.to).0);
        map.sheet.line(a, b, Paint::line(line.colour, line.width).faded(0.75));
    }
    map.sheet.end();
    let mut drawn: Vec<usize> = links.lines.iter().flat_map(|l| [l.from, l.to]).chain(links.named.iter().copied()).collect();
    drawn.sort_unstable();
    drawn.dedup();
    drawn.sort_by_key(|&j| (network.facilities[j].rank(), j));
    let mut labels = Labels::new(frame);
    for &j in links.left_out.iter().filter(|j| !drawn.contains(j)) {
        let f = &network.facilities[j];
        map.sheet.circle(
            map.site(j).0,
            3.6,
            Paint::fill("#FFFFFF").outlined(super::super::palette::TARGET, 1.4),
            Some(&input.facility_name(&f.code)),
        );
    }
    for &j in &drawn {
        let f = &network.facilities[j];
        let (at, outside) = map.site(j);
        let about: Vec<&str> = links.lines.iter().filter(|l| l.from == j || l.to == j).take(12).map(|l| l.hover.as_str()).collect();
        let hover =
            std::iter::once(input.facility_name(&f.code)).chain(about.iter().map(|h| (*h).to_owned())).collect::<Vec<_>>().join("\n");
        markers::draw(&mut map.sheet, at, markers::radius(f.tier), f.tier, outside, Some(&hover));
        labels.block(at, markers::radius(f.tier) + 1.0);
    }
    for &j in &links.named {
        let f = &network.facilities[j];
        let name = shorten(&input.facility_name(&f.code), 36);
        let at = map.site(j).0;
        labels.place(&mut map.sheet, at, markers::radius(f.tier), &name, Type::plain(11.5));
    }
    map.frame_and_scale();
    for (colour, words) in &links.legend {
        map.legend_line(colour, 3.0, words);
    }
    if links.left_out.iter().any(|j| !drawn.contains(j)) {
        map.legend_sign(
            |sheet, at| {
                sheet.circle(at, 4.0, Paint::fill("#FFFFFF").outlined(super::super::palette::TARGET, 1.4), None);
            },
            &links.left_out_means,
        );
    }
    map.legend_tiers(|j| drawn.contains(&j));
    if labels.dropped() > 0 {
        map.legend_note(&input.text.say_with("map-labels-dropped", &[("n", labels.dropped().into())]));
    }
    map.finish(links.caption)
}
