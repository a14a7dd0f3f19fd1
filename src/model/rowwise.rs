//! A linear model written row by row, for formulations whose rows are easier to say than their columns.

use super::LinearModel;

/// Columns and rows in the making.
#[derive(Debug, Clone, Default)]
pub struct RowWise {
    cost: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    whole: Vec<bool>,
    row_lower: Vec<f64>,
    row_upper: Vec<f64>,
    start: Vec<usize>,
    entries: Vec<(u32, f64)>,
    /// Constant of the objective.
    pub offset: f64,
}

impl RowWise {
    /// Adds a column `lower <= x <= upper` without cost.
    pub fn column(&mut self, lower: f64, upper: f64) -> u32 {
        self.cost.push(0.0);
        self.lower.push(lower);
        self.upper.push(upper);
        self.whole.push(false);
        #[allow(clippy::cast_possible_truncation)] // models have far fewer columns
        let at = (self.cost.len() - 1) as u32;
        at
    }

    /// Adds a column in `{0, 1}` without cost.
    pub fn binary(&mut self) -> u32 {
        self.count(1.0)
    }

    /// Adds a column of whole numbers from 0 to `upper` without cost.
    pub fn count(&mut self, upper: f64) -> u32 {
        let at = self.column(0.0, upper);
        self.whole[at as usize] = true;
        at
    }

    /// Adds a row and returns its position; entries of one column are summed by the solver's reader, so a column may be named once only.
    pub fn row(&mut self, lower: f64, upper: f64, entries: impl IntoIterator<Item = (u32, f64)>) -> usize {
        if self.start.is_empty() {
            self.start.push(0);
        }
        self.entries.extend(entries.into_iter().filter(|e| e.1 != 0.0));
        self.start.push(self.entries.len());
        self.row_lower.push(lower);
        self.row_upper.push(upper);
        self.row_lower.len() - 1
    }

    /// Adds to the cost of a column.
    pub fn charge(&mut self, column: u32, cost: f64) {
        self.cost[column as usize] += cost;
    }

    /// Columns so far.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.cost.len()
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.row_lower.len()
    }

    /// The model by columns. O(entries).
    #[must_use]
    pub fn finish(self) -> LinearModel {
        let columns = self.cost.len();
        let mut start = vec![0usize; columns + 1];
        for (c, _) in &self.entries {
            start[*c as usize + 1] += 1;
        }
        for c in 0..columns {
            start[c + 1] += start[c];
        }
        let mut next = start.clone();
        let mut rows = vec![0u32; self.entries.len()];
        let mut values = vec![0.0; self.entries.len()];
        for r in 0..self.row_lower.len() {
            for &(c, v) in &self.entries[self.start[r]..self.start[r + 1]] {
                let at = next[c as usize];
                #[allow(clippy::cast_possible_truncation)] // models have far fewer rows
                let row = r as u32;
                rows[at] = row;
                values[at] = v;
                next[c as usize] += 1;
            }
        }
        LinearModel {
            offset: self.offset,
            tie_break: vec![0.0; columns],
            implied_upper: self.upper.clone(),
            integer: (0..columns).filter(|&c| self.whole[c]).collect(),
            cost: self.cost,
            col_lower: self.lower,
            col_upper: self.upper,
            row_lower: self.row_lower,
            row_upper: self.row_upper,
            start,
            rows,
            values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        let mut m = RowWise::default();
        let (a, b) = (m.binary(), m.column(-1.0, 4.0));
        m.charge(b, 2.0);
        m.row(1.0, f64::INFINITY, [(a, 1.0), (b, 3.0)]);
        m.row(0.0, 0.0, [(b, -1.0), (a, 0.0)]);
        let lp = m.finish();
        assert_eq!((lp.col_count(), lp.row_count(), lp.nonzero_count()), (2, 2, 3));
        assert_eq!(lp.column(1).collect::<Vec<_>>(), [(0, 3.0), (1, -1.0)]);
        assert_eq!((lp.integer.as_slice(), lp.cost.as_slice()), ([0].as_slice(), [0.0, 2.0].as_slice()));
        assert!((lp.objective(&[1.0, 2.0]) - 4.0).abs() < 1e-12);
    }
}
