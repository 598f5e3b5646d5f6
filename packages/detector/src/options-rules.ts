import { fields, listOf, number, oneOf, optional, recordOf, refuse, type Rule, string, whole } from "@ltad/core/check";

const size: Rule = (value, path) => {
  if (typeof value === "object" && value !== null) fields({ width: whole(1), height: whole(1) })(value, path);
  else if (typeof value !== "string") throw refuse(path, "original, grid or { width, height }", value);
  else oneOf(["original", "grid"])(value, path);
};

/** What {@link AssessOptions} must be, and the class. */
export const assessFields = {
  class: optional(string),
  size: optional(size),
  mostPixels: optional(number(1)),
  falseAlarmRate: optional(number(0, 1)),
  limits: optional(recordOf(number())),
} as const;

const range: Rule = (value, path) => (Array.isArray(value) ? listOf(number(1)) : number(1))(value, path);

/** What `ImageOptions` must be. */
export const imageFields = {
  name: optional(string),
  range: optional(range),
  maxBytes: optional(number(1)),
  maxPixels: optional(number(1)),
} as const;
