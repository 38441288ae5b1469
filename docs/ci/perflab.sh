#!/usr/bin/env bash
# Any machine with Rust, a C compiler and this clone. Usage: perflab.sh REV, the revision to compare with.
# Exit codes: 0 well, 1 something failed, 2 wrong usage, 3 a regression was shown.
set -euo pipefail
just setup
just bench
just report --json > report.json
just compare "$1" --markdown > verdict.md
