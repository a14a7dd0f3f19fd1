//! What every map has: title, frame, settlements, scale bar, legend, notes.

use super::font;
use super::markers;
use super::palette;
use super::projection::{Frame, Projection};
use super::svg::{Anchor, Paint, Sheet, Type};
use super::{Picture, PictureInput, PlotError, cells, edge};
use crate::network::{Evidence, Network, Tier};
use crate::text::Catalogue;

const WIDTH: f64 = 1100.0;
const TOP: f64 = 64.0;
const SIDE: f64 = 262.0;
const MARGIN: f64 = 16.0;
/// Room below the frame for the scale bar.
const SCALE: f64 = 34.0;

/// A map in the making.
#[derive(Debug)]
pub struct Map<'a> {
    /// The sheet to draw on.
    pub sheet: Sheet,
    /// Where positions fall.
    pub projection: Projection,
    network: &'a Network,
    text: &'a Catalogue,
    title: String,
    legend: f64,
    /// Where each facility falls, and whether it stands for one that lies outside.
    sites: Vec<((f64, f64), bool)>,
    /// Settlements are drawn as cells.
    celled: bool,
}

impl<'a> Map<'a> {
    /// An empty map of the case with its title and, where columns are modelled, a line that says so.
    #[must_use]
    pub fn new(id: &str, title: String, input: &'a PictureInput<'a>, columns: &[(&str, &str)]) -> Self {
        Self::of(id, title, &subtitle(input, columns), input.network(), input.text)
    }

    /// An empty map of a network with a title and a line below it.
    #[must_use]
    pub fn of(id: &str, title: String, subtitle: &str, network: &'a Network, text: &'a Catalogue) -> Self {
        let projection = Projection::fit(network, (MARGIN, TOP), WIDTH - SIDE - 2.0 * MARGIN, (420.0, 1000.0));
        let mut sheet = Sheet::new(id, WIDTH, TOP + projection.frame().h + SCALE);
        heading(&mut sheet, &title, subtitle);
        let mut sites: Vec<_> = network.facilities.iter().map(|f| projection.to_edge(f.position)).collect();
        let outside: Vec<usize> = (0..sites.len()).filter(|&j| sites[j].1).collect();
        let wanted: Vec<_> = outside.iter().map(|&j| sites[j].0).collect();
        for (j, place) in outside.into_iter().zip(edge::spread(projection.frame(), &wanted)) {
            sites[j].0 = place;
        }
        Self { sheet, projection, network, text, title, legend: TOP + 8.0, sites, celled: false }
    }

    /// Where a facility falls; at the edge, with room of its own, when it lies outside of the map, and whether it does.
    #[must_use]
    pub fn site(&self, facility: usize) -> ((f64, f64), bool) {
        self.sites[facility]
    }

    /// A sign of the legend, drawn at the middle of its line.
    pub fn legend_sign(&mut self, draw: impl FnOnce(&mut Sheet, (f64, f64)), text: &str) {
        draw(&mut self.sheet, (legend_x() + 9.0, self.legend + 9.0));
        self.legend_text(text);
    }

    /// The frame of the map.
    #[must_use]
    pub fn frame(&self) -> Frame {
        self.projection.frame()
    }

    /// Settlements as small grey dots; nothing when they are too many to help.
    pub fn settlements(&mut self) {
        let network = self.network;
        if network.settlements.len() > cells::MOST_CELLS {
            return;
        }
        self.sheet.group(&format!("fill=\"{}\"", palette::HAIR));
        for s in &network.settlements {
            let hover = self.text.say_with(
                "hover-people",
                &[("name", (&self.text.place(&s.name, s.name_en.as_deref())).into()), ("people", people(s.population.0).into())],
            );
            self.sheet.circle(self.projection.to(s.position), 1.6, Paint::fill(palette::HAIR), Some(&hover));
        }
        self.sheet.end();
    }

