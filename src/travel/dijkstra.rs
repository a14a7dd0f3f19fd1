//! Bounded shortest-path searches on a compressed graph.
//!
//! E. W. Dijkstra: A note on two problems in connexion with graphs, Numerische Mathematik 1 (1959), <https://doi.org/10.1007/BF01386390>.
//! With a binary heap a search costs O((n + m) log n) over the n nodes and m edges it touches; it touches none beyond its last visit.
//! A hierarchy would not pay: one-to-many searches here end after a few thousand nodes and need no preparation.

use petgraph::Directed;
use petgraph::csr::Csr;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

/// A graph whose weights are whole ticks: sums are exact, so a path has one length whichever end it is added up from.
pub(super) type TickGraph = Csr<(), u64, Directed, u32>;

/// Ticks in a minute.
pub(super) const TICKS_PER_MINUTE: f64 = 1e12;

/// Scratch space of one worker, reused over searches without clearing.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Best known ticks of a node, valid when its stamp is the round's.
    ticks: Vec<u64>,
    stamp: Vec<u32>,
    round: u32,
    heap: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Search {
    /// Visit the nodes reachable from `source` in order of (ticks, node) until `visit` breaks.
    pub(super) fn run(&mut self, graph: &TickGraph, source: u32, mut visit: impl FnMut(u32, u64) -> ControlFlow<()>) {
        self.begin(graph.node_count());
        self.reach(source, 0);
        while let Some(Reverse((ticks, node))) = self.heap.pop() {
            if ticks > self.ticks[node as usize] {
                continue; // a shorter way was found after this one was queued
            }
            if visit(node, ticks).is_break() {
                return;
            }
            for (&to, &length) in graph.neighbors_slice(node).iter().zip(graph.edges_slice(node)) {
                self.reach(to, ticks.saturating_add(length));
            }
        }
    }

    fn begin(&mut self, nodes: usize) {
        self.heap.clear();
        if self.stamp.len() != nodes || self.round == u32::MAX {
            self.stamp = vec![0; nodes];
            self.ticks = vec![0; nodes];
            self.round = 0;
        }
        self.round += 1;
    }

    fn reach(&mut self, node: u32, ticks: u64) {
        let at = node as usize;
        if self.stamp[at] != self.round || ticks < self.ticks[at] {
            self.stamp[at] = self.round;
            self.ticks[at] = ticks;
            self.heap.push(Reverse((ticks, node)));
        }
    }
}
