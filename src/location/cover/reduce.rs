//! Reductions of set covering that keep an optimum: what is left is often a small part.
//!
//! * A row that contains all columns of another row is covered with it.
//! * A column that covers no row that a cheaper one does not cover is not needed.
//! * A row with one column takes it; a column without cost is taken.
//!
//! Repeated until nothing changes (Toregas & ReVelle 1972; Beasley 1987, <https://doi.org/10.1016/0377-2217(87)90141-X>). A subset is looked for among the
//! rows of the rarest column only, and lists are compared in order with an early end: O(rows x shortest list x length of what agrees).

use super::super::watch::Watch;

/// A set covering problem: rows to be covered, columns with costs. Both lists are increasing.
#[derive(Debug, Clone, Default)]
pub(super) struct Cover {
    /// Columns of each row.
    pub rows: Vec<Vec<u32>>,
    /// Rows of each column.
    pub cols: Vec<Vec<u32>>,
    /// Cost of each column, not negative.
    pub cost: Vec<f64>,
    /// Name of each column in the problem it came from.
    pub name: Vec<u32>,
}

impl Cover {
    /// From the columns of each row.
    pub fn new(rows: Vec<Vec<u32>>, cost: Vec<f64>) -> Self {
        let mut cover = Self { cols: vec![Vec::new(); cost.len()], name: (0..cost.len()).map(super::id).collect(), rows, cost };
        cover.turn();
        cover
    }

    /// Fills the columns from the rows.
    fn turn(&mut self) {
        self.cols.iter_mut().for_each(Vec::clear);
        for (r, row) in self.rows.iter().enumerate() {
            for &c in row {
                self.cols[c as usize].push(super::id(r));
            }
        }
    }

    /// Number of entries.
    pub fn entries(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// Keeps the rows and columns that are not dropped.
    pub fn keep(&mut self, drop_row: &[bool], drop_col: &[bool]) {
        let mut place = vec![u32::MAX; self.cost.len()];
        let mut next = 0;
        for (c, &dropped) in drop_col.iter().enumerate() {
            if !dropped {
                place[c] = next;
                next += 1;
            }
        }
        let mut at = 0;
        self.rows.retain(|_| {
            at += 1;
            !drop_row[at - 1]
        });
        for row in &mut self.rows {
            row.retain_mut(|c| {
                *c = place[*c as usize];
                *c != u32::MAX
            });
        }
        let kept = |c: &usize| !drop_col[*c];
        self.cost = (0..drop_col.len()).filter(kept).map(|c| self.cost[c]).collect();
        self.name = (0..drop_col.len()).filter(kept).map(|c| self.name[c]).collect();
        self.cols.truncate(self.cost.len());
        self.turn();
    }

    /// Takes columns: their rows are covered. Returns their names and cost.
    pub fn take(&mut self, take: &[bool]) -> (Vec<u32>, f64) {
        let mut drop_row = vec![false; self.rows.len()];
        let (mut names, mut cost) = (Vec::new(), 0.0);
        for c in (0..take.len()).filter(|&c| take[c]) {
            self.cols[c].iter().for_each(|&r| drop_row[r as usize] = true);
            names.push(self.name[c]);
            cost += self.cost[c];
        }
        self.keep(&drop_row, take);
        (names, cost)
    }
}

/// Reduces; returns the names and the cost of the columns that were taken. Stops early, with what it has, when the run is over.
pub(super) fn reduce(cover: &mut Cover, watch: &Watch<'_>) -> (Vec<u32>, f64) {
    let (mut names, mut cost) = (Vec::new(), 0.0);
    loop {
        let before = (cover.rows.len(), cover.cost.len());
        let mut take: Vec<bool> = cover.cost.iter().zip(&cover.cols).map(|(&c, rows)| c <= 0.0 && !rows.is_empty()).collect();
        cover.rows.iter().filter(|r| r.len() == 1).for_each(|r| take[r[0] as usize] = true);
        if take.iter().any(|t| *t) {
            let (more, paid) = cover.take(&take);
            names.extend(more);
            cost += paid;
        }
        let drop = dominated_columns(cover, watch);
        cover.keep(&vec![false; cover.rows.len()], &drop);
        let drop = dominated_rows(cover, watch);
        cover.keep(&drop, &vec![false; cover.cost.len()]);
        if (cover.rows.len(), cover.cost.len()) == before || watch.over().is_some() {
            return (names, cost);
        }
    }
}

/// Whether every element of `a` is in `b`; both increasing.
fn within(a: &[u32], b: &[u32]) -> bool {
    let mut rest = b;
    a.iter().all(|x| match rest.iter().position(|y| y >= x) {
        Some(at) if rest[at] == *x => {
            rest = &rest[at + 1..];
            true
        }
        _ => false,
    })
}

fn dominated_columns(cover: &Cover, watch: &Watch<'_>) -> Vec<bool> {
    let mut drop: Vec<bool> = cover.cols.iter().map(Vec::is_empty).collect();
    for (j, rows) in cover.cols.iter().enumerate() {
        if j % 256 == 0 && watch.over().is_some() {
            break;
        }
        // a column that covers all rows of this one stands in its shortest row
        let Some(&rarest) = rows.iter().min_by_key(|&&r| cover.rows[r as usize].len()) else { continue };
        drop[j] = cover.rows[rarest as usize].iter().map(|&k| k as usize).any(|k| {
            let (more, cheaper) = (cover.cols[k].len().cmp(&rows.len()), cover.cost[k].total_cmp(&cover.cost[j]));
            let wins = more.is_ge() && cheaper.is_le() && (more.is_gt() || cheaper.is_lt() || k < j);
            k != j && !drop[k] && wins && within(rows, &cover.cols[k])
        });
    }
    drop
}

fn dominated_rows(cover: &Cover, watch: &Watch<'_>) -> Vec<bool> {
    let mut drop = vec![false; cover.rows.len()];
    for (r, cols) in cover.rows.iter().enumerate() {
        if r % 256 == 0 && watch.over().is_some() {
            break;
        }
        if drop[r] {
            continue;
        }
        let Some(&rarest) = cols.iter().min_by_key(|&&c| cover.cols[c as usize].len()) else { continue };
        for s in cover.cols[rarest as usize].iter().map(|&s| s as usize) {
            let other = &cover.rows[s];
            if s != r && !drop[s] && (other.len() > cols.len() || (other.len() == cols.len() && s > r)) && within(cols, other) {
                drop[s] = true;
            }
        }
    }
    drop
}
