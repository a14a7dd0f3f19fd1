//! Where the people of cases are, and small maps: one for each scenario, all coloured by one indicator on one scale.

use super::page_words::value;
use crate::plot::cells::cells;
use crate::plot::font::width;
use crate::plot::palette::{INK, NOTHING, QUIET, STEPS};
use crate::plot::svg::{Anchor, Paint, Sheet, Type};
use crate::plot::{Picture, PlotError};
use crate::text::{Catalogue, Measure, shorten};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Width of the picture, pixels.
const WIDTH: f64 = 1100.0;
/// Maps side by side.
const COLUMNS: usize = 4;
/// Most maps; the data set has all.
pub const MOST_MAPS: usize = 36;
const GAP: f64 = 14.0;
const TITLE: f64 = 34.0;
/// Room above the maps, for the legend.
const HEAD: f64 = 58.0;
/// Maps with up to so many areas have their names on them.
const MOST_NAMES: usize = 14;
/// Size of a name on a map.
const NAME: f64 = 10.5;
/// Room of a class in the legend.
const CLASS: f64 = 180.0;
/// Kilometres of a degree of latitude.
const KM_PER_DEGREE: f64 = 111.195;
/// Up to this many places are drawn as cells, more as points.
const MOST_CELLS: usize = 1500;

/// An area: code, name, name in Latin letters.
type Named = (String, String, Option<String>);
/// A township: x, y, position of its area, people.
type Town = (f64, f64, usize, u64);

/// Places of a case, light enough to be kept with a batch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Places {
    /// Plane kilometres in place of longitude and latitude.
    planar: bool,
    /// Name of the case and the one in Latin letters.
    #[serde(default)]
    title: Option<(String, Option<String>)>,
    areas: Vec<Named>,
    towns: Vec<Town>,
}

impl Places {
    /// Codes of areas with people.
    pub fn peopled(&self) -> BTreeSet<String> {
        self.towns.iter().filter(|t| t.3 > 0).map(|t| self.areas[t.2].0.clone()).collect()
    }

    /// Name of the case in a language.
    pub fn title(&self, text: &Catalogue) -> Option<String> {
        self.title.as_ref().map(|(name, english)| text.place(name, english.as_deref()))
    }

    /// Name of an area in a language.
    pub fn name(&self, code: &str, text: &Catalogue) -> Option<String> {
        let (_, name, english) = self.areas.iter().find(|a| a.0 == code)?;
        Some(text.place(name, english.as_deref()))
    }
}

/// Reads the places of a case folder: townships and the names of areas. Nothing when they cannot be read: whoever runs the case says why.
pub fn places_of(folder: &Path) -> Option<Places> {
    let table = |file: &str| {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(folder.join(file)).ok()?;
        let heads: Vec<String> = reader.headers().ok()?.iter().map(|h| h.trim_start_matches('\u{feff}').to_owned()).collect();
        let rows: Vec<csv::StringRecord> = reader.records().filter_map(Result::ok).collect();
        Some((heads, rows))
    };
    let (heads, rows) = table("areas.csv")?;
    let at = |heads: &[String], name: &str| heads.iter().position(|h| h == name);
    let (id, name, name_en) = (at(&heads, "id")?, at(&heads, "name")?, at(&heads, "name_en"));
    let areas: Vec<Named> = rows
        .iter()
        .filter_map(|r| {
            let english = name_en.and_then(|c| r.get(c)).filter(|e| !e.is_empty()).map(str::to_owned);
            Some((r.get(id)?.to_owned(), r.get(name)?.to_owned(), english))
        })
        .collect();
    let position: BTreeMap<&str, usize> = areas.iter().enumerate().map(|(n, a)| (a.0.as_str(), n)).collect();
    let (heads, rows) = table("townships.csv")?;
    let planar = at(&heads, "x").is_some();
    let (x, y) = if planar { (at(&heads, "x")?, at(&heads, "y")?) } else { (at(&heads, "lon")?, at(&heads, "lat")?) };
    let (area, people) = (at(&heads, "area")?, at(&heads, "pop")?);
    let towns = rows
        .iter()
        .filter_map(|r| {
            let place = |c: usize| r.get(c)?.parse::<f64>().ok().filter(|v| v.is_finite());
            Some((place(x)?, place(y)?, *position.get(r.get(area)?)?, r.get(people)?.parse().ok()?))
        })
        .collect();
    Some(Places { planar, title: title_of(folder), areas, towns })
}

/// Names of a case folder.
fn title_of(folder: &Path) -> Option<(String, Option<String>)> {
    let head: toml::Table = std::fs::read_to_string(folder.join("case.toml")).ok()?.parse().ok()?;
    let of = |key: &str| head.get(key).and_then(toml::Value::as_str).filter(|s| !s.is_empty()).map(str::to_owned);
    Some((of("name")?, of("name_en")))
}

