import { LtadError, type StageSpec } from "@ltad/core";

/** The sizes of the decoder D. A `FeatureSpec` has the first three. */
export interface DecoderConfig {
  /** the stages in use, in ascending order, which is the order of a token's channels */
  readonly stages: readonly StageSpec[];
  /** tokens along one side of the grid */
  readonly grid: number;
  /** image pixels per token in each direction; a stage with a larger stride is decoded on a coarser map of its own */
  readonly gridStride: number;
  /** width of the text vectors */
  readonly textSize: number;
  /** width of z_hat; 64 by default */
  readonly latent?: number;
  /** channels of maps smaller than the grid; maps of the grid's size, which cost the most time, have half of it; 64 by default */
  readonly width?: number;
}

/** One convolution to a map of side `size`. `up` doubles the side, less one if the result is odd; `same` keeps it. */
export interface DecoderStep {
  readonly kind: "up" | "same";
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** The convolutions of D for one stage of the encoder. A linear head after the last one produces the channels of the stage. */
export interface LevelPlan extends StageSpec {
  readonly steps: readonly DecoderStep[];
}

/** All layers of D, from the deepest stage to the first. */
export interface DecoderPlan {
  /** side and channels of the first map */
  readonly seed: { readonly size: number; readonly channels: number };
  readonly levels: readonly LevelPlan[];
}

/**
 * Plans the decoder D, which mirrors the encoder: it has one level for each stage in use, in reverse order (P), made of convolutions (O; docs/method.md
 * explains P and O). The first map is the grid halved three times. A level doubles the map until it has the size of its stage, at most that of the
 * grid; if the map already has that size, the level convolves it once.
 * @throws LtadError `LTAD_CONFIG` when there is no stage, or they are not in ascending order
 */
export function planDecoder({ stages, grid, gridStride, width = 64 }: DecoderConfig): DecoderPlan {
  if (!isAscending(stages)) throw stagesError(stages);
  const ladder = [grid];
  for (let i = 0; i < 3; i++) ladder.push(Math.ceil(ladder[i]! / 2));
  let [rung, before] = [3, { size: ladder[3]!, outputs: width }];
  const seed = { size: before.size, channels: width };
  const stepTo = (size: number): DecoderStep => {
    const outputs = size === grid ? Math.ceil(width / 2) : width;
    const step = { kind: size > before.size ? "up" : "same", size, inputs: before.outputs, outputs } as const;
    before = step;
    return step;
  };
  const levels = stages.toReversed().map((stage) => {
    const target = Math.min(rung, halvings(stage.stride / gridStride));
    const sizes = target < rung ? ladder.slice(target, rung).toReversed() : [ladder[rung]!];
    rung = target;
    return { ...stage, steps: sizes.map(stepTo) };
  });
  return { seed, levels };
}

/** How often the grid is halved for a stage that is this many times coarser: at most twice, and never for a finer stage. */
function halvings(ratio: number): number {
  return Math.min(2, Math.max(0, Math.round(Math.log2(ratio))));
}

function isAscending(stages: readonly StageSpec[]): boolean {
  return stages.length > 0 && stages.every(({ stage }, i) => i === 0 || stage > stages[i - 1]!.stage);
}

function stagesError(stages: readonly StageSpec[]): LtadError {
  const received = stages.map(({ stage }) => stage);
  const message = `vae-augment.stages: expected one or more stages in ascending order, received [${received.join(", ")}].`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "stages", received } });
}
