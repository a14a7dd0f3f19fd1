//! Prices on a model small enough to list.
#![allow(clippy::unwrap_used)] // a test may fail

use super::*;
use crate::outcome::Silent;

/// Two parts of two sites each: open a site (3 or 4) to serve two clients; the budget row lets three of four sites' cost through.
fn model(limit: f64) -> (LinearModel, usize) {
    let mut m = LinearModel::new();
    let budget = m.add_row(f64::NEG_INFINITY, limit);
    for shift in [0.0, 2.0] {
        let serve: Vec<usize> = (0..2).map(|_| m.add_row(1.0, 1.0)).collect();
        let link: Vec<usize> = (0..4).map(|_| m.add_row(f64::NEG_INFINITY, 0.0)).collect();
        for (site, cost) in [3.0, 4.0].into_iter().enumerate() {
            m.add_binary(cost, &[(budget, 1.0), (link[2 * site], -1.0), (link[2 * site + 1], -1.0)]);
            for client in 0..2 {
                let way = if site == client { 1.0 } else { 9.0 + shift };
                m.add_col(way, 1.0, 1.0, &[(serve[client], 1.0), (link[2 * site + client], 1.0)]);
            }
        }
    }
    (m, budget)
}

#[test]
fn prices_bound_what_listing_gives() {
    for (limit, best) in [(4.0, 18.0), (3.0, 22.0), (2.0, 28.0)] {
        let (m, budget) = model(limit);
        let found = solve(&m, &[budget], None, &Limits::default(), &Silent).unwrap();
        assert!(found.bounds.dual <= best + 1e-6, "{limit}: {:?}", found.bounds);
        assert!((found.bounds.primal - best).abs() < 1e-6, "{limit}: {:?}", found.bounds);
        assert!(m.violation(&found.values) < 1e-6, "{limit}");
    }
    let (m, budget) = model(1.0);
    assert!(solve(&m, &[budget], None, &Limits::default(), &Silent).unwrap().values.is_empty());
}

#[test]
fn the_floor_is_below_the_optimum() {
    let (m, _) = model(4.0);
    let low = floor(&m);
    assert!((4.0 - 1e-9..=18.0).contains(&low), "{low}");
}
