/** The feature map of one encoder stage. `stage` counts from 1; `stride` is the distance between neighbouring positions in pixels of the input. */
export interface StageSpec {
  readonly stage: number;
  readonly channels: number;
  readonly stride: number;
}
