// Puts the CUDA provider beside the binding of onnxruntime-node and loads it as far as a machine without a card can: node tools/gpu/place-provider.mjs FOLDER
import { copyFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const folder = resolve(process.argv[2] ?? ".");
const from = join(folder, "node_modules/com.github.asus4.onnxruntime.linux-x64-gpu/Plugins/Linux/x64");
const to = join(folder, "node_modules/onnxruntime-node/bin/napi-v6/linux/x64");
for (const name of ["shared", "cuda"]) {
  const file = `libonnxruntime_providers_${name}.so`;
  if (!existsSync(join(from, file))) throw new Error(`${join(from, file)} is missing; run the part ort of tools/gpu/check.sh`);
  copyFileSync(join(from, file), join(to, file));
}
const ort = createRequire(join(folder, "package.json"))("onnxruntime-node");
console.log(`onnxruntime-node ${ort.env.versions.node ?? ort.env.versions.common} loads; it knows:`);
console.log(
  ort
    .listSupportedBackends()
    .map(({ name }) => name)
    .join(", "),
);
