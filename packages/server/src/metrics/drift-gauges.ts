import { createDriftMonitor, type Drift, type DriftMonitor } from "@ltad/detector";
import { Gauge, type Registry } from "prom-client";
import type { Answer, ModelInfo } from "../messages.js";

/** What takes note of images, and knows what has changed. */
export interface DriftWatch {
  note(model: string, answer: Answer, info: ModelInfo): void;
  /** Classes that had an image, of the bundle that judged the last one. */
  of(model: string): readonly Drift[];
}

/**
 * Tells Prometheus whether the light, the camera or the product has changed: the last 50 images of each class beside the good images that the
 * bundle knows. A new bundle begins anew.
 * @param mostClasses classes of one model that have series
 */
export function driftGauges(registers: Registry[], mostClasses: number): DriftWatch {
  const monitors = new Map<string, { readonly identity: string; readonly monitor: DriftMonitor }>();
  const drifts = function* () {
    for (const [model, { monitor }] of monitors)
      for (const drift of monitor.all().slice(0, mostClasses)) yield { labels: { model, class: drift.class }, drift };
  };
  const drifting: Gauge<"model" | "class"> = new Gauge({
    name: "ltad_drift",
    help: "1 when the last 50 images of a class differ from the good images that the model knows, 0 when they do not",
    labelNames: ["model", "class"],
    registers,
    collect() {
      this.reset();
      for (const { labels, drift } of drifts()) if (drift.isDrifting !== null) this.set(labels, drift.isDrifting ? 1 : 0);
    },
  });
  const above: Gauge<"model" | "class" | "of"> = new Gauge({
    name: "ltad_drift_above_median",
    help: "Share of the last 50 images of a class whose score, or distance from the class, is above the median of good images; usually a half",
    labelNames: ["model", "class", "of"],
    registers,
    collect() {
      this.reset();
      for (const { labels, drift } of drifts())
        for (const of of ["score", "distance"] as const) if (drift[of]) this.set({ ...labels, of }, drift[of].above);
    },
  });
  void [drifting, above];
  return {
    note(model, { class: name, score, distance }, { identity, usual }) {
      if (!usual) return;
      const known = monitors.get(model);
      const current = known?.identity === identity ? known : { identity, monitor: createDriftMonitor(usual) };
      monitors.set(model, current);
      current.monitor.add(name, score, distance);
    },
    of: (model) => monitors.get(model)?.monitor.all() ?? [],
  };
}
