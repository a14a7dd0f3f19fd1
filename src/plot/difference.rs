//! What another plan changes, on the map: first contact by settlement, and load by facility.

use super::first_contact;
use super::map::{Map, people};
use super::palette::{self, DIFFERENCE, NOTHING};
use super::svg::{Paint, Type};
use super::{Picture, PictureInput, PlotError, labels::Labels};
use crate::text::Measure;
use std::collections::BTreeMap;

/// Upper ends of the steps of a difference of shares; symmetrical about nothing.
const STEPS: [f64; 6] = [-0.20, -0.10, -0.02, 0.02, 0.10, 0.20];

/// Draws the difference `other - base` on the network of `base`; places are matched by code. `names` are those of
/// the plans, `n` tells several comparisons apart.
///
/// # Errors
/// No font.
pub fn draw(base: &PictureInput<'_>, other: &PictureInput<'_>, names: (&str, &str), n: usize) -> Result<Vec<Picture>, PlotError> {
    base.verify()?;
    other.verify()?;
    let args = [("base", names.0), ("other", names.1)];
    let args: Vec<_> = args.iter().map(|(k, v)| (*k, crate::text::Arg::from(*v))).collect();
    Ok(vec![
        contact(base, other, n, base.text.say_with("picture-difference-contact-title", &args))?,
        load(base, other, n, base.text.say_with("picture-difference-load-title", &args))?,
    ])
}

fn contact(base: &PictureInput<'_>, other: &PictureInput<'_>, n: usize, title: String) -> Result<Picture, PlotError> {
    let text = base.text;
    let before = first_contact::by_settlement(base);
    let after: BTreeMap<&str, f64> = first_contact::by_settlement(other)
        .into_iter()
        .zip(&other.network().settlements)
        .filter_map(|(v, s)| Some((s.code.as_str(), v?.0)))
        .collect();
    let change: Vec<Option<f64>> =
        before.iter().zip(&base.network().settlements).map(|(b, s)| Some(after.get(s.code.as_str())? - b.as_ref()?.0)).collect();
    let mut map = Map::new(&format!("difference-contact-{n}"), title, base, &[]);
    map.shade(&|i| change[i].map_or(NOTHING, colour), &|i| {
        let s = &base.network().settlements[i];
        let d = change[i].map_or_else(|| "–".to_owned(), |d| text.difference(Measure::Share, d));
        text.say_with(
            "hover-difference",
            &[("name", (&base.settlement_name(i)).into()), ("people", people(s.population.0).into()), ("change", (&d).into())],
        )
    });
    let drawn = first_contact::hospitals(&mut map, base, 2);
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-difference-contact"));
    legend(&mut map, text);
    map.legend_tiers(|j| drawn.contains(&j));
    map.finish(text.say("picture-difference-contact-caption"))
}

fn load(base: &PictureInput<'_>, other: &PictureInput<'_>, n: usize, title: String) -> Result<Picture, PlotError> {
    let text = base.text;
    let load = |p: &PictureInput<'_>, j: usize| p.indicators.facilities[j].occupancy.or(p.indicators.facilities[j].doctor_load);
    let after: BTreeMap<&str, f64> =
        other.network().facilities.iter().enumerate().filter_map(|(j, f)| Some((f.code.as_str(), load(other, j)?))).collect();
    let facilities = &base.network().facilities;
    let mut changed: Vec<(usize, f64)> = facilities
        .iter()
        .enumerate()
        .filter_map(|(j, f)| Some((j, after.get(f.code.as_str())? - load(base, j)?)))
        .filter(|(_, d)| d.abs() >= 0.005)
        .collect();
    changed.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    let mut map = Map::new(&format!("difference-load-{n}"), title, base, &[]);
    map.settlements();
    let most = changed.first().map_or(1.0, |c| c.1.abs());
    // Area stands for the size of the change.
    let radius = |d: f64| ((d.abs() / most).sqrt() * 15.0).max(2.5);
    let mut labels = Labels::new(map.frame());
    for &(j, d) in changed.iter().take(1500) {
        let p = map.site(j).0;
        let hover = text.say_with(
            "hover-difference-load",
            &[("name", (&base.facility_name(j)).into()), ("change", (&text.difference(Measure::Share, d)).into())],
        );
        map.sheet.circle(p, radius(d), Paint::fill(colour(d)).outlined("#444444", 0.8).faded(0.9), Some(&hover));
    }
    for &(j, _) in changed.iter().take(20) {
        labels.block(map.site(j).0, 4.0);
    }
    for &(j, d) in changed.iter().take(20) {
        let label = format!("{} {}", crate::text::shorten(&base.facility_name(j), 24), text.difference(Measure::Share, d));
        let at = map.site(j).0;
        labels.place(&mut map.sheet, at, radius(d), &label, Type::plain(11.0));
    }
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-difference-load"));
    legend(&mut map, text);
    if changed.is_empty() {
        map.legend_note(&text.say("difference-none"));
    }
    map.finish(text.say("picture-difference-load-caption"))
}

fn legend(map: &mut Map<'_>, text: &crate::text::Catalogue) {
    for (n, colour) in DIFFERENCE.iter().enumerate() {
        let label = match n {
            0 => text.say_with("legend-points-below", &[("high", STEPS[0].into())]),
            6 => text.say_with("legend-points-above", &[("low", STEPS[5].into())]),
            _ => text.say_with("legend-points", &[("low", STEPS[n - 1].into()), ("high", STEPS[n].into())]),
        };
        map.legend_colour(colour, &label);
    }
}

fn colour(d: f64) -> &'static str {
    DIFFERENCE.get(STEPS.iter().filter(|s| d > **s).count()).copied().unwrap_or(palette::NOTHING)
}
