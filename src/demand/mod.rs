//! From a case, its policy pack and a scenario to the quantities of the referral model: demand, patient choice, capacities, prices.

mod assemble;
pub mod choice;
pub mod congestion;
pub mod layout;
pub mod problem;

pub use assemble::{misfits, supply};
pub use layout::LayoutProblem;
pub use problem::{Choosing, Problem, ProblemError};
