//! Beds of every area before and after, and the two Lorenz curves.

use super::map::heading;
use super::palette;
use super::svg::{Anchor, Paint, Sheet, Type};
use super::{Picture, PlotError, font};
use crate::indicators::equity;
use crate::network::Network;
use crate::plan::BedsPlan;
use crate::text::Catalogue;

/// Most areas of one picture, those with fewest beds first.
const MOST: usize = 60;
/// Colour of what is now.
const BEFORE: &str = "#999999";
/// Colour of the plan.
const AFTER: &str = "#0072B2";

/// What the pictures are drawn from.
#[derive(Debug, Clone, Copy)]
pub struct BedsPictureInput<'a> {
    /// The case.
    pub network: &'a Network,
    /// Its title in Latin letters, when it has one.
    pub name_en: Option<&'a str>,
    /// The plan.
    pub plan: &'a BedsPlan,
    /// The language.
    pub text: &'a Catalogue,
}

impl BedsPictureInput<'_> {
    /// Name of an area in the language of the picture.
    #[must_use]
    pub fn area_name(&self, code: &str) -> String {
        let area = self.network.areas.iter().find(|a| a.code == code);
        area.map_or_else(|| code.to_owned(), |a| self.text.place(&a.name, a.name_en.as_deref()))
    }

    /// Title of the case.
    #[must_use]
    pub fn case_name(&self) -> String {
        self.text.place(&self.network.name, self.name_en)
    }

    fn case_line(&self) -> String {
        super::map::case_line(self.text, self.network, &self.case_name(), "")
    }

    /// Beds per 1,000 need-weighted heads of an area.
    fn rates(&self, area: &crate::plan::beds::AreaBeds) -> (f64, f64, f64) {
        let heads = (super::map::people(area.people) * area.need / 1000.0).max(f64::MIN_POSITIVE);
        (super::map::people(area.before) / heads, super::map::people(area.after) / heads, area.upper / heads)
    }
}

/// Both pictures.
///
/// # Errors
/// No font.
pub fn draw(input: &BedsPictureInput<'_>) -> Result<Vec<Picture>, PlotError> {
    Ok(vec![change(input)?, lorenz(input)?])
}

