//! Numbers of links dealt out to facilities over short ways.

use super::super::{ReformError, ReformInput};
use super::Frame;
use crate::backend::{BackendError, LpStatus, Simplex, by_name, guarded, names};
use crate::ids::FacilityId;
use crate::model::LinearModel;
use crate::model::reform::telemedicine::TelemedicineModel;
use crate::model::rowwise::RowWise;
use crate::outcome::{Limits, Observer};
use crate::travel::Place;

/// Nearest hubs above the county that a facility is offered at first; all when they have no room together.
const NEAREST: usize = 12;

/// The numbers of an optimum.
pub struct Numbers {
    open: Vec<bool>,
    inside: Vec<f64>,
    above: Vec<f64>,
    hospitals: f64,
}

impl Numbers {
    /// Reads them off the columns.
    #[must_use]
    pub fn read(model: &TelemedicineModel, values: &[f64]) -> Self {
        let of = |columns: &[usize]| columns.iter().map(|&c| values[c].round()).collect();
        Self {
            open: model.hub.iter().map(|&c| values[c] > 0.5).collect(),
            inside: of(&model.inside),
            above: of(&model.above),
            hospitals: values[model.hospitals].round(),
        }
    }
}

/// Which hubs open, and the links as (facility, hub).
type Dealt = (Vec<bool>, Vec<(usize, usize)>);

/// Deals the numbers out.
///
/// # Errors
/// A failing solver.
pub(super) fn deal(input: &ReformInput<'_>, frame: &Frame, numbers: &Numbers, observer: &dyn Observer) -> Result<Dealt, ReformError> {
    let minutes = minutes(input, frame);
    let open = exchanged(frame, &numbers.open, &minutes);
    let mut wide = NEAREST;
    loop {
        if let Some(links) = transport(input, frame, &open, numbers, &minutes, wide, observer)? {
            return Ok((open, links));
        }
        if wide >= frame.hubs.len() {
            let what = "the numbers of links cannot be dealt out: a defect of the model".to_owned();
            return Err(BackendError::Failed { backend: "own", what }.into());
        }
        wide = frame.hubs.len();
    }
}

/// Minutes from every facility that may be linked to every hub (rows: hospitals, then centres by county); where there is no way, the longest
/// way there is: a wire needs no road.
fn minutes(input: &ReformInput<'_>, frame: &Frame) -> Vec<Vec<f64>> {
    let place = |j: usize| Place::Facility(FacilityId::new(j));
    let to: Vec<Place> = frame.hubs.iter().map(|&k| place(k)).collect();
    let rows: Vec<Vec<Option<f64>>> =
        spokes(frame).map(|q| input.case.travel.minutes_to_many(&input.case.network, place(q), &to)).collect();
    let longest = rows.iter().flatten().flatten().copied().fold(1.0, f64::max);
    rows.into_iter().map(|row| row.into_iter().map(|m| m.unwrap_or(longest)).collect()).collect()
}

fn spokes(frame: &Frame) -> impl Iterator<Item = usize> + '_ {
    frame.hospitals.iter().copied().chain(frame.centres.iter().flatten().copied())
}

/// Exchanges open hubs for shut ones of the same county, cost and room while that brings the facilities nearer to their nearest hub.
fn exchanged(frame: &Frame, open: &[bool], minutes: &[Vec<f64>]) -> Vec<bool> {
    let hubs = &frame.numbers.hubs;
    let mut now = open.to_vec();
    // of the hubs above the county, each facility's nearest counts; county hubs serve the centres of their own county
    let all: Vec<usize> = (0..minutes.len()).collect();
    let mut first = frame.hospitals.len();
    let of_county: Vec<std::ops::Range<usize>> = frame
        .centres
        .iter()
        .map(|c| {
            first += c.len();
            first - c.len()..first
        })
        .collect();
    let sum = |open: &[bool], county: Option<usize>| -> f64 {
        let served: Vec<usize> = (0..hubs.len()).filter(|&k| open[k] && hubs[k].county == county).collect();
        let rows = county.map_or(&all[..], |c| &all[of_county[c].clone()]);
        rows.iter().map(|&row| served.iter().map(|&k| minutes[row][k]).fold(f64::INFINITY, f64::min)).filter(|m| m.is_finite()).sum()
    };
    loop {
        let mut best: Option<(f64, usize, usize)> = None;
        for out in (0..hubs.len()).filter(|&k| now[k]) {
            let today = sum(&now, hubs[out].county);
            for into in (0..hubs.len()).filter(|&k| !now[k] && hubs[k] == hubs[out]) {
                let mut tried = now.clone();
                (tried[out], tried[into]) = (false, true);
                let gain = today - sum(&tried, hubs[out].county);
                if gain > 1e-6 && best.is_none_or(|b| gain > b.0 + 1e-9) {
                    best = Some((gain, out, into));
                }
            }
        }
        let Some((_, out, into)) = best else { return now };
        (now[out], now[into]) = (false, true);
    }
}

