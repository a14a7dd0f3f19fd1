//! Sparse times: compressed rows, and the times table a user gives.

use super::Place;
use crate::ids::{FacilityId, SettlementId};
use rayon::prelude::*;
use thiserror::Error;

/// A sparse matrix of minutes in compressed rows. A pair that is absent has no path (or was not asked for).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SparseTimes {
    /// Start of each row; one more entry than rows.
    start: Vec<usize>,
    /// Column of each entry.
    column: Vec<u32>,
    /// Minutes of each entry.
    minutes: Vec<f64>,
}

impl SparseTimes {
    /// The matrix of rows made in parallel by `row`, which is called once for each of `0..rows`; `init` makes the scratch space of a
    /// worker. The order of the entries of a row is kept.
    pub fn from_rows<S>(
        rows: usize,
        init: impl Fn() -> S + Sync + Send,
        row: impl Fn(&mut S, usize) -> Vec<(u32, f64)> + Sync + Send,
    ) -> Self {
        let size = (rows / (8 * rayon::current_num_threads())).clamp(1, 1024);
        let blocks: Vec<Self> = (0..rows.div_ceil(size))
            .into_par_iter()
            .map_init(&init, |scratch, block| {
                let mut part = Self::default();
                for i in block * size..rows.min((block + 1) * size) {
                    part.push(row(scratch, i));
                }
                part
            })
            .collect();
        let entries: usize = blocks.iter().map(|b| b.column.len()).sum();
        let mut all =
            Self { start: Vec::with_capacity(rows + 1), column: Vec::with_capacity(entries), minutes: Vec::with_capacity(entries) };
        all.start.push(0);
        for block in blocks {
            let base = all.column.len();
            all.start.extend(block.start.iter().map(|s| base + s));
            all.column.extend(block.column);
            all.minutes.extend(block.minutes);
        }
        all
    }

    /// Append a row; a part under construction holds the *ends* of its rows.
    fn push(&mut self, row: Vec<(u32, f64)>) {
        for (column, minutes) in row {
            self.column.push(column);
            self.minutes.push(minutes);
        }
        self.start.push(self.column.len());
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.column.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.column.is_empty()
    }

    /// Entries `(column, minutes)` of a row.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = (usize, f64)> + '_ {
        let range = self.start[row]..self.start[row + 1];
        self.column[range.clone()].iter().zip(&self.minutes[range]).map(|(c, m)| (*c as usize, *m))
    }
}

/// What is wrong with a times table.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TimesError {
    /// A place that the case does not have.
    #[error("entry {entry}: {place:?} is not a place of the case")]
    UnknownPlace {
        /// Position of the entry, from 0.
        entry: usize,
        /// The place.
        place: Place,
    },
    /// Minutes below zero or not finite.
    #[error("entry {entry}: {minutes} is not a travel time in minutes")]
    BadMinutes {
        /// Position of the entry, from 0.
        entry: usize,
        /// The value.
        minutes: f64,
    },
    /// The same directed pair twice.
    #[error("entry {entry}: {from:?} to {to:?} is listed twice")]
    Twice {
        /// Position of the later entry, from 0.
        entry: usize,
        /// From.
        from: Place,
        /// To.
        to: Place,
    },
}

/// Times between places given by the user: a pair holds in both directions unless the reverse is given, too; an absent pair is
/// unreachable. A look-up takes O(log of the entries of a place).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimesTable {
    settlements: usize,
    facilities: usize,
    /// Rows and columns: settlements, then facilities; columns ascending.
    times: SparseTimes,
}

impl TimesTable {
    /// A table for a case with so many settlements and facilities.
    ///
    /// # Errors
    /// All problems of the entries, in their order.
    pub fn new(settlements: usize, facilities: usize, entries: &[(Place, Place, f64)]) -> Result<Self, Vec<TimesError>> {
        let mut table = Self { settlements, facilities, times: SparseTimes::default() };
        let mut problems = Vec::new();
        // (row, column, given the other way round, entry)
        let mut cells: Vec<(u32, u32, bool, usize)> = Vec::with_capacity(2 * entries.len());
        for (entry, &(from, to, minutes)) in entries.iter().enumerate() {
            if !(minutes.is_finite() && minutes >= 0.0) {
                problems.push(TimesError::BadMinutes { entry, minutes });
            }
            match (table.slot(from), table.slot(to)) {
                (Some(a), Some(b)) => cells.extend([(a, b, false, entry), (b, a, true, entry)]),
                (None, _) => problems.push(TimesError::UnknownPlace { entry, place: from }),
                (_, None) => problems.push(TimesError::UnknownPlace { entry, place: to }),
            }
        }
        cells.par_sort_unstable();
        for pair in cells.windows(2) {
            if !pair[0].2 && !pair[1].2 && (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1) {
                let (from, to, _) = entries[pair[1].3];
                problems.push(TimesError::Twice { entry: pair[1].3, from, to });
            }
        }
        if !problems.is_empty() {
            problems.sort_by_key(TimesError::entry);
            return Err(problems);
        }
        cells.dedup_by_key(|c| (c.0, c.1)); // the given direction sorts before the reverse of another
        let mut at = 0;
        table.times.start.push(0);
        for row in 0..settlements + facilities {
            let end = at + cells[at..].partition_point(|c| c.0 as usize <= row);
            table.times.push(cells[at..end].iter().map(|c| (c.1, entries[c.3].2)).collect());
            at = end;
        }
        Ok(table)
    }

