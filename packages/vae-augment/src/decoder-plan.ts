import { LtadError, type StageSpec } from "@ltad/core";

/** Sizes of D. A `FeatureSpec` has the first three. */
export interface DecoderConfig {
  /** the used stages in ascending order, as the channels of a token hold them */
  readonly stages: readonly StageSpec[];
  /** places along one side of the grid */
  readonly grid: number;
  /** image pixels per place of the grid; stages of larger stride are decoded on a coarser map of their own */
  readonly gridStride: number;
  /** width of the text vectors */
  readonly textSize: number;
  /** width of z_hat; 64 */
  readonly latent?: number;
  /** channels of the maps below the size of the grid; at the grid, where most of the work is, half of it; 64 */
  readonly width?: number;
}

/** One convolution: `up` doubles the map (or doubles it less one, for an odd size), `same` keeps it. */
export interface DecoderStep {
  readonly kind: "up" | "same";
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** The convolutions of D for one stage of the encoder; a linear head after the last gives the stage's channels. */
export interface LevelPlan extends StageSpec {
  readonly steps: readonly DecoderStep[];
}

/** The way through D, from the deepest stage to the first. */
export interface DecoderPlan {
  /** side and channels of the first map */
  readonly seed: { readonly size: number; readonly channels: number };
  readonly levels: readonly LevelPlan[];
}

/**
 * D mirrors E (P: one level for each used stage, in reverse order; O: convolutions). The seed is the grid halved three times. A level
 * doubles the map until it has its stage's size, at most that of the grid; where that is reached it convolves once more.
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

/** How often the grid is halved for a stage this many times coarser: never for finer ones, twice at most. */
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
