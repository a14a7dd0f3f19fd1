//! What comes out: versioned shapes that can be written, read back and checked by someone who has only the case folder.

pub mod flows;
pub mod layout;
pub mod layout_questions;
pub mod referral;

pub use crate::outcome::{Bounds, Limit, Termination};
pub use flows::Flows;
pub use layout::LayoutPlan;
pub use layout_questions::LayoutQuestions;
pub use referral::ReferralPlan;
