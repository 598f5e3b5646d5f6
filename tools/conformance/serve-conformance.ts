import type { NdArrays } from "@ltad/core";
import { webRuntimeFolder } from "@ltad/runtime";
import { buildForBrowser } from "../browser/build-for-browser.js";
import { serveFiles } from "../browser/serve-files.js";
import type { RecordedProgram, Stored, StoredArray } from "./recorded-program.js";

/** Pages that are isolated may use threads. */
const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** A site with the page that runs the programs, ID.onnx, ID.json and ID.bin of each, and ONNX Runtime. */
export async function serveConformance(programs: readonly RecordedProgram[]) {
  const script = await buildForBrowser(`import "./browser/conformance-page.js";`);
  const index = '<!doctype html><script type="module" src="main.js"></script>';
  const files = programs.flatMap(({ model, inputs, outputs }, id) => {
    const { stored, numbers } = store(inputs, outputs);
    return [
      [`/${id}.onnx`, model],
      [`/${id}.json`, JSON.stringify(stored)],
      [`/${id}.bin`, numbers],
    ] as const;
  });
  return serveFiles({ ...script, "/index.html": index, "/ort/": `${webRuntimeFolder()}/`, ...Object.fromEntries(files) }, isolated);
}

function store(inputs: NdArrays, outputs: NdArrays): { stored: Stored; numbers: Uint8Array } {
  const parts: Uint8Array[] = [];
  let begin = 0;
  const list = (arrays: NdArrays) =>
    Object.entries(arrays).map(([name, { dtype, shape, data }]): StoredArray => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      parts.push(bytes, new Uint8Array(-bytes.length & 7)); // numbers of 4 bytes begin at a multiple of 4
      const array = { name, dtype, shape, begin, bytes: bytes.length };
      begin += bytes.length + (-bytes.length & 7);
      return array;
    });
  const stored = { inputs: list(inputs), outputs: list(outputs) };
  return { stored, numbers: Buffer.concat(parts) };
}
