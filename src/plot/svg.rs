//! A sheet of SVG: shapes with tooltips, written directly, and areas that plotters draws.

use super::{Picture, PlotError, font};
use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use std::fmt::{Display, Write as _};

/// Text made safe for SVG and HTML, in content and in quoted attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Characters XML 1.0 cannot hold in any form.
            c if c.is_control() && c != '\n' => {}
            '\u{FFFE}' | '\u{FFFF}' => {}
            c => out.push(c),
        }
    }
    out
}

/// A coordinate with one decimal, without a needless zero.
#[must_use]
pub fn num(x: f64) -> String {
    let t = format!("{x:.1}");
    let t = t.strip_suffix(".0").map_or_else(|| t.clone(), str::to_owned);
    if t == "-0" { "0".into() } else { t }
}

/// How a shape is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paint<'a> {
    /// Fill colour, or `none`.
    pub fill: &'a str,
    /// Line colour, or `none`.
    pub stroke: &'a str,
    /// Line width, pixels.
    pub width: f64,
    /// Opacity of all of it.
    pub opacity: f64,
    /// Dashes.
    pub dash: &'a str,
}

impl<'a> Paint<'a> {
    /// Filled, without a line.
    #[must_use]
    pub const fn fill(fill: &'a str) -> Self {
        Self { fill, stroke: "none", width: 0.0, opacity: 1.0, dash: "" }
    }

    /// A line, not filled.
    #[must_use]
    pub const fn line(stroke: &'a str, width: f64) -> Self {
        Self { fill: "none", stroke, width, opacity: 1.0, dash: "" }
    }

    /// With an outline.
    #[must_use]
    pub const fn outlined(self, stroke: &'a str, width: f64) -> Self {
        Self { stroke, width, ..self }
    }

    /// With an opacity.
    #[must_use]
    pub const fn faded(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    /// Dashed.
    #[must_use]
    pub const fn dashed(self, dash: &'a str) -> Self {
        Self { dash, ..self }
    }

    fn attributes(&self) -> String {
        let mut out = format!(" fill=\"{}\"", self.fill);
        if self.stroke != "none" {
            let _ = write!(out, " stroke=\"{}\" stroke-width=\"{:.2}\"", self.stroke, self.width);
        }
        if self.opacity < 1.0 {
            let _ = write!(out, " opacity=\"{:.2}\"", self.opacity);
        }
        if !self.dash.is_empty() {
            let _ = write!(out, " stroke-dasharray=\"{}\"", self.dash);
        }
        out
    }
}

/// Where text hangs on its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The point is its left end.
    Start,
    /// The point is its middle.
    Middle,
    /// The point is its right end.
    End,
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Type {
    /// Size, pixels.
    pub size: f64,
    /// Colour.
    pub colour: &'static str,
    /// Anchor.
    pub anchor: Anchor,
    /// Bold.
    pub bold: bool,
    /// A white outline, for text over shapes.
    pub halo: bool,
}

impl Type {
    /// Plain dark text of a size, hanging on its left end.
    #[must_use]
    pub const fn plain(size: f64) -> Self {
        Self { size, colour: super::palette::INK, anchor: Anchor::Start, bold: false, halo: false }
    }

    /// Anchored elsewhere.
    #[must_use]
    pub const fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// In another colour.
    #[must_use]
    pub const fn in_colour(self, colour: &'static str) -> Self {
        Self { colour, ..self }
    }

    /// Bold.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// With a white outline.
    #[must_use]
    pub const fn halo(self) -> Self {
        Self { halo: true, ..self }
    }
}

/// A picture in the making. All text that is given is escaped here, and only here.
#[derive(Debug)]
pub struct Sheet {
    id: String,
    width: f64,
    height: f64,
    body: String,
}

impl Sheet {
    /// An empty white sheet.
    #[must_use]
    pub fn new(id: &str, width: f64, height: f64) -> Self {
        Self { id: id.into(), width, height, body: String::new() }
    }

    /// Width, pixels.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Height, pixels.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.height
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// Nothing written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    fn close(&mut self, tag: &str, hover: Option<&str>) {
        match hover {
            Some(t) => {
                let _ = writeln!(self.body, "><title>{}</title></{tag}>", escape(t));
            }
            None => self.body.push_str("/>\n"),
        }
    }

