export { auroc } from "./auroc.js";
export { measure } from "./measure.js";
export type { Measure } from "./measure.js";
export { pixelAuroc } from "./pixel-auroc.js";
export type { PixelAuroc } from "./pixel-auroc.js";
export { summarise } from "./summarise.js";
export type { Summary } from "./summarise.js";
