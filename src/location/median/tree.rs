//! A k-d tree of points in space, for the neighbours of clients without a table of all pairs.
//!
//! Built by halving the widest axis at the median (Bentley 1975, doi:10.1145/361002.361007), leaves of at most eight points: `O(n log n)`.
//! Range and nearest queries visit boxes that can hold an answer and no other. The order of its leaves is also used to number clients
//! and sites, so that neighbours in the plane are neighbours in memory.

use crate::instance::Metric;

const LEAF: usize = 8;

/// Points and the boxes around them.
#[derive(Debug)]
pub(super) struct Tree {
    /// Points by leaf.
    points: Vec<[f64; 3]>,
    /// What the caller calls each of them.
    pub(super) order: Vec<u32>,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    low: usize,
    high: usize,
    min: [f64; 3],
    max: [f64; 3],
    /// First child; the second follows the first one's subtree at `right`. Zero for a leaf.
    left: usize,
    right: usize,
}

/// Places a point so that straight-line distance grows with the metric: as it is, or on the unit sphere.
pub(super) fn embed(metric: Metric, p: [f64; 2]) -> [f64; 3] {
    match metric {
        Metric::GreatCircle => {
            let (lon, lat) = (p[0].to_radians(), p[1].to_radians());
            [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
        }
        _ => [p[0], p[1], 0.0],
    }
}

/// A straight-line distance beyond which every pair is farther apart than `distance` by the metric.
pub(super) fn reach(metric: Metric, distance: f64) -> f64 {
    let straight = match metric {
        Metric::Euclid => distance,
        Metric::FloorEuclid => distance + 1.0,
        Metric::RoundEuclid => distance + 0.5,
        Metric::GreatCircle => {
            let angle = distance / crate::travel::metric::EARTH_RADIUS_KM;
            if angle >= std::f64::consts::PI { 2.0 } else { 2.0 * (angle / 2.0).sin() }
        }
    };
    straight * (1.0 + 1e-9) + 1e-12
}

fn square(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|k| (a[k] - b[k]) * (a[k] - b[k])).sum()
}

impl Tree {
    /// Of points that are called `0..`.
    pub(super) fn new(points: &[[f64; 3]]) -> Self {
        #[allow(clippy::cast_possible_truncation)] // clients and sites are numbered by u32 throughout
        let mut tree = Self { points: Vec::new(), order: (0..points.len() as u32).collect(), nodes: Vec::new() };
        if !points.is_empty() {
            tree.split(points, 0, points.len());
        }
        tree.points = tree.order.iter().map(|&i| points[i as usize]).collect();
        tree
    }

    fn split(&mut self, points: &[[f64; 3]], low: usize, high: usize) {
        let (mut min, mut max) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for &i in &self.order[low..high] {
            for k in 0..3 {
                min[k] = min[k].min(points[i as usize][k]);
                max[k] = max[k].max(points[i as usize][k]);
            }
        }
        let here = self.nodes.len();
        self.nodes.push(Node { low, high, min, max, left: 0, right: 0 });
        let widest = (0..3).max_by(|&a, &b| (max[a] - min[a]).total_cmp(&(max[b] - min[b]))).unwrap_or(0);
        if high - low <= LEAF || max[widest] <= min[widest] {
            return;
        }
        let middle = usize::midpoint(low, high);
        self.order[low..high].select_nth_unstable_by(middle - low, |&a, &b| {
            points[a as usize][widest].total_cmp(&points[b as usize][widest]).then(a.cmp(&b))
        });
        let left = self.nodes.len();
        self.split(points, low, middle);
        let right = self.nodes.len();
        self.split(points, middle, high);
        (self.nodes[here].left, self.nodes[here].right) = (left, right);
    }

    fn box_square(&self, node: usize, p: [f64; 3]) -> f64 {
        let n = &self.nodes[node];
        (0..3).map(|k| (n.min[k] - p[k]).max(p[k] - n.max[k]).max(0.0)).map(|d| d * d).sum()
    }

    /// Calls `visit` for every point within a straight-line distance, and perhaps some others.
    pub(super) fn within(&self, p: [f64; 3], distance: f64, visit: &mut impl FnMut(u32)) {
        if !self.nodes.is_empty() {
            self.within_node(0, p, distance * distance * (1.0 + 1e-12), visit);
        }
    }

    fn within_node(&self, node: usize, p: [f64; 3], limit: f64, visit: &mut impl FnMut(u32)) {
        if self.box_square(node, p) > limit {
            return;
        }
        let n = self.nodes[node];
        if n.left == 0 {
            for k in n.low..n.high {
                if square(self.points[k], p) <= limit {
                    visit(self.order[k]);
                }
            }
        } else {
            self.within_node(n.left, p, limit, visit);
            self.within_node(n.right, p, limit, visit);
        }
    }

    /// The two nearest points as `(square of the distance, point)`; equal distances by the lower number.
    pub(super) fn nearest_two(&self, p: [f64; 3]) -> [Option<(f64, u32)>; 2] {
        let mut found = [None; 2];
        if !self.nodes.is_empty() {
            self.nearest_node(0, p, &mut found);
        }
        found
    }

    fn nearest_node(&self, node: usize, p: [f64; 3], found: &mut [Option<(f64, u32)>; 2]) {
        if found[1].is_some_and(|(d, _)| self.box_square(node, p) > d) {
            return;
        }
        let n = self.nodes[node];
        if n.left == 0 {
            for k in n.low..n.high {
                let this = (square(self.points[k], p), self.order[k]);
                let before = |other: Option<(f64, u32)>| other.is_none_or(|o| this.0.total_cmp(&o.0).then(this.1.cmp(&o.1)).is_lt());
                if before(found[0]) {
                    *found = [Some(this), found[0]];
                } else if before(found[1]) {
                    found[1] = Some(this);
                }
            }
        } else {
            let (first, second) =
                if self.box_square(n.left, p) <= self.box_square(n.right, p) { (n.left, n.right) } else { (n.right, n.left) };
            self.nearest_node(first, p, found);
            self.nearest_node(second, p, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_a_plain_scan() {
        let mut state = 7_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f64::from(u32::try_from(state >> 40).unwrap() % 50)
        };
        let points: Vec<[f64; 3]> = (0..300).map(|_| [draw(), draw(), 0.0]).collect();
        let tree = Tree::new(&points);
        for _ in 0..50 {
            let p = [draw(), draw(), 0.0];
            let mut plain: Vec<(f64, u32)> = points.iter().zip(0..).map(|(&q, i)| (square(p, q), i)).collect();
            plain.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let two = tree.nearest_two(p).map(Option::unwrap);
            assert_eq!(two.map(|t| t.0.to_bits()), [plain[0].0.to_bits(), plain[1].0.to_bits()]);
            let mut seen = Vec::new();
            tree.within(p, 9.0, &mut |i| seen.push(i));
            seen.sort_unstable();
            let mut want: Vec<u32> = plain.iter().filter(|x| x.0 <= 81.0).map(|x| x.1).collect();
            want.sort_unstable();
            assert_eq!(seen, want);
        }
        assert_eq!(Tree::new(&[]).nearest_two([0.0; 3]), [None, None]);
        assert_eq!(Tree::new(&[[1.0; 3]; 40]).nearest_two([0.0; 3]).iter().flatten().count(), 2);
    }
}
