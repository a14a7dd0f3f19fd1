//! General practitioners of townships (model 6.11) and the training that brings them.
//!
//! ```text
//!  first   max m                                                                            (ST0a)
//!  then    max sum_t (w z1_t + z2_t)  with m at its best                                    (ST0b)
//!  ST1  z1_t + z2_t <= P (g_t + d_t + eff o_t)        a doctor contracts a panel at most
//!  ST2  z1_t <= p_t N_t, z2_t <= (1 - p_t) N_t        priority groups and all others
//!  ST3  z1_t + z2_t >= m N_t                          nobody's township has less than m
//!  ST4  sum_t d_t <= G                                new practitioners there are
//!  ST5  sum_{t in a} d_t <= q_a                       what the establishment of the area leaves
//!  ST6  o_min <= sum_{t in a} o_t <= s sum_{j in a} h_j   doctors posted by the hospitals of the area (C15)
//!  d_t whole, l_t <= d_t <= u_t; z, o >= 0
//!
//!  min  sum_pt c_p s_pt + M sum_t e_t                                                       (PI0)
//!  PI1  G_t = (1 - r) G_{t-1} + sum_p k_p s_{p, t - L_p}
//!  PI2  G_t + e_t >= R_t
//!  0 <= s_pt <= S_p
//! ```
//!
//! Which hospital posts whom is a transport problem of its own once `o_t` is known: the shortest ways.

use super::super::LinearModel;
use super::super::rowwise::RowWise;

/// A township.
#[derive(Debug, Clone, PartialEq)]
pub struct TownNumbers {
    /// `N_t`.
    pub people: f64,
    /// `p_t`.
    pub priority: f64,
    /// `g_t`.
    pub now: f64,
    /// `l_t` and `u_t`.
    pub least: u32,
    /// Most new ones.
    pub most: u32,
    /// Position of its area in [`StaffNumbers::areas`].
    pub area: usize,
}

/// An area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AreaNumbers {
    /// `q_a`; infinite without an establishment.
    pub quota: f64,
    /// Both sides of ST6.
    pub posted: [f64; 2],
}

/// The numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StaffNumbers {
    /// Townships.
    pub towns: Vec<TownNumbers>,
    /// Areas.
    pub areas: Vec<AreaNumbers>,
    /// `P`.
    pub panel: f64,
    /// `w`.
    pub weight: f64,
    /// `eff`.
    pub effectiveness: f64,
    /// `G`.
    pub new: u32,
}

/// The model of contracts with the positions of its columns.
#[derive(Debug, Clone)]
pub struct StaffModel {
    /// The model.
    pub model: LinearModel,
    /// `d_t`, `o_t`, `z1_t` and `z2_t` of each township.
    pub town: Vec<[usize; 4]>,
    /// `m`, where it is not given.
    pub least: Option<usize>,
}

/// Writes ST1 to ST6; with `floor` the second objective with `m` at that value, otherwise the first. O(townships).
#[must_use]
pub fn build(numbers: &StaffNumbers, floor: Option<f64>) -> StaffModel {
    let mut m = RowWise::default();
    let least = floor.is_none().then(|| {
        let c = m.column(0.0, 1.0);
        m.charge(c, -1.0);
        c
    });
    let mut whole = Vec::new();
    let mut town = Vec::new();
    let mut of_area: Vec<Vec<usize>> = vec![Vec::new(); numbers.areas.len()];
    for (t, x) in numbers.towns.iter().enumerate() {
        let d = m.column(f64::from(x.least), f64::from(x.most));
        whole.push(d as usize);
        let o = m.column(0.0, numbers.areas[x.area].posted[1]);
        let z1 = m.column(0.0, x.priority * x.people);
        let z2 = m.column(0.0, (1.0 - x.priority) * x.people);
        if floor.is_some() {
            m.charge(z1, -numbers.weight);
            m.charge(z2, -1.0);
        }
        let panel = numbers.panel;
        m.row(f64::NEG_INFINITY, panel * x.now, [(z1, 1.0), (z2, 1.0), (d, -panel), (o, -panel * numbers.effectiveness)]);
        match least {
            Some(c) => m.row(0.0, f64::INFINITY, [(z1, 1.0), (z2, 1.0), (c, -x.people)]),
            None => m.row(floor.unwrap_or_default() * x.people, f64::INFINITY, [(z1, 1.0), (z2, 1.0)]),
        };
        of_area[x.area].push(t);
        town.push([d, o, z1, z2]);
    }
    m.row(f64::NEG_INFINITY, f64::from(numbers.new), town.iter().map(|c| (c[0], 1.0)));
    for (a, area) in numbers.areas.iter().enumerate() {
        if area.quota.is_finite() {
            m.row(f64::NEG_INFINITY, area.quota, of_area[a].iter().map(|&t| (town[t][0], 1.0)));
        }
        if area.posted[1] > 0.0 {
            m.row(area.posted[0], area.posted[1], of_area[a].iter().map(|&t| (town[t][1], 1.0)));
        }
    }
    let mut model = m.finish();
    model.integer = whole;
    StaffModel { model, town: town.iter().map(|c| c.map(|x| x as usize)).collect(), least: least.map(|c| c as usize) }
}

