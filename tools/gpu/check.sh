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
[ ${#parts[@]} -gt 0 ] || parts=(card ort load conformance step encoder torch train tfjs tfjs_conformance tfjs_step)
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
step() { measure cpu step && measure cuda step && memory; }
encoder() { measure cpu encoder && measure cuda encoder && memory; }
memory() { nvidia-smi --query-gpu=memory.used,memory.total --format=csv,noheader; }

# PyTorch of LTAD_PYTHON where that is set, else torch 2.9.1 from PyPI in a virtual environment.
torch() {
  local python=${LTAD_PYTHON:-$work/venv/bin/python}
  if [ -z "${LTAD_PYTHON:-}" ] && ! "$python" -c 'import torch, timm' 2>/dev/null; then
    python3 -m venv "$work/venv" && "$work/venv/bin/pip" install -q torch==2.9.1 torchvision==0.24.1 timm==1.0.31 numpy || return 1
  fi
  "$python" "$here/tools/gpu/torch_cuda.py" cuda
}
train() { cd "$here" && mkdir -p "$work/demo" && cd "$work/demo" && /usr/bin/time -v npx --prefix "$here" tsx --conditions=@ltad/source "$here/apps/trainer/src/main.ts" demo; }

# TensorFlow finds the CUDA libraries of these wheels by their folders.
cuda_folders() { find "$work/cuda" -type d -path '*/nvidia/*/lib' 2>/dev/null | paste -sd :; }
with_cuda() { LD_LIBRARY_PATH=$(cuda_folders)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} TF_CPP_MIN_LOG_LEVEL=1 "$@"; }

tfjs() {
  "$here/tools/gpu/build-tfjs.sh" "$work/tfjs" || return 1
  [ -d "$work/cuda/nvidia" ] || pip install -q --target "$work/cuda" nvidia-cuda-runtime-cu12 nvidia-cublas-cu12 nvidia-cudnn-cu12 \
    nvidia-cufft-cu12 nvidia-curand-cu12 nvidia-cusolver-cu12 nvidia-cusparse-cu12 nvidia-nccl-cu12 nvidia-nvjitlink-cu12 nvidia-cuda-cupti-cu12 \
    nvidia-cuda-nvcc-cu12 || return 1
  cd "$work/tfjs" && with_cuda node -e '
    const tf = require("@tensorflow/tfjs-node-gpu");
    console.log(tf.getBackend(), "TensorFlow", tf.backend().binding.TF_Version, tf.backend().isUsingGpuDevice ? "on the card" : "on the CPU: no CUDA device");
    console.log("1 + 2 =", tf.tensor1d([1, 2]).sum().dataSync()[0]);
    if (!tf.backend().isUsingGpuDevice) process.exitCode = 1;'
}
tfjs_conformance() {
  cd "$here" && LTAD_TFJS_NODE=$work/tfjs with_cuda npx vitest run packages/jit/src/eager-backends.test.ts -t tensorflow --maxWorkers=1
}
tfjs_step() { cd "$here" && with_cuda npx tsx --conditions=@ltad/source tools/gpu/measure.ts "$work/tfjs" tensorflow eager && memory; }

for name in "${parts[@]}"; do
  case $name in
    card) card >"$out/card.log" 2>&1; code=$?; cat "$out/card.log"; [ $code -eq 0 ] || exit 2 ;;
    ort | load | conformance | step | encoder | torch | train | tfjs | tfjs_conformance | tfjs_step)
      export -f "$name" measure memory cuda_folders with_cuda
      export here work out
      part "$name" 200 bash -c "$name" ;;
    *) say "unknown part $name; parts are card ort load conformance step encoder torch train tfjs tfjs_conformance tfjs_step"; exit 2 ;;
  esac
done
say "results are in $out; copy the numbers to docs/gpu.md with the card's name"
