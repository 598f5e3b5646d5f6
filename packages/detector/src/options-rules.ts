import { fields, listOf, number, oneOf, optional, recordOf, refuse, type Rule, string, whole } from "@ltad/core/check";

/** A limit, which may be Infinity. */
const limit: Rule = (value, path) => {
  if (typeof value !== "number" || !(value >= 1)) throw refuse(path, "a number of 1 or more", value);
};

const size: Rule = (value, path) => {
  if (typeof value === "object" && value !== null) fields({ width: whole(1), height: whole(1) })(value, path);
  else if (typeof value !== "string") throw refuse(path, "original, grid or { width, height }", value);
  else oneOf(["original", "grid"])(value, path);
};

/** The rules for {@link AssessOptions} and the class. */
export const assessFields = {
  class: optional(string),
  size: optional(size),
  mostPixels: optional(limit),
  falseAlarmRate: optional(number(0, 1)),
  limits: optional(recordOf(number())),
} as const;

const range: Rule = (value, path) => (Array.isArray(value) ? listOf(number(1)) : number(1))(value, path);

/** The rules for `ImageOptions`. */
export const imageFields = {
  name: optional(string),
  range: optional(range),
  maxBytes: optional(limit),
  maxPixels: optional(whole(1)),
} as const;
