//! Curves of several series over plain axes: what more of one thing costs of another, what years bring.

use super::super::map::heading;
use super::super::svg::{Anchor, Paint, Sheet, Type};
use super::super::{Picture, PlotError, font, palette};

/// Colours safe for the colour-blind (Okabe and Ito), by series.
pub const COLOURS: [&str; 7] = ["#0072B2", "#E66100", "#009E73", "#CC79A7", "#56B4E9", "#966E00", "#3C3C3C"];

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// Corners, by increasing abscissa.
    pub points: Vec<(f64, f64)>,
}

/// What is drawn.
pub struct Curves<'a> {
    /// Stable name.
    pub id: &'a str,
    /// Title.
    pub title: String,
    /// Line below it.
    pub subtitle: String,
    /// Caption.
    pub caption: String,
    /// What the horizontal axis measures, with unit.
    pub x: String,
    /// What the vertical axis measures, with unit.
    pub y: String,
    /// A value of the horizontal axis in words.
    pub x_word: &'a dyn Fn(f64) -> String,
    /// A value of the vertical axis in words.
    pub y_word: &'a dyn Fn(f64) -> String,
    /// Curves.
    pub series: Vec<Series>,
    /// A horizontal line for a target, with its words.
    pub target: Option<(f64, String)>,
    /// The vertical axis begins at zero.
    pub from_zero: bool,
}

const WIDTH: f64 = 1100.0;
const HEIGHT: f64 = 470.0;
/// Room for the words of the vertical axis, at least.
const LEFT: f64 = 110.0;
const TOP: f64 = 82.0;
const BOTTOM: f64 = 64.0;

/// Draws it; values are marked by dots that tell them on hovering.
///
/// # Errors
/// No font.
pub fn draw(input: &Curves<'_>) -> Result<Picture, PlotError> {
    let mut sheet = Sheet::new(input.id, WIDTH, HEIGHT);
    heading(&mut sheet, &input.title, &input.subtitle);
    let legend = input.series.iter().map(|s| font::width(&s.name, 13.0)).fold(60.0, f64::max).min(300.0) + 60.0;
    let all = || input.series.iter().flat_map(|s| s.points.iter().copied()).filter(|p| p.0.is_finite() && p.1.is_finite());
    let (x0, x1) = span(all().map(|p| p.0), false);
    let (y0, y1) = span(all().map(|p| p.1).chain(input.target.iter().map(|t| t.0)), input.from_zero);
    let words = ticks(y0, y1).into_iter().map(|tick| font::width(&(input.y_word)(tick), 12.0)).fold(0.0, f64::max);
    let left = LEFT.max(words + 20.0);
    let (w, h) = (WIDTH - left - legend, HEIGHT - TOP - BOTTOM);
    let (px, py) = (|x: f64| left + (x - x0) / (x1 - x0) * w, |y: f64| TOP + h - (y - y0) / (y1 - y0) * h);
    for tick in ticks(y0, y1) {
        sheet.line((left, py(tick)), (left + w, py(tick)), Paint::line("#E4E4E4", 1.0));
        sheet.text((left - 8.0, py(tick) + 4.0), &(input.y_word)(tick), Type::plain(12.0).at(Anchor::End));
    }
    let mut marks: Vec<f64> = all().map(|p| p.0).collect();
    marks.sort_by(f64::total_cmp);
    marks.dedup();
    let marks = if marks.len() <= 9 { marks } else { ticks(x0, x1) };
    for tick in marks {
        sheet.line((px(tick), TOP + h), (px(tick), TOP + h + 5.0), Paint::line(palette::QUIET, 1.0));
        sheet.text((px(tick), TOP + h + 20.0), &(input.x_word)(tick), Type::plain(12.0).at(Anchor::Middle));
    }
    sheet.line((left, TOP + h), (left + w, TOP + h), Paint::line(palette::QUIET, 1.0));
    sheet.text((left + w / 2.0, TOP + h + 46.0), &input.x, Type::plain(13.0).at(Anchor::Middle));
    sheet.text((left - LEFT + 20.0, TOP - 12.0), &input.y, Type::plain(13.0));
    if let Some((value, words)) = &input.target {
        sheet.line((left, py(*value)), (left + w, py(*value)), Paint::line(palette::TARGET, 1.6).dashed("6 4"));
        sheet.text((left + w - 4.0, py(*value) - 6.0), words, Type::plain(12.0).in_colour(palette::TARGET).at(Anchor::End));
    }
    let mut below = TOP + 8.0;
    for (n, s) in input.series.iter().enumerate() {
        let colour = COLOURS[n % COLOURS.len()];
        for pair in s.points.windows(2) {
            sheet.line((px(pair[0].0), py(pair[0].1)), (px(pair[1].0), py(pair[1].1)), Paint::line(colour, 2.4));
        }
        for &(x, y) in &s.points {
            let hover = format!("{}: {} – {}", s.name, (input.x_word)(x), (input.y_word)(y));
            sheet.circle((px(x), py(y)), 4.0, Paint::fill(colour).outlined("#FFFFFF", 1.0), Some(&hover));
        }
        sheet.line((left + w + 16.0, below), (left + w + 38.0, below), Paint::line(colour, 3.0));
        sheet.text((left + w + 46.0, below + 4.5), &crate::text::shorten(&s.name, 40), Type::plain(13.0));
        below += 24.0;
    }
    sheet.finish(input.title.clone(), input.caption.clone())
}

/// Ends of an axis with a little air; never of no length.
fn span(values: impl Iterator<Item = f64>, from_zero: bool) -> (f64, f64) {
    let (mut low, mut high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if !low.is_finite() || !high.is_finite() {
        return (0.0, 1.0);
    }
    if from_zero {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    let length = high - low;
    let air = if length > 0.0 { 0.05 * length } else { 0.5 * high.abs().max(1.0) };
    (if from_zero && low >= 0.0 { 0.0 } else { low - air }, high + air)
}

/// Round values between two ends.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / 6.0;
    let size = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|s| s * size).into_iter().find(|s| *s >= rough).unwrap_or(rough);
    let mut at = (low / step).ceil() * step;
    let mut out = Vec::new();
    while at <= high && out.len() < 20 {
        out.push(if at.abs() < step * 1e-9 { 0.0 } else { at });
        at += step;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp)] // zero is zero
    fn axes_hold_their_values_and_have_round_ticks() {
        let (low, high) = span([3.0, 7.0].into_iter(), false);
        assert!(low < 3.0 && high > 7.0);
        assert_eq!(span([5.0].into_iter(), true).0, 0.0);
        assert_eq!(span(std::iter::empty(), false), (0.0, 1.0));
        let marks = ticks(0.0, 10.0);
        assert_eq!(marks, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
    }
}
