//! HiGHS through its C interface: it keeps the basis between solves, takes added columns and changed costs, has separate
//! limits and an interrupt callback; none of which the modelling crates pass on.

mod session;

use super::{Backend, BackendError, LpSolution, LpStatus, MipSolution, Session, Simplex};
use crate::model::LinearModel;
use crate::outcome::{Bounds, Event, Limit, Limits, Observer};
use highs_sys as sys;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::time::Instant;

/// The HiGHS backend.
#[derive(Debug, Default)]
pub struct Highs {
    /// Options set on every instance after fenji's own, by HiGHS's names.
    options: Vec<(CString, CString)>,
}

impl Highs {
    /// With options by HiGHS's names.
    pub fn with_options(options: &[(String, String)]) -> Result<Self, BackendError> {
        let text = |s: &str| CString::new(s).map_err(|_| failed(format!("`{s}` holds a NUL")));
        let options = options.iter().map(|(k, v)| Ok((text(k)?, text(v)?))).collect::<Result<Vec<_>, BackendError>>()?;
        let backend = Self { options };
        backend.instance(&LinearModel::new())?;
        Ok(backend)
    }

    fn instance(&self, model: &LinearModel) -> Result<HighsSession, BackendError> {
        let mut session = HighsSession::new(model)?;
        session.options.clone_from(&self.options);
        session.apply()?;
        Ok(session)
    }
}

impl Backend for Highs {
    fn name(&self) -> &'static str {
        "highs"
    }

    fn solve(&self, model: &LinearModel, limits: &Limits, observer: &dyn Observer) -> Result<LpSolution, BackendError> {
        let mut session = self.instance(model)?;
        let solution = session.run(Simplex::Cold, limits, observer)?;
        if solution.status == LpStatus::Infeasible {
            // presolve has wrongly declared infeasibility in some versions: ask again without it before saying so
            session.presolve = false;
            session.clear_basis();
            return session.run(Simplex::Cold, limits, observer);
        }
        Ok(solution)
    }

    fn session(&self, model: &LinearModel) -> Result<Option<Box<dyn Session>>, BackendError> {
        Ok(Some(Box::new(self.instance(model)?)))
    }

    fn solve_mip(
        &self,
        model: &LinearModel,
        start: Option<&[f64]>,
        limits: &Limits,
        observer: &dyn Observer,
    ) -> Result<MipSolution, BackendError> {
        let mut session = self.instance(model)?;
        let solution = session.run_mip(model, start, limits, observer)?;
        if solution.status == LpStatus::Infeasible {
            session.presolve = false;
            session.clear_basis();
            return session.run_mip(model, start, limits, observer);
        }
        Ok(solution)
    }
}

/// A HiGHS instance holding one model.
struct HighsSession {
    raw: *mut c_void,
    rows: usize,
    cols: usize,
    presolve: bool,
    /// The user's options: they win over fenji's own.
    options: Vec<(CString, CString)>,
}

// SAFETY: the instance is owned by this value alone and HiGHS keeps no thread-local state tied to its creator;
// `&mut self` on every call that touches it makes use exclusive.
unsafe impl Send for HighsSession {}

impl Drop for HighsSession {
    fn drop(&mut self) {
        // SAFETY: `raw` came from Highs_create and is destroyed once.
        unsafe { sys::Highs_destroy(self.raw) }
    }
}

fn failed(what: impl Into<String>) -> BackendError {
    BackendError::Failed { backend: "highs", what: what.into() }
}

fn int(n: usize) -> Result<c_int, BackendError> {
    c_int::try_from(n).map_err(|_| failed(format!("{n} is more than HiGHS can index")))
}

fn ints(values: impl Iterator<Item = usize>) -> Result<Vec<c_int>, BackendError> {
    values.map(int).collect()
}