/// A line an area from beds now to beds planned.
fn change(input: &BedsPictureInput<'_>) -> Result<Picture, PlotError> {
    let (text, plan) = (input.text, input.plan);
    let mut rows: Vec<(&crate::plan::beds::AreaBeds, (f64, f64, f64))> = plan.areas.iter().map(|a| (a, input.rates(a))).collect();
    rows.sort_by(|x, y| x.1.0.total_cmp(&y.1.0).then(x.0.area.cmp(&y.0.area)));
    let all = rows.len();
    rows.truncate(MOST);
    let heads: f64 = plan.areas.iter().map(|a| super::map::people(a.people) * a.need / 1000.0).sum();
    let mean = plan.after.beds / heads.max(f64::MIN_POSITIVE);
    // Dots may leave zero out: the differences are the message. Limits far away (no limit at all) do not stretch the axis.
    let shown =
        || rows.iter().flat_map(|r| [r.1.0, r.1.1, r.1.2]).chain([mean]).chain((plan.question.floor > 0.0).then_some(plan.question.floor));
    let high = shown().fold(0.0, f64::max).min(rows.iter().map(|r| r.1.1.max(r.1.0)).fold(mean, f64::max) * 1.6);
    let low = shown().fold(f64::INFINITY, f64::min);
    let margin = (high - low).max(0.2) * 0.06;
    let (least, most) = ((low - margin).max(0.0), high + margin);
    let (left, top, row_height) = (200.0, 118.0, 27.0);
    let height = row_height * super::map::people(rows.len() as u64);
    let width = 1100.0 - left - 190.0;
    let x = |v: f64| left + (v - least) / (most - least) * width;
    let mut sheet = Sheet::new("bed-change", 1100.0, top + height + 66.0);
    let title = text.say("picture-bed-change-title");
    heading(&mut sheet, &title, &input.case_line());
    // what the marks mean, in one line
    let mut at = left;
    for (filled, id) in [(false, "legend-beds-before"), (true, "legend-beds-after")] {
        mark(&mut sheet, (at + 6.0, 74.0), filled, None);
        sheet.text((at + 18.0, 78.0), &text.say(id), Type::plain(12.5));
        at += font::width(&text.say(id), 12.5) + 48.0;
    }
    sheet.line((at + 6.0, 66.0), (at + 6.0, 82.0), Paint::line(palette::QUIET, 1.6));
    sheet.text((at + 16.0, 78.0), &text.say("legend-beds-limit"), Type::plain(12.5));
    let span = most - least;
    let step = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0].into_iter().find(|s| span / s <= 9.0).unwrap_or(span);
    let mut tick = (least / step).ceil() * step;
    while tick <= most {
        sheet.line((x(tick), top - 4.0), (x(tick), top + height), Paint::line("#E4E4E4", 1.0));
        sheet.text((x(tick), top + height + 17.0), &text.exact(tick, usize::from(step < 1.0)), Type::plain(12.0).at(Anchor::Middle));
        tick += step;
    }
    sheet.text((left + width / 2.0, top + height + 38.0), &text.say("axis-bed-rate"), Type::plain(12.5).at(Anchor::Middle));
    // one line of height for the two labels unless they would touch
    let near = (x(mean) - x(plan.question.floor)).abs() < 130.0;
    sheet.line((x(mean), top - 8.0), (x(mean), top + height), Paint::line(AFTER, 1.4).dashed("2 3"));
    let label = text.say_with("label-beds-mean", &[("value", mean.into())]);
    sheet.text((x(mean), top - 11.0), &label, Type::plain(12.0).at(Anchor::Middle).in_colour(AFTER));
    if plan.question.floor > 0.0 {
        let y = if near { top - 25.0 } else { top - 11.0 };
        sheet.line(
            (x(plan.question.floor), top - 8.0),
            (x(plan.question.floor), top + height),
            Paint::line(palette::TARGET, 1.4).dashed("6 4"),
        );
        let label = text.say_with("label-beds-floor", &[("value", plan.question.floor.into())]);
        sheet.text((x(plan.question.floor), y), &label, Type::plain(12.0).at(Anchor::Middle).in_colour(palette::TARGET));
    }
    sheet.text((1084.0, top - 11.0), &text.say("axis-beds-added"), Type::plain(12.0).at(Anchor::End).bold());
    for (n, (area, (before, after, limit))) in (0_u32..).zip(&rows) {
        let y = top + f64::from(n) * row_height + row_height / 2.0;
        let name = input.area_name(&area.area);
        sheet.text((left - 14.0, y + 4.5), &crate::text::shorten(&name, 26), Type::plain(13.0).at(Anchor::End));
        if *limit <= most {
            sheet.line((x(*limit), y - 8.0), (x(*limit), y + 8.0), Paint::line(palette::QUIET, 1.6));
        }
        sheet.line((x(*before), y), (x(*after), y), Paint::line(AFTER, 3.0).faded(0.55));
        let hover = text.say_with(
            "hover-bed-change",
            &[
                ("name", (&name).into()),
                ("before", super::map::people(area.before).into()),
                ("after", super::map::people(area.after).into()),
                ("from", (*before).into()),
                ("to", (*after).into()),
            ],
        );
        mark(&mut sheet, (x(*before), y), false, Some(&hover));
        mark(&mut sheet, (x(*after), y), true, Some(&hover));
        let change = super::map::people(area.after) - super::map::people(area.before);
        let sign = if change > 0.0 { "+" } else { "" };
        let share = if area.before > 0 { change / super::map::people(area.before) } else { 0.0 };
        let added = format!("{sign}{}", text.exact(change, 0));
        sheet.text((1030.0, y + 4.5), &added, Type::plain(13.0).at(Anchor::End).bold());
        sheet.text((1084.0, y + 4.5), &text.percent(share), Type::plain(12.0).at(Anchor::End).in_colour(palette::QUIET));
    }
    let mut caption = vec![text.say("picture-bed-change-caption")];
    if all > MOST {
        caption.push(text.say_with("picture-bed-change-cut", &[("n", MOST.into()), ("all", all.into())]));
    }
    sheet.finish(title, caption.join(&text.say("sentence-join")))
}

