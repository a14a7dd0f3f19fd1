//! The numbers of a text, one after another, with the line each stands in. Wrong ones are reported and read as 0, so that the rest is looked at.

use crate::network::codes::{self, Rule};
use crate::network::{Place, Problem, Problems};

/// Largest magnitude that is taken: sums over millions of such numbers are still finite and nearly exact.
pub const LARGEST: f64 = 1e15;

/// Walks through the words of a text.
#[derive(Debug)]
pub struct Numbers<'t> {
    file: &'t str,
    /// Lines not yet begun, with their numbers.
    lines: std::iter::Enumerate<std::str::Lines<'t>>,
    words: std::str::SplitWhitespace<'t>,
    line: u64,
    /// Everything that is wrong so far.
    pub problems: Problems,
    ended: bool,
}

impl<'t> Numbers<'t> {
    /// The words of a text.
    #[must_use]
    pub fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, lines: text.lines().enumerate(), words: "".split_whitespace(), line: 0, problems: Problems::default(), ended: false }
    }

    /// The next word.
    pub fn word(&mut self) -> Option<&'t str> {
        loop {
            if let Some(word) = self.words.next() {
                return Some(word);
            }
            let (n, text) = self.lines.next()?;
            self.line = n as u64 + 1;
            self.words = text.split_whitespace();
        }
    }

    /// The rest of the line that the last word stood in is passed over.
    pub fn skip_line(&mut self) {
        self.words = "".split_whitespace();
    }

    /// Whether the text has ended before everything was there; it has been reported.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Reports something wrong with the last word.
    pub fn say(&mut self, rule: &Rule, value: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(rule, Place::line(self.file, self.line.max(1)), message).value(value));
    }

    /// Any finite number; `what` it is, for the message.
    pub fn number(&mut self, what: &str) -> f64 {
        let Some(word) = self.word() else {
            if !self.ended {
                self.ended = true;
                let place = Place::line(self.file, self.line.max(1));
                self.problems.push(Problem::new(&codes::LOCATION_SHORT, place, format!("the file ends where {what} is wanted")));
            }
            return 0.0;
        };
        match word.parse::<f64>() {
            Ok(x) if !x.is_finite() => {
                self.say(&codes::NOT_FINITE, word, format!("{what} is not finite"));
                0.0
            }
            Ok(x) if x.abs() > LARGEST => {
                self.say(&codes::OUT_OF_RANGE, word, format!("{what} is beyond {LARGEST:e}, where sums lose their digits"));
                0.0
            }
            Ok(x) => x,
            Err(_) => {
                self.say(&codes::NOT_A_NUMBER, word, format!("{what} is not a number"));
                0.0
            }
        }
    }

    /// A number from 0 on.
    pub fn amount(&mut self, what: &str) -> f64 {
        let x = self.number(what);
        if x < 0.0 {
            self.say(&codes::NEGATIVE, &x.to_string(), format!("{what} is negative"));
            return 0.0;
        }
        x
    }

    /// A whole number from `least` to `most`.
    pub fn count(&mut self, what: &str, least: usize, most: usize) -> Option<usize> {
        let before = self.problems.errors();
        let x = self.number(what);
        if self.problems.errors() > before {
            return None;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // inside the range that was asked for
        if x.fract() == 0.0 && x >= least as f64 && x <= most as f64 {
            return Some(x as usize);
        }
        self.say(&codes::LOCATION_COUNT, &x.to_string(), format!("{what} is a whole number from {least} to {most}"));
        None
    }

    /// As many amounts as asked for; none once the text has ended.
    pub fn amounts(&mut self, what: &str, n: usize) -> Vec<f64> {
        let mut out = Vec::with_capacity(n.min(1 << 20));
        for _ in 0..n {
            if self.ended {
                break;
            }
            out.push(self.amount(what));
        }
        out
    }

    /// Reports words that nothing wants.
    pub fn end(&mut self) {
        if self.ended {
            return;
        }
        if let Some(word) = self.word() {
            self.say(&codes::LOCATION_LONG, word, "everything announced has been read, and the file goes on");
        }
    }
}
