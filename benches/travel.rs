//! Kernels of travel: neighbours, nearest by time, arcs. `cargo bench --bench travel`.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use fenji::ids::{FacilityId, SettlementId};
use fenji::network::arc_rules::build_arcs;
use fenji::outcome::Silent;
use fenji::synth::{SynthParams, generate};
use fenji::travel::road::RoadEdge;
use fenji::travel::{Crs, Place, Position, RoadGraph, RoadParams, SpatialIndex, Travel};
use std::hint::black_box;

fn province() -> fenji::network::Case {
    let params = SynthParams { prefectures: 10, settlements: 1000, settlements_per_clinic: 5, ..SynthParams::default() };
    generate(&params).unwrap_or_else(|e| unreachable!("{e}"))
}

fn neighbours(c: &mut Criterion) {
    let case = province();
    let positions: Vec<Position> = case.network.settlements.iter().map(|s| s.position).collect();
    c.bench_function("index 10,000 points", |b| {
        b.iter_batched(|| positions.clone(), |p| SpatialIndex::new(case.network.crs, p), BatchSize::LargeInput);
    });
    let index = SpatialIndex::new(case.network.crs, positions.clone());
    c.bench_function("2 nearest by distance, 10,000 times", |b| {
        b.iter(|| positions.iter().map(|p| index.nearest(black_box(*p), 2).len()).sum::<usize>());
    });
    c.bench_function("within 20 km, 10,000 times", |b| {
        b.iter(|| positions.iter().map(|p| index.within(black_box(*p), 20.0).len()).sum::<usize>());
    });
}

fn times(c: &mut Criterion) {
    let case = province();
    let n = &case.network;
    let from: Vec<Place> = (0..n.settlements.len()).map(|i| Place::Settlement(SettlementId::new(i))).collect();
    let rank = |r: u8| (0..n.facilities.len()).map(FacilityId::new).filter(|f| n.facility(*f).rank() == r).map(Place::Facility).collect();
    let centres: Vec<Place> = rank(2);
    c.bench_function("2 nearest by time, 10,000 settlements", |b| b.iter(|| case.travel.nearest(n, &from, &centres, 2).len()));
    c.bench_function("all within 60 minutes, 10,000 settlements", |b| b.iter(|| case.travel.within(n, &from, &centres, 60.0).len()));
    c.bench_function("arcs of 10,000 settlements", |b| b.iter(|| build_arcs(&case, &Silent).first.len()));
}

/// A prefecture on a square grid of roads, 90,000 nodes 600 m apart.
fn roads(c: &mut Criterion) {
    const SIDE: usize = 300;
    let at = |i: usize| 0.6 * (i as f64 - SIDE as f64 / 2.0);
    let nodes = (0..SIDE * SIDE).map(|i| Position { x: at(i % SIDE), y: at(i / SIDE) }).collect();
    let mut edges = Vec::new();
    for i in 0..SIDE * SIDE {
        let mut road = |to| edges.push(RoadEdge { from: i, to, km: 0.66, kmh: 30.0 + (i * 7 % 50) as f64, oneway: false });
        if i % SIDE + 1 < SIDE {
            road(i + 1);
        }
        if i + SIDE < SIDE * SIDE {
            road(i + SIDE);
        }
    }
    let Ok(graph) = RoadGraph::new(Crs::PlanarKm, RoadParams::default(), nodes, &edges) else { return };
    let targets: Vec<usize> = (0..1000).map(|i| i * 89).collect();
    c.bench_function("one to 1,000 on 90,000 road nodes", |b| b.iter(|| graph.node_minutes(black_box(45_150), &targets, f64::INFINITY)));
    c.bench_function("one to 1,000, at most 30 minutes", |b| b.iter(|| graph.node_minutes(black_box(45_150), &targets, 30.0)));
    let params = SynthParams { settlements: 1000, crs: Crs::PlanarKm, ..SynthParams::default() };
    let Ok(mut case) = generate(&params) else { return };
    // The centres outside of the grid stand at its corner.
    case.network.facilities.iter_mut().filter(|f| f.area.is_none()).for_each(|f| f.position = Position { x: at(0), y: at(0) });
    case.travel = Travel::Road(graph);
    let mut group = c.benchmark_group("roads");
    group.sample_size(10);
    group.bench_function("arcs of 1,000 settlements", |b| b.iter(|| build_arcs(&case, &Silent).first.len()));
    group.finish();
}

criterion_group!(benches, neighbours, times, roads);
criterion_main!(benches);
