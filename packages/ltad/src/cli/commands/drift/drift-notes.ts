import { createDriftMonitor, type Drift, type Manifest, type Shift, usualOf } from "@ltad/detector";

/** What a result must say. */
export interface DriftInput {
  readonly class?: string | undefined;
  readonly score?: number | undefined;
  readonly distance?: number | null | undefined;
}

/** Takes note of results one after another. @returns whether the class drifts; null while it is not known */
export type NoteDrift = (line: DriftInput, isOld?: boolean) => boolean | null;

/** Warns when a class begins to drift, and says when it ends. */
export function driftNotes(manifest: Manifest, warn: (line: string) => void): NoteDrift {
  const monitor = createDriftMonitor(usualOf(manifest));
  const drifting = new Set<string>();
  return ({ class: name, score, distance }, isOld = false) => {
    if (name === undefined || score === undefined) return null;
    monitor.add(name, score, distance);
    const drift = monitor.of(name);
    const isDrifting = drift?.isDrifting ?? null;
    if (isDrifting && !drifting.has(name)) {
      drifting.add(name);
      if (!isOld) warn(`${driftText(drift!)} Has the light, the camera or the product changed?`);
    } else if (isDrifting === false && drifting.delete(name) && !isOld)
      warn(`${name}: the last ${drift!.images} images are back to normal.`);
    return isDrifting;
  };
}

/** `brick: the last 50 images differ from the good images that the model knows: higher scores (median 2.1, usually 1).` */
export function driftText({ class: name, images, score, distance }: Drift): string {
  const parts = [score && partOf("scores", score), distance && partOf("distances from the class", distance)].filter(Boolean);
  return `${name}: the last ${images} images differ from the good images that the model knows: ${parts.join(" and ")}.`;
}

function partOf(what: string, { direction, recent, usual }: Shift): string | undefined {
  return direction === null ? undefined : `${direction} ${what} (median ${three(recent)}, usually ${three(usual)})`;
}

function three(value: number): string {
  return String(Number(value.toPrecision(3)));
}
