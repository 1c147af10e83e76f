#!/usr/bin/env bash
# The whole benchmark of one data set, in order: networks, attacked pictures, tables, bundle, gates.
#   bash stills/all.sh cifar10           # the environment of README.md active; other options go to every step: --size gpu, --threads 4
# What is trained and not stale is not trained again. The tables ask only what their weights were not asked yet.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:?cifar10 or celeba}
shift

step() { printf '\n== %s %s (%ss)\n' "$(date +%T)" "$*" "$SECONDS"; python -m "stills.$1" --data "$data" "${options[@]}" "${@:2}"; }
options=("$@")

python train.py stills "$data" --all "${options[@]}"
step make_cells
[ "$data" = celeba ] || for target in clean adversarial distilled; do step make_cells --source $target; done
step evaluate_oblivious
[ "$data" = celeba ] || step evaluate_oblivious --ablation
step compare_rounds
step detection
step leak_probe
for target in aligned adversarial; do step adaptive --target "$target"; done
step adaptive --target adversarial --chain robust
step export
step draw_fixture
(cd ../.. && npm run -s build)
step parity --n 100
step plots
step checks || echo 'a sanity gate failed: the card says which'
python card.py
