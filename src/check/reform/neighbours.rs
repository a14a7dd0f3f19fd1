//! Natural neighbours by their definition, pair by pair: slow, and sharing nothing with the triangulation that found them.

use crate::travel::{Crs, Position};

/// Positions in a plane about their middle, km.
pub(super) fn plane(crs: Crs, points: impl Iterator<Item = Position>) -> Vec<(f64, f64)> {
    let points: Vec<Position> = points.collect();
    let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p.y), h.max(p.y)));
    let shrink = f64::midpoint(low, high).to_radians().cos();
    points.iter().map(|p| if crs == Crs::Wgs84 { (p.x * 111.195 * shrink, p.y * 111.195) } else { (p.x, p.y) }).collect()
}

/// Where on the line between two points the middles of circles through both lie that hold no other point, in units of their distance.
fn empty_circles(points: &[(f64, f64)], a: usize, b: usize) -> (f64, f64) {
    let ((ax, ay), (bx, by)) = (points[a], points[b]);
    let (dx, dy) = (bx - ax, by - ay);
    let (mx, my) = (f64::midpoint(ax, bx), f64::midpoint(ay, by));
    let quarter = (dx * dx + dy * dy) / 4.0;
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for &(px, py) in points.iter().filter(|p| **p != points[a] && **p != points[b]) {
        // the middle is m + s (-dy, dx); the point is outside when |p - m|^2 - quarter >= 2 s (p - m).(-dy, dx)
        let (ux, uy) = (px - mx, py - my);
        let (room, slope) = (ux * ux + uy * uy - quarter, 2.0 * (uy * dx - ux * dy));
        if slope > 0.0 {
            high = high.min(room / slope);
        } else if slope < 0.0 {
            low = low.max(room / slope);
        } else if room < 0.0 {
            return (f64::INFINITY, f64::NEG_INFINITY);
        }
    }
    (low, high)
}

/// Whether two surroundings have a border in common: the middles of empty circles through both points with a radius of at most their distance fill a
/// stretch of at least `border` times that distance: certainly (`true, true`), perhaps (`true, false`: by a hair), or not.
pub(super) fn natural(points: &[(f64, f64)], a: usize, b: usize, border: f64) -> (bool, bool) {
    if points[a] == points[b] {
        return (true, false);
    }
    let (low, high) = empty_circles(points, a, b);
    let farthest = 0.75_f64.sqrt();
    let stretch = high.min(farthest) - low.max(-farthest);
    (stretch >= border - 1e-6, stretch >= border + 1e-6)
}
