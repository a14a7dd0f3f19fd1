//! The savings heuristic: tours of one stop each are joined end to start where that saves most.
//!
//! G. Clarke and J. W. Wright 1964, <https://doi.org/10.1287/opre.12.4.568>, in its parallel form; both directions are tried because times
//! may differ by direction. `O(n^2 log n)`.

use super::Stops;

/// Tours to start from; every stop fits into a day of its own.
#[must_use]
pub fn solve(stops: &Stops) -> Vec<Vec<usize>> {
    let n = stops.len();
    let m = &stops.minutes;
    let mut savings: Vec<(f64, usize, usize)> = Vec::new();
    for i in 0..n {
        for j in (0..n).filter(|&j| j != i) {
            let saved = m[i + 1][0] + m[0][j + 1] - m[i + 1][j + 1];
            // fewer tours come first, so a join that saves nothing is still a join
            if saved.is_finite() {
                savings.push((saved, i, j));
            }
        }
    }
    savings.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut tours: Vec<Vec<usize>> = (0..n).map(|i| vec![i]).collect();
    let mut length: Vec<f64> = (0..n).map(|i| stops.length(&[i])).collect();
    let mut of: Vec<usize> = (0..n).collect();
    for (saved, i, j) in savings {
        let (a, b) = (of[i], of[j]);
        if a == b || tours[a].last() != Some(&i) || tours[b].first() != Some(&j) || !stops.fits(length[a] + length[b] - saved) {
            continue;
        }
        let tail = std::mem::take(&mut tours[b]);
        tail.iter().for_each(|&q| of[q] = a);
        tours[a].extend(tail);
        length[a] += length[b] - saved;
    }
    tours.retain(|t| !t.is_empty());
    tours
}
