//! Facility markers: a shape for each rank, a colour for each tier.

use super::palette;
use super::svg::{Paint, Sheet};
use crate::network::Tier;
use std::f64::consts::{FRAC_PI_2, PI};

/// Radius of a tier's marker, pixels.
#[must_use]
pub const fn radius(tier: Tier) -> f64 {
    match tier.rank() {
        1 => 2.2,
        2 => 4.0,
        3 => 6.0,
        4 => 7.5,
        _ => 8.5,
    }
}

/// Draws the marker of a tier: dot, triangle, square, diamond, star; hollow when the facility lies outside the map.
pub fn draw(sheet: &mut Sheet, (x, y): (f64, f64), r: f64, tier: Tier, outside: bool, hover: Option<&str>) {
    let paint = if outside {
        Paint::fill("#fff").outlined(palette::tier(tier), 2.0)
    } else {
        Paint::fill(palette::tier(tier)).outlined("#333333", 0.6)
    };
    match tier.rank() {
        1 => sheet.circle((x, y), r, paint, hover),
        2 => sheet.polygon(&around((x, y), r * 1.2, 3, -FRAC_PI_2), paint, hover),
        3 => sheet.polygon(&around((x, y), r * 1.2, 4, PI / 4.0), paint, hover),
        4 => sheet.polygon(&around((x, y), r * 1.2, 4, 0.0), paint, hover),
        _ => {
            let (outer, inner) = (around((x, y), r * 1.25, 5, -FRAC_PI_2), around((x, y), r * 0.6, 5, -FRAC_PI_2 + PI / 5.0));
            let star: Vec<_> = outer.into_iter().zip(inner).flat_map(|(a, b)| [a, b]).collect();
            sheet.polygon(&star, paint, hover);
        }
    }
}

fn around((x, y): (f64, f64), r: f64, corners: u32, start: f64) -> Vec<(f64, f64)> {
    (0..corners).map(|n| start + 2.0 * PI * f64::from(n) / f64::from(corners)).map(|a| (x + r * a.cos(), y + r * a.sin())).collect()
}
