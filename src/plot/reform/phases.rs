//! What is begun when, as bars over the years; beds wanted and there; money by year.

use super::super::map::heading;
use super::super::svg::{Anchor, Paint, Sheet, Type};
use super::super::{Picture, PlotError, font, palette};
use super::lines::{COLOURS, Curves, Series};
use super::{ReformPictureInput, lines};
use crate::plan::reform::PhasesAnswer;
use crate::plan::reform::phases::PhaseYear;
use crate::text::shorten;

/// Most lines of the bars; areas that begin most come first.
const MOST: usize = 45;
const ROW: f64 = 24.0;
const TOP: f64 = 92.0;
const WIDTH: f64 = 1100.0;

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &PhasesAnswer) -> Result<Vec<Picture>, PlotError> {
    let text = input.text;
    let mut out = Vec::new();
    if a.years.iter().any(|y| y.begun > 1e-6) {
        out.push(bars(input, a)?);
    }
    let of = |f: &dyn Fn(&PhaseYear) -> f64| -> Vec<(f64, f64)> { a.years.iter().map(|y| (f64::from(y.year), f(y))).collect() };
    out.push(lines::draw(&Curves {
        id: "phases-beds",
        title: text.say("picture-phases-beds-title"),
        subtitle: input.case_line(),
        caption: text.say("picture-phases-beds-caption"),
        x: text.say("axis-plan-year"),
        y: text.say("axis-phases-beds"),
        x_word: &|x| format!("{x:.0}"),
        y_word: &|y| text.exact(y, 0),
        series: vec![
            Series { name: text.say("legend-phases-beds"), points: of(&|y| y.beds) },
            Series { name: text.say("legend-phases-wanted"), points: of(&|y| y.wanted) },
            Series { name: text.say("legend-phases-short"), points: of(&|y| y.short) },
        ],
        target: None,
        from_zero: true,
    })?);
    let mut series = vec![Series { name: text.say("legend-phases-spent"), points: of(&|y| y.yuan) }];
    if a.years.iter().all(|y| y.budget.is_some()) {
        series.push(Series { name: text.say("legend-phases-budget"), points: of(&|y| y.budget.unwrap_or_default()) });
    }
    out.push(lines::draw(&Curves {
        id: "phases-money",
        title: text.say("picture-phases-money-title"),
        subtitle: input.case_line(),
        caption: text.say("picture-phases-money-caption"),
        x: text.say("axis-plan-year"),
        y: text.say("axis-phases-yuan"),
        x_word: &|x| format!("{x:.0}"),
        y_word: &|y| text.money(y),
        series,
        target: None,
        from_zero: true,
    })?);
    Ok(out)
}

/// A bar: from the year of its start to the year of its use.
struct Bar {
    from: i32,
    to: i32,
    beds: f64,
    words: String,
}

fn bars(input: &ReformPictureInput<'_>, a: &PhasesAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let lead = input.plan.scenario.reform.clone().unwrap_or_default().phases.lead;
    let lead = i32::try_from(lead).unwrap_or_default();
    let mut rows: Vec<(String, Vec<Bar>, f64)> = Vec::new();
    for (code, _) in &a.today {
        let mut bars: Vec<Bar> = Vec::new();
        if a.projects.is_empty() {
            let mine = a.rows.iter().filter(|r| r.area == *code && r.begun > 0.05);
            bars.extend(mine.map(|r| Bar { from: r.year, to: r.year + lead, beds: r.begun, words: input.area_name(code) }));
        } else {
            let of_area = |facility: &str| {
                let at = input.facility(facility).and_then(|j| input.network.facilities[j].area);
                at.is_some_and(|x| input.network.area(x).code == *code)
            };
            // projects of one year and length in one bar
            for p in a.projects.iter().filter(|p| of_area(&p.facility)) {
                let name = input.facility_name(&p.facility);
                match bars.iter_mut().find(|b| (b.from, b.to) == (p.begun, p.ready)) {
                    Some(b) => {
                        b.beds += p.beds;
                        b.words = format!("{}\n{name}", b.words);
                    }
                    None => bars.push(Bar { from: p.begun, to: p.ready, beds: p.beds, words: name }),
                }
            }
        }
        let total: f64 = bars.iter().map(|b| b.beds).sum();
        if total > 0.0 {
            rows.push((input.area_name(code), bars, total));
        }
    }
    rows.sort_by(|x, y| y.2.total_cmp(&x.2).then(x.0.cmp(&y.0)));
    let left_out = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    let first = a.years.first().map_or(0, |y| y.year);
    let last = rows.iter().flat_map(|r| &r.1).map(|b| b.to).chain(a.years.last().map(|y| y.year)).max().unwrap_or(first);
    let names = rows.iter().map(|r| font::width(&shorten(&r.0, 24), 12.5)).fold(60.0, f64::max).min(220.0) + 28.0;
    let columns = f64::from(last - first + 1);
    let wide = (WIDTH - names - 24.0) / columns;
    // bars that lie over each other get lines of their own
    #[allow(clippy::cast_precision_loss)] // few bars
    let height = TOP + ROW * rows.iter().map(|r| r.1.len()).sum::<usize>() as f64;
    let mut sheet = Sheet::new("phases", WIDTH, height + if left_out > 0 { 40.0 } else { 18.0 });
    heading(&mut sheet, &text.say("picture-phases-title"), &input.case_line());
    for year in first..=last {
        let x = names + wide * f64::from(year - first);
        sheet.line((x, TOP - 8.0), (x, height), Paint::line("#E4E4E4", 1.0));
        sheet.text((x + wide / 2.0, TOP - 14.0), &year.to_string(), Type::plain(12.5).at(Anchor::Middle));
    }
    let most = rows.iter().flat_map(|r| &r.1).map(|b| b.beds).fold(1.0, f64::max);
    let mut y = TOP;
    for (name, bars, _) in &rows {
        sheet.text((names - 8.0, y + 16.0), &shorten(name, 24), Type::plain(12.5).at(Anchor::End));
        for b in bars {
            let x = names + wide * f64::from(b.from - first) + 2.0;
            let w = wide * f64::from(b.to - b.from + 1) - 4.0;
            let h = 5.0 + 13.0 * (b.beds / most).sqrt();
            let hover = text
                .say_with("hover-phases", &[("name", (&b.words).into()), ("beds", b.beds.into()), ("year", (&b.to.to_string()).into())]);
            sheet.rect((x, y + (ROW - h) / 2.0), (w, h), Paint::fill(COLOURS[0]).faded(0.75), Some(&hover));
            let words = text.say_with("phases-bar", &[("beds", b.beds.into())]);
            sheet.text((x + w / 2.0, y + 16.0), &words, Type::plain(11.5).bold().halo().at(Anchor::Middle));
            y += ROW;
        }
    }
    if left_out > 0 {
        let words = text.say_with("phases-left-out", &[("n", left_out.into())]);
        sheet.text((names, height + 20.0), &words, Type::plain(12.0).in_colour(palette::QUIET));
    }
    sheet.finish(text.say("picture-phases-title"), text.say("picture-phases-caption"))
}
