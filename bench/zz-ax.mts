import { float32 } from "@ltad/core";
import { openPrincipalAxes } from "../packages/features/src/principal-axes.js";
const C = 368;
const cpu = () => { const c = process.cpuUsage(); return (c.user + c.system) / 1e6; };
for (const [n, P] of [[133, 576], [133, 64], [133, 32], [240, 253], [240, 64], [48, 576], [48, 64]] as const) {
  const f = float32([n, P, C], Float32Array.from({ length: n * P * C }, () => Math.random()));
  const w = float32([C, C], Float32Array.from({ length: C * C }, () => Math.random() / 20));
  let t = cpu(), w0 = performance.now();
  const p = await openPrincipalAxes({ positions: P, channels: C, rank: 8 }); const dev = float32([C], new Float32Array(C).fill(1));
  const open = cpu() - t; t = cpu();
  const parts = Math.round(576 / P);
  for (let i = 0; i < parts; i++) await p.of({ features: f, mean: float32([P, C]), deviation: dev, whitening: w }, () => 1);
  console.log(n, P, "open", open.toFixed(2), "run cpu", (cpu() - t).toFixed(2), "wall", ((performance.now() - w0) / 1e3).toFixed(1));
  await p.dispose();
}
