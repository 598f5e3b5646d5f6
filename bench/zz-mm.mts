import { float32 } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { krylov } from "../packages/features/src/krylov.js";
const cpu = () => { const c = process.cpuUsage(); return (c.user + c.system) / 1e6; };
const rnd = (...s: number[]) => float32(s, Float32Array.from({ length: s.reduce((a, b) => a * b) }, () => Math.random()-.5));
async function time(name: string, flop: number, prog: any, input: any, reps = 5) {
  await prog.run(input); const t = cpu(), w = performance.now();
  for (let i = 0; i < reps; i++) await prog.run(input);
  const c = (cpu() - t) / reps, s = (performance.now() - w) / 1e3 / reps;
  console.log(name.padEnd(28), "cpu", c.toFixed(3), "wall", s.toFixed(3), "GF/s per cpu s", (flop / c / 1e9).toFixed(1));
  await prog.dispose();
}
const n = 133, P = 64, C = 368;
await time("matmul 8512x368x368", 2 * n * P * C * C, await jit(({ a, b }) => ({ y: tf.max(tf.matMul(a, b)) }), { a: f32(n * P, C), b: f32(C, C) }), { a: rnd(n * P, C), b: rnd(C, C) });
await time("sq 1024", 2 * 1024 ** 3, await jit(({ a, b }) => ({ y: tf.max(tf.matMul(a, b)) }), { a: f32(1024, 1024), b: f32(1024, 1024) }), { a: rnd(1024, 1024), b: rnd(1024, 1024) });
await time("gram 64x133x368", 2 * P * n * n * C, await jit(({ a }) => ({ y: tf.max(tf.matMul(a, a, false, true)) }), { a: f32(P, n, C) }), { a: rnd(P, n, C) });
await time("transpose", 0, await jit(({ a }) => ({ y: tf.max(tf.transpose(a, [1, 0, 2])) }), { a: f32(n, P, C) }), { a: rnd(n, P, C) });
await time("max only", 0, await jit(({ a }) => ({ y: tf.max(a) }), { a: f32(n, P, C) }), { a: rnd(n, P, C) });
await time("krylov", 0, await jit(({ a }) => { const k = krylov(a as any, 24); return { r: k.ritz, b: k.basis }; }, { a: f32(P, n, n) }), { a: rnd(P, n, n) });
await time("in-out", 0, await jit(({ a }) => ({ y: tf.add(a, 1) }), { a: f32(n, P, C) }), { a: rnd(n, P, C) });
