//! Intensive care by area against what may come; when facilities are full; what a budget of uncertainty asks for.

use super::super::map::heading;
use super::super::svg::{Anchor, Paint, Sheet, Type};
use super::super::{Picture, PlotError, font, palette};
use super::lines::{COLOURS, Curves, Series};
use super::{ReformPictureInput, lines};
use crate::plan::reform::SurgeAnswer;
use crate::text::shorten;

/// Most lines of a picture.
const MOST: usize = 42;
const ROW: f64 = 24.0;
const TOP: f64 = 92.0;
const WIDTH: f64 = 1100.0;

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &SurgeAnswer) -> Result<Vec<Picture>, PlotError> {
    let text = input.text;
    let mut out = vec![areas(input, a)?];
    if !a.breaks.is_empty() {
        out.push(breaks(input, a)?);
    }
    if a.robust.len() > 1 {
        let points = a.robust.iter().map(|r| (f64::from(r.gamma), r.beds)).collect();
        let most: f64 = a.areas.iter().map(|x| x.most).sum();
        out.push(lines::draw(&Curves {
            id: "surge-robust",
            title: text.say("picture-surge-robust-title"),
            subtitle: input.case_line(),
            caption: text.say("picture-surge-robust-caption"),
            x: text.say("axis-surge-gamma"),
            y: text.say("axis-surge-beds"),
            x_word: &|x| text.exact(x, 0),
            y_word: &|y| text.exact(y, 0),
            series: vec![Series { name: text.say("legend-surge-wanted"), points }],
            target: Some((most, text.say("legend-surge-most"))),
            from_zero: true,
        })?);
    }
    Ok(out)
}

/// Beds of today and convertible ones as a bar, patients of each scenario as strokes.
fn areas(input: &ReformPictureInput<'_>, a: &SurgeAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let worst = a.cases.iter().map(|c| c.factor).fold(0.0, f64::max);
    let mut order: Vec<&crate::plan::reform::surge::SurgeArea> = a.areas.iter().collect();
    order.sort_by(|x, y| y.need.total_cmp(&x.need).then(x.area.cmp(&y.area)));
    let left_out = order.len().saturating_sub(MOST);
    order.truncate(MOST);
    let names = order.iter().map(|x| font::width(&shorten(&input.area_name(&x.area), 24), 12.5)).fold(60.0, f64::max).min(220.0) + 28.0;
    let most = order.iter().map(|x| (x.need * worst).max(x.icu + x.convertible)).fold(1.0, f64::max);
    let scale = (WIDTH - names - 90.0) / most;
    #[allow(clippy::cast_precision_loss)] // few rows
    let height = TOP + ROW * order.len() as f64;
    let mut sheet = Sheet::new("surge", WIDTH, height + if left_out > 0 { 74.0 } else { 52.0 });
    heading(&mut sheet, &text.say("picture-surge-title"), &input.case_line());
    for (n, x) in order.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)] // few rows
        let y = TOP + ROW * n as f64;
        let name = input.area_name(&x.area);
        sheet.text((names - 8.0, y + 16.0), &shorten(&name, 24), Type::plain(12.5).at(Anchor::End));
        let args = [("name", (&name).into()), ("icu", x.icu.into()), ("convertible", x.convertible.into()), ("need", x.need.into())];
        let hover = text.say_with("hover-surge", &args);
        sheet.rect((names, y + 5.0), (x.icu * scale, 14.0), Paint::fill(COLOURS[4]), Some(&hover));
        sheet.rect((names + x.icu * scale, y + 5.0), (x.convertible * scale, 14.0), Paint::fill(COLOURS[0]), Some(&hover));
        for (s, c) in a.cases.iter().enumerate() {
            let at = names + x.need * c.factor * scale;
            sheet.line((at, y + 2.0), (at, y + 22.0), Paint::line(stroke(s), 2.6));
        }
    }
    let mut x = names;
    let mut legend = |sheet: &mut Sheet, colour: &str, words: &str, thin: bool| {
        sheet.rect((x, height + 14.0), (if thin { 3.0 } else { 16.0 }, 14.0), Paint::fill(colour), None);
        sheet.text((x + 22.0, height + 26.0), words, Type::plain(12.5));
        x += 44.0 + font::width(words, 12.5);
    };
    legend(&mut sheet, COLOURS[4], &text.say("legend-surge-today"), false);
    legend(&mut sheet, COLOURS[0], &text.say("legend-surge-convertible"), false);
    for (s, c) in a.cases.iter().enumerate().take(6) {
        let name = text.key("surge-case", &c.name);
        let args = [("name", (&name).into()), ("factor", c.factor.into())];
        legend(&mut sheet, stroke(s), &text.say_with("legend-surge-case", &args), true);
    }
    if left_out > 0 {
        let words = text.say_with("surge-left-out", &[("n", left_out.into())]);
        sheet.text((names, height + 54.0), &words, Type::plain(12.0).in_colour(palette::QUIET));
    }
    sheet.finish(text.say("picture-surge-title"), text.say("picture-surge-caption"))
}