    /// Each settlement in the colour it is given, as cell or, when there are many, as point.
    pub fn shade(&mut self, colour: &dyn Fn(usize) -> &'static str, hover: &dyn Fn(usize) -> String) {
        let network = self.network;
        let frame = self.frame();
        self.sheet.clip((frame.x, frame.y), (frame.w, frame.h));
        let points: Vec<_> = network.settlements.iter().map(|s| self.projection.to(s.position)).collect();
        if points.len() <= cells::MOST_CELLS {
            self.celled = true;
            for (i, cell) in cells::cells(&points).iter().enumerate().filter(|(_, c)| c.len() >= 3) {
                self.sheet.polygon(cell, Paint::fill(colour(i)).outlined("#FFFFFF", 0.4), Some(&hover(i)));
            }
        } else {
            for (i, p) in points.iter().enumerate() {
                self.sheet.circle(*p, 2.4, Paint::fill(colour(i)), Some(&hover(i)));
            }
        }
        self.sheet.end();
    }

    /// Frame, and the scale bar below it, where it hides nothing.
    pub fn frame_and_scale(&mut self) {
        let f = self.frame();
        self.sheet.rect((f.x, f.y), (f.w, f.h), Paint::line("#999999", 1.0), None);
        let km = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0]
            .into_iter()
            .rfind(|km| km * self.projection.pixels_per_km() <= f.w / 4.0)
            .unwrap_or(0.5);
        let len = km * self.projection.pixels_per_km();
        let (x, y) = (f.x, f.y + f.h + 12.0);
        self.sheet.rect((x, y), (len / 2.0, 5.0), Paint::fill(palette::INK), None);
        self.sheet.rect((x, y), (len, 5.0), Paint::line(palette::INK, 1.0), None);
        let label = self.text.say_with("map-kilometres", &[("km", km.into())]);
        self.sheet.text((x + len + 8.0, y + 7.0), &label, Type::plain(12.0).at(Anchor::Start));
    }

    /// A heading of the legend.
    pub fn legend_heading(&mut self, text: &str) {
        self.legend += 10.0;
        let y = self.legend + 12.0;
        self.legend = self.sheet.paragraph((legend_x(), y), text, SIDE - 12.0, Type::plain(13.0).bold());
        self.legend -= 8.0;
    }

    /// A colour of the legend.
    pub fn legend_colour(&mut self, colour: &'static str, text: &str) {
        let y = self.legend;
        self.sheet.rect((legend_x(), y + 2.0), (18.0, 13.0), Paint::fill(colour).outlined("#888888", 0.5), None);
        self.legend_text(text);
    }

    /// A tier of the legend.
    pub fn legend_tier(&mut self, tier: Tier, text: &str) {
        markers::draw(&mut self.sheet, (legend_x() + 9.0, self.legend + 9.0), markers::radius(tier).max(4.0), tier, false, None);
        self.legend_text(text);
    }

    /// A line of the legend.
    pub fn legend_line(&mut self, colour: &'static str, width: f64, text: &str) {
        let y = self.legend + 9.0;
        self.sheet.line((legend_x(), y), (legend_x() + 20.0, y), Paint::line(colour, width).faded(0.75));
        self.legend_text(text);
    }

    /// A circle of the legend.
    pub fn legend_circle(&mut self, r: f64, text: &str) {
        let room = (2.0 * r).max(20.0);
        self.sheet.circle((legend_x() + 22.0, self.legend + room / 2.0 + 2.0), r, Paint::fill("#FFFFFF").outlined(palette::INK, 1.0), None);
        self.sheet.text((legend_x() + 52.0, self.legend + room / 2.0 + 6.0), text, Type::plain(12.0));
        self.legend += room + 4.0;
    }

    fn legend_text(&mut self, text: &str) {
        let y = self.sheet.paragraph((legend_x() + 28.0, self.legend + 13.0), text, SIDE - 40.0, Type::plain(12.0));
        self.legend = y - 11.0;
    }

    /// Small words under the legend.
    pub fn legend_note(&mut self, text: &str) {
        self.legend += 8.0;
        self.legend =
            self.sheet.paragraph((legend_x(), self.legend + 12.0), text, SIDE - 12.0, Type::plain(11.0).in_colour(palette::QUIET)) - 8.0;
    }

    /// The tiers whose facilities are drawn, with their number in the case.
    pub fn legend_tiers(&mut self, drawn: impl Fn(usize) -> bool) {
        let text = self.text;
        self.legend_heading(&text.say("legend-tiers"));
        for (tier, n) in self.tiers(&drawn) {
            let label =
                text.say_with("legend-tier", &[("tier", (&self.text.say(&format!("tier-{}", tier.code()))).into()), ("n", n.into())]);
            self.legend_tier(tier, &label);
        }
    }

    /// The tiers whose facilities are drawn as colours only, for maps whose circles stand for amounts.
    pub fn legend_tier_colours(&mut self, drawn: impl Fn(usize) -> bool) {
        let text = self.text;
        self.legend_heading(&text.say("legend-tiers"));
        for (tier, _) in self.tiers(&drawn) {
            self.legend_colour(palette::tier(tier), &self.text.say(&format!("tier-{}", tier.code())));
        }
    }

    fn tiers(&self, drawn: &dyn Fn(usize) -> bool) -> Vec<(Tier, usize)> {
        let facilities = &self.network.facilities;
        let count = |t: Tier| (0..facilities.len()).filter(|&j| facilities[j].tier == t && drawn(j)).count();
        Tier::ALL.into_iter().map(|t| (t, count(t))).filter(|(_, n)| *n > 0).collect()
    }

    /// The finished map.
    ///
    /// # Errors
    /// No font.
    pub fn finish(mut self, caption: String) -> Result<Picture, PlotError> {
        let text = self.text;
        let note = if self.celled {
            [text.say("map-no-borders"), text.say("map-cells")].join(&text.say("sentence-join"))
        } else {
            text.say("map-no-borders")
        };
        self.legend_note(&note);
        let title = self.title.clone();
        self.sheet.finish(title, caption)
    }
}