impl HighsSession {
    fn new(model: &LinearModel) -> Result<Self, BackendError> {
        // SAFETY: no preconditions; a null pointer is checked below.
        let raw = unsafe { sys::Highs_create() };
        if raw.is_null() {
            return Err(failed("no instance could be made"));
        }
        let mut session = Self { raw, rows: model.row_count(), cols: model.col_count(), presolve: true, options: Vec::new() };
        session.set_bool(c"output_flag", false);
        session.set_string(c"parallel", c"off");
        session.set_int(c"random_seed", 0);
        let costs = model.solver_costs();
        let start = ints(model.start[..model.col_count()].iter().copied())?;
        let index = ints(model.rows.iter().map(|&r| r as usize))?;
        // SAFETY: all arrays have the lengths announced; HiGHS copies them.
        let status = unsafe {
            sys::Highs_passLp(
                raw,
                int(session.cols)?,
                int(session.rows)?,
                int(model.nonzero_count())?,
                sys::kHighsMatrixFormatColwise,
                sys::kHighsObjSenseMinimize,
                model.offset,
                costs.as_ptr(),
                model.col_lower.as_ptr(),
                model.col_upper.as_ptr(),
                model.row_lower.as_ptr(),
                model.row_upper.as_ptr(),
                start.as_ptr(),
                index.as_ptr(),
                model.values.as_ptr(),
            )
        };
        if status == sys::kHighsStatusError { Err(failed("the model was refused")) } else { Ok(session) }
    }

    fn set_bool(&mut self, name: &CStr, value: bool) {
        // SAFETY: a live instance and a NUL-terminated name.
        unsafe { sys::Highs_setBoolOptionValue(self.raw, name.as_ptr(), c_int::from(value)) };
    }

    fn set_int(&mut self, name: &CStr, value: c_int) {
        // SAFETY: as above.
        unsafe { sys::Highs_setIntOptionValue(self.raw, name.as_ptr(), value) };
    }

    fn set_double(&mut self, name: &CStr, value: f64) {
        // SAFETY: as above.
        unsafe { sys::Highs_setDoubleOptionValue(self.raw, name.as_ptr(), value) };
    }

    fn set_string(&mut self, name: &CStr, value: &CStr) {
        // SAFETY: as above.
        unsafe { sys::Highs_setStringOptionValue(self.raw, name.as_ptr(), value.as_ptr()) };
    }

    /// Sets the user's options.
    fn apply(&self) -> Result<(), BackendError> {
        for (name, value) in &self.options {
            // SAFETY: a live instance and two NUL-terminated texts.
            let status = unsafe { sys::Highs_setStringOptionValue(self.raw, name.as_ptr(), value.as_ptr()) };
            if status == sys::kHighsStatusError && !self.set_any(name, value) {
                return Err(failed(format!("option {} does not take {}", name.to_string_lossy(), value.to_string_lossy())));
            }
        }
        Ok(())
    }

    fn clear_basis(&mut self) {
        // SAFETY: a live instance.
        unsafe { sys::Highs_clearSolver(self.raw) };
    }

    fn info(&self, name: &CStr) -> u64 {
        let mut value: c_int = 0;
        // SAFETY: a live instance, a NUL-terminated name and a place for one integer.
        unsafe { sys::Highs_getIntInfoValue(self.raw, name.as_ptr(), &raw mut value) };
        u64::try_from(value).unwrap_or(0)
    }

    fn solution(&self, status: LpStatus) -> LpSolution {
        let mut values = vec![0.0; self.cols];
        let mut reduced = vec![0.0; self.cols];
        let mut activity = vec![0.0; self.rows];
        let mut duals = vec![0.0; self.rows];
        // SAFETY: the arrays have the lengths of the model that this instance holds.
        unsafe {
            sys::Highs_getSolution(self.raw, values.as_mut_ptr(), reduced.as_mut_ptr(), activity.as_mut_ptr(), duals.as_mut_ptr());
        }
        let iterations = self.info(c"simplex_iteration_count") + self.info(c"ipm_iteration_count");
        LpSolution { status, values, duals, iterations }
    }
}

impl HighsSession {
    /// One run; the status that the call returns.
    fn attempt(&mut self, method: Simplex, solver: &CStr, limits: &Limits, observer: &dyn Observer) -> Result<c_int, BackendError> {
        let presolve = self.presolve && method == Simplex::Cold;
        self.set_string(c"presolve", if presolve { c"on" } else { c"off" });
        self.set_string(c"solver", solver);
        // 1 = serial dual simplex, 4 = primal simplex
        self.set_int(c"simplex_strategy", if method == Simplex::Primal { 4 } else { 1 });
        self.set_double(c"time_limit", limits.time.map_or(f64::INFINITY, |t| t.as_secs_f64() + self.run_time()));
        // a warm start would be lost to the user's presolve, and a second look without presolve is deliberate
        if presolve {
            self.apply()?;
        }
        let watch = Watch { observer, started: Instant::now() };
        // SAFETY: `watch` outlives the run, and the callback is unset before it goes.
        let status = unsafe {
            sys::Highs_setCallback(self.raw, Some(interrupt), (&raw const watch).cast_mut().cast::<c_void>());
            sys::Highs_startCallback(self.raw, sys::kHighsCallbackSimplexInterrupt);
            let status = sys::Highs_run(self.raw);
            sys::Highs_stopCallback(self.raw, sys::kHighsCallbackSimplexInterrupt);
            sys::Highs_setCallback(self.raw, None, std::ptr::null_mut());
            status
        };
        Ok(status)
    }

