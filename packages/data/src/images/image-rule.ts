import { resizeKernels } from "@ltad/core";
import { boolean, fields, listOf, number, oneOf, optional, refuse, type Rule, string, whole } from "@ltad/core/check";

/** A limit, which may be Infinity. */
const limit: Rule = (value, path) => {
  if (typeof value !== "number" || !(value >= 1)) throw refuse(path, "a number of 1 or more", value);
};
const range: Rule = (value, path) => (Array.isArray(value) ? listOf(number(1)) : number(1))(value, path);

const own = { name: optional(string), range: optional(range), maxBytes: optional(limit), maxPixels: optional(whole(1)) };

/** What `ImageOptions` must be. */
export const imageRule = fields(own);

/** What the options of `readImage` must be. */
export const readImageRule = fields({
  ...own,
  kernel: optional(oneOf(resizeKernels)),
  pixels: optional(boolean),
  mostPixels: optional(limit),
});
