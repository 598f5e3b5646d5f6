import { boxBlur, smoothstep } from "../picture.js";
import type { Defect } from "./defect.js";
import { lobedDisc } from "./shapes.js";

/** Worn smooth: the texture is gone, only its mean colour is left. */
export const smear: Defect = (rng, picture) => {
  const { size, data } = picture;
  const unit = size / 256;
  const damage = lobedDisc(rng, size, (22 + 12 * rng.uniform()) * unit, 0.3).map((d) => smoothstep(-1, 1, d));
  const radius = Math.round(9 * unit);
  const flat = boxBlur(boxBlur(data, size, 3, radius), size, 3, radius);
  for (let i = 0; i < data.length; i++) {
    const a = 0.94 * damage[Math.floor(i / 3)]!;
    data[i] = data[i]! + a * (flat[i]! - data[i]!);
  }
  return damage;
};
