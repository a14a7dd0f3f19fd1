//! Specialties dealt to the provincial regional centres of a province.
//!
//! ```text
//! (CD1)  min sum_S m_S x_S                      m_S: mean minutes to the nearest site of the set S
//! (CD2)  sum over |S| = r of x_S = n_r          every specialty has its number of sites
//! (CD3)  sum over S with s of x_S <= h          a site leads so many specialties
//!        x_S >= 0, whole
//! ```
//!
//! The duals of (CD3) are fees `f`; any fees prove `sum_r n_r min over |S| = r of (m_S + sum over S of f) - h sum f`.

use crate::model::LinearModel;
use crate::model::rowwise::RowWise;
use std::collections::BTreeMap;

/// Model (CD1) to (CD3): columns are the sets in their order, rows the sizes, then the sites.
#[must_use]
pub fn build(sets: &[(Vec<usize>, f64)], sizes: &BTreeMap<usize, usize>, sites: usize, most: usize) -> LinearModel {
    #[allow(clippy::cast_precision_loss)] // small counts
    let float = |n: usize| n as f64;
    let mut m = RowWise::default();
    let columns: Vec<u32> = sets
        .iter()
        .map(|(set, minutes)| {
            let column = m.count(sizes.get(&set.len()).copied().map_or(0.0, float));
            m.charge(column, *minutes);
            column
        })
        .collect();
    for (size, count) in sizes {
        let of = sets.iter().zip(&columns).filter(|((set, _), _)| set.len() == *size).map(|(_, &c)| (c, 1.0));
        m.row(float(*count), float(*count), of);
    }
    for s in 0..sites {
        let of = sets.iter().zip(&columns).filter(|((set, _), _)| set.contains(&s)).map(|(_, &c)| (c, 1.0));
        m.row(f64::NEG_INFINITY, float(most), of);
    }
    m.finish()
}
