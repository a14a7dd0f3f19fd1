//! Beds per 1,000 people by county, stacked by tier, against the target.

use super::font;
use super::map::{heading, people, subtitle};
use super::palette;
use super::svg::{Anchor, Paint, Sheet, Type};
use super::{Picture, PictureInput, PlotError};
use crate::ids::AreaId;
use crate::network::Tier;

/// Most bars of one picture; the counties farthest below come first, so that none of them is left out.
const MOST: usize = 45;

/// The target on beds per 1,000 people of a policy pack, and its upper end when it is a range.
#[must_use]
pub fn target(pack: &crate::policy::PolicyPack) -> Option<(f64, Option<f64>)> {
    pack.target.iter().find(|t| t.key == "beds_per_1000").map(|t| (t.value, t.upper)).filter(|(v, _)| *v > 0.0)
}

/// Beds per 1,000 people of an area by tier.
#[must_use]
pub fn of_area(input: &PictureInput<'_>, area: usize) -> [f64; 10] {
    let n = input.network();
    let heads = people(n.area_population(AreaId::new(area)).0).max(1.0);
    let mut out = [0.0; 10];
    for (j, f) in n.facilities.iter().enumerate().filter(|(_, f)| f.area == Some(AreaId::new(area))) {
        out[f.tier.index()] += input.problem.beds[j] * 1000.0 / heads;
    }
    out
}

/// Draws it.
///
/// # Errors
/// No font.
pub fn draw(input: &PictureInput<'_>) -> Result<Picture, PlotError> {
    let text = input.text;
    // Beds for nobody have no rate: an area without people (one that holds the hospitals from outside of a part, say) has no bar.
    let peopled = |a: &usize| input.network().area_population(AreaId::new(*a)).0 > 0;
    let areas = (0..input.network().areas.len()).filter(peopled);
    let mut bars: Vec<(usize, [f64; 10], f64)> = areas.map(|a| (a, of_area(input, a))).map(|(a, b)| (a, b, b.iter().sum())).collect();
    bars.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)));
    let total = bars.len();
    bars.truncate(MOST);
    let target = target(input.pack);
    let most = bars.iter().map(|b| b.2).chain(target.map(|(low, high)| high.unwrap_or(low))).fold(1.0, f64::max) * 1.05;
    let (left, top, height_of_row) = (190.0, 92.0, 24.0);
    #[allow(clippy::cast_precision_loss)]
    let height = height_of_row * bars.len() as f64;
    let width = 1100.0 - left - 110.0;
    let x = |v: f64| left + v / most * width;
    let mut sheet = Sheet::new("beds", 1100.0, top + height + 84.0);
    heading(&mut sheet, &text.say("picture-beds-title"), &subtitle(input, &[("facilities", "beds"), ("settlements", "pop")]));
    let step = if most > 12.0 {
        5.0
    } else if most > 5.0 {
        2.0
    } else {
        1.0
    };
    let mut tick = 0.0;
    while tick <= most {
        sheet.line((x(tick), top - 6.0), (x(tick), top + height), Paint::line("#E4E4E4", 1.0));
        sheet.text((x(tick), top + height + 16.0), &text.exact(tick, 0), Type::plain(12.0).at(Anchor::Middle));
        tick += step;
    }
    sheet.text((left + width / 2.0, top + height + 36.0), &text.say("axis-beds"), Type::plain(12.5).at(Anchor::Middle));
    let mut y = top;
    for (area, by_tier, _) in &bars {
        let name = input.area_name(*area);
        sheet.text((left - 8.0, y + 16.0), &crate::text::shorten(&name, 24), Type::plain(12.5).at(Anchor::End));
        let mut from = 0.0;
        for tier in Tier::ALL.into_iter().filter(|t| by_tier[t.index()] > 0.0) {
            let v = by_tier[tier.index()];
            let hover =
                text.say_with("hover-beds", &[("name", (&name).into()), ("tier", (&input.tier_name(tier)).into()), ("beds", v.into())]);
            sheet.rect((x(from), y + 3.0), (x(from + v) - x(from), height_of_row - 6.0), Paint::fill(palette::tier(tier)), Some(&hover));
            from += v;
        }
        y += height_of_row;
    }
    if let Some((low, high)) = target {
        if let Some(high) = high {
            let band = Paint::fill(palette::TARGET).faded(0.25);
            sheet.rect((x(low), top - 10.0), (x(high) - x(low), height + 10.0), band, None);
        }
        sheet.line((x(low), top - 10.0), (x(low), top + height), Paint::line(palette::TARGET, 2.0).dashed("6 4"));
        let number = |v: f64| text.exact(v, 1);
        let asked = high.map_or_else(
            || number(low),
            |h| text.say_with("asked-range", &[("low", (&number(low)).into()), ("high", (&number(h)).into())]),
        );
        let label = text.say_with("label-target", &[("value", (&asked).into())]);
        sheet.text((x(low), top - 14.0), &label, Type::plain(12.0).at(Anchor::Middle).in_colour(palette::TARGET).bold().halo());
    }
    // In a column of their own, so that neither the line of the target nor a bar runs through them.
    for (row, (_, _, sum)) in (0_u32..).zip(&bars) {
        let at = (left + width + 60.0, top + f64::from(row) * height_of_row + 16.0);
        sheet.text(at, &text.exact(*sum, 2), Type::plain(12.0).bold().at(Anchor::End));
    }
    tier_key(&mut sheet, input, (left, top + height + 62.0), |t| bars.iter().any(|b| b.1[t.index()] > 0.0));
    let mut caption = vec![text.say(if target.is_some() { "picture-beds-caption" } else { "picture-beds-caption-no-target" })];
    if total > MOST {
        caption.push(text.say_with("picture-beds-cut", &[("n", MOST.into()), ("all", total.into())]));
    }
    sheet.finish(text.say("picture-beds-title"), caption.join(&text.say("sentence-join")))
}

/// Tiers in one line.
pub fn tier_key(sheet: &mut Sheet, input: &PictureInput<'_>, (x, y): (f64, f64), keep: impl Fn(Tier) -> bool) {
    let mut at = x;
    for tier in Tier::ALL.into_iter().filter(|t| keep(*t)) {
        let name = input.tier_name(tier);
        sheet.rect((at, y - 11.0), (14.0, 12.0), Paint::fill(palette::tier(tier)), None);
        sheet.text((at + 19.0, y), &name, Type::plain(12.0));
        at += font::width(&name, 12.0) + 40.0;
    }
}