fn stroke(scenario: usize) -> &'static str {
    ["#3C3C3C", "#E66100", "#B2182B", "#966E00", "#CC79A7", "#009E73"][scenario % 6]
}

/// From today to the surge, a line for each facility that is full on the way: grey until it is full, red after.
fn breaks(input: &ReformPictureInput<'_>, a: &SurgeAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    // those that are full as usual come after those that give out on the way, and are counted where there is no room
    let (mut full, mut rows): (Vec<_>, Vec<_>) = a.breaks.iter().partition(|b| b.at <= 0.0);
    full.sort_by(|x, y| y.lacks.total_cmp(&x.lacks).then_with(|| x.facility.cmp(&y.facility)));
    rows.extend(full.iter().take(if rows.is_empty() { MOST } else { 10 }));
    let left_out = a.breaks.len() - rows.len().min(MOST);
    rows.truncate(MOST);
    let label = |b: &crate::plan::reform::surge::Break| {
        let what = text.say(if b.beds { "surge-beds" } else { "surge-doctors" });
        format!("{} – {what}", shorten(&input.facility_name(&b.facility), 34))
    };
    let names = rows.iter().map(|b| font::width(&label(b), 12.5)).fold(80.0, f64::max).min(420.0) + 28.0;
    let wide = WIDTH - names - 120.0;
    #[allow(clippy::cast_precision_loss)] // few rows
    let height = TOP + ROW * rows.len() as f64;
    let mut sheet = Sheet::new("surge-breaks", WIDTH, height + if left_out > 0 { 66.0 } else { 44.0 });
    heading(&mut sheet, &text.say("picture-surge-breaks-title"), &input.case_line());
    for quarter in 0..=4 {
        let share = f64::from(quarter) / 4.0;
        let x = names + wide * share;
        sheet.line((x, TOP - 6.0), (x, height), Paint::line("#E4E4E4", 1.0));
        sheet.text((x, TOP - 12.0), &text.percent(share), Type::plain(12.0).at(Anchor::Middle));
    }
    for (n, b) in rows.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)] // few rows
        let y = TOP + ROW * n as f64;
        sheet.text((names - 8.0, y + 16.0), &label(b), Type::plain(12.5).at(Anchor::End));
        let name = label(b);
        let args = [("name", (&name).into()), ("at", b.at.into()), ("load", b.surge.into()), ("lacks", b.lacks.into())];
        let hover = text.say_with("hover-surge-break", &args);
        sheet.rect((names, y + 8.0), (wide * b.at, 8.0), Paint::fill(palette::HAIR), Some(&hover));
        sheet.rect((names + wide * b.at, y + 5.0), (wide * (1.0 - b.at), 14.0), Paint::fill(palette::TARGET).faded(0.8), Some(&hover));
        sheet.text((names + wide + 8.0, y + 16.0), &text.percent(b.surge), Type::plain(12.0));
    }
    sheet.text((names + wide / 2.0, height + 26.0), &text.say("axis-surge-way"), Type::plain(13.0).at(Anchor::Middle));
    if left_out > 0 {
        let words = text.say_with("surge-breaks-left-out", &[("n", left_out.into())]);
        sheet.text((names, height + 50.0), &words, Type::plain(12.0).in_colour(palette::QUIET));
    }
    sheet.finish(text.say("picture-surge-breaks-title"), text.say("picture-surge-breaks-caption"))
}
