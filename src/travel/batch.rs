//! The one interface of all ways to travel: single pairs, and batches in parallel.

use super::{MetricParams, Place, Places, SparseTimes, SpatialIndex, TimesTable, Travel};
use rayon::prelude::*;

impl Travel {
    /// Minutes of one trip; `None` when no path joins the two. From a place to itself it is 0. On roads this is a search: ask for
    /// many pairs at once with [`Travel::minutes_of_pairs`].
    #[must_use]
    pub fn minutes_between<P: Places + ?Sized>(&self, places: &P, from: Place, to: Place) -> Option<f64> {
        if from == to {
            return self.minutes_to_itself(from);
        }
        match self {
            Self::Metric(metric) => metric_minutes(metric, places, from, to),
            Self::Table(table) => table.minutes(from, to),
            Self::Road(_) => self.within(places, &[from], &[to], f64::INFINITY).row(0).next().map(|(_, minutes)| minutes),
        }
    }

    /// Minutes from one place to each of many, in their order.
    #[must_use]
    pub fn minutes_to_many<P: Places + ?Sized>(&self, places: &P, from: Place, to: &[Place]) -> Vec<Option<f64>> {
        let pairs: Vec<_> = to.iter().map(|t| (from, *t)).collect();
        self.minutes_of_pairs(places, &pairs)
    }

    /// Minutes of many pairs, in their order; in parallel. On roads there is one search for each distinct start.
    #[must_use]
    pub fn minutes_of_pairs<P: Places + ?Sized>(&self, places: &P, pairs: &[(Place, Place)]) -> Vec<Option<f64>> {
        if !matches!(self, Self::Road(_)) {
            return pairs.par_iter().map(|(from, to)| self.minutes_between(places, *from, *to)).collect();
        }
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.par_sort_unstable_by_key(|i| (pairs[*i], *i));
        let groups: Vec<&[usize]> = order.chunk_by(|a, b| pairs[*a].0 == pairs[*b].0).collect();
        let solved: Vec<Vec<(usize, Option<f64>)>> = groups
            .into_par_iter()
            .map(|group| {
                let mut to: Vec<Place> = group.iter().map(|i| pairs[*i].1).collect();
                to.dedup();
                let times = self.within(places, &[pairs[group[0]].0], &to, f64::INFINITY);
                let mut minutes = vec![None; to.len()];
                for (column, m) in times.row(0) {
                    minutes[column] = Some(m);
                }
                group.iter().map(|i| (*i, to.binary_search(&pairs[*i].1).ok().and_then(|c| minutes[c]))).collect()
            })
            .collect();
        let mut all = vec![None; pairs.len()];
        for (i, minutes) in solved.into_iter().flatten() {
            all[i] = minutes;
        }
        all
    }

    /// The `k` nearest of `to` **by time** from each of `from`. A row lists `(position in to, minutes)` by minutes, ties by
    /// position; it is shorter where fewer are reachable. `to` must not name a place twice.
    #[must_use]
    pub fn nearest<P: Places + ?Sized>(&self, places: &P, from: &[Place], to: &[Place], k: usize) -> SparseTimes {
        if k == 0 {
            return SparseTimes::from_rows(from.len(), || (), |(), _| Vec::new());
        }
        match self {
            Self::Metric(metric) => metric_nearest(metric, places, from, to, k),
            Self::Table(table) => {
                let columns = Columns::new(to);
                SparseTimes::from_rows(
                    from.len(),
                    || (),
                    |(), i| {
                        let mut row = table_row(table, &columns, from[i]);
                        row.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                        row.truncate(k);
                        row
                    },
                )
            }
            Self::Road(road) => road.nearest(places, from, to, k),
        }
    }

    /// All pairs of `from` and `to` within `limit` minutes (`inf`: all that a path joins). A row lists `(position in to, minutes)`
    /// by position. `to` must not name a place twice.
    #[must_use]
    pub fn within<P: Places + ?Sized>(&self, places: &P, from: &[Place], to: &[Place], limit: f64) -> SparseTimes {
        match self {
            Self::Metric(metric) => metric_within(metric, places, from, to, limit),
            Self::Table(table) => {
                let columns = Columns::new(to);
                SparseTimes::from_rows(
                    from.len(),
                    || (),
                    |(), i| {
                        let mut row = table_row(table, &columns, from[i]);
                        row.retain(|r| r.1 <= limit);
                        row.sort_unstable_by_key(|r| r.0);
                        row
                    },
                )
            }
            Self::Road(road) => road.within(places, from, to, limit),
        }
    }

