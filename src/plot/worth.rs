//! What one more bed or doctor is worth, on the map.

use super::labels::Labels;
use super::map::Map;
use super::palette;
use super::svg::{Paint, Type};
use super::{Picture, PictureInput, PlotError};

/// Of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// One more bed.
    Beds,
    /// One more doctor.
    Doctors,
}

const LARGEST: f64 = 22.0;
const LABELS: usize = 18;

/// Draws it.
///
/// # Errors
/// No font.
pub fn draw(input: &PictureInput<'_>, worth: Worth) -> Result<Picture, PlotError> {
    let text = input.text;
    let network = input.network();
    let (id, title, caption, hover) = match worth {
        Worth::Beds => ("worth-beds", "picture-worth-beds-title", "picture-worth-beds-caption", "hover-worth-bed"),
        Worth::Doctors => ("worth-doctors", "picture-worth-doctors-title", "picture-worth-doctors-caption", "hover-worth-doctor"),
    };
    let value = |j: usize| match worth {
        Worth::Beds => input.indicators.facilities[j].bed_worth,
        Worth::Doctors => input.indicators.facilities[j].doctor_worth,
    };
    let column = match worth {
        Worth::Beds => ("facilities", "beds"),
        Worth::Doctors => ("facilities", "doctors"),
    };
    let mut map = Map::new(id, text.say(title), input, &[column]);
    map.settlements();
    let mut order: Vec<usize> = (0..network.facilities.len()).filter(|&j| value(j) >= 1.0).collect();
    order.sort_by(|a, b| value(*b).total_cmp(&value(*a)).then(a.cmp(b)));
    let most = order.first().map_or(0.0, |&j| value(j));
    // Area stands for value, so that ten times the yuan look like ten times, not a hundred times.
    // Where many circles would cover the map, all of them shrink alike.
    let frame = map.frame();
    let ink: f64 = order.iter().map(|&j| value(j) / most * LARGEST * LARGEST * std::f64::consts::PI).sum();
    let largest = LARGEST * (frame.w * frame.h * 0.12 / ink.max(1.0)).min(1.0).sqrt();
    let radius = |v: f64| (v / most).sqrt() * largest;
    let mut labels = Labels::new(map.frame());
    for &j in order.iter().take(2000) {
        let f = &network.facilities[j];
        let (p, _) = map.site(j);
        let words = text.say_with(
            hover,
            &[("name", (&input.facility_name(j)).into()), ("tier", (&input.tier_name(f.tier)).into()), ("yuan", value(j).into())],
        );
        map.sheet.circle(
            p,
            radius(value(j)).max(1.5),
            Paint::fill(palette::tier(f.tier)).outlined("#333333", 0.6).faded(0.8),
            Some(&words),
        );
    }
    for &j in order.iter().take(LABELS) {
        labels.block(map.site(j).0, 4.0);
    }
    for &j in order.iter().take(LABELS) {
        let (p, _) = map.site(j);
        let name = crate::text::shorten(&input.facility_name(j), 44);
        let label = text.say_with("label-worth", &[("name", (&name).into()), ("yuan", value(j).round().into())]);
        labels.place(&mut map.sheet, p, radius(value(j)).min(14.0), &label, Type::plain(11.0));
    }
    map.frame_and_scale();
    if most > 0.0 {
        map.legend_heading(&text.say("legend-worth"));
        for share in [1.0, 0.25, 0.05] {
            map.legend_circle(radius(most * share), &text.money(most * share));
        }
    } else {
        map.legend_heading(&text.say("worth-nothing"));
    }
    map.legend_tier_colours(|j| value(j) >= 1.0);
    map.finish(text.say(caption))
}
