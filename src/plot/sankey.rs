//! Where patients first go, where they are treated, and where stays recover: visits and stays, by level of care.
//!
//! The plan's flows say how many cases move between two facilities, not the whole way of each patient. The origin of what is treated
//! at a level is therefore traced by mixing: cases that arrive at a level leave it in the proportion in which they came.

use super::map::{heading, subtitle};
use super::palette;
use super::svg::{Anchor, Paint, Sheet, Type, num};
use super::{Picture, PictureInput, PlotError};
use crate::network::Kind;

/// Ranks 1 to 4, and the centres above together.
pub const LEVELS: usize = 5;
/// Cases by level of origin (first contact) and level of treatment; the last column is unmet need.
pub type Trace = [[f64; LEVELS + 1]; LEVELS];

fn level(rank: u8) -> usize {
    usize::from(rank.clamp(1, 5)) - 1
}

/// Traces cases of one kind from the level of first contact to the level of treatment.
#[must_use]
pub fn trace(input: &PictureInput<'_>, kind: Kind) -> Trace {
    let at = |j: usize| level(input.network().facilities[j].rank());
    let is = |k: usize| input.problem.classes[k].kind == kind;
    let flows = &input.plan.flows;
    let mut first = [0.0; LEVELS];
    for (_, j, k, x, _) in flows.first_contact.rows().filter(|r| is(r.2)) {
        let _ = k;
        first[at(j)] += x;
    }
    let mut moved = [[0.0; LEVELS]; LEVELS];
    for (_, from, to, _, c) in flows.up.rows().chain(flows.redirect.rows()).filter(|r| is(r.3)) {
        moved[at(from)][at(to)] += c;
    }
    let mut ends = [[0.0; 2]; LEVELS];
    for (n, rows) in [(0, &flows.treated), (1, &flows.unserved)] {
        for (_, j, _, c) in rows.rows().filter(|r| is(r.2)) {
            ends[at(j)][n] += c;
        }
    }
    mix(&first, &moved, &ends)
}

/// Solves the mixing equations: share of each origin in what passes each level, by repeated substitution (each round forwards the cases
/// one move on; a case moves a handful of times, and what is left after 200 rounds is below any pixel).
fn mix(first: &[f64; LEVELS], moved: &[[f64; LEVELS]; LEVELS], ends: &[[f64; 2]; LEVELS]) -> Trace {
    let mut out = [[0.0; LEVELS + 1]; LEVELS];
    for origin in 0..LEVELS {
        let mut here = [0.0; LEVELS];
        here[origin] = first[origin];
        for _ in 0..200 {
            let mut next = [0.0; LEVELS];
            for from in 0..LEVELS {
                let leaving: f64 = moved[from].iter().sum::<f64>() + ends[from][0] + ends[from][1];
                if here[from] <= 0.0 || leaving <= 0.0 {
                    continue;
                }
                let part = here[from] / leaving;
                out[origin][from] += part * ends[from][0];
                out[origin][LEVELS] += part * ends[from][1];
                for to in 0..LEVELS {
                    next[to] += part * moved[from][to];
                }
            }
            here = next;
        }
    }
    out
}

/// Stays stepped down, by level of treatment and level of recovery.
fn stepped_down(input: &PictureInput<'_>) -> [[f64; LEVELS]; LEVELS] {
    let at = |j: usize| level(input.network().facilities[j].rank());
    let mut out = [[0.0; LEVELS]; LEVELS];
    for (_, from, to, _, c) in input.plan.flows.down.rows() {
        out[at(from)][at(to)] += c;
    }
    out
}

/// One end of a ribbon.
struct Block {
    x: f64,
    y: f64,
    used: f64,
}

struct Diagram<'a, 'b> {
    sheet: &'a mut Sheet,
    input: &'a PictureInput<'b>,
    left: f64,
    width: f64,
    scale: f64,
    columns: usize,
    labels: Vec<((f64, f64), String, Anchor)>,
}

const TOP: f64 = 122.0;
const HEIGHT: f64 = 400.0;
const BAR: f64 = 16.0;
const SPACE: f64 = 22.0;

