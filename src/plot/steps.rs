//! Step curves of several series over a logarithmic axis: performance profiles and time-to-gap curves.

use super::map::heading;
use super::svg::{Anchor, Paint, Sheet, Type};
use super::{Picture, PlotError, font, palette};
use plotters::prelude::{ChartBuilder, IntoFont, IntoLogRange, LineSeries, PathElement, RGBColor, ShapeStyle};

/// Colours safe for the colour-blind (Okabe and Ito), by series; beyond them they begin again with another dash.
const COLOURS: [(u8, u8, u8); 7] =
    [(0, 114, 178), (230, 97, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (150, 110, 0), (60, 60, 60)];

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Steps<'a> {
    /// Stable name.
    pub id: &'a str,
    /// Title.
    pub title: &'a str,
    /// Line below it.
    pub subtitle: &'a str,
    /// Caption.
    pub caption: &'a str,
    /// What the horizontal axis measures.
    pub x: &'a str,
    /// What the vertical axis measures.
    pub y: &'a str,
    /// Unit behind the numbers of the horizontal axis.
    pub unit: &'a str,
    /// Left and right end of the horizontal axis, both above 0.
    pub range: (f64, f64),
    /// Name and corners of each curve; a curve keeps its last value to the right.
    pub series: &'a [(String, Vec<(f64, f64)>)],
}

/// Draws it.
///
/// # Errors
/// No font, or the plotting library fails.
pub fn draw(input: &Steps<'_>) -> Result<Picture, PlotError> {
    let legend: f64 = 74.0 + input.series.iter().map(|s| font::width(&s.0, 13.0)).fold(80.0, f64::max).min(240.0);
    let mut sheet = Sheet::new(input.id, 1100.0, 470.0);
    heading(&mut sheet, input.title, input.subtitle);
    let (low, high) = (input.range.0.max(1e-9), input.range.1.max(input.range.0 * 1.1));
    let (mut ends, mut marks) = (Vec::new(), Vec::new());
    sheet.plot(|area| -> Result<(), Box<dyn std::error::Error>> {
        #[allow(clippy::cast_possible_truncation)] // a few hundred pixels
        let mut chart = ChartBuilder::on(area)
            .margin_top(70)
            .margin_right(legend as i32 + 36)
            .margin_left(16)
            .margin_bottom(10)
            .x_label_area_size(50)
            .y_label_area_size(70)
            .build_cartesian_2d((low..high).log_scale(), -0.01..1.02)?;
        chart
            .configure_mesh()
            .light_line_style(RGBColor(255, 255, 255))
            .bold_line_style(RGBColor(228, 228, 228))
            .disable_x_mesh()
            .x_desc(input.x)
            .y_desc(input.y)
            .y_labels(6)
            .x_label_formatter(&|_| String::new())
            .y_label_formatter(&|v| format!("{:.0}%", v * 100.0))
            .label_style((font::NAME, 13).into_font())
            .axis_desc_style((font::NAME, 14).into_font())
            .draw()?;
        for (n, (_, corners)) in input.series.iter().enumerate() {
            let (r, g, b) = COLOURS[n % COLOURS.len()];
            let style = ShapeStyle { color: RGBColor(r, g, b).into(), filled: false, stroke_width: 2 };
            let line = stairs(corners, low, high);
            if n < COLOURS.len() {
                chart.draw_series(LineSeries::new(line, style))?;
            } else {
                chart.draw_series(line.windows(2).step_by(2).map(|w| PathElement::new(w.to_vec(), style)))?;
            }
            ends.push(corners.last().map_or(0.0, |c| c.1));
        }
        marks.extend(ticks(low, high).into_iter().map(|t| (t, chart.backend_coord(&(t, -0.01)), chart.backend_coord(&(t, 1.02)))));
        Ok(())
    })?;
    for (t, (x, bottom), (_, top)) in marks {
        let (x, bottom) = (f64::from(x), f64::from(bottom));
        sheet.line((x, f64::from(top)), (x, bottom), Paint::line("#E4E4E4", 1.0).faded(0.7));
        sheet.text((x, bottom + 18.0), &format!("{}{}", short(t), input.unit), Type::plain(12.0).at(Anchor::Middle));
    }
    let x = 1100.0 - legend - 20.0;
    for ((n, (name, _)), end) in (0_u32..).zip(input.series).zip(ends) {
        let (r, g, b) = COLOURS[n as usize % COLOURS.len()];
        let y = 92.0 + 24.0 * f64::from(n);
        sheet.line((x, y - 4.5), (x + 22.0, y - 4.5), Paint::line(&format!("#{r:02X}{g:02X}{b:02X}"), 3.0));
        let shown = crate::text::shorten(name, 30);
        sheet.text((x + 30.0, y), &shown, Type::plain(13.0));
        let after = x + 36.0 + font::width(&shown, 13.0);
        sheet.text((after, y), &format!("{:.0}%", end * 100.0), Type::plain(12.0).in_colour(palette::QUIET));
    }
    sheet.finish(input.title.to_owned(), input.caption.to_owned())
}

/// The corners as a stair from the left end to the right end of the axis.
fn stairs(corners: &[(f64, f64)], low: f64, high: f64) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::with_capacity(2 * corners.len() + 2);
    let mut y = 0.0;
    for &(x, share) in corners {
        if x <= low {
            y = share;
            continue;
        }
        if out.is_empty() {
            out.push((low, y));
        }
        if x >= high {
            break;
        }
        out.extend([(x, y), (x, share)]);
        y = share;
    }
    if out.is_empty() {
        out.push((low, y));
    }
    out.push((high, y));
    out
}

/// Where a logarithmic axis has numbers: 1, 2, 5 of each power of ten; powers alone over a long range; finer steps over a short one.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let steps: &[f64] = match high / low {
        r if r > 2e4 => &[1.0],
        r if r > 4.0 => &[1.0, 2.0, 5.0],
        _ => &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
    };
    (-9..=9)
        .flat_map(|power| steps.iter().map(move |s| s * 10_f64.powi(power)))
        .filter(|t| (low * 0.9999..=high * 1.0001).contains(t))
        .collect()
}

/// A number of a logarithmic axis.
fn short(v: f64) -> String {
    let digits = if v >= 10.0 {
        0
    } else if v >= 1.0 {
        1
    } else if v >= 0.1 {
        2
    } else if v < 0.001 {
        6
    } else {
        3
    };
    let text = format!("{v:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stairs_reach_from_end_to_end() {
        assert_eq!(stairs(&[(1.0, 0.5), (4.0, 0.75)], 1.0, 8.0), [(1.0, 0.5), (4.0, 0.5), (4.0, 0.75), (8.0, 0.75)]);
        assert_eq!(stairs(&[(1.0, 0.5), (9.0, 0.75)], 1.0, 8.0), [(1.0, 0.5), (8.0, 0.5)]);
        assert_eq!(stairs(&[(0.0, 0.0), (2.0, 1.0)], 0.1, 8.0), [(0.1, 0.0), (2.0, 0.0), (2.0, 1.0), (8.0, 1.0)]);
        assert_eq!(ticks(1.0, 20.0), [1.0, 2.0, 5.0, 10.0, 20.0]);
        assert_eq!(ticks(0.9, 2.2), [1.0, 1.2, 1.5, 2.0]);
        assert_eq!((short(12.3), short(2.0), short(0.25)), ("12".into(), "2".into(), "0.25".into()));
    }
}