/// One small map: a title, and its cases with the values of their areas.
#[derive(Debug)]
pub struct Panel<'a> {
    /// What it shows.
    pub title: String,
    /// Places of each case, and the value of each of its areas by code.
    pub cases: Vec<(&'a Places, BTreeMap<String, f64>)>,
}

/// How values are said.
#[derive(Clone, Copy)]
struct Say<'a> {
    text: &'a Catalogue,
    measure: Option<Measure>,
}

/// Draws the maps on one sheet and one scale; nothing when nothing has a value and a place. `indicator`: its name for people.
///
/// # Errors
/// No font.
pub fn draw(panels: &[Panel<'_>], indicator: &str, measure: Option<Measure>, text: &Catalogue) -> Result<Option<Picture>, PlotError> {
    let say = Say { text, measure };
    let panels = &panels[..panels.len().min(MOST_MAPS)];
    let mut values: Vec<f64> = panels.iter().flat_map(|p| p.cases.iter().flat_map(|(_, v)| v.values().copied().map(rounded))).collect();
    values.sort_by(f64::total_cmp);
    if values.is_empty() || panels.iter().all(|p| p.cases.iter().all(|(c, _)| c.towns.is_empty())) {
        return Ok(None);
    }
    let limits = limits(&values);
    #[allow(clippy::cast_precision_loss)] // at most a few dozen maps
    let (columns, rows) = {
        let columns = panels.len().clamp(1, COLUMNS);
        (columns as f64, panels.len().div_ceil(columns) as f64)
    };
    let width = ((WIDTH - GAP * (columns + 1.0)) / columns).min(520.0);
    let height = width * 0.86;
    let mut sheet = Sheet::new("batch-maps", WIDTH, HEAD + rows * (height + TITLE + GAP) + GAP);
    legend(&mut sheet, indicator, &limits, &values, say);
    for (n, panel) in panels.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)]
        let (column, row) = ((n % columns as usize) as f64, (n / columns as usize) as f64);
        let x = GAP + column * (width + GAP);
        let y = HEAD + row * (height + TITLE + GAP);
        for (line, text) in crate::plot::font::wrap(&panel.title, 11.5, width).iter().take(2).enumerate() {
            sheet.text((x, y + 12.0 + 14.0 * f64::from(u8::try_from(line).unwrap_or(1))), text, Type::plain(11.5));
        }
        one(&mut sheet, panel, (x, y + TITLE), (width, height), &limits, say);
    }
    let [title, caption] = ["batch-map-title", "batch-map-caption"].map(|id| text.say_with(id, &[("indicator", indicator.into())]));
    sheet.finish(title, caption).map(Some)
}

impl Say<'_> {
    fn value(self, v: f64) -> String {
        value(self.text, self.measure, v)
    }
}

/// Upper ends of the first four of five classes with as many values each.
fn limits(sorted: &[f64]) -> [f64; 4] {
    [1, 2, 3, 4].map(|k| sorted[(k * sorted.len() / 5).min(sorted.len() - 1)])
}

fn colour(value: f64, limits: &[f64; 4]) -> &'static str {
    STEPS[limits.iter().filter(|l| rounded(value) >= **l).count()]
}

/// To eight figures: what solvers leave behind them tells no areas apart.
fn rounded(value: f64) -> f64 {
    format!("{value:.7e}").parse().unwrap_or(value)
}

fn legend(sheet: &mut Sheet, indicator: &str, limits: &[f64; 4], values: &[f64], say: Say<'_>) {
    sheet.text((GAP, 22.0), indicator, Type::plain(14.0).bold());
    let ends = [values.first().copied(), values.last().copied()].map(|v| v.unwrap_or(0.0));
    let mut x = GAP;
    let mut low = ends[0];
    for (n, paint) in STEPS.iter().enumerate() {
        let high = limits.get(n).copied().unwrap_or(ends[1]);
        // many equal values leave classes empty
        let empty = values.iter().all(|v| colour(*v, limits) != *paint);
        if empty {
            low = high;
            continue;
        }
        sheet.rect((x, 32.0), (20.0, 13.0), Paint::fill(paint).outlined("#888888", 0.5), None);
        sheet.text((x + 26.0, 43.0), &format!("{} – {}", say.value(low), say.value(high)), Type::plain(11.5));
        x += CLASS;
        low = high;
    }
    sheet.rect((x, 32.0), (20.0, 13.0), Paint::fill(NOTHING).outlined("#888888", 0.5), None);
    sheet.text((x + 26.0, 43.0), &say.text.say("batch-map-none"), Type::plain(11.5).in_colour(QUIET));
}

/// A number to about four figures.
pub fn number(v: f64) -> String {
    let digits = match v.abs() {
        a if a >= 1000.0 => 0,
        a if a >= 10.0 => 1,
        a if a >= 1.0 => 2,
        _ => 4,
    };
    crate::text::grouped(v, digits)
}

