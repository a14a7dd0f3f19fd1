//! Who neighbours whom: by the road graph, by the Delaunay triangulation of the seats (crate `spade`), or the nearest few.

use crate::travel::metric::distance_km;
use crate::travel::{Crs, Position, RoadGraph};
use spade::{DelaunayTriangulation, Point2, Triangulation};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// A pair of neighbours, the smaller position first.
pub type Pair = (usize, usize);

/// Positions in a plane about their middle, km: distances a county across are right to a thousandth.
#[must_use]
pub fn plane(crs: Crs, points: &[Position]) -> Vec<(f64, f64)> {
    match crs {
        Crs::PlanarKm => points.iter().map(|p| (p.x, p.y)).collect(),
        Crs::Wgs84 => {
            let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p.y), h.max(p.y)));
            let shrink = f64::midpoint(low, high).to_radians().cos();
            points.iter().map(|p| (p.x * 111.195 * shrink, p.y * 111.195)).collect()
        }
    }
}

/// Pairs joined by the Delaunay triangulation. Points at one place are joined to the first of them, which alone is triangulated; so the
/// graph is connected whatever is given. Where four points lie on a circle one of the two diagonals is taken. O(n log n) (B. Delaunay 1934;
/// the crate inserts in the order of a sweep).
#[must_use]
pub fn delaunay(points: &[(f64, f64)]) -> Vec<Pair> {
    let mut at: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    let mut pairs = Vec::new();
    let mut chosen = Vec::new();
    for (n, p) in points.iter().enumerate() {
        // +0 and -0 are one place
        let key = ((p.0 + 0.0).to_bits(), (p.1 + 0.0).to_bits());
        match at.get(&key) {
            Some(&first) => pairs.push(pair(first, n)),
            None => {
                at.insert(key, n);
                chosen.push(n);
            }
        }
    }
    let mut mesh = DelaunayTriangulation::<Point2<f64>>::new();
    let mut unit_of: BTreeMap<usize, usize> = BTreeMap::new();
    for &n in &chosen {
        if let Ok(vertex) = mesh.insert(Point2::new(points[n].0, points[n].1)) {
            unit_of.insert(vertex.index(), n);
        }
    }
    for edge in mesh.undirected_edges() {
        let ends = edge.vertices().map(|v| unit_of.get(&v.fix().index()).copied());
        if let [Some(a), Some(b)] = ends {
            pairs.push(pair(a, b));
        }
    }
    tidy(pairs)
}

/// Middles of the circles through two points farther off than this, in units of their distance, belong to circles whose radius is longer than it.
const FAR: f64 = 0.866_025_403_784_438_6;

/// Pairs of the Delaunay triangulation whose surroundings have a border in common: of the circles through both points that hold no other, those with
/// a radius of at most their distance have their middles on a stretch of at least `border` times that distance. The long pairs along the hull,
/// which join what has nothing between it but land outside, fall away, and so do those that meet at little more than a corner. Where seats crowd
/// together the graph may fall apart (a seat in the shade of two others beside it has no border with what lies beyond them): who needs it whole joins
/// the pieces with [`bridges`]. O(n log n).
#[must_use]
pub fn natural(points: &[(f64, f64)], border: f64) -> Vec<Pair> {
    let pairs = delaunay(points);
    let near = lists(points.len(), &pairs);
    let close = |&(a, b): &Pair| {
        let ((ax, ay), (bx, by)) = (points[a], points[b]);
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx * dx + dy * dy;
        if length <= 0.0 {
            return true;
        }
        // the middle of a circle is m + s (-dy, dx); the corners of the triangles on both sides bound s
        let (mut low, mut high) = (-FAR, FAR);
        for &c in near[a].iter().filter(|c| near[b].contains(c)) {
            let (ux, uy) = (points[c].0 - f64::midpoint(ax, bx), points[c].1 - f64::midpoint(ay, by));
            let (room, slope) = (ux * ux + uy * uy - length / 4.0, 2.0 * (uy * dx - ux * dy));
            if slope > 0.0 {
                high = high.min(room / slope);
            } else if slope < 0.0 {
                low = low.max(room / slope);
            }
        }
        high - low >= border
    };
    pairs.into_iter().filter(close).collect()
}

/// Every point with its `k` nearest by straight distance, ties by position: the graph may fall apart. O(n^2 log n), for a county's points.
#[must_use]
pub fn nearest(crs: Crs, points: &[Position], k: usize) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for a in 0..points.len() {
        let mut others: Vec<(f64, usize)> =
            (0..points.len()).filter(|&b| b != a).map(|b| (distance_km(crs, points[a], points[b]), b)).collect();
        others.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        pairs.extend(others.iter().take(k).map(|&(_, b)| pair(a, b)));
    }
    tidy(pairs)
}

