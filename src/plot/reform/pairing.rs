//! Who helps whom, on the map.

use super::super::{Picture, PlotError, palette};
use super::links::{Line, Links};
use super::{ReformPictureInput, links};
use crate::plan::reform::PairingAnswer;

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &PairingAnswer) -> Result<Vec<Picture>, PlotError> {
    let text = input.text;
    let most = a.pairs.iter().map(|p| p.value).fold(0.0, f64::max);
    let mut drawn = Vec::new();
    for pair in &a.pairs {
        let (Some(from), Some(to)) = (input.facility(&pair.tertiary), input.facility(&pair.county)) else { continue };
        let hover = text.say_with(
            "hover-pair",
            &[
                ("tertiary", (&input.facility_name(&pair.tertiary)).into()),
                ("county", (&input.facility_name(&pair.county)).into()),
                ("minutes", pair.minutes.into()),
                ("points", pair.value.into()),
            ],
        );
        let width = if most > 0.0 { 1.5 + 4.5 * (pair.value / most).max(0.0) } else { 2.0 };
        drawn.push(Line { from, to, colour: palette::UP, width, hover });
    }
    let named = a.pairs.iter().flat_map(|p| [&p.tertiary, &p.county]).filter_map(|c| input.facility(c));
    let mut named: Vec<usize> = named.collect();
    named.sort_unstable();
    named.dedup();
    Ok(vec![links::draw(
        input,
        Links {
            id: "pairing",
            title: text.say("picture-pairing-title"),
            caption: text.say("picture-pairing-caption"),
            lines: drawn,
            named,
            left_out: a.county.iter().filter_map(|s| input.facility(&s.facility)).collect(),
            legend: vec![(palette::UP, text.say("legend-pair"))],
            left_out_means: text.say("legend-pair-none"),
        },
    )?])
}
