//! Hubs and links of telemedicine (model 6.14), in counts.
//!
//! The text has a variable `z_qk` for every facility q and hub k. What a link costs depends only on whether its hub stands in the county or
//! above it, and hubs above the county may serve anyone; so facilities of one county and kind are interchangeable, and only their numbers
//! matter. Summing the rows of the text over them gives, with `c` a county, an equivalent model of a few hundred columns instead of
//! hundreds of thousands:
//!
//! ```text
//! min  sum_k F_k h_k + c_in sum_c V_c + c_up (sum_c W_c + X)                                  (TM0)
//!  TM1  V_c <= sum over county hubs k in c of U_k h_k          a link needs its hub, and the hub has room
//!  TM2  V_c + W_c <= n_c                                       at most one hub each
//!  TM3  sum_c W_c + X <= sum over upper hubs k of U_k h_k      room above the county
//!  TM4  sum over county hubs of h_k <= X                       a county hub is itself linked upward
//!  TM5  ceil(s_K n_K) <= X <= n_K
//!  TM6  sum_c (V_c + W_c) >= ceil(s_T n_T)
//!  TM7  h_k >= h_k'                            of hubs alike in county, cost and room the first come first
//!  h_k in {0, 1};  V, W, X whole
//! ```
//!
//! `V_c`, `W_c`: centres of the county linked to hubs in it and above it; `X`: county hospitals linked. Any such numbers can be dealt out to
//! facilities, county hubs first among the county hospitals. With `elastic`, room above the county may be exceeded and TM5, TM6 missed, each
//! at a price: what is then exceeded and missed is the repair.

use super::super::LinearModel;
use super::super::rowwise::RowWise;

/// A place that may be a hub.
#[derive(Debug, Clone, PartialEq)]
pub struct HubNumbers {
    /// `F_k`, yuan a year.
    pub cost: f64,
    /// `U_k`.
    pub capacity: f64,
    /// County of a county hub (position in [`TelemedicineNumbers::centres`]); `None` above the county.
    pub county: Option<usize>,
}

/// The numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TelemedicineNumbers {
    /// Hubs.
    pub hubs: Vec<HubNumbers>,
    /// `n_c`: centres of each county.
    pub centres: Vec<f64>,
    /// `n_K`: county hospitals.
    pub hospitals: f64,
    /// `c_in` and `c_up`, yuan a year.
    pub link: [f64; 2],
    /// Right sides of TM5 and TM6.
    pub demanded: [f64; 2],
}

/// What a link beyond the room and a missing link cost in the elastic form, above every real cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elastic {
    /// One more link of room above the county.
    pub room: f64,
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
    /// Columns `V_c`.
    pub inside: Vec<usize>,
    /// Columns `W_c`.
    pub above: Vec<usize>,
    /// Column `X`.
    pub hospitals: usize,
    /// Columns of room exceeded, county hospitals missing, centres missing, in the elastic form.
    pub slack: Option<[usize; 3]>,
}

/// Writes the model. O(hubs + counties).
#[must_use]
pub fn build(numbers: &TelemedicineNumbers, elastic: Option<Elastic>) -> TelemedicineModel {
    let mut m = RowWise::default();
    let hub: Vec<u32> = numbers.hubs.iter().map(|_| m.binary()).collect();
    for (column, h) in hub.iter().zip(&numbers.hubs) {
        m.charge(*column, h.cost);
    }
    let counts = |m: &mut RowWise, cost: f64| -> Vec<u32> {
        numbers
            .centres
            .iter()
            .map(|n| {
                let c = m.column(0.0, *n);
                m.charge(c, cost);
                c
            })
            .collect()
    };
    let inside = counts(&mut m, numbers.link[0]);
    let above = counts(&mut m, numbers.link[1]);
    let x = m.column(0.0, numbers.hospitals);
    m.charge(x, numbers.link[1]);
    let slack = elastic.map(|price| {
        [price.room, price.missing, price.missing].map(|cost| {
            let c = m.column(0.0, f64::INFINITY);
            m.charge(c, cost);
            c
        })
    });
    let of = |county: Option<usize>| numbers.hubs.iter().zip(&hub).filter(move |(h, _)| h.county == county).map(|(h, &c)| (c, -h.capacity));
    for c in 0..numbers.centres.len() {
        m.row(f64::NEG_INFINITY, 0.0, of(Some(c)).chain([(inside[c], 1.0)]));
        m.row(f64::NEG_INFINITY, numbers.centres[c], [(inside[c], 1.0), (above[c], 1.0)]);
    }
    for (k, h) in numbers.hubs.iter().enumerate() {
        if let Some(next) = (k + 1..numbers.hubs.len()).find(|&n| numbers.hubs[n] == *h) {
            m.row(0.0, f64::INFINITY, [(hub[k], 1.0), (hub[next], -1.0)]);
        }
    }
    let ones = |columns: &[u32]| columns.iter().map(|&c| (c, 1.0)).collect::<Vec<_>>();
    let room = slack.map(|s| (s[0], -1.0));
    m.row(f64::NEG_INFINITY, 0.0, ones(&above).into_iter().chain([(x, 1.0)]).chain(of(None)).chain(room));
    let county_hubs = numbers.hubs.iter().zip(&hub).filter(|(h, _)| h.county.is_some()).map(|(_, &c)| (c, 1.0));
    m.row(f64::NEG_INFINITY, 0.0, county_hubs.chain([(x, -1.0)]).collect::<Vec<_>>());
    m.row(numbers.demanded[0], f64::INFINITY, [(x, 1.0)].into_iter().chain(slack.map(|s| (s[1], 1.0))));
    let all = ones(&inside).into_iter().chain(ones(&above));
    m.row(numbers.demanded[1], f64::INFINITY, all.chain(slack.map(|s| (s[2], 1.0))));
    let wide = |c: &u32| *c as usize;
    let mut model = m.finish();
    model.integer.extend(inside.iter().chain(&above).chain([&x]).map(wide));
    TelemedicineModel {
        model,
        hub: hub.iter().map(wide).collect(),
        inside: inside.iter().map(wide).collect(),
        above: above.iter().map(wide).collect(),
        hospitals: x as usize,
        slack: slack.map(|s| s.map(|c| c as usize)),
    }
}
