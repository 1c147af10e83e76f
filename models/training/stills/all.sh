#!/usr/bin/env bash
# The whole benchmark of one data set, in order: networks, attacked pictures, tables, bundle, gates.
#   bash stills/all.sh cifar10            # from this folder, the environment of README.md active; other options go to every step: --size gpu, --threads 4
# A network whose weights lie in cache/ is not trained again: delete the file to do so. The tables ask only what their weights were not asked yet.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:?cifar10 or celeba}
shift
options=(--data "$data" "$@")

step() { printf '\n== %s %s (%ss)\n' "$(date +%T)" "$*" "$SECONDS"; python -m "stills.$1" "${options[@]}" "${@:2}"; }
train() { [ -f "cache/$data/$1.pt" ] || step "${@:2}"; }

train target-clean train_target --kind clean
train target-surrogate train_target --kind surrogate
train mapping-first train_mapping --name first
if [ "$data" = celeba ]; then
  train mapping-third train_together --mapping first --target clean --name third
  train mapping-fourth train_mapping --name fourth --start third --target third --crop 256 --without guide,discriminator
  train target-aligned train_together --mapping fourth --target third
else
  train target-first align_target
  train mapping-second train_mapping --name second --start first --target first
  train mapping-third train_together --name third
  train mapping-fourth train_together --mapping third --target third --name fourth
  train target-fifth train_together --mapping fourth --target fourth --name fifth
  train target-aligned train_together --mapping fifth --target fifth
fi
train classifier-ismn train_classifier
train target-adversarial train_target --kind adversarial
train target-distilled train_target --kind distilled
train mapping-robust train_robust
train classifier-robust train_classifier --reading robust
train mapping-greybox train_mapping --name greybox --seed 2
train classifier-greybox train_classifier --reading greybox --seed 2
for method in magnet ddsa hgd; do train "baseline-$method" train_baselines --method "$method"; done
if [ "$data" = celeba ]; then
  train baseline-celebanet train_baselines --method celebanet
else
  for reading in strict skip; do
    train "mapping-$reading" train_mapping --reading "$reading"
    train "classifier-$reading" train_classifier --reading "$reading"
  done
  train mapping-ismn-short train_mapping --name ismn-short
  train classifier-ismn-short train_classifier --reading ismn-short
  for term in guide clean sparsity discriminator; do train "mapping-no-$term" train_mapping --name "no-$term" --without "$term"; done
fi

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
python -m stills.card
python -m camera.card
