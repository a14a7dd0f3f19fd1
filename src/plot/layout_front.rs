//! The front of layouts: cost, access and equity of the same layouts, two of them a panel, with their units.

use super::map::heading;
use super::svg::{Anchor, Paint, Sheet, Type};
use super::{Picture, PlotError, palette};
use crate::plan::layout::FrontPoint;
use crate::policy::layout::{Front, Objective};
use crate::text::Catalogue;

/// Side of a panel, pixels.
const PANEL: (f64, f64) = (272.0, 300.0);
/// Colours of the first and the last layout (Okabe and Ito), mixed between.
const ENDS: [[f64; 3]; 2] = [[0.0, 114.0, 178.0], [213.0, 94.0, 0.0]];

/// The three axes: what is bounded, what is minimised, and of money, travel and Gini those that are not among them.
#[must_use]
pub fn axes(front: &Front) -> Vec<Objective> {
    let mut out = vec![front.bound];
    for o in [front.minimise, Objective::Money, Objective::Travel, Objective::Gini] {
        if !out.contains(&o) && out.len() < 3 {
            out.push(o);
        }
    }
    out
}

/// Round ticks inside a range, at most six.
#[must_use]
pub fn ticks(low: f64, high: f64) -> Vec<f64> {
    let span = (high - low).max(f64::MIN_POSITIVE);
    let raw = span / 5.0;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= raw).unwrap_or(10.0 * power);
    let first = (low / step).ceil();
    (0..8).map(|n| (first + f64::from(n)) * step).take_while(|t| *t <= high + 1e-9 * step).collect()
}

/// A tick as one says it: with decimals where the axis is short.
fn label(text: &Catalogue, tick: f64, span: f64) -> String {
    match span {
        s if s < 2.0 => text.exact(tick, 2),
        s if s < 20.0 => text.exact(tick, 1),
        _ if tick.abs() < 1e5 => text.exact(tick, 0),
        _ => text.count(tick),
    }
}

/// Distance in pixels within which labels of points would cover each other.
const NEAR: f64 = 10.0;

fn colour(n: usize, all: usize) -> String {
    let share = n as f64 / (all.max(2) - 1) as f64;
    let [r, g, b] = std::array::from_fn(|c| (ENDS[0][c] * (1.0 - share) + ENDS[1][c] * share).round());
    format!("#{:02X}{:02X}{:02X}", r as u8, g as u8, b as u8)
}

/// Draws it; nothing with fewer than two points.
///
/// # Errors
/// No font.
pub fn draw(points: &[FrontPoint], front: &Front, text: &Catalogue) -> Result<Option<Picture>, PlotError> {
    if points.len() < 2 {
        return Ok(None);
    }
    let axes = axes(front);
    let name = |o: Objective| text.say(&format!("layout-objective-{}", o.name()));
    let title =
        text.say_with("layout-front-title", &[("bound", (&name(front.bound)).into()), ("minimise", (&name(front.minimise)).into())]);
    let mut sheet = Sheet::new("layout-front", 1100.0, 480.0);
    heading(&mut sheet, &title, &text.say("layout-front-subtitle"));
    let at = |p: &FrontPoint, o: Objective| p.values.get(o.name()).copied().unwrap_or(0.0);
    let range = |o: Objective| {
        let (lo, hi) = points.iter().map(|p| at(p, o)).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let pad = ((hi - lo) * 0.1).max(hi.abs() * 1e-4).max(1e-6);
        (lo - pad, hi + pad)
    };
    for (n, (a, b)) in [(0, 1), (0, 2), (1, 2)].into_iter().enumerate() {
        let (ox, oy) = (axes[a], axes[b]);
        let ((x0, x1), (y0, y1)) = (range(ox), range(oy));
        let (left, top) = (82.0 + n as f64 * 350.0, 96.0);
        let place = |x: f64, y: f64| (left + (x - x0) / (x1 - x0) * PANEL.0, top + PANEL.1 - (y - y0) / (y1 - y0) * PANEL.1);
        for t in ticks(x0, x1) {
            let (x, _) = place(t, y0);
            sheet.line((x, top), (x, top + PANEL.1), Paint::line("#E4E4E4", 1.0));
            sheet.text((x, top + PANEL.1 + 17.0), &label(text, t, x1 - x0), Type::plain(11.0).at(Anchor::Middle));
        }
        for t in ticks(y0, y1) {
            let (_, y) = place(x0, t);
            sheet.line((left, y), (left + PANEL.0, y), Paint::line("#E4E4E4", 1.0));
            sheet.text((left - 6.0, y + 4.0), &label(text, t, y1 - y0), Type::plain(11.0).at(Anchor::End));
        }
        sheet.rect((left, top), PANEL, Paint::line("#999999", 1.0), None);
        sheet.text((left - 70.0, top - 10.0), &name(oy), Type::plain(12.0));
        sheet.paragraph((left, top + PANEL.1 + 38.0), &name(ox), PANEL.0, Type::plain(12.0));
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by(|&p, &q| at(&points[p], ox).total_cmp(&at(&points[q], ox)).then(p.cmp(&q)));
        if n == 0 {
            let line: Vec<(f64, f64)> = order.iter().map(|&p| place(at(&points[p], ox), at(&points[p], oy))).collect();
            sheet.polyline(&line, Paint::line(palette::HAIR, 1.5), None);
        }
        // layouts at one spot share a label
        let mut named: Vec<((f64, f64), Vec<usize>)> = Vec::new();
        for &p in &order {
            let (x, y) = (at(&points[p], ox), at(&points[p], oy));
            let spot = place(x, y);
            let says = |o: Objective, v: f64| format!("{} {}", name(o), text.exact(v, 2));
            let hover =
                text.say_with("layout-front-hover", &[("n", (p + 1).into()), ("x", (&says(ox, x)).into()), ("y", (&says(oy, y)).into())]);
            let fill = colour(p, points.len());
            sheet.circle(spot, 5.0, Paint::fill(&fill).outlined("#FFFFFF", 1.2), Some(&hover));
            match named.iter_mut().find(|(s, _)| (s.0 - spot.0).hypot(s.1 - spot.1) < NEAR) {
                Some((_, numbers)) => numbers.push(p + 1),
                None => named.push((spot, vec![p + 1])),
            }
        }
        for (spot, mut numbers) in named {
            numbers.sort_unstable();
            let label = numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
            let (dx, anchor) = if spot.0 > left + PANEL.0 - 45.0 { (-7.0, Anchor::End) } else { (7.0, Anchor::Start) };
            sheet.text((spot.0 + dx, spot.1 - 5.0), &label, Type::plain(10.5).at(anchor));
        }
    }
    sheet.finish(title, text.say("layout-front-caption")).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(0.0, 100.0), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        for (low, high) in [(12.3, 12.9), (1.3e8, 9.4e8), (-5.0, 7.0)] {
            let t = ticks(low, high);
            assert!((2..=7).contains(&t.len()) && t.iter().all(|v| (low - 1e-6..=high + 1e-3).contains(v)), "{t:?}");
        }
    }

    #[test]
    fn axes_are_three_and_differ() {
        let front = Front { bound: Objective::Cost, minimise: Objective::Gini, points: 4 };
        assert_eq!(axes(&front), [Objective::Cost, Objective::Gini, Objective::Money]);
        let front = Front { bound: Objective::Money, minimise: Objective::Travel, points: 4 };
        assert_eq!(axes(&front), [Objective::Money, Objective::Travel, Objective::Gini]);
    }
}
