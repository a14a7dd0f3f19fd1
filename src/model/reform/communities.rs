//! Contiguous balanced communities, exactly (model 6.10 D): contiguity by a flow of one commodity for each leader.
//!
//! ```text
//! min  sum_tl c_tl m_tl + k sum_ab z_ab                                                             (CM0)
//!  CM1  sum_l m_tl = 1                                 every township has one leader
//!  CM2  m_{root_l, l} = 1                              the lead inside its community
//!  CM3  low_q <= sum_t w_qt m_tl <= high_q             balance of people, beds, funds
//!  CM4  f_abl <= (n - p) m_bl                          flow enters members alone
//!  CM5  sum_a f_atl - sum_b f_tbl = m_tl   (t no root) every member takes one unit of what leaves the root
//!  CM6  z_ab >= m_al - m_bl , z_ab >= m_bl - m_al      parted pairs, only where k > 0
//!  CM7  sum_a m_al >= m_tl over neighbours a of t      valid: a member has a member beside it
//!  m in {0, 1}, f, z >= 0
//! ```
//!
//! A township that gets nothing passes nothing on (CM4, CM5), so flow ends in members only and each is joined to the root through members.
//! With [`Question::LeastTolerance`] the sides of CM3 give way by one share of their mean, the same for all, which alone is minimised: the least tolerance.

use super::super::LinearModel;
use super::super::rowwise::RowWise;

/// The numbers: as [`crate::model`] stands above the algorithms, they are handed over plainly.
#[derive(Debug, Clone, Copy)]
pub struct CommunityNumbers<'a> {
    /// Neighbours of each township.
    pub neighbours: &'a [Vec<usize>],
    /// Roots.
    pub roots: &'a [usize],
    /// `c_tl` at `township * leaders + leader`; infinite where there is no way.
    pub cost: &'a [f64],
    /// `w_q`, with `low_q` and `high_q`.
    pub measures: &'a [(&'a [f64], f64, f64)],
    /// `k`.
    pub cut: f64,
}

/// What is asked of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// CM0.
    Cheapest,
    /// The least share by which the sides of CM3 must give way.
    LeastTolerance,
}

/// The model with the positions of its columns.
#[derive(Debug, Clone)]
pub struct CommunityModel {
    /// The model.
    pub model: LinearModel,
    /// Column of `m_tl` at `township * leaders + leader`.
    pub member: Vec<usize>,
    /// Columns of `f_abl` with their arcs and leaders.
    pub flow: Vec<(usize, usize, usize, usize)>,
    /// Columns of `z_ab` with their pairs.
    pub parted: Vec<(usize, usize, usize)>,
    /// Column of the share by which the sides give way.
    pub share: Option<usize>,
}

