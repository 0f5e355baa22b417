#!/usr/bin/env bash
# How long a build takes after one file of a room has changed: checked, built for release, and the tests built.
# Prints the rows of results/build.md. Everything is built once first, and nothing else should run beside it.
#
#   benches/rebuild.sh [check|release|tests]…    all three, or only these
set -euo pipefail
cd "$(dirname "$0")/.."
rooms=(
    cluster:src/cluster/world.rs
    report:src/report/terminal.rs
)

# Seconds of a command after one more line at the head of a file, which moves all others: what follows of it is compiled
# anew, down to the line tables.
after_change() {
    local file=$1 begun
    shift
    sed -i '1i //! A change.' "$file"
    begun=$(date +%s.%N)
    "$@" >/dev/null 2>&1
    awk -v begun="$begun" -v ended="$(date +%s.%N)" 'BEGIN { printf "%.0f s", ended - begun }'
}

restore() { git checkout --quiet -- "${rooms[@]#*:}"; }
git diff --quiet -- "${rooms[@]#*:}" || { echo "the files that are changed here have changes of their own" >&2; exit 1; }
trap restore EXIT

check=(cargo check --locked)
release=(cargo build --release --locked)
tests=(cargo test --workspace --locked --no-run)
columns=("$@")
[ $# -gt 0 ] || columns=(check release tests)

head="| a change in |"
for column in "${columns[@]}"; do
    declare -n words=$column
    "${words[@]}" >/dev/null 2>&1
    head+=" \`${words[*]}\` |"
done
echo "$head"
echo "| --- |${columns[*]/*/ --- |}"
for room in "${rooms[@]}"; do
    row="| \`${room%%:*}\` |"
    for column in "${columns[@]}"; do
        declare -n words=$column
        row+=" $(after_change "${room#*:}" "${words[@]}") |"
    done
    echo "$row"
    restore
done
