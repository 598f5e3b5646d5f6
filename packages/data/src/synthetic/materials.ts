import { blob } from "./defects/blob.js";
import { crack } from "./defects/crack.js";
import type { Defect } from "./defects/defect.js";
import { hole } from "./defects/hole.js";
import { scratch } from "./defects/scratch.js";
import { smear } from "./defects/smear.js";
import { stain } from "./defects/stain.js";
import { brick } from "./textures/brick.js";
import { fabric } from "./textures/fabric.js";
import { knit } from "./textures/knit.js";
import { leather } from "./textures/leather.js";
import { mesh } from "./textures/mesh.js";
import { metal } from "./textures/metal.js";
import { terrazzo } from "./textures/terrazzo.js";
import type { Texture } from "./textures/texture.js";
import { wood } from "./textures/wood.js";

/** A class of the synthetic set: how it looks, and what happens to it. */
export interface Material {
  readonly texture: Texture;
  readonly defects: Readonly<Record<string, Defect>>;
}

/** All materials by class name; the first six are the default set. */
export const materials: Readonly<Record<string, Material>> = {
  brick: { texture: brick, defects: { crack, hole, smear, stain: stain([0.35, 0.38, 0.36]) } },
  fabric: { texture: fabric, defects: { hole, scratch: scratch([0.92, 0.9, 0.84]), smear, stain: stain([0.62, 0.42, 0.25]) } },
  leather: { texture: leather, defects: { crack, hole, scratch: scratch([0.9, 0.76, 0.58]), stain: stain([0.3, 0.42, 0.62]) } },
  metal: {
    texture: metal,
    defects: { blob: blob([0.3, 0.27, 0.24]), hole, scratch: scratch([0.3, 0.3, 0.31]), stain: stain([0.75, 0.5, 0.32]) },
  },
  terrazzo: { texture: terrazzo, defects: { blob: blob([0.2, 0.42, 0.62]), crack, smear, stain: stain([0.5, 0.42, 0.3]) } },
  wood: { texture: wood, defects: { crack, hole, scratch: scratch([0.94, 0.86, 0.7]), stain: stain([0.35, 0.32, 0.34]) } },
  mesh: {
    texture: mesh,
    defects: { blob: blob([0.75, 0.6, 0.2]), scratch: scratch([0.9, 0.9, 0.9]), smear, stain: stain([0.7, 0.45, 0.3]) },
  },
  knit: { texture: knit, defects: { hole, scratch: scratch([0.93, 0.75, 0.7]), smear, stain: stain([0.35, 0.4, 0.45]) } },
};
