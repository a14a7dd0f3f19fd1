//! (4) with decisions and balls: the bound that multipliers prove, evaluated on all lists.

use crate::location::median::core::{Core, Fate};

/// A bound, and the reduced costs that go with it.
#[derive(Debug, Clone)]
pub(super) struct Priced {
    /// Safe against rounding.
    pub(super) bound: f64,
    /// `rho` of every site, with what balls pay taken off.
    pub(super) rho: Vec<f64>,
    /// Greatest `rho` of the free sites that are chosen, least of those that are not.
    pub(super) edge: (f64, f64),
}

/// `L(u, mu)`: open sites count whatever they cost, closed ones never; `mu` names the sites of balls that must not stay empty.
pub(super) fn price(core: &Core, u: &[f64], mu: &[(&[u32], f64)], fate: &[Fate]) -> Priced {
    let mut rho = core.fixed.clone();
    let mut magnitude = core.offset.abs();
    let mut sum = core.offset;
    for (i, &ui) in u.iter().enumerate() {
        sum += ui;
        magnitude += ui.abs();
        for a in core.rows.of(i).iter().take_while(|a| a.cost() < ui) {
            rho[a.to as usize] += a.cost() - ui;
        }
    }
    for (ball, mu) in mu.iter().filter(|(_, mu)| *mu > 0.0) {
        sum += mu;
        magnitude += mu * (1.0 + super::count(ball.len()));
        ball.iter().for_each(|&j| rho[j as usize] -= mu);
    }
    let opened = fate.iter().filter(|f| **f == Fate::Open).count();
    let mut free: Vec<f64> = rho.iter().zip(fate).filter(|(_, f)| **f == Fate::Free).map(|(r, _)| *r).collect();
    let forced: f64 = rho.iter().zip(fate).filter(|(_, f)| **f == Fate::Open).map(|(r, _)| *r).sum();
    let (chosen, edge) = match core.count {
        None => (free.iter().filter(|r| **r < 0.0).sum::<f64>(), (0.0, 0.0)),
        Some(p) => {
            let Some(more) = p.checked_sub(opened).filter(|more| *more <= free.len()) else {
                return Priced { bound: f64::INFINITY, rho, edge: (f64::NEG_INFINITY, f64::INFINITY) };
            };
            free.sort_by(f64::total_cmp);
            let edge = (more.checked_sub(1).map_or(f64::NEG_INFINITY, |k| free[k]), free.get(more).copied().unwrap_or(f64::INFINITY));
            (free[..more].iter().sum::<f64>(), edge)
        }
    };
    // sums of so many terms are off by at most as many roundings of their magnitudes, here with room to spare
    let slack = super::count(u.len() + rho.len() + 64) * f64::EPSILON * (magnitude + 2.0 * (chosen.abs() + forced.abs()));
    Priced { bound: sum + chosen + forced - slack, rho, edge }
}

impl Priced {
    /// Free sites that no answer below `cutoff` closes or opens, with their fate.
    pub(super) fn decided(&self, core: &Core, fate: &[Fate], cutoff: f64) -> Vec<(u32, Fate)> {
        let mut out = Vec::new();
        for (j, &rho) in self.rho.iter().enumerate().filter(|(j, _)| fate[*j] == Fate::Free) {
            let site = crate::location::median::lists::short(j);
            let (shut, open) = match core.count {
                None => (rho, -rho),
                Some(_) => (rho - self.edge.0, self.edge.1 - rho),
            };
            if self.bound + shut * (1.0 - 1e-12) >= cutoff {
                out.push((site, Fate::Closed));
            } else if self.bound + open * (1.0 - 1e-12) >= cutoff {
                out.push((site, Fate::Open));
            }
        }
        out
    }
}
