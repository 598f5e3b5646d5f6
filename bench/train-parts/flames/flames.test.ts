import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { drawFlames } from "./draw-flames.js";
import { flameTree } from "./flame-tree.js";
import { frameOf, readSamples } from "./read-samples.js";

const frame = (functionName: string, url: string) => ({ callFrame: { functionName, url } });
const profile = {
  startTime: 1000,
  nodes: [
    { id: 1, ...frame("(root)", ""), children: [2, 4] },
    { id: 2, ...frame("step", "file:///ltad/packages/train/src/a.ts"), children: [3] },
    { id: 3, ...frame("run", "") },
    { id: 4, ...frame("(idle)", "") },
  ],
  samples: [3, 3, 2, 4],
  timeDeltas: [0, 100, 100, 100],
};
const kernels = [
  { cat: "Session", name: "model_loading_array", ts: 0, dur: 50, args: {} },
  { cat: "Node", name: "a_kernel_time", ts: 60, dur: 80, args: { op_name: "MatMul" } },
];

it("puts the kernel that was computing under the function that called for it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ltad-flames-"));
  try {
    await writeFile(join(folder, "CPU.20261128.100000.77.0.001.cpuprofile"), JSON.stringify(profile));
    await writeFile(join(folder, "kernels-0-1000-0_2026-11-28_10-00-00.json"), `${JSON.stringify(kernels).slice(0, -1)},\n{"cat":"No`);
    const tree = flameTree(await readSamples(folder), { name: "phase2", from: 1000, to: 1300 });
    const thread = tree.inside.get("main thread")!;
    const step = thread.inside.get("step (@ltad/train)")!;
    expect([tree.took, step.took, step.inside.get("run")!.took]).toEqual([300, 300, 200]);
    expect([...step.inside.get("run")!.inside.values()].map(({ name, took }) => [name, took])).toEqual([["MatMul (kernel)", 100]]);
    const svg = drawFlames(tree);
    expect(svg).toContain("<title>MatMul (kernel): 0.00 s, 33 %</title>");
    expect(svg.match(/<g>/g)).toHaveLength(5);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it.each([
  ["step", "file:///w/packages/train/dist/index.js", "step (@ltad/train)"],
  ["matMul", "file:///w/node_modules/.pnpm/x/node_modules/@tensorflow/tfjs-core/dist/a.js", "@tensorflow/tfjs-core"],
  ["readFile", "node:fs", "Node"],
  ["(idle)", "", "waits"],
])("names the frame of %s in %s", (functionName, url, name) => {
  expect(frameOf({ functionName, url })).toBe(name);
});