/// A way to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProgrammeNumbers {
    /// `L_p`, years.
    pub lead: usize,
    /// `S_p`.
    pub seats: f64,
    /// `k_p`.
    pub keep: f64,
    /// `c_p`.
    pub cost: f64,
}

/// The numbers of the pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct PipelineNumbers {
    /// `G_0`.
    pub now: f64,
    /// `r`.
    pub attrition: f64,
    /// `R_t` of each year.
    pub wanted: Vec<f64>,
    /// Programmes.
    pub programmes: Vec<ProgrammeNumbers>,
    /// `M`.
    pub missing: f64,
}

/// The pipeline with the positions of its columns.
#[derive(Debug, Clone)]
pub struct PipelineModel {
    /// The model.
    pub model: LinearModel,
    /// `s_pt`, by programme and year.
    pub seats: Vec<Vec<usize>>,
    /// `G_t` and `e_t` by year.
    pub stock: Vec<[usize; 2]>,
    /// Row PI2 by year.
    pub wanted: Vec<usize>,
}

/// Writes PI0 to PI2. O(programmes x years).
#[must_use]
pub fn pipeline(numbers: &PipelineNumbers) -> PipelineModel {
    let mut m = RowWise::default();
    let years = numbers.wanted.len();
    let seats: Vec<Vec<u32>> = numbers
        .programmes
        .iter()
        .map(|p| {
            (0..years)
                .map(|t| {
                    // a seat that ends after the last year would only cost
                    let c = m.column(0.0, if t + p.lead < years { p.seats } else { 0.0 });
                    m.charge(c, p.cost);
                    c
                })
                .collect()
        })
        .collect();
    let most = numbers.now + numbers.programmes.iter().map(|p| p.seats).sum::<f64>() * (years + 1) as f64;
    let mut stock: Vec<[u32; 2]> = Vec::new();
    let mut wanted = Vec::new();
    for t in 0..years {
        let g = m.column(0.0, most);
        let e = m.column(0.0, numbers.wanted[t].max(0.0));
        m.charge(e, numbers.missing);
        let stays = 1.0 - numbers.attrition;
        let mut entries = vec![(g, 1.0)];
        entries.extend(stock.last().map(|before| (before[0], -stays)));
        for (p, x) in numbers.programmes.iter().enumerate() {
            if t >= x.lead {
                entries.push((seats[p][t - x.lead], -x.keep));
            }
        }
        let side = if t == 0 { stays * numbers.now } else { 0.0 };
        m.row(side, side, entries);
        wanted.push(m.row(numbers.wanted[t], f64::INFINITY, [(g, 1.0), (e, 1.0)]));
        stock.push([g, e]);
    }
    PipelineModel {
        model: m.finish(),
        seats: seats.iter().map(|s| s.iter().map(|c| *c as usize).collect()).collect(),
        stock: stock.iter().map(|c| c.map(|x| x as usize)).collect(),
        wanted,
    }
}