    /// Minutes of a pair; 0 from a place to itself when nothing else is given.
    #[must_use]
    pub fn minutes(&self, from: Place, to: Place) -> Option<f64> {
        let (row, column) = (self.slot(from)? as usize, self.slot(to)?);
        let range = self.times.start[row]..self.times.start[row + 1];
        match self.times.column[range.clone()].binary_search(&column) {
            Ok(at) => Some(self.times.minutes[range.start + at]),
            Err(_) => (from == to).then_some(0.0),
        }
    }

    /// Entries `(to, minutes)` of a place, by place.
    pub(super) fn row(&self, from: Place) -> impl Iterator<Item = (Place, f64)> + '_ {
        self.slot(from).into_iter().flat_map(move |row| self.times.row(row as usize).map(move |(column, m)| (self.place(column), m)))
    }

    /// All entries with their reverses, sorted by (from, to).
    pub fn entries(&self) -> impl Iterator<Item = (Place, Place, f64)> + '_ {
        (0..self.times.rows()).flat_map(move |row| self.times.row(row).map(move |(column, m)| (self.place(row), self.place(column), m)))
    }

    /// The row of a place.
    #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
    fn slot(&self, place: Place) -> Option<u32> {
        match place {
            Place::Settlement(s) => (s.index() < self.settlements).then_some(s.0),
            Place::Facility(f) => (f.index() < self.facilities).then_some(self.settlements as u32 + f.0),
        }
    }

    fn place(&self, slot: usize) -> Place {
        if slot < self.settlements {
            Place::Settlement(SettlementId::new(slot))
        } else {
            Place::Facility(FacilityId::new(slot - self.settlements))
        }
    }
}

impl TimesError {
    /// Position of the entry that is wrong, from 0.
    #[must_use]
    pub fn entry(&self) -> usize {
        match self {
            Self::UnknownPlace { entry, .. } | Self::BadMinutes { entry, .. } | Self::Twice { entry, .. } => *entry,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail
mod tests {
    use super::*;

    fn s(i: usize) -> Place {
        Place::Settlement(SettlementId::new(i))
    }

    fn f(i: usize) -> Place {
        Place::Facility(FacilityId::new(i))
    }

    #[test]
    fn reverse_holds_unless_given() {
        let table = TimesTable::new(2, 2, &[(s(0), f(0), 10.0), (f(0), s(0), 12.0), (f(0), f(1), 30.0)]).unwrap();
        assert_eq!(table.minutes(s(0), f(0)), Some(10.0));
        assert_eq!(table.minutes(f(0), s(0)), Some(12.0));
        assert_eq!(table.minutes(f(1), f(0)), Some(30.0));
        assert_eq!(table.minutes(s(1), f(0)), None);
        assert_eq!(table.minutes(s(1), s(1)), Some(0.0));
        assert_eq!(table.entries().count(), 4);
    }

    #[test]
    fn all_problems_at_once() {
        let entries = [(s(0), f(0), 1.0), (s(5), f(0), 1.0), (s(0), f(0), -2.0), (s(0), f(1), f64::NAN)];
        let problems = TimesTable::new(1, 2, &entries).unwrap_err();
        assert_eq!(problems.iter().map(TimesError::entry).collect::<Vec<_>>(), [1, 2, 2, 3]);
    }

    #[test]
    fn rows_keep_their_order() {
        let times =
            SparseTimes::from_rows(3000, || (), |(), i| (0..i % 4).map(|c| (u32::try_from(c).unwrap(), (i * 10 + c) as f64)).collect());
        assert_eq!(times.rows(), 3000);
        assert_eq!(times.row(2043).collect::<Vec<_>>(), [(0, 20430.0), (1, 20431.0), (2, 20432.0)]);
        assert_eq!(times.len(), 750 * 6);
    }
}
