/** A stage of an encoder: one of the maps that the network makes of an image, from fine to coarse. */
export interface StageSpec {
  /** 1-based. */
  readonly stage: number;
  readonly channels: number;
  /** Pixels of the image for a place of the map. */
  readonly stride: number;
}
