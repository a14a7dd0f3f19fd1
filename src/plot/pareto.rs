//! The Pareto front of travel against cost: no plan can be better in both.

use super::font;
use super::map::heading;
use super::palette;
use super::svg::{Paint, Sheet};
use super::{Picture, PlotError};
use crate::text::Catalogue;
use plotters::prelude::{ChartBuilder, IntoFont, LineSeries, RGBColor, ShapeStyle};
use serde::{Deserialize, Serialize};

/// A proven plan of the front.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ParetoPoint {
    /// Travel, handling and penalties, yuan a year.
    pub travel: f64,
    /// Cost of treatment, yuan a year.
    pub cost: f64,
}

impl From<&crate::referral::pareto::ParetoPoint> for ParetoPoint {
    fn from(p: &crate::referral::pareto::ParetoPoint) -> Self {
        Self { travel: p.parts.total() - p.parts.cost, cost: p.parts.cost }
    }
}

/// Draws it.
///
/// # Errors
/// No font, or the plotting library fails.
pub fn draw(points: &[ParetoPoint], text: &Catalogue) -> Result<Picture, PlotError> {
    let mut points = points.to_vec();
    points.sort_by(|a, b| a.travel.total_cmp(&b.travel).then(a.cost.total_cmp(&b.cost)));
    let range = |v: &dyn Fn(&ParetoPoint) -> f64| {
        let (lo, hi) = points.iter().map(v).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
        let pad = ((hi - lo) * 0.08).max(hi.abs() * 1e-4).max(1.0);
        (lo - pad)..(hi + pad)
    };
    let (xs, ys) = (range(&|p| p.travel), range(&|p| p.cost));
    let mut sheet = Sheet::new("pareto", 1100.0, 620.0);
    heading(&mut sheet, &text.say("picture-pareto-title"), &text.say("picture-pareto-subtitle"));
    let mut dots = Vec::new();
    sheet.plot(|area| -> Result<(), Box<dyn std::error::Error>> {
        let mut chart = ChartBuilder::on(area)
            .margin_top(70)
            .margin_right(40)
            .margin_left(16)
            .margin_bottom(10)
            .x_label_area_size(50)
            .y_label_area_size(110)
            .build_cartesian_2d(xs, ys)?;
        chart
            .configure_mesh()
            .light_line_style(RGBColor(245, 245, 245))
            .bold_line_style(RGBColor(228, 228, 228))
            .x_desc(text.say("axis-pareto-travel"))
            .y_desc(text.say("axis-pareto-cost"))
            .x_labels(8)
            .y_labels(8)
            .x_label_formatter(&|v| text.count(*v))
            .y_label_formatter(&|v| text.count(*v))
            .label_style((font::NAME, 13).into_font())
            .axis_desc_style((font::NAME, 14).into_font())
            .draw()?;
        let blue = ShapeStyle { color: RGBColor(0, 114, 178).into(), filled: false, stroke_width: 2 };
        chart.draw_series(LineSeries::new(points.iter().map(|p| (p.travel, p.cost)), blue))?;
        dots.extend(points.iter().map(|p| chart.backend_coord(&(p.travel, p.cost))));
        Ok(())
    })?;
    for (p, (x, y)) in points.iter().zip(dots) {
        let hover = text.say_with("hover-pareto", &[("travel", p.travel.into()), ("cost", p.cost.into())]);
        sheet.circle((f64::from(x), f64::from(y)), 5.0, Paint::fill(palette::UP).outlined("#FFFFFF", 1.5), Some(&hover));
    }
    sheet.finish(text.say("picture-pareto-title"), text.say("picture-pareto-caption"))
}
