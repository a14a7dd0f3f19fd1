//! Where facilities and beds go: the layout MIP solved, small cases by one branch and bound, large ones in parts with shared rows priced.
//!
//! | file | what it does |
//! | --- | --- |
//! | `solution` | how a layout is asked for, what a run hands back |
//! | `solve` | objectives in their order, method by size, lists grown until nothing left out matters |
//! | `parts`, `price` | a model falls into independent parts; budget, bed totals and shares that join them are priced, with a bound |
//! | `blocks` | large regions: multipliers on who serves whom, sites as knapsacks, layouts by exchange, prices from a master |
//! | `evaluate` | what a layout costs and gives, from levels, beds and assignments alone |
//! | `repair` | what would mend an infeasible wish, in sites, beds, people, minutes, yuan, by place |
//! | `p90` | how short the way of nine of ten people can be, by bisection |
//! | `front` | points between two objectives by the epsilon constraint |
//! | `write` | the plan that is written |
//! | `ask` | what a planner asks next: order, why, alternatives, robustness |
//! | `reality` | the sites that stand beside as many chosen from nothing, and beside chance |

pub mod apply;
pub mod ask;
pub mod beds;
pub mod blocks;
pub mod evaluate;
pub mod front;
mod p90;
pub mod parts;
pub mod price;
pub mod reality;
pub mod repair;
pub mod solution;
pub mod solve;
pub mod write;

pub use evaluate::{Layout, Value, evaluate};
pub use front::front;
pub use repair::{Mend, lacks, repair, repair_blocks};
pub use solve::{LayoutSolution, Method, SolveOptions, Stage, solve};
pub use write::{PlanInfo, to_plan};
