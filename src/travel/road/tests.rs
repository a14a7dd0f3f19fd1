//! Road searches against petgraph's Dijkstra and against a plain combination of legs and paths.

use super::*;
use crate::ids::{FacilityId, SettlementId};
use crate::travel::{Site, Travel};
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use proptest::prelude::*;

/// Settlements and facilities at positions.
struct Spots(Vec<Position>, Vec<Position>);

impl Places for Spots {
    fn crs(&self) -> Crs {
        Crs::PlanarKm
    }

    fn site(&self, place: Place) -> Site {
        let position = match place {
            Place::Settlement(s) => self.0[s.index()],
            Place::Facility(f) => self.1[f.index()],
        };
        Site { position, core: None }
    }
}

fn at((x, y): (i32, i32)) -> Position {
    Position { x: f64::from(x), y: f64::from(y) }
}

/// Minutes between nodes by petgraph on its own graph type.
fn oracle(nodes: usize, edges: &[RoadEdge], from: usize) -> Vec<Option<f64>> {
    let mut graph = DiGraph::<(), f64>::new();
    let ids: Vec<NodeIndex> = (0..nodes).map(|_| graph.add_node(())).collect();
    for e in edges {
        graph.add_edge(ids[e.from], ids[e.to], 60.0 * e.km / e.kmh);
        if !e.oneway {
            graph.add_edge(ids[e.to], ids[e.from], 60.0 * e.km / e.kmh);
        }
    }
    let found = dijkstra(&graph, ids[from], None, |e| *e.weight());
    ids.iter().map(|id| found.get(id).copied()).collect()
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-8 * b.max(1.0),
        (a, b) => a == b,
    }
}

fn roads() -> impl Strategy<Value = (Vec<Position>, Vec<RoadEdge>)> {
    prop::collection::vec((-20..20_i32, -20..20_i32), 1..30).prop_flat_map(|nodes| {
        let n = nodes.len();
        let edge = (0..n, 0..n, 0.0..9.0_f64, 20.0..100.0_f64, any::<bool>());
        let edge = edge.prop_map(|(from, to, km, kmh, oneway)| RoadEdge { from, to, km, kmh, oneway });
        (Just(nodes.into_iter().map(at).collect()), prop::collection::vec(edge, 0..70))
    })
}

