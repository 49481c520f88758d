# Two commands set everything up on a Debian machine with Rust and Node: `make run` and `make test`.
# What is missing (Debian packages, npm packages) is installed by .ci/setup, which says what it does.

.PHONY: help run pair test check types simulate bench measure-screen fuzz package screenshots

help:
	@echo 'make run          start Tandem (without a display: a station and its screen in the browser)'
	@echo 'make pair         start a primary and a secondary on this machine, configured for each other'
	@echo 'make test         every check and test; the last line counts them'
	@echo 'make check        the quick checks only: formats, lints, types'
	@echo 'make types        generate the TypeScript types of the API again'
	@echo 'make simulate     run pairs through 100,000 schedules of faults (SCHEDULES=…), and 5,000 on real files (FILES=…)'
	@echo 'make bench        measure a pair beside PostgreSQL and Redis (ONLY=latency,switch for some of it; SAVE=1 writes docs/benchmarks.md)'
	@echo 'make measure-screen  measure edits, search, scrolling and starts with full data, in Chromium and the window (SAVE=1 writes docs/screen.md)'
	@echo 'make fuzz         throw damaged input at everything that comes from outside (SECONDS_EACH=60)'
	@echo 'make package      build the Debian package'
	@echo 'make screenshots  photograph the screens into artifacts/'

run:
	@.ci/setup run
	@.ci/start run

pair:
	@.ci/setup run
	@.ci/start pair

test:
	@.ci/setup test
	@.ci/checks all

check:
	@.ci/setup test
	@.ci/checks quick

types:
	rm -rf ui/src/backend/bindings
	cargo test --workspace --lib export_bindings

# About ten minutes on two cores. What is measured lies in /var/tmp meanwhile; DIR=/elsewhere measures another disk.
# A violation names its schedule and how to replay it.
simulate:
	@.ci/setup run
	PAIR_SCHEDULES=$(or $(SCHEDULES),100000) STORE_SCHEDULES=$(or $(FILES),5000) RUST_BACKTRACE=0 \
		cargo test --locked -p tandem-pair --test pair -- --nocapture --test-threads=1 whatever_befalls_a_pair

bench:
	@.ci/setup bench
	cargo bench --locked -p tandem-node --bench pair -- $(if $(ONLY),--only $(ONLY)) $(if $(DIR),--dir $(DIR)) \
		$(if $(SAVE),--save $(CURDIR)/docs/benchmarks.md)

# In Chromium and in the app's window, on release builds. Another screen than that of the tests: nothing of it is in a package.
# SAVE=1 writes docs/screen.md.
measure-screen:
	@.ci/setup test
	@.ci/measure-screen

# Needs the nightly compiler and `cargo install cargo-fuzz --locked`. New finds go to tests/fuzz/found; what is worth keeping, to tests/fuzz/corpus.
FUZZ_TARGETS = frame entry changeset snapshot comparison messages question orphan peer_url control playlist
fuzz:
	@for target in $(FUZZ_TARGETS); do \
	  mkdir -p tests/fuzz/found/$$target; \
	  cargo +nightly fuzz run --fuzz-dir tests/fuzz $$target tests/fuzz/found/$$target tests/fuzz/corpus/$$target -- \
	    -max_total_time=$(or $(SECONDS_EACH),60) -max_len=65536 || exit 1; \
	done

package:
	@.ci/setup package
	cargo build --release --locked -p tandem-node --bin tandem-node
	tests/e2e/node_modules/.bin/tauri build --bundles deb -- --locked
	@# What tests may do to a station is in no package.
	@! grep --text --quiet 'api/v1/failpoints' target/release/tandem target/release/tandem-node
	@ls -l target/release/bundle/deb/*.deb

screenshots:
	@.ci/setup test
	@.ci/checks screenshots
