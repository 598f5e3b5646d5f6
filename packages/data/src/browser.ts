/** The part of the package that runs without Node, under `@ltad/data/browser`: pixels that are decoded already. */
export type { DecodedImage } from "./images/decode-image.js";
export { imageError } from "./images/image-error.js";
export { readPnm } from "./images/read-pnm.js";
export { shrinkAsSharp } from "./images/shrink-as-sharp.js";
export { sniffFormat } from "./images/sniff-format.js";
export type { ImageFormat } from "./images/sniff-format.js";
export { shrunkSize, squashImage, unitRange } from "./images/squash-image.js";
