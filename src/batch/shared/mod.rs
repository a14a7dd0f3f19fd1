//! Hospitals that several cases share: priced and shared out between rounds of jobs.
//!
//! # The joint problem
//!
//! Every case `i` (a province) is a referral LP of model 6.4 with flows `x_i` in `X_i`. Facilities of the shared tiers whose code stands in
//! several cases are one hospital. With its beds and its doctors as resources `r`, the joint problem is
//!
//! ```text
//! (1)  z* = min sum_i c_i x_i          x_i in X_i
//! (2)       sum_i u_ir <= B_r          u_ir = use of r by case i: the left side of C5 over 365 theta, the left side of C6
//! ```
//!
//! `B_r` is what all of them may use: beds (doctors) x the sum of their shares (`avail`), at most once the whole. The rows C5 and C6 are
//! hard in every case; what no bed serves is unmet need at its price, so every allotment has a plan unless `hard_service` or `hard_targets`
//! asks otherwise. Targets over the whole region (C8, C11) hold in every case by itself.
//!
//! # Rounds
//!
//! In a round every case is one job: its referral plan with prices `p_ir >= 0` (`capacity.bed_price`, `capacity.doctor_price`) and beds
//! that it may use `a_ir` (`capacity.usable_beds`, `capacity.usable_doctors`) laid over its scenario. Two kinds:
//!
//! * *allotted*: `p = 0`, `sum_i a_ir <= B_r`: the plans together are a feasible joint plan, nothing is used twice;
//! * *priced*: the same `p` in every case, `a_ir = B_r`: nobody is held back but by the price.
//!
//! The first round is allotted by the shares of the tables.
//!
//! # Upper bound
//!
//! (3) An allotted round gives `U = sum_i z_i`. A priced round does too where its uses happen to fit (2), with what was paid taken off.
//!
//! # Lower bound
//!
//! Let `V_i(a)` be the optimum of case `i` that may use `a`. A job with prices `p`, allotment `a'`, proven dual bound `D` and duals `q >= 0`
//! of its rows C5 and C6 proves for every `a`, by LP duality (the bound is evaluated on all columns, whose implied bounds do not rest on beds):
//!
//! ```text
//! (4)  V_i(a) >= v_it - s_it a         v_it = D + q a',  s_it = p + q      (job of round t)
//! (5)  z* >= min { sum_i max_t (v_it - s_it a_i) :  sum_i a_i <= B, a >= 0 }
//! (6)      = max { sum_i sum_t l_it v_it - sum_r B_r p_r :  p_r >= sum_t l_it s_itr for all i, sum_t l_it = 1, l >= 0 }
//! ```
//!
//! (6) is the dual of (5). Any weights `l` in it prove a bound, so that what is written is evaluated at the weights, not taken from the solver:
//! (7) `L = sum_i sum_t l_it v_it - sum_r B_r max(0, max_i sum_t l_it s_itr)`. With all weight on one priced round (7) is the sum of the proven
//! bounds of the cases at the prices, less prices x beds. One allotted round alone proves a bound already.
//!
//! # Next prices, next allotment
//!
//! (8) The plans of all rounds are mixed so that (2) holds, at least cost (Dantzig and Wolfe 1960, doi:10.1287/opre.8.1.101): as `V_i` is convex, the mix's uses
//! are an allotment that costs no more than the mix. Its duals, halfway to the prices of (6), are the next prices; the first prices are the
//! worth of the resources in the cases, weighted by allotment. The next round is allotted when the mix promises at least half of the gap, else priced.
//!
//! Rounds end when `(U - L) / |U|` is within `gap`; when what is left is the cases' own gaps (`--gap`); when a job has no plan; or when there
//! have been `rounds` of them. Everything follows from the jobs' results, so a batch that was killed comes to the same rounds again.
//!
//! Not shared: rows that rest on the capacity of a hospital beside C5 and C6. Waiting (`choice.waiting_weight`), the reserve of group leaders (C12)
//! and budgets (C17) at shared hospitals are refused.

mod answers;
mod bound;
mod mix;
mod pool;
mod rounds;
mod table;

pub use bound::{Cut, lower};
pub use pool::{Kind, Pool};
pub(super) use rounds::{GAP_REACHED, NO_CHANGE, OWN_GAPS, ROUNDS_OVER};
pub use rounds::{Next, Rounds};
pub use table::{CaseLine, Certificate, RoundLine, Summary, read};
