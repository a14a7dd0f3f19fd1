//! OR-Library p-median: a graph whose nodes are clients and sites at once.

use super::numbers::Numbers;
use super::{MOST, Parsed, fits};
use crate::instance::{Distance, Instance, Service};
use crate::network::codes;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// `n edges p`, then `u v cost`.
pub fn read(numbers: &mut Numbers<'_>) -> Option<Parsed> {
    let n = numbers.count("the number of nodes", 1, MOST)?;
    if !fits(numbers, n, n) {
        return None;
    }
    let edges = numbers.count("the number of edges", 0, 1 << 30)?;
    let p = numbers.count("p", 1, n);
    // the last duplicate of an edge wins, in either direction (Beasley, OR-Library)
    let mut cost: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for _ in 0..edges {
        let u = node(numbers, n);
        let v = node(numbers, n);
        let c = numbers.amount("the cost of an edge");
        if numbers.ended() {
            break;
        }
        if let (Some(u), Some(v)) = (u, v) {
            cost.insert((u.min(v), u.max(v)), c);
        }
    }
    numbers.end();
    if numbers.problems.errors() > 0 {
        return None;
    }
    let mut ways: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
    for (&(u, v), &c) in cost.iter().filter(|((u, v), _)| u != v) {
        #[allow(clippy::cast_possible_truncation)] // below MOST
        {
            ways[u].push((v as u32, c));
            ways[v].push((u as u32, c));
        }
    }
    let mut values = vec![f64::INFINITY; n * n];
    values.par_chunks_mut(n).enumerate().for_each(|(from, line)| shortest(&ways, from, line));
    let service = Service { distance: Distance::Table { sites: n, values }, per_unit: true };
    Some(Parsed { p, ..Instance { demand: vec![1.0; n], service, ..Instance::default() }.into() })
}

fn node(numbers: &mut Numbers<'_>, n: usize) -> Option<usize> {
    let x = numbers.number("a node");
    if numbers.ended() {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // inside 1..=n
    if x.fract() == 0.0 && x >= 1.0 && x <= n as f64 {
        return Some(x as usize - 1);
    }
    // a word that is no number was read as 0 and has been reported
    if x != 0.0 || numbers.problems.errors() == 0 {
        numbers.say(&codes::LOCATION_NODE, &x.to_string(), format!("nodes are numbered from 1 to {n}"));
    }
    None
}

/// Dijkstra from one node. Costs are not negative, so that their bits are ordered as they are.
fn shortest(ways: &[Vec<(u32, f64)>], from: usize, best: &mut [f64]) {
    let mut open = BinaryHeap::new();
    best[from] = 0.0;
    #[allow(clippy::cast_possible_truncation)] // below MOST
    open.push(Reverse((0_u64, from as u32)));
    while let Some(Reverse((bits, u))) = open.pop() {
        let d = f64::from_bits(bits);
        if d > best[u as usize] {
            continue;
        }
        for &(v, c) in &ways[u as usize] {
            let through = d + c;
            if through < best[v as usize] {
                best[v as usize] = through;
                open.push(Reverse((through.to_bits(), v)));
            }
        }
    }
}
