import { HttpError } from "./http-error.js";

/** Refuses JSON that is nested deeper than any message of ours, before anything recursive sees it. */
export function checkDepth(body: unknown, limit: number): void {
  if (Buffer.isBuffer(body)) return;
  let level = [body];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) throw new HttpError("LTAD_REQUEST", `The JSON is nested deeper than ${limit} levels.`);
    level = level.flatMap((value) =>
      typeof value === "object" && value !== null ? Object.values(value).filter((child) => typeof child === "object") : [],
    );
  }
}
