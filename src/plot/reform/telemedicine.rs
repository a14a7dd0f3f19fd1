//! Hubs and links on the map; what reaching more of primary care costs.

use super::super::{Picture, PlotError, palette};
use super::lines::{Curves, Series};
use super::links::{Line, Links};
use super::{ReformPictureInput, lines, links};
use crate::plan::reform::TelemedicineAnswer;

/// Colour of links within a county.
const COUNTY: &str = "#009E73";

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &TelemedicineAnswer) -> Result<Vec<Picture>, PlotError> {
    let text = input.text;
    let facilities = &input.network.facilities;
    let mut drawn = Vec::new();
    for link in &a.links {
        let (Some(from), Some(to)) = (input.facility(&link.spoke), input.facility(&link.hub)) else { continue };
        let colour = if facilities[to].rank() == 3 { COUNTY } else { palette::UP };
        let hover = text.say_with(
            "hover-tele-link",
            &[
                ("from", (&input.facility_name(&link.spoke)).into()),
                ("to", (&input.facility_name(&link.hub)).into()),
                ("yuan", link.cost.into()),
            ],
        );
        drawn.push(Line { from, to, colour, width: 1.6, hover });
    }
    let named = a.hubs.iter().filter_map(|h| input.facility(&h.facility)).collect();
    let rules = input.plan.scenario.reform.clone().unwrap_or_default().telemedicine;
    let wanted = |j: usize| {
        let f = &facilities[j];
        let here = rules.areas.is_empty() || f.area.is_some_and(|a| rules.areas.contains(&input.network.area(a).code));
        let centre = f.tier.code() == "T" || (f.tier.code() == "C" && rules.community_centres);
        here && f.siting.exist && (f.rank() == 3 || centre)
    };
    let map = links::draw(
        input,
        Links {
            id: "telemedicine",
            title: text.say("picture-telemedicine-title"),
            caption: text.say("picture-telemedicine-caption"),
            lines: drawn,
            named,
            left_out: (0..facilities.len()).filter(|&j| wanted(j)).collect(),
            legend: vec![(palette::UP, text.say("legend-tele-upper")), (COUNTY, text.say("legend-tele-county"))],
            left_out_means: text.say("legend-tele-none"),
        },
    )?;
    let mut out = vec![map];
    if a.steps.len() > 1 {
        out.push(lines::draw(&Curves {
            id: "telemedicine-cost",
            title: text.say("picture-tele-cost-title"),
            subtitle: input.case_line(),
            caption: text.say("picture-tele-cost-caption"),
            x: text.say("axis-tele-share"),
            y: text.say("axis-yuan-year"),
            x_word: &|x| text.percent(x),
            y_word: &|y| text.money(y),
            series: vec![Series { name: text.say("legend-tele-cost"), points: a.steps.clone() }],
            target: None,
            from_zero: true,
        })?);
    }
    Ok(out)
}
