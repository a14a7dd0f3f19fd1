//! Hubs and links of telemedicine (model 6.14).
//!
//! ```text
//! min  sum_k F_k h_k + sum_qk c_qk z_qk                                                              (TM0)
//!  TM1  z_qk <= h_k                            a link needs its hub
//!  TM2  sum_k z_qk <= 1                        at most one hub each
//!  TM3  sum_q z_qk <= U_k h_k                  links a hub can serve
//!  TM4  h_k <= sum_k' z_kk'                    a county hub is itself linked upward
//!  TM5  sum over county hospitals q of z_qk >= ceil(s_K n_K)
//!  TM6  sum over centres q of z_qk >= ceil(s_T n_T)
//!  h_k, z_qk in {0, 1}
//! ```
//!
//! Which pairs (q, k) exist (a hub of higher rank, county hubs for their own county only) is for the caller to say. With `elastic`, TM3 may
//! be exceeded and TM5, TM6 missed, each at a price: what is then exceeded and missed is the repair.

use super::super::LinearModel;
use super::super::rowwise::RowWise;

/// A place that may be a hub.
#[derive(Debug, Clone, PartialEq)]
pub struct HubNumbers {
    /// `F_k`, yuan a year.
    pub cost: f64,
    /// `U_k`.
    pub capacity: f64,
    /// The spoke that this hub is itself, when it must be linked upward (TM4).
    pub upward: Option<usize>,
}

/// The numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TelemedicineNumbers {
    /// Hubs.
    pub hubs: Vec<HubNumbers>,
    /// Spokes: whether each is a county hospital (else a centre).
    pub county: Vec<bool>,
    /// Pairs that exist: spoke, hub, `c_qk` in yuan a year.
    pub pairs: Vec<(usize, usize, f64)>,
    /// Right sides of TM5 and TM6.
    pub demanded: [f64; 2],
}

/// What a link beyond a hub's capacity and a missing link cost in the elastic form, above every real cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elastic {
    /// One more link at a hub.
    pub capacity: f64,
    /// One link missing.
    pub missing: f64,
}

/// The model with the positions of its columns.
#[derive(Debug, Clone)]
pub struct TelemedicineModel {
    /// The model.
    pub model: LinearModel,
    /// Column of each hub.
    pub hub: Vec<usize>,
    /// Column of each pair.
    pub pair: Vec<usize>,
    /// Columns of what is exceeded at each hub and missing by kind, in the elastic form.
    pub slack: Option<(Vec<usize>, [usize; 2])>,
}

/// Writes the model. O(pairs).
#[must_use]
pub fn build(numbers: &TelemedicineNumbers, elastic: Option<Elastic>) -> TelemedicineModel {
    let mut m = RowWise::default();
    let hub: Vec<u32> = numbers.hubs.iter().map(|_| m.binary()).collect();
    for (column, h) in hub.iter().zip(&numbers.hubs) {
        m.charge(*column, h.cost);
    }
    let pair: Vec<u32> = numbers.pairs.iter().map(|_| m.binary()).collect();
    let mut of_spoke: Vec<Vec<u32>> = vec![Vec::new(); numbers.county.len()];
    let mut of_hub: Vec<Vec<u32>> = vec![Vec::new(); numbers.hubs.len()];
    for (&column, &(q, k, cost)) in pair.iter().zip(&numbers.pairs) {
        m.charge(column, cost);
        m.row(f64::NEG_INFINITY, 0.0, [(column, 1.0), (hub[k], -1.0)]);
        of_spoke[q].push(column);
        of_hub[k].push(column);
    }
    let slack = elastic.map(|price| {
        let over: Vec<u32> = numbers.hubs.iter().map(|_| m.column(0.0, f64::INFINITY)).collect();
        over.iter().for_each(|&c| m.charge(c, price.capacity));
        let missing = [m.column(0.0, f64::INFINITY), m.column(0.0, f64::INFINITY)];
        missing.iter().for_each(|&c| m.charge(c, price.missing));
        (over, missing)
    });
    for links in of_spoke.iter().filter(|l| l.len() > 1) {
        m.row(f64::NEG_INFINITY, 1.0, links.iter().map(|&c| (c, 1.0)));
    }
    for (k, h) in numbers.hubs.iter().enumerate() {
        let over = slack.as_ref().map(|(over, _)| (over[k], -1.0));
        m.row(f64::NEG_INFINITY, 0.0, of_hub[k].iter().map(|&c| (c, 1.0)).chain([(hub[k], -h.capacity)]).chain(over));
        if let Some(spoke) = h.upward {
            m.row(f64::NEG_INFINITY, 0.0, of_spoke[spoke].iter().map(|&c| (c, -1.0)).chain([(hub[k], 1.0)]));
        }
    }
    for (kind, wanted) in [true, false].into_iter().enumerate() {
        let links = numbers.pairs.iter().zip(&pair).filter(|((q, _, _), _)| numbers.county[*q] == wanted).map(|(_, &c)| (c, 1.0));
        let missing = slack.as_ref().map(|(_, missing)| (missing[kind], 1.0));
        let entries: Vec<(u32, f64)> = links.chain(missing).collect();
        m.row(numbers.demanded[kind], f64::INFINITY, entries);
    }
    let wide = |c: &u32| *c as usize;
    TelemedicineModel {
        model: m.finish(),
        hub: hub.iter().map(wide).collect(),
        pair: pair.iter().map(wide).collect(),
        slack: slack.map(|(over, missing)| (over.iter().map(wide).collect(), missing.map(|c| c as usize))),
    }
}
