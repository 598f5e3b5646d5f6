import { plural } from "@ltad/core/format";
import type { BadImage } from "@ltad/fleet";
import type { Session } from "../../session.js";

const mostNamed = 20;

/** Names the images that were left out. */
export function warnOfBad(session: Pick<Session, "warn">, bad: readonly BadImage[]): void {
  if (bad.length === 0) return;
  const lines = bad.slice(0, mostNamed).map(({ id, reason }) => `  ${id}: ${reason}`);
  const more = bad.length > mostNamed ? `\n  and ${bad.length - mostNamed} more` : "";
  session.warn(`${plural(bad.length, "image")} left out after two tries:\n${lines.join("\n")}${more}`);
}