impl Diagram<'_, '_> {
    fn x(&self, column: usize) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let t = column as f64 / (self.columns - 1) as f64;
        self.left + t * (self.width - BAR)
    }

    /// Bars of a column from the top level down; names at its side.
    fn column(&mut self, column: usize, values: &[f64], named: [bool; LEVELS + 1], heading: &str) -> Vec<Block> {
        let text = self.input.text;
        let x = self.x(column);
        let (anchor, at) = if column + 1 == self.columns {
            (Anchor::End, x + BAR)
        } else if column == 0 {
            (Anchor::Start, x)
        } else {
            (Anchor::Middle, x + BAR / 2.0)
        };
        self.sheet.text((at, TOP - 14.0), &text.say(heading), Type::plain(12.5).bold().at(anchor));
        let mut y = TOP;
        let mut blocks: Vec<Block> = Vec::new();
        // Highest level on top, unmet need at the very bottom.
        let mut order: Vec<usize> = (0..values.len().min(LEVELS)).rev().collect();
        order.extend(LEVELS..values.len());
        let mut tops = vec![0.0; values.len()];
        for n in order {
            tops[n] = y;
            let h = values[n] * self.scale;
            if values[n] > 0.0 {
                let name = level_name(self.input, n);
                let hover = text.say_with("hover-level-cases", &[("level", (&name).into()), ("cases", values[n].into())]);
                self.sheet.rect((x, y), (BAR, h.max(1.0)), Paint::fill(colour(n)).outlined("#555555", 0.5), Some(&hover));
                let (anchor, at) = if column == 0 { (Anchor::Start, x + BAR + 4.0) } else { (Anchor::End, x - 4.0) };
                // A level that the first column names need not be named again: its colour says it.
                let label = if named[n] {
                    text.count(values[n])
                } else {
                    text.say_with("label-level", &[("level", (&name).into()), ("cases", values[n].into())])
                };
                self.labels.push(((at, y + (h / 2.0).max(4.0) + 4.0), label, anchor));
            }
            y += h.max(1.0) + SPACE;
        }
        for top in tops {
            blocks.push(Block { x, y: top, used: 0.0 });
        }
        blocks
    }

    fn ribbon(&mut self, from: &mut Block, to: &mut Block, cases: f64, colour: &str, hover: &str) {
        let h = cases * self.scale;
        let (x1, x2) = (from.x + BAR, to.x);
        let (a, b) = (from.y + from.used, to.y + to.used);
        from.used += h;
        to.used += h;
        if h < 0.15 {
            return;
        }
        let m = f64::midpoint(x1, x2);
        let d = format!(
            "M{},{}C{},{} {},{} {},{}L{},{}C{},{} {},{} {},{}Z",
            num(x1),
            num(a),
            num(m),
            num(a),
            num(m),
            num(b),
            num(x2),
            num(b),
            num(x2),
            num(b + h),
            num(m),
            num(b + h),
            num(m),
            num(a + h),
            num(x1),
            num(a + h)
        );
        self.sheet.path(&d, Paint::fill(colour).faded(0.5), Some(hover));
    }
}

fn colour(level: usize) -> &'static str {
    if level >= LEVELS { palette::UNMET } else { palette::rank(u8::try_from(level + 1).unwrap_or(1)) }
}

fn level_name(input: &PictureInput<'_>, level: usize) -> String {
    if level >= LEVELS { input.text.say("level-unmet") } else { input.text.say(&format!("level-short-{}", level + 1)) }
}

