//! Travel time from each settlement to the nearest hospital of rank 3 or above.

use super::map::{Map, people};
use super::palette::{FAR, NOTHING};
use super::{Picture, PictureInput, PlotError, first_contact};

/// Upper ends of the steps, minutes; the last step is open.
const STEPS: [f64; 4] = [15.0, 30.0, 60.0, 120.0];

/// Draws it; nothing when the indicators hold no travel times.
///
/// # Errors
/// No font.
pub fn draw(input: &PictureInput<'_>) -> Result<Option<Picture>, PlotError> {
    let text = input.text;
    let minutes = &input.indicators.access.nearest_minutes[2];
    if minutes.len() != input.network().settlements.len() {
        return Ok(None);
    }
    let mut map = Map::new("travel-time", text.say("picture-travel-time-title"), input, &[("settlements", "lon"), ("travel", "*")]);
    map.shade(&|i| minutes[i].map_or(NOTHING, |m| FAR[STEPS.iter().filter(|s| m > **s).count()]), &|i| {
        let s = &input.network().settlements[i];
        let time = minutes[i].map_or_else(|| text.say("unreachable"), |m| text.minutes(m));
        text.say_with(
            "hover-travel",
            &[("name", (&input.settlement_name(i)).into()), ("people", people(s.population.0).into()), ("time", (&time).into())],
        )
    });
    let drawn = first_contact::hospitals(&mut map, input, 3);
    map.frame_and_scale();
    map.legend_heading(&text.say("legend-travel"));
    for (n, colour) in FAR.iter().enumerate() {
        let label = match n {
            4 => text.say_with("legend-minutes-over", &[("low", STEPS[3].into())]),
            _ => text.say_with("legend-minutes", &[("low", if n == 0 { 0.0 } else { STEPS[n - 1] }.into()), ("high", STEPS[n].into())]),
        };
        map.legend_colour(colour, &label);
    }
    if minutes.iter().any(Option::is_none) {
        map.legend_colour(NOTHING, &text.say("unreachable"));
    }
    map.legend_tiers(|j| drawn.contains(&j));
    map.finish(text.say("picture-travel-time-caption")).map(Some)
}