/// Every point owns the road nodes it reaches first; two points are neighbours when a road joins a node of the one to a node of the other.
/// Roads are taken in both directions. One search from all points at once: O((nodes + roads) log nodes).
#[must_use]
pub fn road(graph: &RoadGraph, crs: Crs, points: &[Position]) -> Vec<Pair> {
    let nodes = graph.node_count();
    let mut ways: Vec<Vec<(usize, f64)>> = vec![Vec::new(); nodes];
    for e in graph.edges() {
        let minutes = e.km / e.kmh * 60.0;
        ways[e.from].push((e.to, minutes));
        ways[e.to].push((e.from, minutes));
    }
    let mut owner = vec![usize::MAX; nodes];
    let mut heap = BinaryHeap::new();
    for (n, p) in points.iter().enumerate() {
        let gate = (0..nodes).map(|v| (distance_km(crs, *p, graph.node(v)), v)).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((_, v)) = gate {
            heap.push(Reverse((0_u64, n, v)));
        }
    }
    while let Some(Reverse((ticks, n, v))) = heap.pop() {
        if owner[v] != usize::MAX {
            continue;
        }
        owner[v] = n;
        for &(w, minutes) in ways[v].iter().filter(|(w, _)| owner[*w] == usize::MAX) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // minutes are above 0 and small
            heap.push(Reverse((ticks + (minutes * 1e9) as u64, n, w)));
        }
    }
    let mut pairs: Vec<Pair> = Vec::new();
    for e in graph.edges() {
        let (a, b) = (owner[e.from], owner[e.to]);
        if a != b && a != usize::MAX && b != usize::MAX {
            pairs.push(pair(a, b));
        }
    }
    // seats at one road node: the first owns it, the others hang on it
    let mut gates: BTreeMap<usize, usize> = BTreeMap::new();
    for (n, p) in points.iter().enumerate() {
        let gate = (0..nodes).map(|v| (distance_km(crs, *p, graph.node(v)), v)).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((_, v)) = gate {
            match gates.get(&v) {
                Some(&first) => pairs.push(pair(first, n)),
                None => {
                    gates.insert(v, n);
                }
            }
        }
    }
    tidy(pairs)
}

/// Pairs that join the pieces of a graph, each the shortest that does (Kruskal's order): islands and pieces that roads leave apart.
#[must_use]
pub fn bridges(crs: Crs, points: &[Position], pairs: &[Pair]) -> Vec<Pair> {
    joining(crs, points, pairs, (0..points.len()).flat_map(|a| (a + 1..points.len()).map(move |b| (a, b))))
}

/// Of the pairs `offered` those that join the pieces of a graph, each the shortest that does (J. B. Kruskal 1956, doi:10.1090/S0002-9939-1956-0078686-7).
/// O(n + m log m) for m pairs offered between pieces.
#[must_use]
pub fn joining(crs: Crs, points: &[Position], pairs: &[Pair], offered: impl Iterator<Item = Pair>) -> Vec<Pair> {
    let mut piece = petgraph::unionfind::UnionFind::<usize>::new(points.len());
    for &(a, b) in pairs {
        piece.union(a, b);
    }
    if (1..points.len()).all(|a| piece.equiv(0, a)) {
        return Vec::new();
    }
    let mut between: Vec<(f64, Pair)> =
        offered.filter(|&(a, b)| !piece.equiv(a, b)).map(|(a, b)| (distance_km(crs, points[a], points[b]), (a, b))).collect();
    between.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
    between.into_iter().filter(|&(_, (a, b))| piece.union(a, b)).map(|(_, p)| p).collect()
}

/// Lists of neighbours from pairs.
#[must_use]
pub fn lists(units: usize, pairs: &[Pair]) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); units];
    for &(a, b) in pairs {
        out[a].push(b);
        out[b].push(a);
    }
    for list in &mut out {
        list.sort_unstable();
        list.dedup();
    }
    out
}

fn pair(a: usize, b: usize) -> Pair {
    (a.min(b), a.max(b))
}