fn mark(sheet: &mut Sheet, at: (f64, f64), filled: bool, hover: Option<&str>) {
    let paint = if filled { Paint::fill(AFTER).outlined("#FFFFFF", 1.0) } else { Paint::fill("#FFFFFF").outlined(BEFORE, 2.0) };
    sheet.circle(at, if filled { 6.0 } else { 5.0 }, paint, hover);
}

/// The Lorenz curves before and after.
fn lorenz(input: &BedsPictureInput<'_>) -> Result<Picture, PlotError> {
    let (text, plan) = (input.text, input.plan);
    let mut sheet = Sheet::new("bed-lorenz", 760.0, 660.0);
    let title = text.say("picture-bed-lorenz-title");
    heading(&mut sheet, &title, &input.case_line());
    let (left, top, side) = (84.0, 76.0, 500.0);
    let at = |(p, v): (f64, f64)| (left + p * side, top + side - v * side);
    for n in 0..=5_u32 {
        let v = f64::from(n) / 5.0;
        sheet.line(at((v, 0.0)), at((v, 1.0)), Paint::line("#E4E4E4", 1.0));
        sheet.line(at((0.0, v)), at((1.0, v)), Paint::line("#E4E4E4", 1.0));
        let (x, y) = at((v, 0.0));
        sheet.text((x, y + 18.0), &format!("{:.0}%", 100.0 * v), Type::plain(12.0).at(Anchor::Middle));
        let (x, y) = at((0.0, v));
        sheet.text((x - 8.0, y + 4.0), &format!("{:.0}%", 100.0 * v), Type::plain(12.0).at(Anchor::End));
    }
    sheet.text((left + side / 2.0, top + side + 42.0), &text.say("axis-lorenz-bed-people"), Type::plain(13.0).at(Anchor::Middle));
    sheet.group(&format!("transform=\"rotate(-90 22 {})\"", top + side / 2.0));
    sheet.text((22.0, top + side / 2.0), &text.say("axis-lorenz-beds"), Type::plain(13.0).at(Anchor::Middle));
    sheet.end();
    sheet.line(at((0.0, 0.0)), at((1.0, 1.0)), Paint::line(palette::QUIET, 1.0));
    let heads: Vec<f64> = plan.areas.iter().map(|a| super::map::people(a.people) * a.need).collect();
    let before: Vec<f64> = plan.areas.iter().map(|a| input.rates(a).0).collect();
    let after: Vec<f64> = plan.areas.iter().map(|a| input.rates(a).1).collect();
    for (rates, colour, dash) in [(before, BEFORE, "6 3"), (after, AFTER, "")] {
        let curve: Vec<(f64, f64)> = equity::lorenz(&rates, &heads).into_iter().map(at).collect();
        if curve.len() > 1 {
            sheet.polyline(&curve, Paint::line(colour, 3.0).dashed(dash), None);
        }
    }
    for (n, (colour, dash, id, gini)) in
        (0_u32..).zip([(BEFORE, "6 3", "label-gini-before", plan.before.gini), (AFTER, "", "label-gini-after", plan.after.gini)])
    {
        let y = top + 34.0 + 26.0 * f64::from(n);
        sheet.line((left + 24.0, y - 5.0), (left + 60.0, y - 5.0), Paint::line(colour, 3.0).dashed(dash));
        sheet.text((left + 70.0, y), &text.say_with(id, &[("value", gini.into())]), Type::plain(15.0).bold().halo());
    }
    sheet.finish(title, text.say("picture-bed-lorenz-caption"))
}
