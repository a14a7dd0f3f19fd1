//! Formulations: from a [`Problem`](crate::demand::Problem) to a [`LinearModel`], and from its values back to flows. No solver is named here.

pub mod beds;
pub mod columns;
pub mod layout;
pub mod linear;
pub mod referral_cells;
pub mod referral_extract;
pub mod referral_flow;
pub mod referral_rows;
pub mod reform;
pub mod rowwise;

pub use layout::LayoutModel;
pub use linear::LinearModel;
pub use referral_flow::{Form, ReferralModel};
