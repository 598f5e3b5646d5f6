import { createRng, float32, type Rng } from "@ltad/core";
import { f32, type JitOptions, type TensorsOf, trainStep, trainStepToOnnx } from "@ltad/jit";
import { gelu, initLinear, linear } from "@ltad/jit/nn";
import { reconstructionLoss, reconstructor } from "@ltad/reconstruct";
import * as tf from "@tensorflow/tfjs";

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
  const at = { learningRate: 1e-4 };
  return {
    run: () => timed(() => program.step(inputs, at)),
    /** Milliseconds of each of so many steps in one call. */
    runMany: async (steps: number) =>
      (await timed(() =>
        program.steps(
          Array.from({ length: steps }, () => inputs),
          at,
        ),
      )) / steps,
    dispose: () => program.dispose(),
  };
}

/** A step of a small model, where the way into the runtime and out of it counts: three layers of width 64 and 300 rows. */
export async function openSmallStep() {
  const rng = createRng("small");
  const program = await trainStep({
    params: { first: initLinear(2, 64, rng), second: initLinear(64, 64, rng), out: initLinear(64, 2, rng) },
    inputs: { x: f32(300, 2), y: f32(300, 2) },
    loss: (p, { x, y }) => {
      const logits = linear(p.out, gelu(linear(p.second, gelu(linear(p.first, x)))));
      return { loss: tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(y, logits) };
    },
  });
  const batch = { x: float32([300, 2], rng.normals(600)), y: float32([300, 2], rng.uniforms(600, 0, 1)) };
  const at = { learningRate: 1e-3 };
  const one = async (steps: number) => {
    for (let i = 0; i < steps; i++) await program.step(batch, at);
  };
  const batches = (steps: number) => Array.from({ length: steps }, () => batch);
  return {
    /** Milliseconds of a step: called for one by one, then in one call; the first call of `many` changes what runs, and comes last. */
    one: async (steps: number) => (await timed(() => one(steps))) / steps,
    many: async (steps: number) => (await timed(() => program.steps(batches(steps), at))) / steps,
    dispose: () => program.dispose(),
  };
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export const stepGraph = (): Uint8Array => trainStepToOnnx(problem());

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
