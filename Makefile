# Short names for the two commands of README.md and the parts one wants while working.
.PHONY: demo test setup fmt lint doc bench

demo: ; @scripts/demo
test: ; @scripts/test
setup: ; @scripts/setup --test
fmt: ; cargo fmt --all
lint: ; cargo clippy --all-targets -- -D warnings
doc: ; RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --open
bench: ; cargo bench
