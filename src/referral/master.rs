//! The master LP of the decomposition: mixes the blocks' proposals so that the linking rows hold.
//!
//! `min sum_bt cost_bt l_bt  s.t.  lo <= sum_bt usage_bt l_bt <= hi (linking rows),  sum_t l_bt = 1 (each block),  l >= 0`.

use super::block::Proposal;
use crate::backend::{Backend, BackendError, LpSolution, LpStatus, Session, Simplex, proximal};
use crate::model::LinearModel;
use crate::outcome::{Limits, Silent};

/// Proposals of a block that take part in the search for prices: the newest, and those that are best at the centre.
const NEWEST: usize = 5;
/// See [`NEWEST`].
const NEAREST: usize = 20;

/// The master.
pub(crate) struct Master {
    /// Linking rows, then one convexity row a block.
    linear: LinearModel,
    links: usize,
    /// Columns every block has a copy of, ahead of the proposals: without them the master's prices could exceed what they cost.
    shared: usize,
    /// Block of each proposal.
    block: Vec<usize>,
    usage: Vec<Vec<f64>>,
    mix: Vec<f64>,
    /// Keeps the basis from round to round; holds the first `known` columns.
    session: Option<Box<dyn Session>>,
    known: usize,
}

/// What the master says.
pub(crate) struct Mixed {
    /// Cost of the mix, in the units of the model.
    pub value: f64,
    /// Price of each linking row.
    pub prices: Vec<f64>,
}

impl Master {
    pub fn new(model: &LinearModel, links: &[usize], blocks: usize, shared: &[usize]) -> Self {
        let mut linear = LinearModel::new();
        for &row in links {
            linear.add_row(model.row_lower[row], model.row_upper[row]);
        }
        for _ in 0..blocks {
            linear.add_row(1.0, 1.0);
        }
        for &j in shared {
            let entries: Vec<(usize, f64)> =
                model.column(j).filter_map(|(row, v)| links.binary_search(&row).ok().map(|l| (l, v))).collect();
            linear.add_col(model.cost[j], model.col_upper[j], model.implied_upper[j], &entries);
        }
        Self {
            linear,
            links: links.len(),
            shared: shared.len(),
            block: Vec::new(),
            usage: Vec::new(),
            mix: Vec::new(),
            session: None,
            known: 0,
        }
    }

    pub fn add(&mut self, block: usize, links: &[usize], proposal: &Proposal) {
        let mut entries: Vec<(usize, f64)> = links.iter().zip(&proposal.usage).filter(|(_, u)| **u != 0.0).map(|(&l, &u)| (l, u)).collect();
        entries.push((self.links + block, 1.0));
        self.linear.add_col(proposal.cost, f64::INFINITY, 1.0, &entries);
        self.block.push(block);
        self.usage.push(proposal.usage.clone());
    }

    /// Mixes the proposals so that the linking rows hold: value and allocation are those of a feasible plan.
    pub fn solve(&mut self, backend: &dyn Backend) -> Result<Option<Mixed>, BackendError> {
        let solved = self.resolve(backend)?;
        if solved.status != LpStatus::Optimal {
            return Ok(None);
        }
        let value = self.linear.objective(&solved.values);
        let prices = solved.duals[..self.links].to_vec();
        self.mix = solved.values;
        Ok(Some(Mixed { value, prices }))
    }

    /// Solves the master from the basis of the round before, where the backend keeps one.
    fn resolve(&mut self, backend: &dyn Backend) -> Result<LpSolution, BackendError> {
        let count = self.linear.col_count();
        let method = match &mut self.session {
            Some(session) => {
                session.add_columns(&self.linear, &(self.known..count).collect::<Vec<_>>())?;
                Simplex::Primal
            }
            None => {
                self.session = backend.session(&self.linear)?;
                Simplex::Cold
            }
        };
        self.known = count;
        match &mut self.session {
            Some(session) => session.run(method, &Limits::default(), &Silent),
            None => backend.solve(&self.linear, &Limits::default(), &Silent),
        }
    }

    /// Prices near the centre that the proposals promise most of, with what they promise: see [`proximal`]. Only proposals that
    /// matter near the centre take part; leaving others out promises too much, never too little.
    pub fn promising(&self, centre: &[f64], weight: &[f64]) -> Option<Mixed> {
        let mut of_block: Vec<Vec<(f64, usize)>> = vec![Vec::new(); self.linear.row_count() - self.links];
        for (t, &b) in self.block.iter().enumerate() {
            let col = self.shared + t;
            let at_centre = self.linear.column(col).filter(|e| e.0 < self.links).fold(self.linear.cost[col], |v, (l, u)| v - u * centre[l]);
            of_block[b].push((at_centre, col));
        }
        let mut columns: Vec<usize> = (0..self.shared).collect();
        for list in &mut of_block {
            let newest = list.len().saturating_sub(NEWEST);
            columns.extend(list[newest..].iter().map(|e| e.1));
            list.truncate(newest);
            list.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            columns.extend(list.iter().take(NEAREST).map(|e| e.1));
        }
        columns.sort_unstable();
        let (prices, value) = proximal::maximise(&self.linear.restricted(&columns), self.links, centre, weight)?;
        Some(Mixed { value, prices })
    }

    /// What the mix lets each block use of its linking rows.
    pub fn allocation(&self, links: &[&[usize]]) -> Vec<Vec<f64>> {
        let mut out: Vec<Vec<f64>> = links.iter().map(|l| vec![0.0; l.len()]).collect();
        for (t, &b) in self.block.iter().enumerate() {
            // before the first solve of the master the shares are the mix
            let weight = self.mix.get(self.shared + t).copied().unwrap_or(if self.mix.is_empty() { 1.0 } else { 0.0 });
            if weight > 0.0 {
                for (sum, u) in out[b].iter_mut().zip(&self.usage[t]) {
                    *sum += weight * u;
                }
            }
        }
        // what the master's own shared columns contribute, the copies of the first block that touches the row make up
        for t in 0..self.shared {
            let x = self.mix.get(t).copied().unwrap_or(0.0);
            for (l, v) in self.linear.column(t) {
                if let Some((b, at)) = links.iter().enumerate().find_map(|(b, own)| own.binary_search(&l).ok().map(|at| (b, at))) {
                    out[b][at] += v * x;
                }
            }
        }
        out
    }
}
