//! Cumulative travel time: what share of people reaches each level of care within how many minutes, against the standards.

use super::font;
use super::map::{heading, people, subtitle};
use super::palette;
use super::svg::{Paint, Sheet, Type, path_of};
use super::{Picture, PictureInput, PlotError};
use plotters::prelude::{ChartBuilder, IntoFont, LineSeries, RGBColor, ShapeStyle};

/// Standards by rank, minutes.
pub const STANDARDS: [f64; 4] = [15.0, 30.0, 60.0, 120.0];
const LONGEST: u32 = 180;

/// Share of people within 0, 1, 2, ... minutes.
#[must_use]
pub fn curve(minutes: &[Option<f64>], heads: &[f64]) -> Vec<f64> {
    let all = heads.iter().sum::<f64>().max(1.0);
    let mut at: Vec<(f64, f64)> = minutes.iter().zip(heads).filter_map(|(m, p)| Some(((*m)?, *p))).collect();
    at.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut n, mut sum) = (0, 0.0);
    (0..=LONGEST)
        .map(|t| {
            while n < at.len() && at[n].0 <= f64::from(t) {
                sum += at[n].1;
                n += 1;
            }
            sum / all
        })
        .collect()
}

/// Draws it; nothing when the indicators hold no travel times.
///
/// # Errors
/// No font, or the plotting library fails.
pub fn draw(input: &PictureInput<'_>) -> Result<Option<Picture>, PlotError> {
    let text = input.text;
    let network = input.network();
    let heads: Vec<f64> = network.settlements.iter().map(|s| people(s.population.0)).collect();
    let nearest = &input.indicators.access.nearest_minutes;
    let curves: Vec<(usize, Vec<f64>)> =
        (0..4).filter(|&n| nearest[n].len() == heads.len()).map(|n| (n, curve(&nearest[n], &heads))).collect();
    if curves.is_empty() {
        return Ok(None);
    }
    // As far as the slowest level needs for 99.5 % of people, in steps of 30 minutes.
    let needed =
        curves.iter().filter_map(|(_, c)| c.iter().position(|s| *s >= 0.995 * c.last().copied().unwrap_or(1.0))).max().unwrap_or(120);
    #[allow(clippy::cast_precision_loss)]
    let longest = f64::from(LONGEST).min((needed as f64 / 30.0).ceil() * 30.0).max(60.0);
    let mut sheet = Sheet::new("access-curves", 1100.0, 600.0);
    heading(&mut sheet, &text.say("picture-access-title"), &subtitle(input, &[("travel", "*"), ("settlements", "lon")]));
    let mut lines = Vec::new();
    let mut standards = Vec::new();
    let mut foot = 0;
    sheet.plot(|area| -> Result<(), Box<dyn std::error::Error>> {
        let mut chart = ChartBuilder::on(area)
            .margin_top(92)
            .margin_right(270)
            .margin_left(10)
            .margin_bottom(8)
            .x_label_area_size(48)
            .y_label_area_size(70)
            .build_cartesian_2d(0.0..longest, 0.0..1.0)?;
        chart
            .configure_mesh()
            .light_line_style(RGBColor(255, 255, 255))
            .bold_line_style(RGBColor(232, 232, 232))
            .x_labels(13)
            .y_labels(6)
            .x_desc(text.say("axis-minutes"))
            .y_desc(text.say("axis-people-share"))
            .x_label_formatter(&|v| format!("{v:.0}"))
            .y_label_formatter(&|v| format!("{:.0}%", v * 100.0))
            .label_style((font::NAME, 13).into_font())
            .axis_desc_style((font::NAME, 14).into_font())
            .draw()?;
        for (n, shares) in &curves {
            let points = || shares.iter().zip(0_u32..).map(|(s, t)| (f64::from(t), *s)).take_while(|(t, _)| *t <= longest);
            let style = ShapeStyle { color: rgb(palette::rank(u8::try_from(n + 1).unwrap_or(1))).into(), filled: false, stroke_width: 3 };
            chart.draw_series(LineSeries::new(points(), style))?;
            lines.push((*n, points().map(|p| (p, chart.backend_coord(&p))).collect::<Vec<_>>()));
            standards.push((*n, chart.backend_coord(&(STANDARDS[*n].min(longest), 1.0)), STANDARDS[*n] <= longest));
        }
        foot = chart.backend_coord(&(0.0, 0.0)).1;
        Ok(())
    })?;
    for (n, (x, y), shown) in &standards {
        if *shown {
            let (x, y) = (f64::from(*x), f64::from(*y));
            sheet.line((x, y), (x, f64::from(foot)), Paint::line(palette::TARGET, 1.2).dashed("5 4"));
            sheet.text(
                (x, y - 8.0),
                &text.minutes(STANDARDS[*n]),
                Type::plain(12.0).at(super::svg::Anchor::Middle).in_colour(palette::TARGET),
            );
        }
    }
    for (row, (n, points)) in lines.iter().enumerate() {
        let level = text.say(&format!("level-{}", n + 1));
        let within = input.indicators.access.coverage[*n];
        let all: Vec<(f64, f64)> = points.iter().map(|(_, (x, y))| (f64::from(*x), f64::from(*y))).collect();
        let hover =
            text.say_with("hover-level", &[("level", (&level).into()), ("share", within.into()), ("minutes", STANDARDS[*n].into())]);
        // A wide, nearly invisible line is what the pointer finds.
        sheet.path(&path_of(&all), Paint::line("#FFFFFF", 12.0).faded(0.01), Some(&hover));
        for ((t, s), (x, y)) in points.iter().step_by(15) {
            let words = text.say_with("hover-curve", &[("level", (&level).into()), ("minutes", (*t).into()), ("share", (*s).into())]);
            sheet.circle((f64::from(*x), f64::from(*y)), 3.0, Paint::fill(palette::rank(u8::try_from(n + 1).unwrap_or(1))), Some(&words));
        }
        #[allow(clippy::cast_precision_loss)]
        let y = 120.0 + row as f64 * 62.0;
        sheet.line((846.0, y - 4.0), (874.0, y - 4.0), Paint::line(palette::rank(u8::try_from(n + 1).unwrap_or(1)), 4.0));
        let y = sheet.paragraph((884.0, y), &level, 206.0, Type::plain(13.0).bold());
        sheet.paragraph(
            (884.0, y),
            &text.say_with("legend-within", &[("share", within.into()), ("minutes", STANDARDS[*n].into())]),
            206.0,
            Type::plain(12.0),
        );
    }
    sheet.finish(text.say("picture-access-title"), text.say("picture-access-caption")).map(Some)
}

/// `#RRGGBB` as plotters has it.
fn rgb(colour: &str) -> RGBColor {
    let part = |at: usize| colour.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(0);
    RGBColor(part(1), part(3), part(5))
}

#[cfg(test)]
mod tests {
    use super::curve;

    #[test]
    fn shares_count_people_and_never_the_unreachable() {
        let c = curve(&[Some(10.0), Some(30.0), None], &[100.0, 50.0, 50.0]);
        assert!((c[9], c[10], c[29], c[30], c[180]) == (0.0, 0.5, 0.5, 0.75, 0.75));
    }
}
