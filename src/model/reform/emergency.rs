//! Stations of pre-hospital care: the fewest sites that cover a number of people.
//!
//! ```text
//! min  sum_j x_j                                                                              (EM0)
//!  EM1  sum over sites j that cover i of x_j >= z_i       whoever counts as covered has a station
//!  EM2  sum_i N_i z_i >= D                                people asked for
//!  x_j in {0, 1}, 0 <= z_i <= 1;  z_i = 1 for all i where everybody is to be covered, without EM2
//! ```
//!
//! Among as many stations, `K`, those with most people in a circle:
//!
//! ```text
//! max  sum_i N_i w_i                                                                          (EM3)
//!  EM4  sum over sites j with i in their circle of x_j >= w_i
//!  EM5  sum_j x_j = K ;  EM1 and EM2 as before;  x_j = 1 for stations to keep
//! ```
//!
//! Settlements covered by the same sites are one `i`.

use super::super::LinearModel;
use super::super::rowwise::RowWise;

/// The model with the positions of its columns and rows.
#[derive(Debug, Clone)]
pub struct StationsModel {
    /// The model.
    pub model: LinearModel,
    /// `x_j`.
    pub site: Vec<usize>,
    /// `z_i`; empty where everybody is to be covered.
    pub covered: Vec<usize>,
    /// Row EM1 of each `i`.
    pub cover: Vec<usize>,
    /// Row EM2.
    pub share: Option<usize>,
}

/// Writes the model for clients given as the sites that cover them and their people; with `people` that many must be covered, else all.
/// O(entries).
#[must_use]
pub fn build(sites: usize, clients: &[(Vec<usize>, f64)], people: Option<f64>) -> StationsModel {
    let mut m = RowWise::default();
    let site: Vec<u32> = (0..sites)
        .map(|_| {
            let c = m.binary();
            m.charge(c, 1.0);
            c
        })
        .collect();
    let covered: Vec<u32> = if people.is_some() { clients.iter().map(|_| m.column(0.0, 1.0)).collect() } else { Vec::new() };
    let cover = clients
        .iter()
        .enumerate()
        .map(|(i, (list, _))| {
            let sites = list.iter().map(|&s| (site[s], 1.0));
            match covered.get(i) {
                Some(&z) => m.row(0.0, f64::INFINITY, sites.chain([(z, -1.0)])),
                None => m.row(1.0, f64::INFINITY, sites),
            }
        })
        .collect();
    let share = people.map(|d| m.row(d, f64::INFINITY, covered.iter().zip(clients).map(|(&z, c)| (z, c.1))));
    let wide = |c: &[u32]| c.iter().map(|c| *c as usize).collect();
    StationsModel { model: m.finish(), site: wide(&site), covered: wide(&covered), cover, share }
}

/// The model (EM3) with its sites.
#[derive(Debug, Clone)]
pub struct CircleModel {
    /// The model; its value is the negative of the people in circles.
    pub model: LinearModel,
    /// `x_j`.
    pub site: Vec<usize>,
    /// `z_i`.
    pub covered: Vec<usize>,
    /// `w_i`.
    pub inside: Vec<usize>,
}

/// Writes (EM3) for clients as the sites that cover them, and clients as the sites whose circle they are in, with their people; `kept` sites stand.
/// O(entries).
#[must_use]
pub fn build_circle(
    sites: usize,
    covers: &[(Vec<usize>, f64)],
    circles: &[(Vec<usize>, f64)],
    (people, stations): (f64, f64),
    kept: &dyn Fn(usize) -> bool,
) -> CircleModel {
    let mut m = RowWise::default();
    let site: Vec<u32> = (0..sites).map(|_| m.binary()).collect();
    let covered: Vec<u32> = covers.iter().map(|_| m.column(0.0, 1.0)).collect();
    let inside: Vec<u32> = circles
        .iter()
        .map(|(_, people)| {
            let c = m.column(0.0, 1.0);
            m.charge(c, -people);
            c
        })
        .collect();
    for (lists, columns) in [(covers, &covered), (circles, &inside)] {
        for ((list, _), &z) in lists.iter().zip(columns) {
            m.row(0.0, f64::INFINITY, list.iter().map(|&s| (site[s], 1.0)).chain([(z, -1.0)]));
        }
    }
    m.row(people, f64::INFINITY, covered.iter().zip(covers).map(|(&z, c)| (z, c.1)));
    m.row(stations, stations, site.iter().map(|&x| (x, 1.0)));
    for s in (0..sites).filter(|&s| kept(s)) {
        m.row(1.0, 1.0, [(site[s], 1.0)]);
    }
    let wide = |c: &[u32]| c.iter().map(|c| *c as usize).collect();
    CircleModel { model: m.finish(), site: wide(&site), covered: wide(&covered), inside: wide(&inside) }
}
