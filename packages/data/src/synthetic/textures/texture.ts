import type { Rng } from "@ltad/core";
import type { Picture } from "../picture.js";

/** Draws one normal sample of a material. Everything that differs between samples comes from the generator. */
export type Texture = (rng: Rng, size: number) => Picture;