    fn minutes_to_itself(&self, place: Place) -> Option<f64> {
        match self {
            Self::Table(table) => table.minutes(place, place),
            _ => Some(0.0),
        }
    }
}

/// The column of each place of a list.
pub(super) struct Columns(Vec<(Place, u32)>);

impl Columns {
    #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
    pub(super) fn new(to: &[Place]) -> Self {
        let mut columns: Vec<_> = to.iter().enumerate().map(|(c, place)| (*place, c as u32)).collect();
        columns.sort_unstable();
        Self(columns)
    }

    pub(super) fn of(&self, place: Place) -> Option<u32> {
        self.0.binary_search_by_key(&place, |c| c.0).ok().map(|i| self.0[i].1)
    }
}

fn metric_minutes<P: Places + ?Sized>(metric: &MetricParams, places: &P, from: Place, to: Place) -> Option<f64> {
    if from == to {
        return Some(0.0);
    }
    let minutes = metric.minutes_between(places.crs(), &places.site(from), &places.site(to));
    minutes.is_finite().then_some(minutes)
}

/// Candidates come by distance, but time is not monotone in distance: it falls where a faster speed class begins, and rises inside
/// a city core. The search therefore goes on until no farther place can undercut the k-th best time.
fn metric_nearest<P: Places + ?Sized>(metric: &MetricParams, places: &P, from: &[Place], to: &[Place], k: usize) -> SparseTimes {
    let index = SpatialIndex::new(places.crs(), to.iter().map(|p| places.site(*p).position).collect());
    SparseTimes::from_rows(
        from.len(),
        || (),
        |(), i| {
            let site = places.site(from[i]);
            let mut best: Vec<(u32, f64)> = Vec::with_capacity(k.min(to.len()) + 1);
            for (candidate, at_least_km) in index.candidates(site.position) {
                let full = best.len() == k;
                if full && best.last().is_none_or(|worst| metric.least_minutes_beyond(at_least_km.max(0.0), site.core.is_some()) > worst.1)
                {
                    break;
                }
                let Some(minutes) = metric_minutes(metric, places, from[i], to[candidate]) else { continue };
                #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
                let entry = (candidate as u32, minutes);
                let at = best.partition_point(|b| (b.1, b.0) < (entry.1, entry.0));
                best.insert(at, entry);
                best.truncate(k);
            }
            best
        },
    )
}

#[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
fn metric_within<P: Places + ?Sized>(metric: &MetricParams, places: &P, from: &[Place], to: &[Place], limit: f64) -> SparseTimes {
    let timed = |i: usize, c: usize| {
        let minutes = metric_minutes(metric, places, from[i], to[c])?;
        (minutes <= limit).then_some((c as u32, minutes))
    };
    if limit.is_infinite() {
        return SparseTimes::from_rows(from.len(), || (), |(), i| (0..to.len()).filter_map(|c| timed(i, c)).collect());
    }
    let index = SpatialIndex::new(places.crs(), to.iter().map(|p| places.site(*p).position).collect());
    SparseTimes::from_rows(
        from.len(),
        || (),
        |(), i| {
            let site = places.site(from[i]);
            // A place is 0 minutes from itself, which the reach of a trip does not know.
            let reach = metric.reach_km(limit, site.core.is_some()).unwrap_or(0.0) * (1.0 + 1e-9) + 1e-9;
            let near = index.within(site.position, reach);
            let mut row: Vec<(u32, f64)> = near.iter().filter_map(|n| timed(i, n.index)).collect();
            row.sort_unstable_by_key(|r| r.0);
            row
        },
    )
}

fn table_row(table: &TimesTable, columns: &Columns, from: Place) -> Vec<(u32, f64)> {
    let mut row: Vec<(u32, f64)> = table.row(from).filter_map(|(to, minutes)| Some((columns.of(to)?, minutes))).collect();
    if let Some(own) = columns.of(from).filter(|own| row.iter().all(|r| r.0 != *own)) {
        row.push((own, 0.0));
    }
    row
}
