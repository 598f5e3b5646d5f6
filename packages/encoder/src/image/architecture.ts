/** One stage: `blocks` inverted bottlenecks, of which the first has the stride and all have the kernel and expansion. */
export interface StagePlan {
  readonly kernel: number;
  readonly stride: number;
  /** Width inside a block relative to its input; 1 leaves the expanding convolution out. */
  readonly expansion: number;
  readonly channels: number;
  readonly blocks: number;
}

/** An EfficientNet by numbers; B1 to B7 differ from B0 in nothing else. */
export interface EfficientNetPlan {
  readonly name: string;
  /** The square size it was trained at; any multiple of 32 works. */
  readonly inputSize: number;
  /** Channels of the first convolution, stride 2. */
  readonly stem: number;
  readonly stages: readonly StagePlan[];
  /** Width of squeeze-and-excite relative to the block's input. */
  readonly squeeze: number;
}

/** @see Tan and Le 2019, table 1 */
export const efficientNetB0: EfficientNetPlan = {
  name: "efficientnet-b0",
  inputSize: 224,
  stem: 32,
  squeeze: 0.25,
  stages: [
    { kernel: 3, stride: 1, expansion: 1, channels: 16, blocks: 1 },
    { kernel: 3, stride: 2, expansion: 6, channels: 24, blocks: 2 },
    { kernel: 5, stride: 2, expansion: 6, channels: 40, blocks: 2 },
    { kernel: 3, stride: 2, expansion: 6, channels: 80, blocks: 3 },
    { kernel: 5, stride: 1, expansion: 6, channels: 112, blocks: 3 },
    { kernel: 5, stride: 2, expansion: 6, channels: 192, blocks: 4 },
    { kernel: 3, stride: 1, expansion: 6, channels: 320, blocks: 1 },
  ],
};

/** What a stage gives: `stage` counts from 1, `stride` is that of its grid in input pixels. */
export interface StageSpec {
  readonly stage: number;
  readonly channels: number;
  readonly stride: number;
}

/** The stages of a plan with the strides of their outputs. */
export function stageSpecs(plan: EfficientNetPlan): StageSpec[] {
  let stride = 2;
  return plan.stages.map(({ channels, stride: step }, i) => ({ stage: i + 1, channels, stride: (stride *= step) }));
}

/**
 * Name and shape of every parameter: convolutions [kernel, kernel, in, out], depthwise [kernel, kernel, channels, 1], biases [out].
 * Stages and blocks count from 0 in names, as lists do.
 */
export function efficientNetShapes(plan: EfficientNetPlan): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = {};
  const layer = (name: string, shape: readonly number[], bias: number) =>
    Object.assign(shapes, { [`${name}.weight`]: shape, [`${name}.bias`]: [bias] });
  layer("stem", [3, 3, 3, plan.stem], plan.stem);
  let input = plan.stem;
  plan.stages.forEach(({ kernel, expansion, channels, blocks }, s) => {
    for (let b = 0; b < blocks; b++) {
      const name = `stages.${s}.blocks.${b}`;
      const [wide, narrow] = [input * expansion, Math.max(1, Math.floor(input * plan.squeeze))];
      if (expansion !== 1) layer(`${name}.expand`, [1, 1, input, wide], wide);
      layer(`${name}.depthwise`, [kernel, kernel, wide, 1], wide);
      layer(`${name}.squeeze`, [1, 1, wide, narrow], narrow);
      layer(`${name}.excite`, [1, 1, narrow, wide], wide);
      layer(`${name}.project`, [1, 1, wide, channels], channels);
      input = channels;
    }
  });
  return shapes;
}
