# The commands of perflab. Each is a name for one call of the program; the logic lives there.

set positional-arguments := true

perflab := "cargo run --release --quiet --bin perflab --"

# List the recipes
[private]
default:
    @just --list --unsorted

# Install what is missing: into target/tools, and by apt as root
[group('set-up')]
setup:
    @{{ perflab }} setup

# What this machine can measure, and how to get the rest
[group('set-up')]
doctor *ARGS:
    @{{ perflab }} doctor "$@"

# Every available instrument over the matching cases, then the pages
[group('measure')]
bench *FILTER: setup
    @{{ perflab }} bench "$@"

# As bench, for those who can wait: longer samples, every size
[group('measure')]
thorough *FILTER: setup
    @{{ perflab }} bench --thorough --timeout 600 "$@"

# criterion and interleaved rounds; criterion's flags pass through
[group('measure')]
time *FILTER:
    @cargo bench --quiet --bench time -- "$@"

# CPU samples and their flamegraphs
[group('measure')]
flamegraph *FILTER:
    @cargo bench --quiet --bench flamegraph -- "$@"

# Heap blocks, bytes, peak and call sites, by dhat
[group('measure')]
heap *FILTER:
    @cargo bench --quiet --bench heap -- "$@"

# Instructions and simulated cache misses, by iai-callgrind
[group('measure')]
instructions *FILTER: setup
    @cargo bench --quiet --bench instructions -- "$@"

# Where threads wait: on CPU, for a CPU, blocked in which system call
[group('measure')]
waits *FILTER:
    @cargo bench --quiet --bench waits -- "$@"

# How much faster each case would be without allocation, with its data in cache, on one CPU: by running it so
[group('measure')]
ceilings *FILTER:
    @cargo bench --quiet --bench ceilings -- "$@"

# CPython's figures for the same kernels, beside ours
[group('measure')]
python *FILTER:
    @cargo bench --quiet --bench python -- "$@"

# Join the profiles folders of shards or of other trees into this one's
[group('measure')]
merge *FOLDERS:
    @{{ perflab }} merge "$@"

# This tree against revision REV, interleaved: a verdict a case; exit code 3 when one is slower beyond the tolerance
[group('compare')]
compare REV *FILTER:
    @{{ perflab }} compare "$@"

# Every case against itself: what this machine tells apart today; --planted: how much of planted work is found
[group('compare')]
aa *FILTER:
    @{{ perflab }} aa "$@"

# perflab's verdicts beside criterion's and tango-bench's, on the same code and on planted work; builds a package of its own
[group('compare')]
side-by-side *ARGS:
    @cargo run --release --manifest-path benches/side_by_side/Cargo.toml --target-dir target/side-by-side -- "$@"

# The pages, from what is recorded
[group('read')]
report *ARGS:
    @{{ perflab }} report "$@"

# What was recorded of a case, for pprof, speedscope, the Firefox Profiler, KCachegrind or a spreadsheet
[group('read')]
export *ARGS:
    @{{ perflab }} export "$@"

# Where a case costs more than another, and where less: a differential flamegraph
[group('read')]
diff CASE *ARGS:
    @{{ perflab }} diff "$@"

# How a case moved over the runs that are kept
[group('read')]
history CASE *ARGS:
    @{{ perflab }} history "$@"

# Open the pages in a browser
[group('read')]
open:
    @{{ perflab }} open

# Families, workloads and sizes
[group('read')]
list *ARGS:
    @{{ perflab }} list "$@"

# The lints, then every test
[group('develop')]
test *ARGS: lint
    @{{ perflab }} setup --for-tests
    cargo test --release --no-fail-fast "$@"
    cargo test --release --features loom --test loom_models

# Formatting, clippy, documentation
[group('develop')]
lint:
    cargo fmt --check
    cargo clippy --release --all-targets --all-features --quiet
    RUSTDOCFLAGS="--deny warnings" cargo doc --release --no-deps --quiet

# What CI runs
[group('develop')]
ci: test
