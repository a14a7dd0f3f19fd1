//! Travel on a road graph: places are joined to their nearest road node, trips follow the fastest path.
//!
//! A trip takes `fixed + off-road leg + path + off-road leg` minutes. The legs go straight (times a circuity) at `off_road_kmh`;
//! two places that share their road node may also go straight to each other, which is never longer than over the node. A place
//! farther than `max_off_road_km` from every node, or a node without a path, makes a pair unreachable.

use super::dijkstra::{Search, TICKS_PER_MINUTE, TickGraph};
use super::metric::distance_km;
use super::{Crs, Place, Places, Position, SparseTimes, SpatialIndex};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use thiserror::Error;

/// An edge longer than this is a slip of units, minutes (about ten weeks).
const LONGEST_EDGE_MINUTES: f64 = 1e5;

/// Parameters of travel off the road graph; the defaults are assumptions and are shown as such.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RoadParams {
    /// Minutes added to each trip.
    pub fixed_minutes: f64,
    /// Speed between a place and its road node, km/h.
    pub off_road_kmh: f64,
    /// Length of the way between a place and its road node over the straight distance.
    pub off_road_circuity: f64,
    /// A place farther than this from every road node is not connected, straight km.
    pub max_off_road_km: f64,
}

impl Default for RoadParams {
    fn default() -> Self {
        Self { fixed_minutes: 3.0, off_road_kmh: 15.0, off_road_circuity: 1.3, max_off_road_km: 30.0 }
    }
}

/// A road between two nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoadEdge {
    /// Node it starts from, by position in the list of nodes.
    pub from: usize,
    /// Node it leads to.
    pub to: usize,
    /// Length, km.
    pub km: f64,
    /// Speed, km/h.
    pub kmh: f64,
    /// Only from `from` to `to`.
    pub oneway: bool,
}

/// What is wrong with an edge.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RoadError {
    /// An end that is not in the list of nodes.
    #[error("edge {edge}: there is no node {node}")]
    UnknownNode {
        /// Position of the edge, from 0.
        edge: usize,
        /// The missing node.
        node: usize,
    },
    /// A length below zero, a speed not above zero, or a travel time beyond any road's.
    #[error("edge {edge}: {km} km at {kmh} km/h is not a road")]
    BadEdge {
        /// Position of the edge, from 0.
        edge: usize,
        /// Length, km.
        km: f64,
        /// Speed, km/h.
        kmh: f64,
    },
}

/// A road graph, ready for searches from and to any node.
#[derive(Debug, Clone, Default)]
pub struct RoadGraph {
    params: RoadParams,
    nodes: SpatialIndex,
    /// As given, so that a case can be written again.
    edges: Vec<RoadEdge>,
    forward: TickGraph,
    backward: TickGraph,
}

/// The way between a place and its road node.
#[derive(Debug, Clone, Copy)]
struct Leg {
    node: u32,
    minutes: f64,
    position: Position,
}