fn tidy(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.retain(|(a, b)| a != b);
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delaunay_pairs_have_an_empty_circle_and_join_everything() {
        let points: Vec<(f64, f64)> =
            (0..30).map(|n| (f64::from(n * 71 % 97), f64::from(n * 37 % 89))).chain([(3.0, 3.0), (3.0, 3.0)]).collect();
        let pairs = delaunay(&points);
        let at: Vec<Position> = points.iter().map(|&(x, y)| Position { x, y }).collect();
        assert!(bridges(Crs::PlanarKm, &at, &pairs).is_empty());
        // Euler: a triangulation of n points with h on the hull has 3n - 3 - h pairs; here one point is doubled
        let h = 31 * 3 - 3 - (pairs.len() - 1);
        assert!((3..=31).contains(&h), "{} pairs", pairs.len());
        // the nearest of every point is a Delaunay neighbour
        for a in 0..points.len() {
            let d = |b: usize| (points[a].0 - points[b].0).hypot(points[a].1 - points[b].1);
            let b = (0..points.len()).filter(|&b| b != a).min_by(|&x, &y| d(x).total_cmp(&d(y)));
            let b = b.unwrap_or(a);
            let least = d(b);
            assert!(pairs.iter().any(|&(x, y)| (x == a && d(y) <= least) || (y == a && d(x) <= least)), "{a} and {b}");
        }
    }

    #[test]
    fn natural_neighbours_are_those_by_the_definition() {
        let points: Vec<(f64, f64)> =
            (0..40).map(|n| (f64::from(n * 71 % 97) + f64::from(n).cos(), f64::from(n * 37 % 89) + f64::from(n).sin())).collect();
        let pairs = natural(&points, 0.2);
        // brute force over all points: where on the line between two the middles lie of circles that hold no third, and how near the nearest is
        let (mut longer, mut corners) = (0, 0);
        for a in 0..points.len() {
            for b in a + 1..points.len() {
                let ((ax, ay), (bx, by)) = (points[a], points[b]);
                let (dx, dy) = (bx - ax, by - ay);
                let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
                for (k, p) in points.iter().enumerate().filter(|(k, _)| *k != a && *k != b) {
                    let (ux, uy) = (p.0 - f64::midpoint(ax, bx), p.1 - f64::midpoint(ay, by));
                    let (room, slope) = (ux * ux + uy * uy - (dx * dx + dy * dy) / 4.0, 2.0 * (uy * dx - ux * dy));
                    assert!(slope.abs() > 1e-9, "{k} lies on the line of {a} and {b}: choose other points");
                    if slope > 0.0 { high = high.min(room / slope) } else { low = low.max(room / slope) }
                }
                // of the middles between low and high those whose circles have a radius of at most the distance, counted in small steps
                let steps =
                    (0..2001).map(|n| f64::from(n - 1000) / 1000.0).filter(|s| (low..=high).contains(s) && 0.25 + s * s <= 1.0).count();
                if steps.abs_diff(200) > 2 {
                    assert_eq!(steps > 200, pairs.contains(&(a, b)), "{a} and {b}: {low} to {high}");
                    longer += usize::from(low <= high && steps == 0);
                    corners += usize::from(steps > 0 && steps < 200);
                }
            }
        }
        assert!(longer > 0 && corners > 0, "no pair of the triangulation was too long, or none met at a corner: {longer}, {corners}");
        let at: Vec<Position> = points.iter().map(|&(x, y)| Position { x, y }).collect();
        assert!(bridges(Crs::PlanarKm, &at, &pairs).is_empty());
        // a flat fan: the ends of the hull are no neighbours, although the triangulation joins them
        let fan: Vec<(f64, f64)> = [-10.0_f64, -5.0, 0.0, 5.0, 10.0].into_iter().map(|x| (x, x * x / 100.0)).collect();
        assert!(delaunay(&fan).contains(&(0, 4)) && !natural(&fan, 0.2).contains(&(0, 4)));
    }

    #[test]
    fn pieces_are_bridged_by_their_shortest_gaps() {
        let at = [0.0, 1.0, 5.0, 6.5, 20.0].map(|x| Position { x, y: 0.0 });
        assert_eq!(bridges(Crs::PlanarKm, &at, &[(0, 1), (2, 3)]), [(1, 2), (3, 4)]);
        assert_eq!(joining(Crs::PlanarKm, &at, &[(0, 1), (2, 3)], [(0, 3), (0, 2), (1, 4), (3, 4)].into_iter()), [(0, 2), (3, 4)]);
        assert_eq!(nearest(Crs::PlanarKm, &at, 1), [(0, 1), (2, 3), (3, 4)]);
    }

    #[test]
    fn roads_make_neighbours_of_those_they_join() {
        let at = [0.0, 10.0, 20.0].map(|x| Position { x, y: 0.0 });
        let nodes: Vec<Position> = (0..=20).map(|x| Position { x: f64::from(x), y: 0.0 }).collect();
        let edges: Vec<crate::travel::road::RoadEdge> =
            (0..20).map(|n| crate::travel::road::RoadEdge { from: n, to: n + 1, km: 1.0, kmh: 40.0, oneway: false }).collect();
        let Ok(graph) = RoadGraph::new(Crs::PlanarKm, crate::travel::RoadParams::default(), nodes, &edges) else {
            unreachable!("the roads are sound")
        };
        assert_eq!(road(&graph, Crs::PlanarKm, &at), [(0, 1), (1, 2)]);
    }
}
