import type { Rng } from "@ltad/core";
import type { Picture } from "../picture.js";

/**
 * Damages a picture in place.
 * @returns [S, S] how much of each pixel is damaged, 0..1; the mask is what is above one half
 */
export type Defect = (rng: Rng, picture: Picture) => Float32Array;
