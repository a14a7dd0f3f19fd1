//! Places along the edge of a map for what lies beyond it: in its direction, side by side, none over another.

use super::projection::Frame;

/// Distance of the places from the edge, and room that each of them takes along it, pixels.
const INSET: f64 = 12.0;
/// Room along the edge of each place, pixels.
pub const ROOM: f64 = 22.0;

/// Moves points of the edge (as [`Projection::to_edge`](super::projection::Projection::to_edge) gives them) along it until each has room;
/// together they move as little as possible (least squares, by pooling neighbours that want the same place).
///
/// Where the edge is too short for all of them they share it evenly. `O(n log n)`.
#[must_use]
pub fn spread(frame: Frame, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let edge = Edge { x: frame.x + INSET, y: frame.y + INSET, w: (frame.w - 2.0 * INSET).max(1.0), h: (frame.h - 2.0 * INSET).max(1.0) };
    let length = 2.0 * (edge.w + edge.h);
    let mut along: Vec<(f64, usize)> = points.iter().enumerate().map(|(n, p)| (edge.along(*p), n)).collect();
    along.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let n = along.len();
    if n == 0 {
        return Vec::new();
    }
    #[allow(clippy::cast_precision_loss)] // a few facilities
    let room = ROOM.min(length / n as f64);
    // The round is cut open in the middle of its widest gap.
    let gap = |k: usize| (along[(k + 1) % n].0 - along[k].0).rem_euclid(length);
    let widest = (0..n).max_by(|a, b| gap(*a).total_cmp(&gap(*b)).then(b.cmp(a))).unwrap_or(0);
    along.rotate_left((widest + 1) % n);
    let begin = along[0].0;
    // Without the room of those before it, each place may stand anywhere not before the one before: the closest such places are block means.
    let mut blocks: Vec<(f64, f64)> = Vec::new();
    let mut taken = 0.0;
    for (s, _) in &along {
        blocks.push(((s - begin).rem_euclid(length) - taken, 1.0));
        taken += room;
        while let [.., (a, na), (b, nb)] = blocks[..]
            && a > b
        {
            blocks.truncate(blocks.len() - 2);
            blocks.push(((a * na + b * nb) / (na + nb), na + nb));
        }
    }
    let mut out = points.to_vec();
    let mut taken = 0.0;
    let mut of_block = blocks.iter().flat_map(|(mean, count)| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count that was added up from ones
        std::iter::repeat_n(*mean, *count as usize)
    });
    for (_, n) in &along {
        out[*n] = edge.at((begin + of_block.next().unwrap_or_default() + taken).rem_euclid(length));
        taken += room;
    }
    out
}

/// The rectangle that places stand on.
struct Edge {
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

impl Edge {
    /// How far along the edge a point is, clockwise from the corner above on the left.
    fn along(&self, (x, y): (f64, f64)) -> f64 {
        let (dx, dy) = ((x - self.x).clamp(0.0, self.w), (y - self.y).clamp(0.0, self.h));
        let sides =
            [(dy, dx), (self.w - dx, self.w + dy), (self.h - dy, self.w + self.h + self.w - dx), (dx, 2.0 * self.w + 2.0 * self.h - dy)];
        sides.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |s| s.1)
    }

    fn at(&self, s: f64) -> (f64, f64) {
        let (w, h) = (self.w, self.h);
        if s < w {
            (self.x + s, self.y)
        } else if s < w + h {
            (self.x + w, self.y + s - w)
        } else if s < 2.0 * w + h {
            (self.x + w - (s - w - h), self.y + h)
        } else {
            (self.x, self.y + h - (s - 2.0 * w - h).min(h))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { x: 16.0, y: 64.0, w: 400.0, h: 300.0 };

    fn nearest(points: &[(f64, f64)]) -> f64 {
        let pairs = points.iter().enumerate().flat_map(|(n, a)| points[n + 1..].iter().map(move |b| (a.0 - b.0).hypot(a.1 - b.1)));
        pairs.fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn places_with_room_stay_and_crowded_ones_stand_side_by_side() {
        let far = [(28.0, 200.0), (404.0, 100.0), (200.0, 76.0)];
        assert_eq!(spread(FRAME, &far), far);
        let crowd: Vec<(f64, f64)> = (0..6).map(|n| (28.0, 200.0 + f64::from(n))).collect();
        let placed = spread(FRAME, &crowd);
        assert!((nearest(&placed) - ROOM).abs() < 1e-9);
        assert!(placed.iter().all(|p| (p.0 - 28.0).abs() < 1e-9), "all keep to their side");
        let middle = placed.iter().map(|p| p.1).sum::<f64>() / 6.0;
        assert!((middle - 202.5).abs() < 1e-9, "they move to both sides alike");
        assert!(placed.windows(2).all(|w| w[1].1 > w[0].1), "their order stays");
    }

    #[test]
    fn nothing_overlaps_around_corners_or_when_there_are_many() {
        for n in [1, 2, 7, 40, 58] {
            let points: Vec<(f64, f64)> = (0..n).map(|k| (28.0 + f64::from(k % 3), 352.0)).collect();
            let placed = spread(FRAME, &points);
            assert!(placed.iter().all(|p| FRAME.holds(*p)));
            // A corner shortens the way between two places by a third at most.
            assert!(n == 1 || nearest(&placed) >= ROOM / 2.0_f64.sqrt() - 1e-9, "{n}: {}", nearest(&placed));
        }
        let many: Vec<(f64, f64)> = (0..200).map(|_| (28.0, 352.0)).collect();
        assert!(nearest(&spread(FRAME, &many)) > 3.0, "the edge is shared");
    }
}
