//! People within the standards, today and in the layout.

use super::map::{case_line, heading};
use super::palette;
use super::svg::{Anchor, Paint, Sheet, Type};
use super::{Picture, PlotError};
use crate::network::Network;
use crate::plan::LayoutPlan;
use crate::text::Catalogue;

/// Draws it: two bars a level, and a line where a share is asked for.
///
/// # Errors
/// No font.
pub fn draw(network: &Network, plan: &LayoutPlan, name: &str, text: &Catalogue) -> Result<Picture, PlotError> {
    let rows: Vec<_> = plan.coverage.iter().filter(|r| r.area.is_none()).collect();
    let (left, right, top, step) = (330.0, 1040.0, 96.0, 84.0);
    let height = top + step * rows.len() as f64 + 70.0;
    let mut sheet = Sheet::new("layout-coverage", 1100.0, height);
    heading(&mut sheet, &text.say("layout-coverage-title"), &case_line(text, network, name, &plan.scenario.name));
    let at = |share: f64| left + (right - left) * share;
    let foot = top + step * rows.len() as f64;
    for tenth in 0..=5 {
        let share = f64::from(tenth) / 5.0;
        sheet.line((at(share), top - 10.0), (at(share), foot), Paint::line("#E4E4E4", 1.0));
        sheet.text((at(share), foot + 18.0), &text.percent(share), Type::plain(12.0).at(Anchor::Middle));
    }
    for (n, r) in rows.iter().enumerate() {
        let y = top + step * n as f64;
        let level = text.say(&format!("layout-level-{}", r.level));
        let label = text.say_with("layout-coverage-bar", &[("level", (&level).into()), ("minutes", r.minutes.into())]);
        sheet.paragraph((16.0, y + 26.0), &label, left - 40.0, Type::plain(13.5));
        let colour = palette::rank(r.level);
        for (share, offset, paint) in
            [(r.before, 4.0, Paint::fill("#FFFFFF").outlined(colour, 2.0)), (r.after, 32.0, Paint::fill(colour).outlined("#333333", 0.6))]
        {
            let wide = (at(share) - left).max(1.0);
            sheet.rect((left, y + offset), (wide, 22.0), paint, None);
            let inside = share > 0.12;
            let x = if inside { at(share) - 6.0 } else { at(share) + 6.0 };
            let anchor = if inside { Anchor::End } else { Anchor::Start };
            sheet.text((x, y + offset + 16.0), &text.percent(share), Type::plain(12.0).at(anchor).halo());
        }
        if let Some(wanted) = r.wanted {
            sheet.line((at(wanted), y - 2.0), (at(wanted), y + 60.0), Paint::line(palette::TARGET, 2.5));
        }
    }
    let y = foot + 34.0;
    let mut x = left;
    for (id, paint) in [
        ("layout-today", Some(Paint::fill("#FFFFFF").outlined(palette::QUIET, 2.0))),
        ("layout-planned", Some(Paint::fill(palette::QUIET).outlined("#333333", 0.6))),
        ("layout-wanted", None),
    ] {
        if paint.is_none() && rows.iter().all(|r| r.wanted.is_none()) {
            continue;
        }
        match paint {
            Some(paint) => sheet.rect((x, y), (18.0, 13.0), paint, None),
            None => sheet.line((x + 9.0, y - 2.0), (x + 9.0, y + 15.0), Paint::line(palette::TARGET, 2.5)),
        }
        sheet.text((x + 26.0, y + 11.0), &text.say(id), Type::plain(12.5));
        x += 170.0;
    }
    sheet.finish(text.say("layout-coverage-title"), text.say("layout-coverage-caption"))
}