/// Draws both diagrams side by side.
///
/// # Errors
/// No font.
pub fn draw(input: &PictureInput<'_>) -> Result<Picture, PlotError> {
    let text = input.text;
    let mut sheet = Sheet::new("sankey", 1100.0, TOP + HEIGHT + 150.0);
    heading(&mut sheet, &text.say("picture-sankey-title"), &subtitle(input, &[("classes", "rate")]));
    for (kind, left, width, title) in [(Kind::O, 20.0, 400.0, "sankey-visits"), (Kind::H, 468.0, 612.0, "sankey-stays")] {
        let traced = trace(input, kind);
        let first: Vec<f64> = traced.iter().map(|r| r.iter().sum()).collect();
        let treated: Vec<f64> = (0..=LEVELS).map(|n| traced.iter().map(|r| r[n]).sum()).collect();
        let total: f64 = first.iter().sum();
        sheet.text((left, 88.0), &text.say_with(title, &[("cases", total.into())]), Type::plain(15.0).bold());
        if total <= 0.0 {
            continue;
        }
        let columns = if kind == Kind::H { 3 } else { 2 };
        let mut d = Diagram { sheet: &mut sheet, input, left, width, scale: HEIGHT / total, columns, labels: Vec::new() };
        let named = std::array::from_fn(|n| first.get(n).is_some_and(|v| *v > 0.0));
        let mut a = d.column(0, &first, [false; LEVELS + 1], "sankey-first");
        let mut b = d.column(1, &treated, named, "sankey-treated");
        link(&mut d, &mut a, &mut b, &order(&traced), "hover-sankey");
        if kind == Kind::H {
            let down = stepped_down(input);
            let mut stays = [[0.0; LEVELS + 1]; LEVELS];
            for n in 0..LEVELS {
                let gone: f64 = down[n].iter().sum();
                stays[n][..LEVELS].copy_from_slice(&down[n]);
                stays[n][n] += (treated[n] - gone).max(0.0);
            }
            let after: Vec<f64> = (0..LEVELS).map(|n| stays.iter().map(|r| r[n]).sum()).collect();
            for block in &mut b {
                block.used = 0.0;
            }
            let mut c = d.column(2, &after, named, "sankey-recovery");
            link(&mut d, &mut b, &mut c, &order(&stays), "hover-sankey-down");
        }
        // Words last, so that no ribbon covers them.
        for (at, label, anchor) in std::mem::take(&mut d.labels) {
            d.sheet.text(at, &label, Type::plain(11.5).at(anchor).halo());
        }
    }
    sheet.finish(text.say("picture-sankey-title"), text.say("picture-sankey-caption"))
}

/// Ribbons from the top level down, so that they cross little.
fn order(cases: &Trace) -> Vec<(usize, usize, f64)> {
    let to = |n: usize| if n == LEVELS { 0 } else { n + 1 };
    let mut all: Vec<_> =
        (0..LEVELS).flat_map(|f| (0..=LEVELS).map(move |t| (f, t))).map(|(f, t)| (f, t, cases[f][t])).filter(|r| r.2 > 0.0).collect();
    all.sort_by_key(|r| (std::cmp::Reverse(r.0), std::cmp::Reverse(to(r.1))));
    all
}

fn link(d: &mut Diagram<'_, '_>, from: &mut [Block], to: &mut [Block], ribbons: &[(usize, usize, f64)], hover: &str) {
    for &(f, t, cases) in ribbons {
        let words = d.input.text.say_with(
            hover,
            &[("from", (&level_name(d.input, f)).into()), ("to", (&level_name(d.input, t)).into()), ("cases", cases.into())],
        );
        let (Some(a), Some(b)) = (from.get_mut(f), to.get_mut(t)) else { continue };
        d.ribbon(a, b, cases, colour(f), &words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_keeps_every_case() {
        let first = [100.0, 50.0, 30.0, 10.0, 0.0];
        let mut moved = [[0.0; LEVELS]; LEVELS];
        moved[0][1] = 20.0;
        moved[1][2] = 30.0;
        moved[2][3] = 15.0;
        moved[3][2] = 5.0;
        // What comes in goes out: treated plus unserved plus moved on.
        let ends = [[80.0, 0.0], [38.0, 2.0], [50.0, 0.0], [20.0, 0.0], [0.0, 0.0]];
        let t = mix(&first, &moved, &ends);
        for n in 0..LEVELS {
            assert!((t[n].iter().sum::<f64>() - first[n]).abs() < 1e-6, "origin {n}: {:?}", t[n]);
            assert!((t.iter().map(|r| r[n]).sum::<f64>() - ends[n][0]).abs() < 1e-6, "level {n}");
        }
        assert!((t.iter().map(|r| r[LEVELS]).sum::<f64>() - 2.0).abs() < 1e-6);
        // Half of what passes level 2 came straight there; 20 of 70 came from level 1.
        assert!((t[0][LEVELS] - 2.0 * 20.0 / 70.0).abs() < 1e-9);
    }
}
