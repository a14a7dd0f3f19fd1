//! Tiny layout problems with everything that brute force needs.
#![allow(dead_code, clippy::unwrap_used)] // each test takes what it needs, and may fail loudly

use fenji::demand::LayoutProblem;
use fenji::demand::layout::{Client, Ground, LayoutSite};
use fenji::ids::{AreaId, FacilityId, SettlementId, TownId};
use fenji::network::Owner;
use fenji::policy::layout::{Centres, Hospitals, LayoutRules};
use fenji::travel::{Position, SparseTimes};

/// A sequence of numbers in [0, 1) from a seed (linear congruence, Knuth's MMIX constants).
pub struct Draw(pub u64);

impl Draw {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }
}

/// `areas` catchments of one hospital that stays, `sites` others and `clients` settlements each.
pub fn problem(seed: u64, areas: usize, sites: usize, clients: usize) -> LayoutProblem {
    let mut draw = Draw(seed.wrapping_mul(2) + 1);
    let rules = LayoutRules {
        centres: Centres { min: 0, max: 99 },
        hospitals: Hospitals { min: 0, max: 99, more_above: 0.0 },
        fixed_cost: [0.12e6, 4.0e6, 60.0e6],
        ..LayoutRules::default()
    };
    let (mut people_of, mut all, mut spots) = (Vec::new(), Vec::new(), Vec::new());
    for a in 0..areas {
        for n in 0..=sites {
            let position = Position { x: draw.next() * 30.0 + 100.0 * a as f64, y: draw.next() * 30.0 };
            let (now, allowed) = match (n, draw.below(4)) {
                (0, _) => (3, [false, false, false, true]),
                (_, 0) => (1, [true, true, false, false]),
                (_, 1) => (0, [true, true, false, false]),
                (_, 2) => (0, [true, false, true, false]),
                _ => (2, [true, false, true, true]),
            };
            let scale = 0.3 + draw.next();
            all.push(LayoutSite {
                code: format!("A{a}S{n}"),
                ground: Ground::Facility(FacilityId::new(all.len())),
                area: AreaId::new(a),
                town: Some(TownId::new(a)),
                block: a as u32,
                position,
                owner: Owner::Public,
                city: false,
                now,
                beds_now: 0.0,
                allowed,
                fixed_cost: [0.12e6 * scale, 0.6e6 * scale, 1.8e6 * scale],
                beds_min: [0.0; 2],
                beds_max: [0.0; 2],
                capital: [0.0; 2],
                has: [false; 4],
            });
        }
        for _ in 0..clients {
            let people = (200.0 + 4000.0 * draw.next()).round();
            spots.push(Position { x: draw.next() * 30.0 + 100.0 * a as f64, y: draw.next() * 30.0 });
            people_of.push(Client {
                settlement: SettlementId::new(people_of.len()),
                town: TownId::new(a),
                area: AreaId::new(a),
                block: a as u32,
                people,
            });
        }
    }
    let row = |i: usize| {
        let mut row: Vec<(u32, f64)> = all
            .iter()
            .enumerate()
            .filter(|(_, s)| s.block == people_of[i].block)
            .map(|(j, s)| (j as u32, 3.0 + 1.5 * (s.position.x - spots[i].x).hypot(s.position.y - spots[i].y)))
            .collect();
        row.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        row
    };
    let times = SparseTimes::from_rows(people_of.len(), || (), |(), i| row(i));
    let people = people_of.iter().map(|c| c.people).sum();
    LayoutProblem { rules, minute: 0.5, planned: vec![true; areas], clients: people_of, sites: all, times, people }
}

/// Cost of levels with everybody at the nearest site, yuan a year; `None` when somebody has none.
pub fn cost(problem: &LayoutProblem, levels: &[u8]) -> Option<f64> {
    let fixed: f64 = problem.sites.iter().zip(levels).filter(|(_, l)| **l > 0).map(|(s, l)| s.fixed_cost[usize::from(*l) - 1]).sum();
    let mut travel = 0.0;
    for (i, c) in problem.clients.iter().enumerate() {
        for l in 1..=3u8 {
            let near = problem.times.row(i).filter(|t| levels[t.0] >= l).map(|t| t.1).fold(f64::INFINITY, f64::min);
            if near.is_infinite() {
                return None;
            }
            travel += 2.0 * near * c.people * problem.rules.trips[usize::from(l) - 1] * problem.minute;
        }
    }
    Some(fixed + travel)
}

/// Every choice of levels that `allowed` has, with its cost.
pub fn all_levels(problem: &LayoutProblem, allowed: &[[bool; 4]]) -> Vec<(Vec<u8>, f64)> {
    let mut out: Vec<Vec<u8>> = vec![Vec::new()];
    for may in allowed {
        out = out.iter().flat_map(|o| (0..4u8).filter(|l| may[usize::from(*l)]).map(move |l| [o.clone(), vec![l]].concat())).collect();
    }
    out.into_iter().filter_map(|levels| cost(problem, &levels).map(|c| (levels, c))).collect()
}

/// The least cost under `allowed`.
pub fn least(problem: &LayoutProblem, allowed: &[[bool; 4]]) -> Option<f64> {
    all_levels(problem, allowed).into_iter().map(|c| c.1).min_by(f64::total_cmp)
}

/// Levels that each site may end at.
pub fn allowed(problem: &LayoutProblem) -> Vec<[bool; 4]> {
    problem.sites.iter().map(|s| s.allowed).collect()
}
