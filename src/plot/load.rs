//! Load of every facility: occupancy of beds and load of doctors, by tier. Few facilities are dots, many are a distribution.

use super::map::{heading, subtitle};
use super::palette;
use super::svg::{Anchor, Paint, Sheet, Type};
use super::{Picture, PictureInput, PlotError};
use crate::network::Tier;

/// More facilities of a tier than this are drawn as a distribution.
const MOST_DOTS: usize = 220;
const LEFT: f64 = 178.0;
const PANEL: f64 = 420.0;
const GAP: f64 = 56.0;
const ROW: f64 = 62.0;
const TOP: f64 = 104.0;
/// Loads above this stand at the edge.
const HIGHEST: f64 = 1.6;

/// Draws it.
///
/// # Errors
/// No font.
pub fn draw(input: &PictureInput<'_>) -> Result<Picture, PlotError> {
    let text = input.text;
    let tiers: Vec<Tier> = Tier::ALL.into_iter().filter(|t| input.network().facilities.iter().any(|f| f.tier == *t)).collect();
    #[allow(clippy::cast_precision_loss)]
    let height = ROW * tiers.len() as f64;
    let mut sheet = Sheet::new("load", 1100.0, TOP + height + 66.0);
    heading(&mut sheet, &text.say("picture-load-title"), &subtitle(input, &[("facilities", "beds"), ("facilities", "doctors")]));
    for (row, tier) in tiers.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)]
        let y = TOP + ROW * (row as f64 + 0.5);
        let y = sheet.paragraph((12.0, y - 2.0), &input.tier_name(*tier), LEFT - 20.0, Type::plain(12.5).bold());
        let n = input.network().facilities.iter().filter(|f| f.tier == *tier).count();
        sheet.text((12.0, y), &text.say_with("facilities-count", &[("n", n.into())]), Type::plain(11.0).in_colour(palette::QUIET));
    }
    panel(&mut sheet, input, &tiers, LEFT, "axis-occupancy", |j| input.indicators.facilities[j].occupancy);
    panel(&mut sheet, input, &tiers, LEFT + PANEL + GAP, "axis-doctor-load", |j| input.indicators.facilities[j].doctor_load);
    let mut caption = vec![text.say("picture-load-caption")];
    let clinics = tiers.iter().any(|t| input.network().facilities.iter().filter(|f| f.tier == *t).count() > 12);
    if clinics {
        caption.push(text.say("picture-load-distribution"));
    }
    if input.indicators.facilities.iter().flat_map(|l| [l.occupancy, l.doctor_load]).flatten().any(|v| v > HIGHEST) {
        caption.push(text.say_with("picture-load-over", &[("share", HIGHEST.into())]));
    }
    sheet.finish(text.say("picture-load-title"), caption.join(&text.say("sentence-join")))
}

