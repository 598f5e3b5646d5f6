#!/usr/bin/env bash
# Everything that a machine with a CUDA card can tell, in at most 8 minutes: tools/gpu/check.sh [OUT] [PART ...]
# Each part writes OUT/PART.log and OUT/PART.done; a part that is done is skipped, so that a second call goes on where the first was stopped.
# Without a card it stops before the first CUDA call, says what is missing and exits with 2.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$here/gpu-check}
mkdir -p "$out" && out=$(cd "$out" && pwd)
shift || true
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(card ort load conformance step torch train tfjs)
work=${LTAD_GPU_WORK:-$out/work}
mkdir -p "$work"
deadline=$(($(date +%s) + ${LTAD_GPU_SECONDS:-480}))

say() { printf '%s\n' "$*"; }

part() { # NAME SECONDS COMMAND...
  local name=$1 limit=$2 left
  shift 2
  if [ -e "$out/$name.done" ]; then say "$name: done before"; return 0; fi
  left=$((deadline - $(date +%s)))
  if [ "$left" -lt 10 ]; then say "$name: no time left; call this script again"; return 0; fi
  [ "$limit" -le "$left" ] || limit=$left
  if timeout "$limit" "$@" >"$out/$name.log" 2>&1; then
    touch "$out/$name.done"
    say "$name: OK"
  else
    say "$name: failed with $?; see $out/$name.log"
  fi
  tail -n 4 "$out/$name.log" | sed 's/^/  /'
}

card() {
  command -v nvidia-smi >/dev/null || { say "no nvidia-smi: this machine has no CUDA card, or no driver"; return 2; }
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
}

# onnxruntime-node 1.29.0 and the CUDA provider that was built for it (CUDA 13), in a folder of their own.
ort() {
  cd "$work" && [ -f package.json ] || echo '{ "private": true, "type": "module" }' >package.json
  ONNXRUNTIME_NODE_INSTALL=skip npm install --no-audit --no-fund --ignore-scripts \
    onnxruntime-node@1.29.0 com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9 || return 1
  node "$here/tools/gpu/place-provider.mjs" "$work"
}

measure() { cd "$here" && npx tsx --conditions=@ltad/source tools/gpu/measure.ts "$work" "$1" "$2"; }
load() { measure cuda load; }
conformance() { measure cuda conformance; }
step() { measure cpu step && measure cuda step; }
torch() {
  "${LTAD_PYTHON:-python3}" -c 'import torch; print(torch.__version__, torch.version.cuda, torch.cuda.get_device_name(0))'
}
train() { cd "$here" && mkdir -p "$work/demo" && cd "$work/demo" && /usr/bin/time -v npx --prefix "$here" tsx --conditions=@ltad/source "$here/apps/trainer/src/main.ts" demo; }

tfjs() {
  cd "$work" && npm install --no-audit --no-fund --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0 &&
    node -e 'require("@tensorflow/tfjs-node-gpu"); const tf = require("@tensorflow/tfjs"); console.log(tf.getBackend(), tf.tensor1d([1, 2]).sum().dataSync())'
}

for name in "${parts[@]}"; do
  case $name in
    card) card >"$out/card.log" 2>&1; code=$?; cat "$out/card.log"; [ $code -eq 0 ] || exit 2 ;;
    ort | load | conformance | step | torch | train | tfjs) export -f "$name" measure; export here work out; part "$name" 150 bash -c "$name" ;;
    *) say "unknown part $name; parts are card ort load conformance step torch train tfjs"; exit 2 ;;
  esac
done
say "results are in $out; copy the numbers to docs/gpu.md with the card's name"
