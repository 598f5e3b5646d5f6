import { aitex } from "./aitex.js";
import { btad } from "./btad.js";
import { dagm } from "./dagm.js";
import { goodBad } from "./good-bad.js";
import { goodOnly } from "./good-only.js";
import { kolektorSdd } from "./kolektor-sdd.js";
import { kolektorSdd2 } from "./kolektor-sdd2.js";
import type { Layout } from "./layout.js";
import { mvtecAd2 } from "./mvtec-ad-2.js";
import { mvtecAd } from "./mvtec-ad.js";
import { mvtecLoco } from "./mvtec-loco.js";
import { realIad } from "./real-iad.js";
import { splitFirst } from "./split-first.js";
import { visa } from "./visa.js";

/** MPDD is arranged as MVTec AD; its name is taken, too. */
const mpdd: Layout = { ...mvtecAd, name: "mpdd", title: "MPDD", fits: () => false };

/** The layouts in the order in which they are tried: the particular before the general. */
export const layouts: readonly Layout[] = [
  realIad,
  visa,
  aitex,
  kolektorSdd,
  kolektorSdd2,
  dagm,
  splitFirst,
  mvtecAd2,
  mvtecLoco,
  btad,
  mvtecAd,
  mpdd,
  goodBad,
  goodOnly,
];
