//! stub: rule AR-1 (model 6.1): from a case to its arcs.

use super::{Arcs, Case};
use crate::outcome::Observer;

/// All arcs of a case: by its lists when it has them, else by its rules.
pub fn build_arcs(_case: &Case, _observer: &dyn Observer) -> Arcs {
    Arcs::default()
}