fn one(sheet: &mut Sheet, panel: &Panel<'_>, (x, y): (f64, f64), (w, h): (f64, f64), limits: &[f64; 4], say: Say<'_>) {
    let towns: Vec<(&Places, &BTreeMap<String, f64>, &Town)> =
        panel.cases.iter().flat_map(|(p, values)| p.towns.iter().map(move |t| (*p, values, t))).collect();
    sheet.rect((x, y), (w, h), Paint::line("#BBBBBB", 0.8), None);
    let points = projected(&towns, (x, y), (w, h));
    sheet.clip((x, y), (w, h));
    let fill = |n: usize| {
        let (places, values, town) = towns[n];
        let (code, name, english) = &places.areas[town.2];
        let value = values.get(code).copied();
        let name = shorten(&say.text.place(name, english.as_deref()), 60);
        let hover = format!("{name}: {}", value.map_or_else(|| "–".to_owned(), |v| say.value(v)));
        (value.map_or(NOTHING, |v| colour(v, limits)), hover)
    };
    if points.len() <= MOST_CELLS {
        for (n, cell) in cells(&points).iter().enumerate().filter(|(_, c)| c.len() >= 3) {
            let (paint, hover) = fill(n);
            sheet.polygon(cell, Paint::fill(paint).outlined("#FFFFFF", 0.3), Some(&hover));
        }
    } else {
        for (n, p) in points.iter().enumerate() {
            let (paint, _) = fill(n);
            sheet.circle(*p, 1.6, Paint::fill(paint), None);
        }
    }
    sheet.end();
    names(sheet, &towns, &points, say);
    if towns.is_empty() {
        sheet.text((x + 8.0, y + 18.0), &say.text.say("batch-map-no-places"), Type::plain(11.0).in_colour(INK));
    }
}

/// Names of areas, each in the middle of its townships; one that would run over another is left to the pointer.
fn names(sheet: &mut Sheet, towns: &[(&Places, &BTreeMap<String, f64>, &Town)], points: &[(f64, f64)], say: Say<'_>) {
    let mut middles: BTreeMap<&str, (f64, f64, f64, String)> = BTreeMap::new();
    for ((places, values, town), (x, y)) in towns.iter().zip(points) {
        let (code, name, english) = &places.areas[town.2];
        if values.contains_key(code) {
            let m = middles.entry(code).or_insert_with(|| (0.0, 0.0, 0.0, say.text.place(name, english.as_deref())));
            (m.0, m.1, m.2) = (m.0 + x, m.1 + y, m.2 + 1.0);
        }
    }
    if middles.len() > MOST_NAMES {
        return;
    }
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    for (x, y, n, name) in middles.into_values() {
        let name = shorten(&name, 24);
        let (x, y, half) = (x / n, y / n, 0.5 * width(&name, NAME) + 3.0);
        if taken.iter().all(|t| (t.0 - x).abs() > t.2 + half || (t.1 - y).abs() > 1.3 * NAME) {
            sheet.text((x, y + 0.35 * NAME), &name, Type::plain(NAME).at(Anchor::Middle).halo());
            taken.push((x, y, half));
        }
    }
}

/// Equirectangular about the middle, both axes at one scale.
fn projected(towns: &[(&Places, &BTreeMap<String, f64>, &Town)], (x, y): (f64, f64), (w, h): (f64, f64)) -> Vec<(f64, f64)> {
    let (mut x0, mut x1, mut y0, mut y1) = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY);
    for (_, _, t) in towns {
        (x0, x1, y0, y1) = (x0.min(t.0), x1.max(t.0), y0.min(t.1), y1.max(t.1));
    }
    let centre = (f64::midpoint(x0, x1), f64::midpoint(y0, y1));
    let planar = towns.first().is_some_and(|(p, _, _)| p.planar);
    let km = if planar { (1.0, 1.0) } else { (KM_PER_DEGREE * centre.1.to_radians().cos(), KM_PER_DEGREE) };
    let scale = (w / (((x1 - x0) * km.0).max(1.0) * 1.12)).min(h / (((y1 - y0) * km.1).max(1.0) * 1.12));
    towns.iter().map(|(_, _, t)| (x + w / 2.0 + (t.0 - centre.0) * km.0 * scale, y + h / 2.0 - (t.1 - centre.1) * km.1 * scale)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_as_many_values_each() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let limits = limits(&values);
        let mut count = BTreeMap::new();
        for v in &values {
            *count.entry(colour(*v, &limits)).or_insert(0) += 1;
        }
        assert!(count.values().all(|n| *n == 20), "{count:?}");
        assert_eq!(colour(5.0, &super::limits(&[5.0])), STEPS[4]);
    }
}