fn panel(sheet: &mut Sheet, input: &PictureInput<'_>, tiers: &[Tier], left: f64, axis: &str, value: impl Fn(usize) -> Option<f64>) {
    let text = input.text;
    let facilities = &input.network().facilities;
    let top = (0..facilities.len()).filter_map(&value).filter(|v| v.is_finite()).fold(1.0, f64::max).clamp(1.0, HIGHEST) * 1.04;
    let x = |v: f64| left + v.clamp(0.0, top) / top * PANEL;
    #[allow(clippy::cast_precision_loss)]
    let bottom = TOP + ROW * tiers.len() as f64;
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5] {
        if tick <= top {
            sheet.line(
                (x(tick), TOP),
                (x(tick), bottom),
                Paint::line(if (tick - 1.0_f64).abs() < 1e-9 { palette::TARGET } else { "#E4E4E4" }, 1.2),
            );
            sheet.text((x(tick), bottom + 17.0), &text.percent(tick).replace(".0%", "%"), Type::plain(12.0).at(Anchor::Middle));
        }
    }
    sheet.text((left + PANEL / 2.0, TOP - 14.0), &text.say(axis), Type::plain(13.5).bold().at(Anchor::Middle));
    for (row, tier) in tiers.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)]
        let middle = TOP + ROW * (row as f64 + 0.5);
        sheet.line((left, middle + ROW / 2.0), (left + PANEL, middle + ROW / 2.0), Paint::line("#EEEEEE", 1.0));
        let mut found: Vec<(usize, f64)> =
            (0..facilities.len()).filter(|&j| facilities[j].tier == *tier).filter_map(|j| Some((j, value(j)?))).collect();
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        if found.is_empty() {
            sheet.text((left + 6.0, middle + 4.0), &text.say("not-applicable"), Type::plain(11.5).in_colour(palette::QUIET));
            continue;
        }
        if found.len() > MOST_DOTS || crowded(&found) {
            distribution(sheet, input, *tier, &found, middle, &x);
        } else {
            dots(sheet, input, *tier, &found, middle, &x);
        }
        let median = found[found.len() / 2].1;
        let words = text.say_with("hover-median", &[("tier", (&input.tier_name(*tier)).into()), ("share", median.into())]);
        sheet.rect((x(median) - 1.5, middle - 20.0), (3.0, 40.0), Paint::fill(palette::INK), Some(&words));
    }
}

/// Dots beside each other where they would cover each other.
fn dots(sheet: &mut Sheet, input: &PictureInput<'_>, tier: Tier, found: &[(usize, f64)], middle: f64, x: &dyn Fn(f64) -> f64) {
    let r = if found.len() > 60 { 3.0 } else { 4.5 };
    let mut last: Vec<(f64, f64)> = Vec::new();
    let lanes: Vec<f64> = std::iter::once(0.0).chain((1..=4).flat_map(|n| [f64::from(n), -f64::from(n)])).map(|n| n * 5.6).collect();
    for (j, v) in found {
        let at = x(*v);
        let lane =
            lanes.iter().copied().find(|l| last.iter().rev().take(30).all(|(px, pl)| (px - at).hypot(pl - l) >= 1.7 * r)).unwrap_or(0.0);
        last.push((at, lane));
        let words = super::network_map::facility_hover(input, *j);
        sheet.circle((at, middle + lane), r, Paint::fill(palette::tier(tier)).outlined("#444444", 0.5).faded(0.9), Some(&words));
    }
}

/// More facilities at one value than dots find room for.
fn crowded(sorted: &[(usize, f64)]) -> bool {
    sorted.windows(13).any(|w| w[12].1 - w[0].1 < 0.01)
}

/// Columns of equal width, closed above so that full use is not taken for over-use, as high as facilities fall into them.
fn distribution(sheet: &mut Sheet, input: &PictureInput<'_>, tier: Tier, found: &[(usize, f64)], middle: f64, x: &dyn Fn(f64) -> f64) {
    const STEP: f64 = 0.05;
    let mut bins = [0_usize; 41];
    for (_, v) in found {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
        let bin = ((v / STEP - 1e-6).ceil() - 1.0).clamp(0.0, 40.0) as usize;
        bins[bin] += 1;
    }
    let most = bins.iter().copied().max().unwrap_or(1).max(1);
    for (n, count) in bins.iter().enumerate().filter(|(_, c)| **c > 0) {
        #[allow(clippy::cast_precision_loss)]
        let (low, h) = (n as f64 * STEP, (*count as f64 / most as f64 * 44.0).max(1.0));
        let words = input.text.say_with(
            "hover-bin",
            &[("tier", (&input.tier_name(tier)).into()), ("low", low.into()), ("high", (low + STEP).into()), ("n", (*count).into())],
        );
        let w = (x(low + STEP) - x(low) - 1.0).max(1.5);
        sheet.rect((x(low), middle + 24.0 - h), (w, h), Paint::fill(palette::tier(tier)).outlined("#666666", 0.4), Some(&words));
    }
}
