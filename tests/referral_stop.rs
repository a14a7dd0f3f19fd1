//! A run that is asked to stop gives the best plan so far, from the first time that it told of one.
#![allow(clippy::unwrap_used)] // a test may fail

use fenji::cli::carry_out;
use fenji::cli::exit::{Answer, Fault};
use fenji::outcome::{Event, Observer};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks to stop at the first event that `when` is true of.
struct Stops<'a> {
    when: &'a (dyn Fn(&Event) -> bool + Sync),
    asked: AtomicBool,
}

impl Observer for Stops<'_> {
    fn event(&self, event: &Event) {
        if (self.when)(event) {
            self.asked.store(true, Ordering::Relaxed);
        }
    }

    fn stop_requested(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

fn stopped(when: &(dyn Fn(&Event) -> bool + Sync), out: &Path) -> (Result<Answer, Fault>, bool) {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/chongqing-southeast");
    let watch = Stops { when, asked: AtomicBool::new(false) };
    let line = ["fenji", "referral", case.to_str().unwrap(), "--method", "decomposed", "--gap", "0", "--no-report", "--out"];
    let answer = carry_out(line.into_iter().chain([out.to_str().unwrap()]), &watch);
    (answer, watch.asked.into_inner())
}

/// The case is large enough for a coarse picture, whose own bounds come first and are no plan's.
#[test]
fn who_has_heard_of_a_plan_gets_one() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("plan");
    let (answer, asked) = stopped(&|e| matches!(e, Event::Improved { bounds, .. } if bounds.gap().is_finite()), &out);
    let answer = answer.unwrap();
    assert!(asked);
    assert_eq!(answer.json["termination"]["feasible"], "interrupted", "{}", answer.json);
    let (primal, dual) = (answer.json["bounds"]["primal"].as_f64().unwrap(), answer.json["bounds"]["dual"].as_f64().unwrap());
    assert!(dual > 0.0 && dual <= primal && primal.is_finite(), "{dual} {primal}");
    assert!(out.join("plan.json").is_file(), "checked and written");
}

#[test]
fn who_stops_before_that_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("plan");
    let (answer, asked) = stopped(&|e| matches!(e, Event::Started { step: "solve", .. }), &out);
    assert!(asked);
    let fault = answer.unwrap_err();
    assert_eq!(fault.to_json(None)["error"]["limit"], "interrupted", "{}", fault.to_text());
    assert!(!out.exists(), "nothing was written");
}
