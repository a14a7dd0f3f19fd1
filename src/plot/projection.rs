//! From positions to pixels: a local equirectangular projection, both axes at one scale.

use crate::network::Network;
use crate::travel::{Crs, Position};

/// Kilometres of a degree of latitude (mean, WGS84).
const KM_PER_DEGREE: f64 = 111.195;

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Frame {
    /// Whether a point lies inside.
    #[must_use]
    pub fn holds(&self, (x, y): (f64, f64)) -> bool {
        x >= self.x && x <= self.x + self.w && y >= self.y && y <= self.y + self.h
    }
}

/// A projection fitted to a network and a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    frame: Frame,
    centre: (f64, f64),
    km: (f64, f64),
    scale: f64,
}

impl Projection {
    /// Fits the settlements and the facilities that stand in an area into a frame of a width; its height follows within bounds.
    ///
    /// Centres of other provinces may lie far outside and do not count.
    #[must_use]
    pub fn fit(network: &Network, (x, y): (f64, f64), width: f64, (low, high): (f64, f64)) -> Self {
        let inside = network.settlements.iter().map(|s| s.position);
        let inside = inside.chain(network.facilities.iter().filter(|f| f.area.is_some()).map(|f| f.position));
        let (mut x0, mut x1, mut y0, mut y1) = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY);
        for p in inside.filter(|p| p.x.is_finite() && p.y.is_finite()) {
            (x0, x1, y0, y1) = (x0.min(p.x), x1.max(p.x), y0.min(p.y), y1.max(p.y));
        }
        if x0 > x1 {
            (x0, x1, y0, y1) = (0.0, 1.0, 0.0, 1.0);
        }
        let centre = (f64::midpoint(x0, x1), f64::midpoint(y0, y1));
        let km = match network.crs {
            Crs::Wgs84 => (KM_PER_DEGREE * centre.1.to_radians().cos(), KM_PER_DEGREE),
            Crs::PlanarKm => (1.0, 1.0),
        };
        let (kw, kh) = (((x1 - x0) * km.0).max(1.0) * 1.08, ((y1 - y0) * km.1).max(1.0) * 1.08);
        let h = (width * kh / kw).clamp(low, high);
        let frame = Frame { x, y, w: width, h };
        Self { frame, centre, km, scale: (width / kw).min(h / kh) }
    }

    /// The frame.
    #[must_use]
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// Pixels of a kilometre.
    #[must_use]
    pub fn pixels_per_km(&self) -> f64 {
        self.scale
    }

    /// Where a position falls.
    #[must_use]
    pub fn to(&self, p: Position) -> (f64, f64) {
        (
            self.frame.x + self.frame.w / 2.0 + (p.x - self.centre.0) * self.km.0 * self.scale,
            self.frame.y + self.frame.h / 2.0 - (p.y - self.centre.1) * self.km.1 * self.scale,
        )
    }

    /// Where a position falls, pulled to the edge of the frame when it lies outside; and whether it does.
    #[must_use]
    pub fn to_edge(&self, p: Position) -> ((f64, f64), bool) {
        let (x, y) = self.to(p);
        if self.frame.holds((x, y)) {
            return ((x, y), false);
        }
        let (cx, cy) = (self.frame.x + self.frame.w / 2.0, self.frame.y + self.frame.h / 2.0);
        let (dx, dy) = (x - cx, y - cy);
        let (rx, ry) = (self.frame.w / 2.0 - 12.0, self.frame.h / 2.0 - 12.0);
        let t = (rx / dx.abs().max(1e-9)).min(ry / dy.abs().max(1e-9)).min(1.0);
        ((cx + dx * t, cy + dy * t), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_longitude_shrinks_with_latitude() {
        let p = Projection {
            frame: Frame { x: 0.0, y: 0.0, w: 100.0, h: 100.0 },
            centre: (108.0, 60.0),
            km: (KM_PER_DEGREE * 0.5, KM_PER_DEGREE),
            scale: 1.0,
        };
        let (x0, y0) = p.to(Position { x: 108.0, y: 60.0 });
        let (x1, _) = p.to(Position { x: 109.0, y: 60.0 });
        let (_, y1) = p.to(Position { x: 108.0, y: 61.0 });
        assert!(((x1 - x0) * 2.0 - (y0 - y1)).abs() < 1e-9);
    }

    #[test]
    fn outside_is_pulled_to_the_edge() {
        let p = Projection { frame: Frame { x: 0.0, y: 0.0, w: 100.0, h: 80.0 }, centre: (0.0, 0.0), km: (1.0, 1.0), scale: 1.0 };
        let ((x, y), out) = p.to_edge(Position { x: 1000.0, y: 100.0 });
        assert!(out && p.frame.holds((x, y)) && x > 80.0);
        assert!(!p.to_edge(Position { x: 1.0, y: 1.0 }).1);
    }
}
