//! Lorenz curve of access: what share of access the worst-off share of people has.

use super::font;
use super::map::{heading, subtitle};
use super::palette;
use super::svg::{Paint, Sheet, Type};
use super::{Picture, PictureInput, PlotError};
use plotters::prelude::{AreaSeries, ChartBuilder, IntoFont, LineSeries, RGBAColor, RGBColor, ShapeStyle};

/// Draws it; nothing when the indicators hold no curve.
///
/// # Errors
/// No font, or the plotting library fails.
pub fn draw(input: &PictureInput<'_>) -> Result<Option<Picture>, PlotError> {
    let text = input.text;
    let access = &input.indicators.access;
    if access.lorenz.len() < 2 {
        return Ok(None);
    }
    let curve = thin(&access.lorenz, 400);
    let mut sheet = Sheet::new("lorenz", 760.0, 640.0);
    heading(&mut sheet, &text.say("picture-lorenz-title"), &subtitle(input, &[]));
    let mut dots = Vec::new();
    let mut label = (0, 0);
    sheet.plot(|area| -> Result<(), Box<dyn std::error::Error>> {
        let mut chart = ChartBuilder::on(area)
            .margin_top(66)
            .margin_right(40)
            .margin_left(10)
            .margin_bottom(8)
            .x_label_area_size(46)
            .y_label_area_size(70)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        chart
            .configure_mesh()
            .light_line_style(RGBColor(255, 255, 255))
            .bold_line_style(RGBColor(228, 228, 228))
            .x_labels(6)
            .y_labels(6)
            .x_desc(text.say("axis-lorenz-people"))
            .y_desc(text.say("axis-lorenz-access"))
            .x_label_formatter(&|v| format!("{:.0}%", v * 100.0))
            .y_label_formatter(&|v| format!("{:.0}%", v * 100.0))
            .label_style((font::NAME, 13).into_font())
            .axis_desc_style((font::NAME, 14).into_font())
            .draw()?;
        let grey = ShapeStyle { color: RGBColor(120, 120, 120).into(), filled: false, stroke_width: 1 };
        chart.draw_series(AreaSeries::new(curve.iter().copied(), 0.0, RGBAColor(0, 114, 178, 0.15)))?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], grey))?;
        let blue = ShapeStyle { color: RGBColor(0, 114, 178).into(), filled: false, stroke_width: 3 };
        chart.draw_series(LineSeries::new(curve.iter().copied(), blue))?;
        dots.extend(thin(&curve, 50).into_iter().map(|p| (p, chart.backend_coord(&p))));
        label = chart.backend_coord(&(0.06, 0.9));
        Ok(())
    })?;
    for ((p, a), (x, y)) in dots {
        let hover = text.say_with("hover-lorenz", &[("people", p.into()), ("access", a.into())]);
        sheet.circle((f64::from(x), f64::from(y)), 6.0, Paint::fill("#FFFFFF").faded(0.01), Some(&hover));
    }
    let (x, y) = (f64::from(label.0), f64::from(label.1));
    sheet.text((x, y), &text.say_with("label-gini", &[("value", access.gini.into())]), Type::plain(16.0).bold());
    sheet.text(
        (x, y + 24.0),
        &text.say_with("label-theil", &[("value", access.theil.into())]),
        Type::plain(13.0).in_colour(palette::QUIET),
    );
    sheet.finish(text.say("picture-lorenz-title"), text.say("picture-lorenz-caption")).map(Some)
}

/// Every nth point, with both ends.
fn thin(curve: &[(f64, f64)], most: usize) -> Vec<(f64, f64)> {
    let step = curve.len().div_ceil(most.max(2)).max(1);
    let mut out: Vec<_> = curve.iter().step_by(step).copied().collect();
    if let (Some(last), Some(end)) = (out.last(), curve.last())
        && last != end
    {
        out.push(*end);
    }
    out
}
