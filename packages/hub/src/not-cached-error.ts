import { LtadError } from "@ltad/core";

/** The error of something that would have to be fetched while fetching is switched off. */
export function notCachedError(what: string, place: string, details: Readonly<Record<string, unknown>>): LtadError {
  const message = `${what}: is not in the cache (${place}) and fetching is switched off. Run once without the offline option.`;
  return new LtadError("LTAD_FETCH", message, { details });
}
