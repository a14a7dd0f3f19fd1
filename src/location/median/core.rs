//! The problem every part of the engine works on, whole or restricted: some clients, some sites, lists between them.
//!
//! ```text
//! (1)  min  offset + sum_j f_j y_j + sum_i min(e_i, min over open j of c_ij)
//! (2)  sum_j y_j = count          (p-median; left away for uncapacitated location)
//! ```
//!
//! `e_i`, the escape of a client, is what it costs to be served from a site that is already open, `inf` where none is. Deciding a site
//! gives a smaller problem of the same form ([`Core::restrict`]): opening it lowers escapes and the count, closing it takes it out of all
//! lists. Regions of the plane, nodes of the search tree and the whole instance are all of this form.

use super::lists::{Arc, Lists, short};

/// The count of a core in which more sites were decided open than there may be: reduced costs say so where no better answer exists.
pub(super) const IMPOSSIBLE: usize = usize::MAX;

/// Clients, sites, lists and escapes.
#[derive(Debug, Clone, Default)]
pub(super) struct Core {
    /// Sites of each client by growing cost.
    pub(super) rows: Lists,
    /// Clients of each site.
    pub(super) cols: Lists,
    /// Fixed cost of each site.
    pub(super) fixed: Vec<f64>,
    /// Sites still to open; `None`: as many as pay.
    pub(super) count: Option<usize>,
    /// What it costs to be served by what is open already.
    pub(super) escape: Vec<f64>,
    /// No pair left out of a client's list costs less.
    pub(super) radius: Vec<f64>,
    /// Cost of what is decided.
    pub(super) offset: f64,
}

/// What was decided about a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Free,
    Open,
    Closed,
}

/// A smaller problem, and what its clients and sites are called in the larger one.
#[derive(Debug, Clone)]
pub(super) struct Restricted {
    pub(super) core: Core,
    pub(super) clients: Vec<u32>,
    pub(super) sites: Vec<u32>,
}

impl Core {
    pub(super) fn clients(&self) -> usize {
        self.escape.len()
    }

    pub(super) fn sites(&self) -> usize {
        self.fixed.len()
    }

    /// The largest multiplier of a client at which no pair that was left out can be negative: `min(e_i, radius_i)`.
    pub(super) fn ceiling(&self, client: usize) -> f64 {
        self.escape[client].min(self.radius[client])
    }

    /// Cost of opening some sites by lists and escapes alone; a client with none of them counts its ceiling, so this is exact when
    /// every such client has its escape within its radius, and never too high. `inf` when a complete list holds none.
    pub(super) fn estimate(&self, is_open: &[bool], open: &[u32]) -> f64 {
        let serve = |i: usize| {
            let own = self.rows.of(i).iter().find(|a| is_open[a.to as usize]).map_or(f64::INFINITY, |a| a.cost());
            own.min(self.ceiling(i))
        };
        let fixed: f64 = open.iter().map(|&j| self.fixed[j as usize]).sum();
        self.offset + fixed + (0..self.clients()).map(serve).sum::<f64>()
    }

    /// Without the pairs that no answer below the cutoff uses: (18) who pays more than `u_i + cutoff - L(u)` takes (4) to the cutoff alone.
    /// Clients count the limit where they have nothing below it, so no answer becomes dearer, and those below the cutoff keep their value.
    pub(super) fn trimmed(&self, u: &[f64], slack: f64) -> Self {
        let limit: Vec<f64> = (0..self.clients()).map(|i| self.ceiling(i).min(u[i] + slack.max(0.0))).collect();
        let rows = Lists::build(self.clients(), |i, out| out.extend(self.rows.of(i).iter().take_while(|a| a.cost() < limit[i])));
        let radius = limit.iter().zip(&self.escape).map(|(&l, &e)| if l < e { l } else { f64::INFINITY }).collect();
        Self { cols: rows.turned(self.sites()), rows, radius, fixed: self.fixed.clone(), escape: self.escape.clone(), ..*self }
    }

    /// Pairs that [`Core::trimmed`] would keep.
    pub(super) fn trimmed_pairs(&self, u: &[f64], slack: f64) -> usize {
        let kept = |i: usize| self.rows.of(i).partition_point(|a| a.cost() < self.ceiling(i).min(u[i] + slack.max(0.0)));
        (0..self.clients()).map(kept).sum()
    }

    /// The problem that remains when some sites are decided.
    pub(super) fn restrict(&self, fate: &[Fate]) -> Restricted {
        let sites: Vec<u32> = (0..short(self.sites())).filter(|&j| fate[j as usize] == Fate::Free).collect();
        let mut place = vec![u32::MAX; self.sites()];
        sites.iter().zip(0..).for_each(|(&j, new)| place[j as usize] = new);
        let opened: Vec<usize> = (0..self.sites()).filter(|&j| fate[j] == Fate::Open).collect();
        let mut offset = self.offset + opened.iter().map(|&j| self.fixed[j]).sum::<f64>();
        let (mut clients, mut escape, mut radius) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..self.clients() {
            let nearest = self.rows.of(i).iter().find(|a| fate[a.to as usize] == Fate::Open).map_or(f64::INFINITY, |a| a.cost());
            let e = self.escape[i].min(nearest);
            let cheaper = self.rows.of(i).iter().take_while(|a| a.cost() < e).any(|a| fate[a.to as usize] == Fate::Free);
            if !cheaper && e <= self.radius[i] {
                offset += e;
            } else {
                clients.push(short(i));
                escape.push(e);
                radius.push(if e <= self.radius[i] { f64::INFINITY } else { self.radius[i] });
            }
        }
        let rows = Lists::build(clients.len(), |i, out| {
            let row = self.rows.of(clients[i] as usize).iter().take_while(|a| a.cost() < escape[i]);
            out.extend(row.filter(|a| fate[a.to as usize] == Fate::Free).map(|a| Arc { to: place[a.to as usize], cost: a.cost }));
        });
        let core = Self {
            cols: rows.turned(sites.len()),
            rows,
            fixed: sites.iter().map(|&j| self.fixed[j as usize]).collect(),
            count: self.count.map(|p| p.checked_sub(opened.len()).unwrap_or(IMPOSSIBLE)),
            escape,
            radius,
            offset,
        };
        Restricted { core, clients, sites }
    }
}
