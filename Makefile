# Short names for the two commands of README.md and the parts one wants while working.
.PHONY: demo test setup fmt lint doc bench batch-kills

demo: ; @scripts/demo
test: ; @scripts/test
setup: ; @scripts/setup --test
fmt: ; cargo fmt --all
lint: ; cargo clippy --all-targets -- -D warnings
doc: ; RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --open
bench: ; cargo bench
# Kills a batch 50 times at random moments and compares with an undisturbed run (minutes).
batch-kills: ; cargo test --test batch -- --ignored --nocapture killed_fifty_times