impl RoadGraph {
    /// A graph of nodes and edges; of parallel edges the fastest counts.
    ///
    /// # Errors
    /// All edges that make no sense, in their order.
    pub fn new(crs: Crs, params: RoadParams, nodes: Vec<Position>, edges: &[RoadEdge]) -> Result<Self, Vec<RoadError>> {
        let mut problems = Vec::new();
        let mut arcs = Vec::with_capacity(2 * edges.len());
        for (edge, e) in edges.iter().enumerate() {
            let minutes = 60.0 * e.km / e.kmh;
            if let Some(node) = [e.from, e.to].into_iter().find(|n| *n >= nodes.len()) {
                problems.push(RoadError::UnknownNode { edge, node });
            } else if !(e.km >= 0.0 && e.kmh > 0.0 && minutes <= LONGEST_EDGE_MINUTES) {
                problems.push(RoadError::BadEdge { edge, km: e.km, kmh: e.kmh });
            } else {
                arcs.push(arc(e.from, e.to, minutes));
                if !e.oneway {
                    arcs.push(arc(e.to, e.from, minutes));
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let backward = compressed(nodes.len(), arcs.iter().map(|&(a, b, t)| (b, a, t)).collect());
        let forward = compressed(nodes.len(), arcs);
        Ok(Self { params, nodes: SpatialIndex::new(crs, nodes), edges: edges.to_vec(), forward, backward })
    }

    /// Parameters of travel off the roads.
    #[must_use]
    pub fn params(&self) -> RoadParams {
        self.params
    }

    /// Position of a road node.
    #[must_use]
    pub fn node(&self, node: usize) -> Position {
        self.nodes.position(node)
    }

    /// The edges as given.
    #[must_use]
    pub fn edges(&self) -> &[RoadEdge] {
        &self.edges
    }

    /// Number of road nodes.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Minutes from node `from` to each of `targets` along the roads alone. The search ends when all are settled or
    /// `limit_minutes` is passed; what was not reached by then is `None`.
    #[must_use]
    pub fn node_minutes(&self, from: usize, targets: &[usize], limit_minutes: f64) -> Vec<Option<f64>> {
        let mut found = vec![None; targets.len()];
        if from >= self.node_count() {
            return found;
        }
        let wanted = Stops::new(targets.iter().map(|t| u32::try_from(*t).ok()));
        let limit = ticks(limit_minutes);
        for (target, t) in reached(&mut Search::default(), &self.forward, node_id(from), &wanted, limit) {
            found[target as usize] = Some(t as f64 / TICKS_PER_MINUTE);
        }
        found
    }

    /// The `k` nearest of `to` by time from each of `from`: rows by (minutes, position in `to`).
    pub(super) fn nearest<P: Places + ?Sized>(&self, places: &P, from: &[Place], to: &[Place], k: usize) -> SparseTimes {
        let (starts, ends) = (self.legs(places, from), self.legs(places, to));
        if k >= to.len() || backward_is_cheaper(from.len(), to.len(), k) {
            let all = self.trips(from, to, &starts, &ends, f64::INFINITY);
            return SparseTimes::from_rows(from.len(), || (), |(), i| sorted(all.row(i).map(|(c, m)| (column(c), m)).collect(), k));
        }
        let stops = Stops::new(ends.iter().map(|l| l.map(|l| l.node)));
        let sources = unique_nodes(&starts);
        // Of each source node: all targets at the node itself, and the k nearest of the others.
        let near = Paths::from_rows(sources.len(), |search, i| {
            let (mut own, mut others) = (Vec::new(), Vec::<(f64, u32, u64)>::new());
            search.run(&self.forward, sources[i], |node, t| {
                let path = t as f64 / TICKS_PER_MINUTE;
                if others.len() == k && others.last().is_none_or(|worst| path > worst.0) {
                    return ControlFlow::Break(());
                }
                for &target in stops.at(node) {
                    if node == sources[i] {
                        own.push((target, t));
                    } else if let Some(leg) = ends[target as usize] {
                        let key = (path + leg.minutes, target, t);
                        let at = others.partition_point(|o| (o.0, o.1) < (key.0, key.1));
                        others.insert(at, key);
                        others.truncate(k);
                    }
                }
                ControlFlow::Continue(())
            });
            own.extend(others.into_iter().map(|(_, target, t)| (target, t)));
            own
        });
        self.rows_of(from, to, &starts, &ends, &sources, |source| near.row(source), |row| sorted(row, k))
    }

    /// All pairs within `limit` minutes: rows by position in `to`. Searches start from the side with fewer road nodes.
    pub(super) fn within<P: Places + ?Sized>(&self, places: &P, from: &[Place], to: &[Place], limit: f64) -> SparseTimes {
        self.trips(from, to, &self.legs(places, from), &self.legs(places, to), limit)
    }

    /// [`RoadGraph::within`] for places whose legs are known.
    fn trips(&self, from: &[Place], to: &[Place], starts: &[Option<Leg>], ends: &[Option<Leg>], limit: f64) -> SparseTimes {
        let (sources, goals) = (unique_nodes(starts), unique_nodes(ends));
        // With room for rounding: rows are cut at the limit afterwards.
        let limit_ticks = ticks((limit - self.params.fixed_minutes) * (1.0 + 1e-9)).saturating_add(1);
        let keep = |mut row: Vec<(u32, f64)>| {
            row.retain(|r| r.1 <= limit);
            row.sort_unstable_by_key(|r| r.0);
            row
        };
        let stops = Stops::new(ends.iter().map(|l| l.map(|l| l.node)));
        if sources.len() <= goals.len() {
            let paths = Paths::from_rows(sources.len(), |search, i| reached(search, &self.forward, sources[i], &stops, limit_ticks));
            self.rows_of(from, to, starts, ends, &sources, |source| paths.row(source), keep)
        } else {
            let origins = Stops::new(sources.iter().map(|n| Some(*n)));
            let paths = Paths::from_rows(goals.len(), |search, i| reached(search, &self.backward, goals[i], &origins, limit_ticks));
            let turned = paths.transposed(sources.len());
            let spread =
                |source: usize| turned.row(source).flat_map(|(goal, t)| stops.at(goals[goal as usize]).iter().map(move |e| (*e, t)));
            self.rows_of(from, to, starts, ends, &sources, spread, keep)
        }
    }

    /// Minutes of one trip, given the path between the two nodes.
    fn trip(&self, a: &Leg, path: u64, b: &Leg) -> f64 {
        if a.node == b.node {
            self.params.fixed_minutes + self.off_road(distance_km(self.nodes.crs(), a.position, b.position))
        } else {
            self.params.fixed_minutes + a.minutes + path as f64 / TICKS_PER_MINUTE + b.minutes
        }
    }

    /// Rows of places from the paths of their nodes.
    #[allow(clippy::too_many_arguments)] // the two sides with their legs, and the two steps between them
    fn rows_of<I: Iterator<Item = (u32, u64)>>(
        &self,
        from: &[Place],
        to: &[Place],
        starts: &[Option<Leg>],
        ends: &[Option<Leg>],
        sources: &[u32],
        paths: impl Fn(usize) -> I + Sync + Send,
        finish: impl Fn(Vec<(u32, f64)>) -> Vec<(u32, f64)> + Sync + Send,
    ) -> SparseTimes {
        let itself = super::batch::Columns::new(to);
        SparseTimes::from_rows(
            from.len(),
            || (),
            |(), i| {
                let mut row: Vec<(u32, f64)> = Vec::new();
                let own = itself.of(from[i]);
                if let Some((leg, source)) = starts[i].and_then(|leg| Some((leg, sources.binary_search(&leg.node).ok()?))) {
                    let trips = paths(source).filter(|(c, _)| Some(*c) != own);
                    row.extend(trips.filter_map(|(c, t)| Some((c, self.trip(&leg, t, &ends[c as usize]?)))));
                }
                row.extend(own.map(|c| (c, 0.0)));
                finish(row)
            },
        )
    }

    fn off_road(&self, km: f64) -> f64 {
        60.0 * self.params.off_road_circuity * km / self.params.off_road_kmh
    }

    fn legs<P: Places + ?Sized>(&self, places: &P, of: &[Place]) -> Vec<Option<Leg>> {
        let leg = |place: &Place| {
            let position = places.site(*place).position;
            let nearest = *self.nodes.nearest(position, 1).first()?;
            let connected = nearest.km <= self.params.max_off_road_km;
            connected.then(|| Leg { node: node_id(nearest.index), minutes: self.off_road(nearest.km), position })
        };
        of.par_iter().map(leg).collect()
    }
}

/// A compressed list of (column, ticks) a row.
#[derive(Debug, Default)]
struct Paths {
    start: Vec<usize>,
    cells: Vec<(u32, u64)>,
}

impl Paths {
    fn from_rows(rows: usize, row: impl Fn(&mut Search, usize) -> Vec<(u32, u64)> + Sync + Send) -> Self {
        let rows: Vec<Vec<_>> = (0..rows).into_par_iter().map_init(Search::default, |search, i| row(search, i)).collect();
        let mut paths = Self { start: vec![0], cells: Vec::with_capacity(rows.iter().map(Vec::len).sum()) };
        for row in rows {
            paths.cells.extend(row);
            paths.start.push(paths.cells.len());
        }
        paths
    }

    fn row(&self, row: usize) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.cells[self.start[row]..self.start[row + 1]].iter().copied()
    }

    fn transposed(&self, columns: usize) -> Self {
        let mut start = vec![0; columns + 1];
        for (c, _) in &self.cells {
            start[*c as usize + 1] += 1;
        }
        for c in 0..columns {
            start[c + 1] += start[c];
        }
        let (mut next, mut cells) = (start.clone(), vec![(0, 0); self.cells.len()]);
        for row in 0..self.start.len() - 1 {
            for (c, t) in self.row(row) {
                cells[next[c as usize]] = (column(row), t);
                next[c as usize] += 1;
            }
        }
        Self { start, cells }
    }
}

/// Which list entries stand at a node.
#[derive(Debug)]
struct Stops {
    /// Ascending.
    nodes: Vec<u32>,
    start: Vec<usize>,
    entries: Vec<u32>,
}

impl Stops {
    fn new(nodes: impl Iterator<Item = Option<u32>>) -> Self {
        let mut pairs: Vec<(u32, u32)> = nodes.enumerate().filter_map(|(i, node)| Some((node?, column(i)))).collect();
        pairs.sort_unstable();
        let mut stops = Self { nodes: Vec::new(), start: vec![0], entries: Vec::with_capacity(pairs.len()) };
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            stops.nodes.push(group[0].0);
            stops.entries.extend(group.iter().map(|p| p.1));
            stops.start.push(stops.entries.len());
        }
        stops
    }

    fn at(&self, node: u32) -> &[u32] {
        self.nodes.binary_search(&node).map_or(&[], |i| &self.entries[self.start[i]..self.start[i + 1]])
    }
}

/// Entries of `stops` reached from `source` within `limit`, with their ticks; ends when all are.
fn reached(search: &mut Search, graph: &TickGraph, source: u32, stops: &Stops, limit: u64) -> Vec<(u32, u64)> {
    let mut found = Vec::new();
    let mut left = stops.nodes.len();
    search.run(graph, source, |node, t| {
        if t > limit || left == 0 {
            return ControlFlow::Break(());
        }
        let here = stops.at(node);
        if !here.is_empty() {
            left -= 1;
            found.extend(here.iter().map(|entry| (*entry, t)));
        }
        ControlFlow::Continue(())
    });
    found
}

/// Whether the k nearest of few targets are better found by searching back from each target than on from each source. A search on
/// touches about `k / targets` of the region, a search back all of it; the table in between must fit into memory.
fn backward_is_cheaper(sources: usize, targets: usize, k: usize) -> bool {
    const MOST_PAIRS: usize = 20_000_000;
    targets.saturating_mul(targets) < sources.saturating_mul(k) && sources.saturating_mul(targets) <= MOST_PAIRS
}

fn sorted(mut row: Vec<(u32, f64)>, k: usize) -> Vec<(u32, f64)> {
    row.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    row.truncate(k);
    row
}

fn unique_nodes(legs: &[Option<Leg>]) -> Vec<u32> {
    let mut nodes: Vec<u32> = legs.iter().flatten().map(|l| l.node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

fn compressed(nodes: usize, mut arcs: Vec<(u32, u32, u64)>) -> TickGraph {
    arcs.par_sort_unstable();
    arcs.dedup_by_key(|a| (a.0, a.1)); // sorted: the fastest of parallel edges stays
    let mut graph = TickGraph::from_sorted_edges(&arcs).unwrap_or_default(); // sorted and free of doubles by the two lines above
    while graph.node_count() < nodes {
        graph.add_node(());
    }
    graph
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // edges are checked to lie in [0, 1e5] minutes; `as` saturates limits
fn ticks(minutes: f64) -> u64 {
    (minutes * TICKS_PER_MINUTE).round() as u64
}

fn arc(from: usize, to: usize, minutes: f64) -> (u32, u32, u64) {
    (node_id(from), node_id(to), ticks(minutes))
}

#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn node_id(index: usize) -> u32 {
    index as u32
}

fn column(index: usize) -> u32 {
    node_id(index)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests;
