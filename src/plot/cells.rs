//! Cells of settlements: Voronoi cells of their positions, cut to the hull of all and to a disc about each, so that empty land stays
//! empty. They are not administrative borders and must not be read as such.
//!
//! Complexity O(n log n) for the triangulation (spade) and O(sides) for each cut (Sutherland and Hodgman 1974, doi:10.1145/360767.360802).

use spade::{DelaunayTriangulation, Point2, Triangulation};
use std::collections::BTreeMap;

/// Up to this many settlements are shown as cells, more as points.
pub const MOST_CELLS: usize = 3000;

/// A point of the plane.
type P = (f64, f64);

/// The cell of each point, in pixels; points at one place share a cell, which the first of them gets and the others leave empty.
#[must_use]
pub fn cells(points: &[P]) -> Vec<Vec<P>> {
    let mut out = vec![Vec::new(); points.len()];
    let mut first: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    #[allow(clippy::cast_possible_truncation)] // hundredths of a pixel
    for (n, p) in points.iter().enumerate().filter(|(_, p)| p.0.is_finite() && p.1.is_finite()) {
        first.entry(((p.0 * 100.0).round() as i64, (p.1 * 100.0).round() as i64)).or_insert(n);
    }
    let chosen: Vec<usize> = first.into_values().collect();
    let hull = grown(&hull(&chosen.iter().map(|&n| points[n]).collect::<Vec<_>>()));
    let Some((x0, x1, y0, y1)) = bounds(points) else { return out };
    let reach = ((x1 - x0).max(y1 - y0)).max(1.0);
    #[allow(clippy::cast_precision_loss)]
    let disc = 2.2 * ((x1 - x0).max(1.0) * (y1 - y0).max(1.0) / chosen.len().max(1) as f64).sqrt().max(6.0);
    // Far corners make every real cell finite.
    let (cx, cy) = (f64::midpoint(x0, x1), f64::midpoint(y0, y1));
    let corners =
        [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(a, b)| Point2::new(cx + a * 20.0 * reach, cy + b * 20.0 * reach));
    let sites: Vec<Point2<f64>> = chosen.iter().map(|&n| Point2::new(points[n].0, points[n].1)).chain(corners).collect();
    let Ok(mesh) = DelaunayTriangulation::<Point2<f64>>::bulk_load_stable(sites) else { return out };
    for face in mesh.voronoi_faces().take(chosen.len()) {
        let site = face.as_delaunay_vertex();
        let Some(&n) = chosen.get(site.index()) else { continue };
        let corners: Option<Vec<P>> = face.adjacent_edges().map(|e| e.from().position().map(|p| (p.x, p.y))).collect();
        let Some(cell) = corners else { continue };
        let cell = counter_clockwise(cell);
        let cell = if hull.len() >= 3 { cut(&cell, &hull) } else { cell };
        out[n] = cut(&cell, &circle(points[n], disc));
    }
    out
}

/// Convex hull, counter-clockwise in a system with y upwards (Andrew's monotone chain).
#[must_use]
pub fn hull(points: &[P]) -> Vec<P> {
    let mut p = points.to_vec();
    p.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    p.dedup();
    if p.len() < 3 {
        return p;
    }
    let half = |points: &mut dyn Iterator<Item = P>| {
        let mut h: Vec<P> = Vec::new();
        for q in points {
            while h.len() >= 2 && turn(h[h.len() - 2], h[h.len() - 1], q) <= 0.0 {
                h.pop();
            }
            h.push(q);
        }
        h.pop();
        h
    };
    let mut lower = half(&mut p.iter().copied());
    lower.extend(half(&mut p.iter().rev().copied()));
    lower
}

fn turn(a: P, b: P, c: P) -> f64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

fn bounds(points: &[P]) -> Option<(f64, f64, f64, f64)> {
    points.iter().filter(|p| p.0.is_finite() && p.1.is_finite()).fold(None, |b, &(x, y)| {
        let (x0, x1, y0, y1) = b.unwrap_or((x, x, y, y));
        Some((f64::min(x0, x), f64::max(x1, x), f64::min(y0, y), f64::max(y1, y)))
    })
}

/// A hull moved outwards by 14 pixels from its middle.
fn grown(hull: &[P]) -> Vec<P> {
    #[allow(clippy::cast_precision_loss)]
    let n = hull.len().max(1) as f64;
    let c = hull.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0 / n, s.1 + p.1 / n));
    hull.iter()
        .map(|p| {
            let (dx, dy) = (p.0 - c.0, p.1 - c.1);
            let len = dx.hypot(dy).max(1e-9);
            (p.0 + dx / len * 14.0, p.1 + dy / len * 14.0)
        })
        .collect()
}

fn counter_clockwise(mut cell: Vec<P>) -> Vec<P> {
    let area: f64 = (0..cell.len()).map(|n| (cell[n], cell[(n + 1) % cell.len()])).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
    if area < 0.0 {
        cell.reverse();
    }
    cell
}

fn circle((x, y): P, r: f64) -> Vec<P> {
    (0..16).map(|n| std::f64::consts::TAU * f64::from(n) / 16.0).map(|a| (x + r * a.cos(), y + r * a.sin())).collect()
}

/// A polygon cut to a convex one, both counter-clockwise.
fn cut(subject: &[P], window: &[P]) -> Vec<P> {
    let mut out = subject.to_vec();
    for n in 0..window.len() {
        let (a, b) = (window[n], window[(n + 1) % window.len()]);
        let input = std::mem::take(&mut out);
        for m in 0..input.len() {
            let (p, q) = (input[m], input[(m + 1) % input.len()]);
            let (tp, tq) = (turn(a, b, p), turn(a, b, q));
            if tp >= 0.0 {
                out.push(p);
            }
            if (tp >= 0.0) != (tq >= 0.0) {
                let t = tp / (tp - tq);
                out.push((p.0 + (q.0 - p.0) * t, p.1 + (q.1 - p.1) * t));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(cell: &[P]) -> f64 {
        (0..cell.len()).map(|n| (cell[n], cell[(n + 1) % cell.len()])).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0
    }

    #[test]
    fn a_cell_is_nearest_to_its_own_point() {
        let points: Vec<P> = (0..40).map(|n| (f64::from(n * 71 % 500), f64::from(n * 137 % 400))).collect();
        let all = cells(&points);
        for (n, cell) in all.iter().enumerate() {
            assert!(area(cell) > 0.0, "point {n}");
            for &(x, y) in cell {
                let own = (points[n].0 - x).hypot(points[n].1 - y);
                assert!(points.iter().all(|p| (p.0 - x).hypot(p.1 - y) > own - 1e-6));
            }
        }
    }

    #[test]
    fn degenerate_inputs_give_no_cells_and_no_panic() {
        assert!(cells(&[]).is_empty());
        let same = cells(&[(5.0, 5.0), (5.0, 5.0), (f64::NAN, 1.0)]);
        assert_eq!(same.iter().filter(|c| !c.is_empty()).count(), 1);
        assert_eq!(cells(&[(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)]).iter().filter(|c| !c.is_empty()).count(), 3);
    }
}