    /// Seconds this instance has run so far (its time limit counts from its creation).
    fn run_time(&self) -> f64 {
        // SAFETY: a live instance.
        unsafe { sys::Highs_getRunTime(self.raw) }
    }

    /// Whether the last run ended in numbers, not in an answer: with the status that says so, or with an error and no status at all.
    fn broke_down(&self, run: c_int) -> bool {
        // SAFETY: a live instance.
        let status = unsafe { sys::Highs_getModelStatus(self.raw) };
        status == sys::kHighsModelStatusSolveError || (run == sys::kHighsStatusError && status == sys::kHighsModelStatusNotset)
    }

    /// Why the last run ended.
    fn status(&self, run: c_int) -> Result<LpStatus, BackendError> {
        // SAFETY: a live instance.
        let model_status = unsafe { sys::Highs_getModelStatus(self.raw) };
        Ok(match model_status {
            s if s == sys::kHighsModelStatusOptimal || s == sys::kHighsModelStatusModelEmpty => LpStatus::Optimal,
            s if s == sys::kHighsModelStatusInfeasible || s == sys::kHighsModelStatusUnboundedOrInfeasible => LpStatus::Infeasible,
            s if s == sys::kHighsModelStatusUnbounded => LpStatus::Unbounded,
            s if s == sys::kHighsModelStatusTimeLimit => LpStatus::Stopped(Limit::Time),
            s if s == sys::kHighsModelStatusIterationLimit || s == sys::kHighsModelStatusSolutionLimit => {
                LpStatus::Stopped(Limit::Iterations)
            }
            s if s == sys::kHighsModelStatusInterrupt => LpStatus::Stopped(Limit::Interrupted),
            s if s == sys::kHighsModelStatusUnknown || s == sys::kHighsModelStatusSolveError => LpStatus::Stopped(Limit::Numerics),
            _ if self.broke_down(run) => LpStatus::Stopped(Limit::Numerics),
            s => return Err(failed(format!("model status {s}, run status {run}"))),
        })
    }

    /// Sets an option whose type is not text; false when HiGHS knows no such option or value.
    fn set_any(&self, name: &CStr, value: &CStr) -> bool {
        let Ok(text) = value.to_str() else { return false };
        let ok = |status: c_int| status != sys::kHighsStatusError;
        // SAFETY: a live instance and a NUL-terminated name, here and below; HiGHS checks the type.
        let as_bool =
            text.parse::<bool>().is_ok_and(|v| ok(unsafe { sys::Highs_setBoolOptionValue(self.raw, name.as_ptr(), c_int::from(v)) }));
        as_bool
            || text.parse::<c_int>().is_ok_and(|v| ok(unsafe { sys::Highs_setIntOptionValue(self.raw, name.as_ptr(), v) }))
            || text.parse::<f64>().is_ok_and(|v| ok(unsafe { sys::Highs_setDoubleOptionValue(self.raw, name.as_ptr(), v) }))
    }

    fn double_info(&self, name: &CStr) -> f64 {
        let mut value = f64::NAN;
        // SAFETY: a live instance, a NUL-terminated name and a place for one number.
        unsafe { sys::Highs_getDoubleInfoValue(self.raw, name.as_ptr(), &raw mut value) };
        value
    }

