import { LtadError } from "@ltad/core";
import type { ServerOptions } from "../server.js";
import type { Models } from "./models.js";

type DecisionOptions = Pick<ServerOptions, "falseAlarmRate" | "limits">;

/** Checks the values before any model is opened. @throws LtadError `LTAD_CONFIG` */
export function checkDecisionOptions({ falseAlarmRate, limits = {} }: DecisionOptions): void {
  if (falseAlarmRate !== undefined && !(falseAlarmRate > 0 && falseAlarmRate < 1))
    throw new LtadError("LTAD_CONFIG", `falseAlarmRate: expected a share above 0 and below 1, received ${falseAlarmRate}.`);
  for (const [name, limit] of Object.entries(limits))
    if (!Number.isFinite(limit)) throw new LtadError("LTAD_CONFIG", `limits: ${name}: expected a number, received ${limit}.`);
}

/** A limit of a class that no model has would be silently ignored. @throws LtadError `LTAD_CONFIG` for such a limit */
export function checkLimitNames(limits: DecisionOptions["limits"], models: Models): void {
  const known = models.loaded().flatMap(({ engine }) => engine!.model.classes);
  const spellings = new Set(known.map((name) => name.normalize("NFC")));
  const unknown = Object.keys(limits ?? {}).find((name) => !spellings.has(name.normalize("NFC")));
  if (unknown === undefined) return;
  const some = known.slice(0, 20).join(", ") + (known.length > 20 ? ` and ${known.length - 20} more` : "");
  throw new LtadError("LTAD_CONFIG", `limits: unknown class ${JSON.stringify(unknown)}; expected one of ${some}.`);
}
