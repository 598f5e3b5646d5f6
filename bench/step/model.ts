import { createRng, float32, type Rng } from "@ltad/core";
import { f32, type JitOptions, type TensorsOf, trainStep, trainStepToOnnx } from "@ltad/jit";
import { reconstructionLoss, reconstructor } from "@ltad/reconstruct";
import type * as tf from "@tensorflow/tfjs";

// UniAD's transformer: 4 + 4 layers, width 256, 8 heads, inner width 1024, 176 channels, a batch of 8 images of 14 x 14 tokens. The same model as
// tools/reference/step/uniad_step.py.
export const [batch, side, channels, width, hidden, layers] = [8, 14, 176, 256, 1024, 4];
const tokens = side * side;
const rows = batch * tokens;

const module = reconstructor({ kind: "uniad", channels, grid: [side, side] });
const shape = [batch, tokens, channels] as const;

type Params = ReturnType<typeof module.init>;

export const initial = (rng: Rng): Params => module.init(rng);

/** Pi alone, for inference. */
export const forward = (params: TensorsOf<Params>, x: tf.Tensor3D): tf.Tensor3D => module.forward(params, x, undefined as never);

const problem = () => ({
  params: initial(createRng("bench/step")),
  inputs: { x: f32(...shape) },
  loss: (params: TensorsOf<Params>, { x }: { readonly x: tf.Tensor3D }) => ({ loss: reconstructionLoss(forward(params, x), x) }),
  optimiser: { weightDecay: 1e-4, clipNorm: 0.1 },
});

/** The step with a batch of noise; `run` gives milliseconds. */
export async function openStep(options: JitOptions = {}) {
  const program = await trainStep({ ...problem(), ...options });
  const inputs = { x: float32(shape, createRng("batch").normals(rows * channels)) };
  return { run: () => timed(() => program.step(inputs, { learningRate: 1e-4 })), dispose: () => program.dispose() };
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export const graphBytes = (): number => trainStepToOnnx(problem()).length;

/** Floating-point operations of the products of matrices in one step: forward, gradient to the input, gradient to the weight. */
export function stepFlops(): number {
  const map = (from: number, to: number, n = rows) => 3 * 2 * n * from * to;
  const attention = 6 * 2 * batch * tokens * tokens * width; // Q K^T, P V and their two gradients each
  const projections = 4 * map(width, width);
  const feedForward = 2 * map(width, hidden);
  const encoder = projections + attention + feedForward;
  const decoder = 2 * (projections + attention) + feedForward - map(width, width) + map(width, width, tokens); // one query is the same for every image
  return layers * (encoder + decoder) + map(channels, width) + map(width, channels) - 2 * rows * channels * width; // no gradient to the batch
}
