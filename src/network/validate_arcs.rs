//! Arcs given one by one: ranks that rise and fall, no arc twice, no cycle, everybody joined to something.

use super::codes::{self, Rule};
use super::problem::{Problem, Problems};
use super::tables::{Lines, Table};
use super::{ArcLists, Network};

/// Checks exact arc lists; references must be in range.
///
/// Complexity: `O(n log n)` in the number of arcs.
pub fn arcs(network: &Network, arcs: &ArcLists, lines: &Lines, problems: &mut Problems) {
    let facility = |j: u32| network.facilities.get(j as usize);
    for (table, list, rising) in [(Table::UpArcs, &arcs.up, true), (Table::DownArcs, &arcs.down, false)] {
        for (row, &(a, b)) in list.iter().enumerate() {
            let (Some(from), Some(to)) = (facility(a), facility(b)) else { continue };
            if lines.is_broken(Table::Facilities, a as usize) || lines.is_broken(Table::Facilities, b as usize) {
                continue;
            }
            let mut say = |rule: &Rule, message: String| {
                let value = format!("{} -> {}", from.code, to.code);
                problems.push(Problem::new(rule, lines.place(table, row), message).column("to").value(value));
            };
            if a == b {
                say(&codes::SELF_LOOP, "the arc leads back to where it starts".into());
            } else if rising && to.rank() <= from.rank() {
                say(&codes::UP_NOT_RISING, format!("from rank {} to rank {}", from.rank(), to.rank()));
            } else if !rising && to.rank() >= from.rank() {
                say(&codes::DOWN_NOT_FALLING, format!("from rank {} to rank {}", from.rank(), to.rank()));
            }
        }
        twice(list, table, lines, problems, |a| facility(a).map_or("?", |f| &f.code), |b| facility(b).map_or("?", |f| &f.code));
    }
    let settlement = |i: u32| network.settlements.get(i as usize).map_or("?", |s| s.code.as_str());
    twice(&arcs.first, Table::FirstArcs, lines, problems, settlement, |b| facility(b).map_or("?", |f| &f.code));
    cycle(network, &arcs.up, lines, problems);
    lonely(network, arcs, lines, problems);
}

fn twice<'a>(
    list: &[(u32, u32)],
    table: Table,
    lines: &Lines,
    problems: &mut Problems,
    from: impl Fn(u32) -> &'a str,
    to: impl Fn(u32) -> &'a str,
) {
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_unstable_by_key(|&n| (list[n], n));
    for w in order.windows(2).filter(|w| list[w[0]] == list[w[1]]) {
        let (a, b) = list[w[1]];
        let earlier = lines.place(table, w[0]);
        let message =
            format!("the same arc stands at {}", earlier.line.map_or_else(|| earlier.path.unwrap_or_default(), |l| format!("line {l}")));
        let value = format!("{} -> {}", from(a), to(b));
        problems.push(Problem::new(&codes::ARC_TWICE, lines.place(table, w[1]), message).column("from").value(value));
    }
}

/// Takes away facilities that nothing refers to, again and again (Kahn); what is left and lies on a cycle is named by one such cycle.
fn cycle(network: &Network, up: &[(u32, u32)], lines: &Lines, problems: &mut Problems) {
    let n = network.facilities.len();
    // Arcs from a facility to itself have been reported.
    let real = |&(a, b): &(u32, u32)| a != b && (a as usize) < n && (b as usize) < n;
    let mut inward = vec![0usize; n];
    let mut next: Vec<Vec<(u32, usize)>> = vec![Vec::new(); n];
    for (row, arc) in up.iter().enumerate().filter(|(_, arc)| real(arc)) {
        inward[arc.1 as usize] += 1;
        next[arc.0 as usize].push((arc.1, row));
    }
    let mut free: Vec<usize> = (0..n).filter(|&j| inward[j] == 0).collect();
    let mut left = n;
    while let Some(j) = free.pop() {
        left -= 1;
        for &(q, _) in &next[j] {
            inward[q as usize] -= 1;
            if inward[q as usize] == 0 {
                free.push(q as usize);
            }
        }
    }
    if left == 0 {
        return;
    }
    // Backwards from any facility left over one stays among them for ever, so a step repeats: that is the cycle.
    let mut before = vec![None; n];
    for j in (0..n).filter(|&j| inward[j] > 0) {
        for &(q, row) in &next[j] {
            before[q as usize].get_or_insert((j, row));
        }
    }
    let Some(start) = (0..n).find(|&j| inward[j] > 0) else { return };
    let mut seen = vec![false; n];
    let mut at = start;
    while !seen[at] {
        seen[at] = true;
        let Some((j, _)) = before[at] else { return };
        at = j;
    }
    let (turn, mut names, mut row_of) = (at, vec![network.facilities[at].code.as_str()], 0);
    while let Some((j, row)) = before[at] {
        row_of = row_of.max(row);
        names.push(network.facilities[j].code.as_str());
        at = j;
        if at == turn {
            break;
        }
    }
    names.reverse();
    let place = lines.place(Table::UpArcs, row_of);
    let message = "patients referred up along these arcs come back to where they started";
    problems.push(Problem::new(&codes::CYCLE, place, message).column("from").value(names.join(" -> ")));
}

fn lonely(network: &Network, arcs: &ArcLists, lines: &Lines, problems: &mut Problems) {
    let mut joined = vec![false; network.settlements.len()];
    for &(i, _) in &arcs.first {
        if let Some(j) = joined.get_mut(i as usize) {
            *j = true;
        }
    }
    for (row, _) in joined.iter().enumerate().filter(|(_, joined)| !**joined) {
        let s = &network.settlements[row];
        let place = lines.place(Table::Settlements, row);
        let message = "no arc of kind `first` leaves the settlement";
        problems.push(Problem::new(&codes::NO_FIRST_CONTACT, place, message).column("id").value(&s.code));
    }
}