proptest! {
    #[test]
    fn node_searches_equal_petgraph((nodes, edges) in roads(), from in 0..30_usize, limit in 0.0..60.0_f64) {
        let (n, from) = (nodes.len(), from % nodes.len());
        let graph = RoadGraph::new(Crs::PlanarKm, RoadParams::default(), nodes, &edges).unwrap();
        let wanted = oracle(n, &edges, from);
        let all: Vec<usize> = (0..n).collect();
        let got = graph.node_minutes(from, &all, f64::INFINITY);
        prop_assert!(got.iter().zip(&wanted).all(|(a, b)| close(*a, *b)), "{:?} {:?}", got, wanted);
        for (bounded, full) in graph.node_minutes(from, &all, limit).into_iter().zip(got) {
            prop_assert_eq!(bounded, full.filter(|m| *m <= limit));
        }
    }

    #[test]
    fn trips_are_legs_and_paths(
        (nodes, edges) in roads(),
        people in prop::collection::vec((-25..25_i32, -25..25_i32), 1..25),
        sites in prop::collection::vec((-25..25_i32, -25..25_i32), 1..12),
        (k, limit) in (1..5_usize, 0.0..90.0_f64),
    ) {
        let params = RoadParams { max_off_road_km: 12.0, ..RoadParams::default() };
        let spots = Spots(people.into_iter().map(at).collect(), sites.into_iter().map(at).collect());
        let from: Vec<Place> = (0..spots.0.len()).map(|i| Place::Settlement(SettlementId::new(i))).collect();
        let to: Vec<Place> = (0..spots.1.len()).map(|i| Place::Facility(FacilityId::new(i))).collect();
        let snap = |p: Position| {
            let near = nodes.iter().enumerate().map(|(i, n)| (distance_km(Crs::PlanarKm, p, *n), i));
            near.min_by(|a, b| a.partial_cmp(b).unwrap()).filter(|n| n.0 <= 12.0)
        };
        let plain = |a: Position, b: Position| {
            let ((ka, na), (kb, nb)) = (snap(a)?, snap(b)?);
            let leg = |km: f64| 60.0 * 1.3 * km / 15.0;
            if na == nb { return Some(3.0 + leg(distance_km(Crs::PlanarKm, a, b))); }
            Some(3.0 + leg(ka) + oracle(nodes.len(), &edges, na)[nb]? + leg(kb))
        };
        let travel = Travel::Road(RoadGraph::new(Crs::PlanarKm, params, nodes.clone(), &edges).unwrap());
        let pairs: Vec<(Place, Place)> = from.iter().flat_map(|f| to.iter().map(move |t| (*f, *t))).collect();
        let minutes = travel.minutes_of_pairs(&spots, &pairs);
        let nearest = travel.nearest(&spots, &from, &to, k);
        let within = travel.within(&spots, &from, &to, limit);
        for (i, a) in spots.0.iter().enumerate() {
            let row = &minutes[i * to.len()..(i + 1) * to.len()];
            for (j, b) in spots.1.iter().enumerate() {
                prop_assert!(close(row[j], plain(*a, *b)), "{:?} {:?}", row[j], plain(*a, *b));
                prop_assert_eq!(row[j], travel.minutes_between(&spots, from[i], to[j]));
            }
            let mut sorted: Vec<(f64, usize)> = row.iter().enumerate().filter_map(|(j, m)| Some(((*m)?, j))).collect();
            prop_assert_eq!(
                within.row(i).collect::<Vec<_>>(),
                sorted.iter().filter(|m| m.0 <= limit).map(|m| (m.1, m.0)).collect::<Vec<_>>()
            );
            sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
            sorted.truncate(k);
            prop_assert_eq!(nearest.row(i).map(|(j, m)| (m, j)).collect::<Vec<_>>(), sorted);
        }
        prop_assert_eq!(travel.minutes_between(&spots, from[0], from[0]), Some(0.0));
    }
}

#[test]
fn edges_without_sense_are_all_named() {
    let edge = |from, to, km, kmh| RoadEdge { from, to, km, kmh, oneway: true };
    let edges = [edge(0, 1, 1.0, 50.0), edge(0, 7, 1.0, 50.0), edge(1, 0, -1.0, 50.0), edge(1, 0, 1.0, 0.0), edge(1, 0, f64::NAN, 9.0)];
    let problems = RoadGraph::new(Crs::PlanarKm, RoadParams::default(), vec![at((0, 0)), at((1, 0))], &edges).unwrap_err();
    assert_eq!(problems.len(), 4);
    assert_eq!(problems[0], RoadError::UnknownNode { edge: 1, node: 7 });
}

#[test]
fn a_real_city_equals_petgraph() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/roads/bremen_time.gr");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: no {path}");
        return;
    };
    // `a from to time`: in milliseconds, here as roads at 60 km/h
    let numbers = |line: &str| -> Option<[usize; 3]> {
        let mut words = line.strip_prefix("a ")?.split_whitespace().map(|w| w.parse().ok());
        Some([words.next()??, words.next()??, words.next()??])
    };
    let edges: Vec<RoadEdge> = text
        .lines()
        .filter_map(numbers)
        .map(|[from, to, t]| RoadEdge { from, to, km: t as f64 / 60_000.0, kmh: 60.0, oneway: true })
        .collect();
    assert_eq!(edges.len(), 86_475);
    let n = 1 + edges.iter().map(|e| e.from.max(e.to)).max().unwrap();
    let nodes = (0..n).map(|i| Position { x: i as f64, y: 0.0 }).collect();
    let graph = RoadGraph::new(Crs::PlanarKm, RoadParams::default(), nodes, &edges).unwrap();
    let all: Vec<usize> = (0..n).collect();
    for from in [0, n / 3, n - 1] {
        let wanted = oracle(n, &edges, from);
        assert!(wanted.iter().flatten().count() > n / 2);
        assert!(graph.node_minutes(from, &all, f64::INFINITY).into_iter().zip(wanted).all(|(a, b)| close(a, b)));
    }
}