fn legend_x() -> f64 {
    WIDTH - SIDE
}

/// Title and subtitle of a picture.
pub fn heading(sheet: &mut Sheet, title: &str, subtitle: &str) {
    sheet.text((16.0, 30.0), title, Type::plain(20.0).bold());
    let most = sheet.width() - 32.0;
    let size = if font::width(subtitle, 12.5) > most { 11.0 } else { 12.5 };
    sheet.text((16.0, 51.0), subtitle, Type::plain(size).in_colour(palette::QUIET));
}

/// Case, year, scenario and what is modelled or assumed of the columns shown.
#[must_use]
pub fn subtitle(input: &PictureInput<'_>, columns: &[(&str, &str)]) -> String {
    let n = input.network();
    let mut parts = vec![case_words(input.text, &input.case_name(), n.year, &input.plan.scenario.name)];
    for (evidence, id) in [(Evidence::Modelled, "note-modelled"), (Evidence::Assumed, "note-assumed")] {
        let names: Vec<String> = columns
            .iter()
            .filter(|(t, c)| input.evidence(t, c) == Some(evidence))
            .map(|(t, c)| input.text.key("column", &format!("{t}-{}", if *c == "*" { "all" } else { c })))
            .collect();
        if !names.is_empty() {
            parts.push(input.text.say_with(id, &[("what", (&names.join(&input.text.say("list-separator"))).into())]));
        }
    }
    parts.join("  ·  ")
}

/// Case, year, scenario, and which of the tables that every picture rests on are modelled.
pub(super) fn case_line(text: &Catalogue, network: &Network, name: &str, scenario: &str) -> String {
    let is_modelled = |table: &&str| network.provenance.iter().any(|p| p.table == *table && p.evidence == Evidence::Modelled);
    let tables: Vec<String> = ["settlements", "facilities"].into_iter().filter(is_modelled).map(|t| text.key("modelled", t)).collect();
    let line = case_words(text, name, network.year, scenario);
    if tables.is_empty() {
        return line;
    }
    let note = text.say_with("note-modelled", &[("what", (&tables.join(&text.say("list-separator"))).into())]);
    format!("{line}  ·  {note}")
}

fn case_words(text: &Catalogue, name: &str, year: i32, scenario: &str) -> String {
    let name = crate::text::shorten(&crate::text::clean(name), 50);
    let scenario = crate::text::shorten(&crate::text::clean(scenario), 40);
    let year = year.to_string();
    if scenario.is_empty() {
        text.say_with("case-line", &[("name", (&name).into()), ("year", (&year).into())])
    } else {
        text.say_with("case-line-scenario", &[("name", (&name).into()), ("year", (&year).into()), ("scenario", (&scenario).into())])
    }
}

/// People as a number for messages.
#[must_use]
#[allow(clippy::cast_precision_loss)] // far below 2^53
pub fn people(n: u64) -> f64 {
    n as f64
}
