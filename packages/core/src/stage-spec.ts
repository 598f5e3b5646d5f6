/** The feature map of one encoder stage: `stage` counts from 1, `stride` is the distance of its places in input pixels. */
export interface StageSpec {
  readonly stage: number;
  readonly channels: number;
  readonly stride: number;
}
