//! Contracts by township on the map; what more practitioners would bring; the pipeline over the years.

use super::super::map::Map;
use super::super::{Picture, PlotError, palette};
use super::lines::{Curves, Series};
use super::{ReformPictureInput, lines};
use crate::plan::reform::StaffAnswer;
use std::collections::BTreeMap;

/// Lower ends of the steps of coverage.
const STEPS: [f64; 5] = [0.0, 0.4, 0.6, 0.8, 0.999];

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &StaffAnswer) -> Result<Vec<Picture>, PlotError> {
    let text = input.text;
    let mut out = vec![map(input, a)?];
    if a.steps.len() > 1 {
        let of = |f: &dyn Fn(&crate::plan::reform::staff::StaffStep) -> f64| a.steps.iter().map(|s| (f64::from(s.new), f(s))).collect();
        out.push(lines::draw(&Curves {
            id: "staff-more",
            title: text.say("picture-staff-more-title"),
            subtitle: input.case_line(),
            caption: text.say("picture-staff-more-caption"),
            x: text.say("axis-staff-new"),
            y: text.say("axis-staff-contracts"),
            x_word: &|x| text.exact(x, 0),
            y_word: &|y| text.percent(y),
            series: vec![
                Series { name: text.say("legend-staff-all"), points: of(&|s| s.coverage) },
                Series { name: text.say("legend-staff-least"), points: of(&|s| s.least) },
            ],
            target: Some((0.75, text.say("legend-staff-target"))),
            from_zero: true,
        })?);
    }
    let of = |f: &dyn Fn(&crate::plan::reform::staff::PipelineYear) -> f64| -> Vec<(f64, f64)> {
        a.pipeline.years.iter().map(|y| (f64::from(y.year), f(y))).collect()
    };
    let series = vec![
        Series { name: text.say("legend-staff-stock"), points: of(&|y| y.stock) },
        Series { name: text.say("legend-staff-wanted"), points: of(&|y| y.wanted).into_iter().filter(|p| p.1 > 0.0).collect() },
    ];
    // an axis may have ticks between years
    let year = |x: f64| if (x - x.round()).abs() < 1e-9 { format!("{x:.0}") } else { String::new() };
    out.push(lines::draw(&Curves {
        id: "staff-pipeline",
        title: text.say("picture-staff-pipeline-title"),
        subtitle: input.case_line(),
        caption: text.say("picture-staff-pipeline-caption"),
        x: text.say("axis-plan-year"),
        y: text.say("axis-staff-people"),
        x_word: &year,
        y_word: &|y| text.exact(y, 0),
        series,
        target: None,
        from_zero: true,
    })?);
    let programmes = a
        .pipeline
        .programmes
        .iter()
        .enumerate()
        .map(|(n, name)| Series { name: text.key("programme", name), points: of(&|y| y.seats.get(n).copied().unwrap_or_default()) });
    out.push(lines::draw(&Curves {
        id: "staff-seats",
        title: text.say("picture-staff-seats-title"),
        subtitle: input.case_line(),
        caption: text.say("picture-staff-seats-caption"),
        x: text.say("axis-plan-year"),
        y: text.say("axis-staff-seats"),
        x_word: &year,
        y_word: &|y| text.exact(y, 0),
        series: programmes.collect(),
        target: None,
        from_zero: true,
    })?);
    Ok(out)
}

fn map(input: &ReformPictureInput<'_>, a: &StaffAnswer) -> Result<Picture, PlotError> {
    let (text, network) = (input.text, input.network);
    if network.settlements.is_empty() {
        return Err(PlotError::Empty);
    }
    let rows: BTreeMap<&str, &crate::plan::reform::staff::StaffTown> = a.towns.iter().map(|t| (t.town.as_str(), t)).collect();
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let share = |i: usize| {
        let town = &network.town(network.settlements[i].town).code;
        rows.get(town.as_str()).map(|t| if t.people > 0 { t.contracts / t.people as f64 } else { 1.0 })
    };
    let mut map = Map::of("staff", text.say("picture-staff-title"), &input.case_line(), network, text);
    map.shade(
        &|i| share(i).map_or(palette::NOTHING, |s| palette::STEPS[STEPS.iter().rposition(|low| s >= *low).unwrap_or_default()]),
        &|i| {
            let town = &network.town(network.settlements[i].town).code;
            let (now, new) = rows.get(town.as_str()).map_or((0.0, 0), |t| (t.now, t.new));
            let name = input.town_name(town);
            let args = [
                ("name", (&name).into()),
                ("share", share(i).unwrap_or_default().into()),
                ("now", now.into()),
                ("new", f64::from(new).into()),
            ];
            text.say_with("hover-staff", &args)
        },
    );
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-staff-share"));
    for (n, low) in STEPS.iter().enumerate() {
        let high = STEPS.get(n + 1);
        let words = match high {
            Some(high) => text.say_with("legend-staff-step", &[("low", (*low).into()), ("high", (high.min(1.0)).into())]),
            None => text.say("legend-staff-everyone"),
        };
        map.legend_colour(palette::STEPS[n], &words);
    }
    if (0..network.settlements.len()).any(|i| share(i).is_none()) {
        map.legend_colour(palette::NOTHING, &text.say("legend-staff-nobody"));
    }
    map.finish(text.say("picture-staff-caption"))
}
