//! Two levels.
use super::{Answer, Settings};
use crate::backend::BackendError;
use crate::instance::{Instance, Problem};
use crate::outcome::Observer;

/// Solves.
///
/// # Errors
/// Not yet.
pub fn solve(_instance: &Instance, _problem: Problem, _settings: &Settings, _observer: &dyn Observer) -> Result<Answer, BackendError> {
    Err(BackendError::Failed { backend: "levels", what: "later".into() })
}
