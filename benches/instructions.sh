#!/bin/sh
# Instructions of fixed small runs, counted by valgrind: they do not depend on how busy the machine is, so a
# regression shows without a clock. They do depend on the compiler and the C library, so the file says which.
#
#   benches/instructions.sh            compares with benches/instructions.txt; fails above 3 % more
#   benches/instructions.sh --update   writes that file anew
set -eu
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$scratch/log" \
        target/release/kubecast run "$@" --threads 1 --quiet > "$scratch/out" || test $? -eq 1
    sed -n 's/.*Collected : *\([0-9]*\).*/\1/p' "$scratch/log"
}

measure() {
    echo "# $(rustc --version), $(uname -m)"
    for run in "scenarios/rolling-upgrade-skew.yaml --runs 3" "scenarios/three-zones.yaml --runs 3" \
        "scenarios/bench/rollout-100.yaml --runs 1"; do
        # shellcheck disable=SC2086 # The words are arguments.
        echo "$(count $run) $run"
    done
}

if [ "${1:-}" = --update ]; then
    measure > benches/instructions.txt
    cat benches/instructions.txt
    exit
fi
measure > "$scratch/now"
awk 'FNR == 1 && NR != FNR && head != $0 { print "recorded with another toolchain: " head; head = $0 }
     FNR == 1 { head = $0; next }
     NR == FNR { run = $0; sub(/^[0-9]+ /, "", run); before[run] = $1; next }
     { run = $0; sub(/^[0-9]+ /, "", run)
       change = 100 * ($1 / before[run] - 1)
       printf "%+.2f %%  %s\n", change, run
       if (change > 3) worse = 1 }
     END { exit worse }' benches/instructions.txt "$scratch/now"
