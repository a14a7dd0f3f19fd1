//! A HiGHS instance that keeps its basis while columns, rows, costs and bounds change.

use super::{HighsSession, failed, int, ints};
use crate::backend::{AddedRow, BackendError, Basis, LpSolution, Session, Simplex};
use crate::model::LinearModel;
use crate::outcome::{Limits, Observer};
use highs_sys as sys;
use std::ffi::c_int;

impl Session for HighsSession {
    fn run(&mut self, method: Simplex, limits: &Limits, observer: &dyn Observer) -> Result<LpSolution, BackendError> {
        let mut status = self.attempt(method, c"simplex", limits, observer)?;
        if self.broke_down(status) {
            // a basis carried over many changes can become one that cannot be factored: it is forgotten, and the other methods get their turn
            for (again, solver) in [(Simplex::Cold, c"simplex"), (Simplex::Primal, c"simplex"), (Simplex::Cold, c"ipm")] {
                tracing::debug!(?method, ?again, ?solver, "solve error: once more from scratch");
                self.clear_basis();
                status = self.attempt(again, solver, limits, observer)?;
                if !self.broke_down(status) {
                    break;
                }
            }
        }
        let read = self.status(status)?;
        Ok(self.solution(read))
    }

    fn add_columns(&mut self, from: &LinearModel, columns: &[usize]) -> Result<(), BackendError> {
        let part = from.restricted(columns);
        let costs = part.solver_costs();
        let start = ints(part.start[..part.col_count()].iter().copied())?;
        let index = ints(part.rows.iter().map(|&r| r as usize))?;
        // SAFETY: all arrays have the lengths announced; HiGHS copies them.
        let status = unsafe {
            sys::Highs_addCols(
                self.raw,
                int(part.col_count())?,
                costs.as_ptr(),
                part.col_lower.as_ptr(),
                part.col_upper.as_ptr(),
                int(part.nonzero_count())?,
                start.as_ptr(),
                index.as_ptr(),
                part.values.as_ptr(),
            )
        };
        self.cols += part.col_count();
        if status == sys::kHighsStatusError { Err(failed("added columns were refused")) } else { Ok(()) }
    }

    fn set_row_bounds(&mut self, rows: &[(usize, f64, f64)]) -> Result<(), BackendError> {
        for &(row, lower, upper) in rows {
            // SAFETY: a live instance; HiGHS checks the index.
            let status = unsafe { sys::Highs_changeRowBounds(self.raw, int(row)?, lower, upper) };
            if status == sys::kHighsStatusError {
                return Err(failed(format!("bounds of row {row} were refused")));
            }
        }
        Ok(())
    }

    fn set_costs(&mut self, costs: &[f64]) -> Result<(), BackendError> {
        if costs.len() != self.cols {
            return Err(failed(format!("{} costs for {} columns", costs.len(), self.cols)));
        }
        if costs.is_empty() {
            return Ok(());
        }
        // SAFETY: the length was checked; the range covers all columns.
        let status = unsafe { sys::Highs_changeColsCostByRange(self.raw, 0, int(self.cols)? - 1, costs.as_ptr()) };
        if status == sys::kHighsStatusError { Err(failed("costs were refused")) } else { Ok(()) }
    }

    fn add_rows(&mut self, rows: &[AddedRow]) -> Result<(), BackendError> {
        let lower: Vec<f64> = rows.iter().map(|r| r.lower).collect();
        let upper: Vec<f64> = rows.iter().map(|r| r.upper).collect();
        let mut start = Vec::with_capacity(rows.len());
        let mut count = 0;
        for row in rows {
            start.push(int(count)?);
            count += row.entries.len();
        }
        let index = ints(rows.iter().flat_map(|r| &r.entries).map(|e| e.0))?;
        let values: Vec<f64> = rows.iter().flat_map(|r| &r.entries).map(|e| e.1).collect();
        // SAFETY: all arrays have the lengths announced; HiGHS copies them.
        let status = unsafe {
            sys::Highs_addRows(
                self.raw,
                int(rows.len())?,
                lower.as_ptr(),
                upper.as_ptr(),
                int(count)?,
                start.as_ptr(),
                index.as_ptr(),
                values.as_ptr(),
            )
        };
        if status == sys::kHighsStatusError {
            return Err(failed("added rows were refused"));
        }
        self.rows += rows.len();
        Ok(())
    }

    fn delete_rows(&mut self, rows: &[usize]) -> Result<(), BackendError> {
        let set = ints(rows.iter().copied())?;
        // SAFETY: the array has the length announced; HiGHS checks the indices.
        let status = unsafe { sys::Highs_deleteRowsBySet(self.raw, int(set.len())?, set.as_ptr()) };
        if status == sys::kHighsStatusError {
            return Err(failed("rows could not be taken out"));
        }
        self.rows -= rows.len();
        Ok(())
    }

    fn set_col_bounds(&mut self, cols: &[(usize, f64, f64)]) -> Result<(), BackendError> {
        for &(col, lower, upper) in cols {
            // SAFETY: a live instance; HiGHS checks the index.
            let status = unsafe { sys::Highs_changeColBounds(self.raw, int(col)?, lower, upper) };
            if status == sys::kHighsStatusError {
                return Err(failed(format!("bounds of column {col} were refused")));
            }
        }
        Ok(())
    }

    fn limit_iterations(&mut self, most: Option<u32>) {
        self.set_int(c"simplex_iteration_limit", most.and_then(|n| c_int::try_from(n).ok()).unwrap_or(c_int::MAX));
    }

    fn basis(&self) -> Result<Basis, BackendError> {
        let mut basis = Basis { cols: vec![0; self.cols], rows: vec![0; self.rows], basic: sys::kHighsBasisStatusBasic };
        // SAFETY: the arrays have the lengths of the model that this instance holds.
        let status = unsafe { sys::Highs_getBasis(self.raw, basis.cols.as_mut_ptr(), basis.rows.as_mut_ptr()) };
        if status == sys::kHighsStatusError { Err(failed("there is no basis")) } else { Ok(basis) }
    }

    fn set_basis(&mut self, basis: &Basis) -> Result<(), BackendError> {
        if basis.cols.len() != self.cols || basis.rows.len() > self.rows {
            return Err(failed("the basis is that of another model"));
        }
        let mut rows = basis.rows.clone();
        rows.resize(self.rows, sys::kHighsBasisStatusBasic);
        // SAFETY: the lengths are those of the model that this instance holds.
        let status = unsafe { sys::Highs_setBasis(self.raw, basis.cols.as_ptr(), rows.as_ptr()) };
        if status == sys::kHighsStatusError { Err(failed("the basis was refused")) } else { Ok(()) }
    }
}
