// The date conversion of TensorFlow.js' examples as a function: an LSTM reads "JAN 5, 2021" in one of several spellings, another one writes "2021-01-05" and looks back
// by attention. Both are unrolled into one ONNX graph with their gradients.
//
//   npx tsx date-attention.ts [onnx | tensorflow] [steps]
import { createRng, int32, type Rng } from "@ltad/core";
import { i32, jit, trainStep } from "@ltad/jit";
import { embedding, initEmbedding, initLinear, initLstm, linear, type LstmState, lstmCell, unrolled, zeroState } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

const engine = process.argv[2] === "tensorflow" ? "tensorflow" : "onnx";
const letters = " 0123456789-/,.ABCDEFGJLMNOPRSTUVY";
const months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const [inLength, outLength, batch, hidden] = [12, 10, 64, 48];
const start = letters.length; // begins what is written

function date(rng: Rng) {
  const [year, month, day] = [2000 + rng.integer(40), 1 + rng.integer(12), 1 + rng.integer(28)];
  const two = (n: number) => String(n).padStart(2, "0");
  const spellings = [`${months[month - 1]} ${day}, ${year}`, `${two(day)}.${two(month)}.${year}`, `${year}/${two(month)}/${two(day)}`];
  return { text: spellings[rng.integer(3)]!, iso: `${year}-${two(month)}-${two(day)}` };
}
const codes = (text: string, length: number) => Array.from(text.padEnd(length), (letter) => letters.indexOf(letter));

function dates(rng: Rng, count = batch) {
  const all = Array.from({ length: count }, () => date(rng));
  const written = all.map(({ iso }) => codes(iso, outLength));
  return {
    text: int32(
      [count, inLength],
      all.flatMap(({ text }) => codes(text, inLength)),
    ),
    before: int32(
      [count, outLength],
      written.flatMap((row) => [start, ...row.slice(0, -1)]),
    ),
    after: int32([count, outLength], written.flat()),
  };
}

const rng = createRng("dates");
const params = {
  read: initEmbedding(letters.length + 1, 16, rng, 0.3),
  write: initEmbedding(letters.length + 1, 16, rng, 0.3),
  reader: initLstm(16, hidden, rng),
  writer: initLstm(16, hidden, rng),
  mix: initLinear(2 * hidden, hidden, rng),
  out: initLinear(hidden, letters.length, rng),
};
type Tensors<T> = { readonly [Name in keyof T]: T[Name] extends { data: unknown } ? tf.Tensor : Tensors<T[Name]> };

/** [B, 12] and [B, 10] -> [B, 10, letters], logits of the next letter at each place. */
function convert(p: Tensors<typeof params>, text: tf.Tensor2D, before: tf.Tensor2D): tf.Tensor3D {
  const run = (cell: typeof p.reader, xs: tf.Tensor3D, from: LstmState) => unrolled(xs, from, (x, state) => lstmCell(cell, x, state));
  const zero = { h: zeroState(text, hidden), c: zeroState(text, hidden) };
  const read = run(p.reader, embedding(p.read, text), zero);
  const written = run(p.writer, embedding(p.write, before), read.at(-1)!);
  const stacked = (states: readonly LstmState[]) =>
    tf.stack(
      states.map(({ h }) => h),
      1,
    ) as tf.Tensor3D;
  const [keys, queries] = [stacked(read), stacked(written)];
  const weights = tf.softmax(tf.matMul(queries, keys, false, true)); // [B, 10, 12]
  const seen = tf.matMul(weights, keys); // [B, 10, H]
  return linear(p.out, tf.tanh(linear(p.mix, tf.concat([seen, queries], 2) as tf.Tensor3D)));
}

const training = await trainStep({
  params,
  engine,
  optimiser: { clipNorm: 1 },
  inputs: { text: i32(batch, inLength), before: i32(batch, outLength), after: i32(batch, outLength) },
  loss: (p, { text, before, after }) => {
    const logits = convert(p, text, before).reshape([-1, letters.length]);
    return { loss: tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(tf.oneHot(after.flatten(), letters.length), logits) };
  },
});
const steps = Number(process.argv[3] ?? 400);
let taken = 0; // ms in all steps but the first, which warms up
for (let step = 0; step < steps; step++) {
  const inputs = dates(rng);
  const began = performance.now();
  await training.step(inputs, { learningRate: step < 300 ? 0.01 : 0.002 });
  if (step > 0) taken += performance.now() - began;
}
console.error(`${(taken / (steps - 1)).toFixed(2)} ms a step on ${engine === "onnx" ? "onnxruntime" : tf.getBackend()}`);

const specs = { text: i32(null, inLength), before: i32(null, outLength) };
const program = await jit(({ text, before }, { p }) => ({ next: convert(p, text, before).argMax(2) }), specs, {
  engine,
  constants: { p: training.params() },
});
const test = dates(createRng("test"), 200);
const { next } = await program.run({ text: test.text, before: test.before });
const right = next.data.filter((code, i) => code === test.after.data[i]).length;
console.log(`letters of new dates: ${right > 1900 ? "more than 1900" : right} of 2000 right`);
await Promise.all([training.dispose(), program.dispose()]);