    fn run_mip(
        &mut self,
        model: &LinearModel,
        start: Option<&[f64]>,
        limits: &Limits,
        observer: &dyn Observer,
    ) -> Result<MipSolution, BackendError> {
        let kinds = vec![sys::kHighsVarTypeInteger; model.integer.len()];
        let columns = ints(model.integer.iter().copied())?;
        if !columns.is_empty() {
            // SAFETY: both arrays have the length announced.
            let status = unsafe { sys::Highs_changeColsIntegralityBySet(self.raw, int(columns.len())?, columns.as_ptr(), kinds.as_ptr()) };
            if status == sys::kHighsStatusError {
                return Err(failed("integrality was refused"));
            }
        }
        self.set_string(c"presolve", if self.presolve { c"choose" } else { c"off" });
        self.set_double(c"mip_rel_gap", limits.gap.max(0.0));
        self.set_double(c"mip_abs_gap", 0.0);
        self.set_double(c"time_limit", limits.time.map_or(f64::INFINITY, |t| t.as_secs_f64() + self.run_time()));
        if self.presolve {
            self.apply()?;
        }
        if let Some(point) = start.filter(|p| p.len() == self.cols) {
            // SAFETY: the length was checked; the other arrays may be null.
            unsafe { sys::Highs_setSolution(self.raw, point.as_ptr(), std::ptr::null(), std::ptr::null(), std::ptr::null()) };
        }
        let watch = Watch { observer, started: Instant::now() };
        let kinds = [sys::kHighsCallbackMipInterrupt, sys::kHighsCallbackSimplexInterrupt, sys::kHighsCallbackMipImprovingSolution];
        // SAFETY: `watch` outlives the run, and the callback is unset before it goes.
        let run = unsafe {
            sys::Highs_setCallback(self.raw, Some(interrupt), (&raw const watch).cast_mut().cast::<c_void>());
            kinds.iter().for_each(|&k| {
                sys::Highs_startCallback(self.raw, k);
            });
            let run = sys::Highs_run(self.raw);
            kinds.iter().for_each(|&k| {
                sys::Highs_stopCallback(self.raw, k);
            });
            sys::Highs_setCallback(self.raw, None, std::ptr::null_mut());
            run
        };
        let status = self.status(run)?;
        let is_mip = !model.integer.is_empty();
        let feasible = self.info(c"primal_solution_status") == 2 && !matches!(status, LpStatus::Infeasible | LpStatus::Unbounded);
        let mut values = if feasible { self.solution(status).values } else { Vec::new() };
        for &j in model.integer.iter().filter(|_| feasible) {
            values[j] = values[j].round();
        }
        let primal = if feasible { self.double_info(c"objective_function_value") } else { f64::INFINITY };
        let dual = match status {
            _ if is_mip => self.double_info(c"mip_dual_bound"),
            LpStatus::Optimal => primal,
            _ => f64::NEG_INFINITY,
        };
        let dual = if dual.is_finite() { dual.min(primal) } else { f64::NEG_INFINITY };
        // a 64-bit figure that the plain integer query does not give
        let mut nodes = 0_i64;
        // SAFETY: a live instance, a NUL-terminated name and a place for one number.
        unsafe { sys::Highs_getInt64InfoValue(self.raw, c"mip_node_count".as_ptr(), &raw mut nodes) };
        Ok(MipSolution { status, values, bounds: Bounds { primal, dual }, nodes: u64::try_from(nodes).unwrap_or(0) })
    }
}

struct Watch<'a> {
    observer: &'a dyn Observer,
    started: Instant,
}

/// Called by HiGHS between simplex iterations: stops the run when the user asked for it.
unsafe extern "C" fn interrupt(
    kind: c_int,
    _message: *const c_char,
    out: *const sys::HighsCallbackDataOut,
    input: *mut sys::HighsCallbackDataIn,
    data: *mut c_void,
) {
    if kind == sys::kHighsCallbackMipImprovingSolution && !data.is_null() && !out.is_null() {
        // SAFETY: as below; `out` belongs to HiGHS for the length of the call.
        let (watch, out) = unsafe { (&*data.cast::<Watch<'_>>(), &*out) };
        let bounds = Bounds { primal: out.mip_primal_bound, dual: out.mip_dual_bound };
        watch.observer.event(&Event::Improved { seconds: watch.started.elapsed().as_secs_f64(), bounds });
        return;
    }
    if data.is_null() || input.is_null() {
        return;
    }
    // SAFETY: `data` is the `Watch` that `run` keeps alive, `input` belongs to HiGHS for the length of the call.
    let watch = unsafe { &*data.cast::<Watch<'_>>() };
    if watch.observer.stop_requested() {
        unsafe { (*input).user_interrupt = 1 };
    }
}
