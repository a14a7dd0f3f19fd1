//! Labels that do not overlap: greedy, in the order given, eight places around the point, then farther out with a leader, then none.
//!
//! Complexity O(labels x places x boxes); a map has at most some hundreds of either.

use super::font;
use super::projection::Frame;
use super::svg::{Anchor, Paint, Sheet, Type};

/// A box that is taken: left, top, right, bottom.
type Taken = (f64, f64, f64, f64);

/// Places labels on a map.
#[derive(Debug)]
pub struct Labels {
    frame: Frame,
    taken: Vec<Taken>,
    dropped: usize,
}

impl Labels {
    /// An empty map.
    #[must_use]
    pub fn new(frame: Frame) -> Self {
        Self { frame, taken: Vec::new(), dropped: 0 }
    }

    /// Keeps a marker's place free.
    pub fn block(&mut self, (x, y): (f64, f64), r: f64) {
        self.taken.push((x - r, y - r, x + r, y + r));
    }

    /// How many labels found no place.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Writes a label beside a point, or drops it; says whether it was written.
    pub fn place(&mut self, sheet: &mut Sheet, (x, y): (f64, f64), r: f64, text: &str, style: Type) -> bool {
        let (w, h) = (font::width(text, style.size), style.size * 1.1);
        for (ring, gap) in [(0, r + 3.0), (1, r + 16.0), (2, r + 32.0)] {
            for (dx, dy) in [(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (0.8, -0.8), (0.8, 0.8), (-0.8, -0.8), (-0.8, 0.8)] {
                let (px, py) = (x + dx * gap, y + dy * gap);
                let left = if dx > 0.0 {
                    px
                } else if dx < 0.0 {
                    px - w
                } else {
                    px - w / 2.0
                };
                let top = if dy == 0.0 {
                    py - h / 2.0
                } else if dy > 0.0 {
                    py
                } else {
                    py - h
                };
                let b = (left, top, left + w, top + h);
                if !self.frame.holds((b.0, b.1)) || !self.frame.holds((b.2, b.3)) || self.taken.iter().any(|t| overlap(*t, b)) {
                    continue;
                }
                if ring > 0 {
                    sheet.line((x + dx * r, y + dy * r), (px, py), Paint::line("#888888", 0.7));
                }
                sheet.text((left, top + style.size * 0.92), text, style.at(Anchor::Start).halo());
                self.taken.push(b);
                return true;
            }
        }
        self.dropped += 1;
        false
    }
}

fn overlap(a: Taken, b: Taken) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placed_labels_never_overlap() {
        let frame = Frame { x: 0.0, y: 0.0, w: 300.0, h: 200.0 };
        let mut labels = Labels::new(frame);
        let mut sheet = Sheet::new("t", 300.0, 200.0);
        let mut placed = 0;
        for n in 0..60 {
            let p = (f64::from(n * 37 % 290), f64::from(n * 53 % 190));
            placed += usize::from(labels.place(&mut sheet, p, 3.0, "County hospital", Type::plain(11.0)));
        }
        assert!(placed > 5 && placed + labels.dropped() == 60);
        for (n, a) in labels.taken.iter().enumerate() {
            assert!(labels.taken[n + 1..].iter().all(|b| !overlap(*a, *b)));
            assert!(frame.holds((a.0, a.1)) && frame.holds((a.2, a.3)));
        }
    }
}
