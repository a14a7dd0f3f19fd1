//! The access index and the way to hospital on the map, and how fast people reach each tier.

use super::super::labels::Labels;
use super::super::map::Map;
use super::super::palette::{FAR, INK, NOTHING, STEPS, TARGET};
use super::super::svg::{Paint, Type};
use super::super::{Picture, PlotError, map::people};
use super::ReformPictureInput;
use super::lines::{Curves, Series, draw as curves};
use crate::plan::reform::AccessAnswer;
use crate::text::shorten;

/// Upper ends of the steps of the index; the last is open.
const INDEX: [f64; 4] = [0.25, 0.5, 1.0, 1.5];
/// Upper ends of the steps of time, minutes; the last is open.
const MINUTES: [f64; 4] = [15.0, 30.0, 60.0, 120.0];
/// Abscissas of the curves, minutes.
const AXIS: [f64; 13] = [0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 75.0, 90.0, 105.0, 120.0];

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &AccessAnswer) -> Result<Vec<Picture>, PlotError> {
    Ok(vec![index(input, a)?, hospital(input, a)?, reach(input, a)?])
}

fn hover(input: &ReformPictureInput<'_>, a: &AccessAnswer, i: usize) -> String {
    let text = input.text;
    let row = &a.rows[i];
    let time = row.minutes[2].map_or_else(|| text.say("unreachable"), |m| text.minutes(m));
    text.say_with(
        "hover-access",
        &[
            ("name", (&input.settlement_name(&row.settlement)).into()),
            ("people", people(row.people).into()),
            ("index", row.index.into()),
            ("time", (&time).into()),
        ],
    )
}

fn index(input: &ReformPictureInput<'_>, a: &AccessAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let mut map = Map::of("access", text.say("picture-access-index-title"), &input.case_line(), input.network, text);
    let step = |x: f64| INDEX.iter().filter(|s| x > **s).count();
    map.shade(&|i| STEPS[step(a.rows[i].index)], &|i| hover(input, a, i));
    let mut labels = Labels::new(map.frame());
    let worst: Vec<_> = a
        .worst
        .iter()
        .take(12)
        .filter_map(|code| input.network.settlements.iter().find(|s| s.code == *code))
        .map(|s| (map.projection.to(s.position), s))
        .collect();
    for (at, _) in &worst {
        map.sheet.circle(*at, 4.0, Paint::fill("none").outlined(TARGET, 1.8), None);
        labels.block(*at, 4.0);
    }
    for (at, s) in &worst {
        let name = shorten(&text.place(&s.name, s.name_en.as_deref()), 28);
        labels.place(&mut map.sheet, *at, 4.0, &name, Type::plain(11.0).in_colour(INK));
    }
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-access-index"));
    for (n, colour) in STEPS.iter().enumerate() {
        let low = if n == 0 { 0.0 } else { INDEX[n - 1] };
        let words = match INDEX.get(n) {
            Some(high) => text.say_with("legend-access-step", &[("low", low.into()), ("high", (*high).into())]),
            None => text.say_with("legend-access-over", &[("low", low.into())]),
        };
        map.legend_colour(colour, &words);
    }
    map.legend_sign(
        |sheet, at| {
            sheet.circle(at, 4.0, Paint::fill("none").outlined(TARGET, 1.8), None);
        },
        &text.say("legend-access-worst"),
    );
    map.finish(text.say("picture-access-index-caption"))
}

fn hospital(input: &ReformPictureInput<'_>, a: &AccessAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let mut map = Map::of("access-hospital", text.say("picture-travel-time-title"), &input.case_line(), input.network, text);
    let step = |t: f64| FAR[MINUTES.iter().filter(|s| t > **s).count()];
    map.shade(&|i| a.rows[i].minutes[2].map_or(NOTHING, step), &|i| hover(input, a, i));
    let drawn: Vec<usize> =
        (0..input.network.facilities.len()).filter(|&j| input.network.facilities[j].rank() >= 3 && !map.site(j).1).collect();
    for &j in &drawn {
        let f = &input.network.facilities[j];
        let at = map.site(j).0;
        let radius = super::super::markers::radius(f.tier) * 0.75;
        super::super::markers::draw(&mut map.sheet, at, radius, f.tier, false, Some(&input.facility_name(&f.code)));
    }
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-travel"));
    for (n, colour) in FAR.iter().enumerate() {
        let low = if n == 0 { 0.0 } else { MINUTES[n - 1] };
        let words = match MINUTES.get(n) {
            Some(high) => text.say_with("legend-minutes", &[("low", low.into()), ("high", (*high).into())]),
            None => text.say_with("legend-minutes-over", &[("low", low.into())]),
        };
        map.legend_colour(colour, &words);
    }
    map.legend_tiers(|j| drawn.contains(&j));
    map.finish(text.say("picture-travel-time-caption"))
}

/// Share of people within so many minutes of each rank.
fn reach(input: &ReformPictureInput<'_>, a: &AccessAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let all: f64 = a.rows.iter().map(|r| people(r.people)).sum::<f64>().max(1.0);
    let share = |level: usize, limit: f64| {
        a.rows.iter().filter(|r| r.minutes[level].is_some_and(|t| t <= limit)).map(|r| people(r.people)).sum::<f64>() / all
    };
    let series = (0..4)
        .map(|level| Series {
            name: text.say(&format!("legend-access-rank{}", level + 1)),
            points: AXIS.iter().map(|t| (*t, share(level, *t))).collect(),
        })
        .collect();
    curves(&Curves {
        id: "access-reach",
        title: text.say("picture-access-title"),
        subtitle: input.case_line(),
        caption: text.say("picture-access-reach-caption"),
        x: text.say("axis-minutes"),
        y: text.say("axis-people-share"),
        x_word: &|x| text.exact(x, 0),
        y_word: &|y| text.percent(y),
        series,
        target: Some((0.9, text.say("label-access-target"))),
        from_zero: true,
    })
}