/// Links over the least minutes in all: every county has its numbers, every hub its room, county hubs are linked upward. Nearly a transport
/// programme; `None` when the hubs offered have no room together.
fn transport(
    input: &ReformInput<'_>,
    frame: &Frame,
    open: &[bool],
    numbers: &Numbers,
    minutes: &[Vec<f64>],
    wide: usize,
    observer: &dyn Observer,
) -> Result<Option<Vec<(usize, usize)>>, ReformError> {
    let hubs = &frame.numbers.hubs;
    let mut m = RowWise::default();
    let mut links: Vec<(usize, usize)> = Vec::new();
    let mut of_hub: Vec<Vec<(u32, f64)>> = vec![Vec::new(); hubs.len()];
    let all: Vec<usize> = spokes(frame).collect();
    let mut kinds: Vec<Vec<(u32, f64)>> = vec![Vec::new(); 1 + 2 * frame.centres.len()];
    let mut upper: Vec<usize> = (0..hubs.len()).filter(|&k| open[k] && hubs[k].county.is_none()).collect();
    for (row, &q) in all.iter().enumerate() {
        upper.sort_by(|&a, &b| minutes[row][a].total_cmp(&minutes[row][b]).then(a.cmp(&b)));
        let hospital = row < frame.hospitals.len();
        let county = input.case.network.facilities[q].area.map(crate::ids::AreaId::index);
        let near = (0..hubs.len()).filter(|&k| open[k] && !hospital && hubs[k].county.is_some() && hubs[k].county == county);
        let offered: Vec<usize> = upper.iter().copied().take(wide).chain(near).collect();
        let mut own = Vec::with_capacity(offered.len());
        for k in offered {
            let c = m.column(0.0, 1.0);
            m.charge(c, minutes[row][k]);
            links.push((q, k));
            own.push((c, 1.0));
            of_hub[k].push((c, 1.0));
            let kind = if hospital { 0 } else { 1 + 2 * county.unwrap_or_default() + usize::from(hubs[k].county.is_none()) };
            kinds[kind].push((c, 1.0));
        }
        let must = hospital && (0..hubs.len()).any(|k| open[k] && frame.hubs[k] == q);
        m.row(f64::from(u8::from(must)), 1.0, own);
    }
    for (k, entries) in of_hub.into_iter().enumerate() {
        m.row(f64::NEG_INFINITY, hubs[k].capacity, entries);
    }
    let wanted = std::iter::once(numbers.hospitals).chain(numbers.inside.iter().zip(&numbers.above).flat_map(|(v, w)| [*v, *w]));
    for (entries, n) in kinds.into_iter().zip(wanted) {
        if entries.is_empty() && n > 0.0 {
            return Ok(None);
        }
        m.row(n, n, entries);
    }
    if links.is_empty() {
        // nobody is to be linked: there is nothing to deal out
        return Ok(Some(links));
    }
    let model = m.finish();
    let backend = by_name(names().first().copied().unwrap_or_default())?;
    let found = match backend.session(&model)? {
        // a session ends in a vertex, which an interior point would not
        Some(mut session) => session.run(Simplex::Cold, &input.limits, observer)?,
        None => backend.solve(&model, &input.limits, observer)?,
    };
    if found.status != LpStatus::Optimal {
        return Ok(None);
    }
    let values = if found.values.iter().any(|v| (v - v.round()).abs() > 1e-6) {
        // counties, hubs and facilities together are not quite a transport problem: the odd broken link is decided by branching
        let whole = LinearModel { integer: (0..model.col_count()).collect(), ..model };
        guarded::solve_mip(&whole, None, &Limits { gap: 1e-3, ..input.limits }, observer)?.values
    } else {
        found.values
    };
    Ok((!values.is_empty()).then(|| links.into_iter().zip(&values).filter(|(_, v)| **v > 0.5).map(|(l, _)| l).collect()))
}
