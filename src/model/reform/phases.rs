//! Beds over the years (model 6.16).
//!
//! ```text
//! min  sum_at (kappa D_at + M s_at) / (1 + r)^(t - 1)                                          (PH0)
//!  PH1  b_at = b_a,t-1 + D_a,t-L          what is begun is in use after its lead
//!  PH2  b_at + s_at >= target_at          what is missing is priced
//!  PH3  D_at <= g b_a,t-1                 an area grows by a share a year
//!  PH4  sum_a kappa D_at <= B_t           money of the year; nothing borrowed, nothing carried over
//!  PH5  s_aT = 0                          with `reach`
//!  D, s >= 0
//!
//!  Whole projects: D_at is replaced by sum_p beds_p n_pt and kappa D_at by sum_p yuan_p n_pt, PH1 takes each project's own lead, and
//!  PH6  sum_t n_pt <= c_p, n whole        a kind of project is begun as often as there are places for it
//!  PH3  allows the largest project of the area beyond the share, or small areas could begin nothing.
//! ```

use super::super::LinearModel;
use super::super::rowwise::RowWise;

/// A kind of project: equal ones in one area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KindNumbers {
    /// Area.
    pub area: usize,
    /// Beds of one.
    pub beds: f64,
    /// Yuan of one.
    pub yuan: f64,
    /// Years from start to use.
    pub lead: usize,
    /// `c_p`.
    pub count: f64,
}

/// The numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PhasesNumbers {
    /// `b_a0`.
    pub now: Vec<f64>,
    /// `target_at`, by area and year.
    pub wanted: Vec<Vec<f64>>,
    /// `kappa`.
    pub capital: f64,
    /// `M`.
    pub missing: f64,
    /// `r`.
    pub discount: f64,
    /// `g`.
    pub growth: f64,
    /// `L`.
    pub lead: usize,
    /// `B_t`; empty: no limit.
    pub budget: Vec<f64>,
    /// PH5.
    pub reach: bool,
    /// Kinds of projects; `None`: any number of beds.
    pub kinds: Option<Vec<KindNumbers>>,
}

/// The model with the positions of its columns and rows.
#[derive(Debug, Clone)]
pub struct PhasesModel {
    /// The model.
    pub model: LinearModel,
    /// `s_at`, by area and year.
    pub short: Vec<Vec<usize>>,
    /// `D_at` (any number of beds), by area and year; empty with projects.
    pub begun: Vec<Vec<usize>>,
    /// `n_pt`, by kind and year.
    pub projects: Vec<Vec<usize>>,
    /// Row PH2, by area and year.
    pub wanted: Vec<Vec<usize>>,
    /// Row PH4, by year.
    pub budget: Vec<usize>,
}

/// Writes the model. O((areas + kinds) x years).
#[must_use]
pub fn build(numbers: &PhasesNumbers) -> PhasesModel {
    let mut m = RowWise::default();
    let years = numbers.wanted.first().map_or(0, Vec::len);
    let areas = numbers.now.len();
    let factor = |t: usize| (1.0 + numbers.discount).powi(-i32::try_from(t).unwrap_or(i32::MAX));
    let grid = |m: &mut RowWise, cost: f64| -> Vec<Vec<u32>> {
        let mut column = |t| {
            let c = m.column(0.0, f64::INFINITY);
            m.charge(c, cost * factor(t));
            c
        };
        (0..areas).map(|_| (0..years).map(&mut column).collect()).collect()
    };
    let beds = grid(&mut m, 0.0);
    let mut short = Vec::new();
    for _ in 0..areas {
        let column = |t: usize| {
            let c = m.column(0.0, if numbers.reach && t + 1 == years { 0.0 } else { f64::INFINITY });
            m.charge(c, numbers.missing * factor(t));
            c
        };
        short.push((0..years).map(column).collect::<Vec<u32>>());
    }
    // what is begun: column, area, year, beds, yuan, lead
    let mut starts: Vec<(u32, usize, usize, f64, f64, usize)> = Vec::new();
    let mut begun = Vec::new();
    let mut projects = Vec::new();
    let mut whole = Vec::new();
    match &numbers.kinds {
        None => {
            begun = grid(&mut m, numbers.capital);
            for (a, row) in begun.iter().enumerate() {
                starts.extend(row.iter().enumerate().map(|(t, c)| (*c, a, t, 1.0, numbers.capital, numbers.lead)));
            }
        }
        Some(kinds) => {
            for kind in kinds {
                let columns: Vec<u32> = (0..years)
                    .map(|t| {
                        let c = m.column(0.0, kind.count);
                        m.charge(c, kind.yuan * factor(t));
                        whole.push(c as usize);
                        starts.push((c, kind.area, t, kind.beds, kind.yuan, kind.lead));
                        c
                    })
                    .collect();
                m.row(f64::NEG_INFINITY, kind.count, columns.iter().map(|&c| (c, 1.0)));
                projects.push(columns);
            }
        }
    }
    let mut arrive: Vec<Vec<(u32, f64)>> = vec![Vec::new(); areas * years];
    let mut begin: Vec<Vec<(u32, f64)>> = vec![Vec::new(); areas * years];
    let mut money: Vec<Vec<(u32, f64)>> = vec![Vec::new(); years];
    for &(c, a, t, size, yuan, lead) in &starts {
        if t + lead < years {
            arrive[a * years + t + lead].push((c, -size));
        }
        begin[a * years + t].push((c, size));
        money[t].push((c, yuan));
    }
    let largest = |a: usize| {
        let kinds = numbers.kinds.iter().flatten();
        kinds.filter(|k| k.area == a && k.count > 0.0).map(|k| k.beds).fold(0.0, f64::max)
    };
    let mut wanted = Vec::new();
    for a in 0..areas {
        let mut rows = Vec::new();
        for t in 0..years {
            let before = t.checked_sub(1).map(|p| (beds[a][p], -1.0));
            let side = if t == 0 { numbers.now[a] } else { 0.0 };
            m.row(side, side, std::iter::once((beds[a][t], 1.0)).chain(before).chain(arrive[a * years + t].iter().copied()));
            rows.push(m.row(numbers.wanted[a][t], f64::INFINITY, [(beds[a][t], 1.0), (short[a][t], 1.0)]));
            let room = if t == 0 { numbers.growth * numbers.now[a] } else { 0.0 } + largest(a);
            let share = t.checked_sub(1).map(|p| (beds[a][p], -numbers.growth));
            if !begin[a * years + t].is_empty() {
                m.row(f64::NEG_INFINITY, room, begin[a * years + t].iter().copied().chain(share));
            }
        }
        wanted.push(rows);
    }
    let budget = numbers.budget.iter().zip(money).map(|(b, entries)| m.row(f64::NEG_INFINITY, *b, entries)).collect();
    let mut model = m.finish();
    model.integer = whole;
    // a bound that some best answer keeps, so that duals prove something: nobody has more beds or misses more than is wanted in all
    let most = numbers.now.iter().chain(numbers.wanted.iter().flatten()).copied().fold(0.0, f64::max) * 2.0 + 1e4;
    model.implied_upper.iter_mut().for_each(|u| *u = u.min(most));
    let wide = |rows: &[Vec<u32>]| rows.iter().map(|r| r.iter().map(|c| *c as usize).collect()).collect();
    PhasesModel { model, short: wide(&short), begun: wide(&begun), projects: wide(&projects), wanted, budget }
}