/// Writes the model. O(pairs x leaders).
#[must_use]
pub fn build(numbers: &CommunityNumbers<'_>, question: Question) -> CommunityModel {
    let (n, p) = (numbers.neighbours.len(), numbers.roots.len());
    let mut m = RowWise::default();
    let member: Vec<u32> = (0..n * p).map(|_| m.binary()).collect();
    let arcs: Vec<(usize, usize)> = (0..n).flat_map(|a| numbers.neighbours[a].iter().map(move |&b| (a, b))).collect();
    let mut flow = Vec::new();
    let (mut into, mut out) = (vec![Vec::new(); n * p], vec![Vec::new(); n * p]);
    #[allow(clippy::cast_precision_loss)] // townships of a county
    let most = n.saturating_sub(p).max(1) as f64;
    for l in 0..p {
        for &(a, b) in &arcs {
            // nothing flows into a root, and nothing out of another's
            if !numbers.roots.contains(&b) && (a == numbers.roots[l] || !numbers.roots.contains(&a)) {
                let column = m.column(0.0, most);
                flow.push((column as usize, a, b, l));
                into[b * p + l].push(column);
                out[a * p + l].push(column);
                m.row(f64::NEG_INFINITY, 0.0, [(column, 1.0), (member[b * p + l], -most)]);
            }
        }
    }
    for t in 0..n {
        m.row(1.0, 1.0, (0..p).map(|l| (member[t * p + l], 1.0)));
        if numbers.roots.contains(&t) {
            continue;
        }
        for l in 0..p {
            let at = t * p + l;
            m.row(0.0, 0.0, into[at].iter().map(|&c| (c, 1.0)).chain(out[at].iter().map(|&c| (c, -1.0))).chain([(member[at], -1.0)]));
            m.row(0.0, f64::INFINITY, numbers.neighbours[t].iter().map(|&a| (member[a * p + l], 1.0)).chain([(member[at], -1.0)]));
        }
    }
    let share = (question == Question::LeastTolerance).then(|| m.column(0.0, f64::INFINITY));
    for &(weight, low, high) in numbers.measures {
        let mean = f64::midpoint(low, high).max(1e-12);
        for l in 0..p {
            let load = |m: &[u32]| (0..n).map(|t| (m[t * p + l], weight[t] / mean)).collect::<Vec<_>>();
            match share {
                None => {
                    m.row(low / mean, high / mean, load(&member));
                }
                Some(s) => {
                    m.row(low / mean, f64::INFINITY, load(&member).into_iter().chain([(s, 1.0)]));
                    m.row(f64::NEG_INFINITY, high / mean, load(&member).into_iter().chain([(s, -1.0)]));
                }
            }
        }
    }
    let mut parted = Vec::new();
    if numbers.cut > 0.0 && question == Question::Cheapest {
        for &(a, b) in arcs.iter().filter(|(a, b)| a < b) {
            let column = m.column(0.0, 1.0);
            m.charge(column, numbers.cut);
            parted.push((column as usize, a, b));
            for l in 0..p {
                for (x, y) in [(a, b), (b, a)] {
                    m.row(f64::NEG_INFINITY, 0.0, [(member[x * p + l], 1.0), (member[y * p + l], -1.0), (column, -1.0)]);
                }
            }
        }
    }
    match share {
        Some(s) => m.charge(s, 1.0),
        None => member.iter().zip(numbers.cost).filter(|(_, c)| c.is_finite()).for_each(|(&column, &c)| m.charge(column, c)),
    }
    let mut model = m.finish();
    for (at, &column) in member.iter().enumerate() {
        let (t, l) = (at / p, at % p);
        let root = numbers.roots.iter().position(|&r| r == t);
        let (c, shut) = (column as usize, !numbers.cost[at].is_finite() || root.is_some_and(|r| r != l));
        if root == Some(l) {
            model.col_lower[c] = 1.0;
        } else if shut {
            model.col_upper[c] = 0.0;
        }
    }
    CommunityModel { model, member: member.iter().map(|&c| c as usize).collect(), flow, parted, share: share.map(|s| s as usize) }
}

impl CommunityModel {
    /// The point of an assignment, for a start: flows along a tree of each part.
    #[must_use]
    pub fn point(&self, numbers: &CommunityNumbers<'_>, leader: &[usize]) -> Vec<f64> {
        let p = numbers.roots.len();
        let mut x = vec![0.0; self.model.col_count()];
        for (t, &l) in leader.iter().enumerate() {
            x[self.member[t * p + l]] = 1.0;
        }
        let mut parent = vec![usize::MAX; leader.len()];
        let mut order = Vec::new();
        for &root in numbers.roots {
            let first = order.len();
            order.push(root);
            let mut at = first;
            while at < order.len() {
                let a = order[at];
                for &b in numbers.neighbours[a].iter().filter(|&&b| leader[b] == leader[a]) {
                    if b != root && parent[b] == usize::MAX {
                        parent[b] = a;
                        order.push(b);
                    }
                }
                at += 1;
            }
        }
        let mut need = vec![0.0; leader.len()];
        for &t in order.iter().rev().filter(|&&t| parent[t] != usize::MAX) {
            need[t] += 1.0;
            need[parent[t]] += need[t];
        }
        for &(column, a, b, l) in &self.flow {
            if leader[b] == l && parent[b] == a {
                x[column] = need[b];
            }
        }
        for &(column, a, b) in &self.parted {
            x[column] = f64::from(u8::from(leader[a] != leader[b]));
        }
        x
    }
}