    /// Rectangle.
    pub fn rect(&mut self, (x, y): (f64, f64), (w, h): (f64, f64), paint: Paint<'_>, hover: Option<&str>) {
        let _ = write!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}",
            num(x),
            num(y),
            num(w.max(0.0)),
            num(h.max(0.0)),
            paint.attributes()
        );
        self.close("rect", hover);
    }

    /// Circle.
    pub fn circle(&mut self, (x, y): (f64, f64), r: f64, paint: Paint<'_>, hover: Option<&str>) {
        let _ = write!(self.body, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}", num(x), num(y), num(r), paint.attributes());
        self.close("circle", hover);
    }

    /// Straight line.
    pub fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), paint: Paint<'_>) {
        let _ = writeln!(
            self.body,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}/>",
            num(x1),
            num(y1),
            num(x2),
            num(y2),
            paint.attributes()
        );
    }

    /// A path given as its data.
    pub fn path(&mut self, d: &str, paint: Paint<'_>, hover: Option<&str>) {
        let _ = write!(self.body, "<path d=\"{d}\"{}", paint.attributes());
        self.close("path", hover);
    }

    /// A closed polygon.
    pub fn polygon(&mut self, points: &[(f64, f64)], paint: Paint<'_>, hover: Option<&str>) {
        let d = path_of(points) + "Z";
        self.path(&d, paint, hover);
    }

    /// An open line through points.
    pub fn polyline(&mut self, points: &[(f64, f64)], paint: Paint<'_>, hover: Option<&str>) {
        self.path(&path_of(points), paint, hover);
    }

    /// A line of text; its baseline is at `y`.
    pub fn text(&mut self, (x, y): (f64, f64), text: &str, style: Type) {
        let anchor = match style.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let bold = if style.bold { " font-weight=\"bold\"" } else { "" };
        let halo = if style.halo { " stroke=\"#fff\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"" } else { "" };
        let _ = writeln!(
            self.body,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"{anchor}{bold}{halo}>{}</text>",
            num(x),
            num(y),
            num(style.size),
            style.colour,
            escape(text)
        );
    }

    /// Several lines of text, wrapped at `most` pixels; returns the baseline below the last one.
    pub fn paragraph(&mut self, (x, y): (f64, f64), text: &str, most: f64, style: Type) -> f64 {
        let mut y = y;
        for line in font::wrap(text, style.size, most) {
            self.text((x, y), &line, style);
            y += style.size * 1.35;
        }
        y
    }

    /// Opens a group with attributes written by the program (never by a user); close with [`Sheet::end`].
    pub fn group(&mut self, attributes: &str) {
        let _ = writeln!(self.body, "<g {attributes}>");
    }

    /// Closes a group.
    pub fn end(&mut self) {
        self.body.push_str("</g>\n");
    }

    /// Opens a group that shows only what lies in a rectangle; close with [`Sheet::end`].
    pub fn clip(&mut self, (x, y): (f64, f64), (w, h): (f64, f64)) {
        let name = format!("clip-{}-{}", self.id, self.body.len());
        let _ = writeln!(
            self.body,
            "<clipPath id=\"{name}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath><g clip-path=\"url(#{name})\">",
            num(x),
            num(y),
            num(w),
            num(h)
        );
    }

    /// Lets plotters draw over the whole sheet.
    ///
    /// # Errors
    /// What plotters says, with the picture's name.
    pub fn plot<E: Display>(&mut self, draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), E>) -> Result<(), PlotError> {
        font::fonts()?;
        let fail = |reason: String| PlotError::Drawing { picture: self.id.clone(), reason };
        let mut text = String::new();
        {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // sheets are at most a few thousand pixels
            let area = SVGBackend::with_string(&mut text, (self.width as u32, self.height as u32)).into_drawing_area();
            draw(&area).map_err(|e| fail(e.to_string()))?;
            area.present().map_err(|e| fail(e.to_string()))?;
        }
        let inner = text.split_once('>').map_or("", |(_, rest)| rest);
        let inner = inner.rsplit_once("</svg>").map_or(inner, |(body, _)| body);
        self.body.push_str(&inner.replace(&format!(" font-family=\"{}\"", font::NAME), ""));
        Ok(())
    }

    /// The finished picture.
    ///
    /// # Errors
    /// No font.
    pub fn finish(self, title: String, caption: String) -> Result<Picture, PlotError> {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" font-family=\"{}\" role=\"img\" aria-label=\"{}\">\n<rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n{}</svg>\n",
            font::stack()?,
            escape(&title),
            self.body,
            w = num(self.width),
            h = num(self.height),
        );
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(Picture { id: self.id, title, caption, svg, width: self.width as u32, height: self.height as u32 })
    }
}

/// `M x,y L ...` through points.
#[must_use]
pub fn path_of(points: &[(f64, f64)]) -> String {
    let mut d = String::with_capacity(points.len() * 12);
    for (n, (x, y)) in points.iter().enumerate() {
        let _ = write!(d, "{}{},{}", if n == 0 { "M" } else { "L" }, num(*x), num(*y));
    }
    d
}
