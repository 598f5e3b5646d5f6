#!/usr/bin/env bash
# Builds the native part of @tensorflow/tfjs-node-gpu in FOLDER from npm and PyPI alone: tools/gpu/build-tfjs.sh FOLDER [TF_VERSION]
# libtensorflow comes from the wheel of TensorFlow, 2.12 or newer; CUDA and cuDNN from the nvidia wheels, or from the machine. Linux x64, Node 20 or 22, g++, make, pip.
set -euo pipefail
folder=${1:?usage: build-tfjs.sh FOLDER [TF_VERSION]}
version=${2:-2.21.0}
mkdir -p "$folder" && cd "$folder"
[ -f package.json ] || echo '{ "private": true }' >package.json
[ -d node_modules/@tensorflow/tfjs-node-gpu ] ||
  npm install --ignore-scripts --no-audit --no-fund @tensorflow/tfjs-node-gpu@4.22.0 @tensorflow/tfjs@4.22.0
package=$(cd node_modules/@tensorflow/tfjs-node-gpu && pwd -P)
[ -e "$package/lib/napi-v8/tfjs_binding.node" ] && { echo "built before"; exit 0; }

mkdir -p wheels
pip download "tensorflow==$version" --no-deps --only-binary=:all: --python-version 311 \
  --platform manylinux_2_27_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 -d wheels
python3 - wheels "$package/deps" <<'PY'
import glob, os, shutil, sys, zipfile

source, deps = sys.argv[1:]
headers = ("tensorflow/c/", "tensorflow/core/platform/", "tensorflow/tsl/", "tsl/", "xla/tsl/")
shutil.rmtree(deps, ignore_errors=True)
with zipfile.ZipFile(glob.glob(os.path.join(source, "tensorflow-*.whl"))[0]) as wheel:
    for name in wheel.namelist():
        if name.startswith("tensorflow/libtensorflow_") and name.endswith(".so.2"):
            to = os.path.join(deps, "lib", os.path.basename(name))
        elif name.startswith("tensorflow/include/") and name[len("tensorflow/include/") :].startswith(headers) and not name.endswith("/"):
            to = os.path.join(deps, name[len("tensorflow/") :])
        else:
            continue
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with wheel.open(name) as read, open(to, "wb") as write:
            shutil.copyfileobj(read, write)
PY
ln -sf libtensorflow_cc.so.2 "$package/deps/lib/libtensorflow.so"
ln -sf libtensorflow_framework.so.2 "$package/deps/lib/libtensorflow_framework.so"
cd "$package"
node "$(node -p "require.resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp')")" rebuild --build-from-source
