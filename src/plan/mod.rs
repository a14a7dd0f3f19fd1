//! What comes out: versioned shapes that can be written, read back and checked by someone who has only the case folder.

pub mod beds;
pub mod flows;
pub mod layout;
pub mod layout_questions;
pub mod location;
pub mod referral;
pub mod reform;

pub use crate::outcome::{Bounds, Limit, Termination};
pub use beds::BedsPlan;
pub use flows::Flows;
pub use layout::LayoutPlan;
pub use layout_questions::LayoutQuestions;
pub use location::LocationPlan;
pub use referral::ReferralPlan;
pub use reform::{ReformAnswer, ReformPlan};
