import { tmpdir } from "node:os";
import { longTail, scanDataset } from "@ltad/data";
import { resolveConfig, train } from "@ltad/train";
const order = ["pcb", "magnetic_tile", "dagm_class1", "glassfiber", "micro_lens", "cookie"];
const dataset = await scanDataset("/work/shared/realbench");
const split = await longTail(dataset, { protocol: "exp20", order, seed: 0 });
console.log(split.classes.map((c) => `${c.name} ${c.train.length}`).join(", "));
let phase = "", cpu = process.cpuUsage(), wall = performance.now();
const sums: Record<string, [number, number]> = {};
const lap = (next: string) => { const now = process.cpuUsage(), w = performance.now(); const s = (sums[phase] ??= [0, 0]);
  s[0] += (now.user + now.system - cpu.user - cpu.system) / 1e6; s[1] += (w - wall) / 1e3; cpu = now; wall = w; phase = next; };
const r = await train({ split, seed: 0, config: resolveConfig({ sets: process.argv.slice(3) }), out: process.argv[2]!, cacheDir: "/root/.cache/ltad",
  onProgress: (p) => { if (p.phase !== phase) lap(p.phase); } });
lap("end");
for (const [k, [c, w]] of Object.entries(sums)) console.log(k.padEnd(20), c.toFixed(1), "cpu s", w.toFixed(1), "wall s");
console.log(JSON.stringify(r.timing), JSON.stringify(r.copies));
