#!/bin/sh
# Measures every row of results/performance.md and writes the page and the growth curves anew.
#
#   KUBECAST_BENCH_K8S_SIMS=DIR   a folder with nodes-1200.yaml and pods-1200.yaml; without it that row is left out
#   KUBECAST_BENCH_LARGE=1        the run with 100,000 nodes too (minutes, 4 GB)
set -eu
cd "$(dirname "$0")/.."
KUBECAST_BENCH_RESULTS="$PWD/results" cargo bench --locked --bench performance
