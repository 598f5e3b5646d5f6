import { createDriftMonitor, type Drift, type DriftMonitor } from "@ltad/detector";
import { Gauge, type Registry } from "prom-client";
import type { Answer, ModelInfo } from "../messages.js";
import type { Models } from "../models/models.js";

/** Counts images, and knows which classes have changed. */
export interface DriftWatch {
  note(model: string, answer: Answer, info: ModelInfo): void;
  /** Classes that had an image, of the bundle that is served now: the newest where there are several versions. */
  of(model: string): readonly Drift[];
}

/**
 * Tells Prometheus whether the light, the camera or the product has changed: the last 50 images of each class beside the good images that the
 * bundle knows. Each bundle has its own images, so that a new bundle starts without any.
 * @param mostClasses classes of one model that have series
 */
export function driftGauges(registers: Registry[], mostClasses: number, models: () => Models): DriftWatch {
  const served = (model: string) =>
    models()
      .versions(model)
      .flatMap(({ engine }) => engine?.model.identity ?? []);
  /** By the name of the model and the identity of the bundle. */
  const monitors = new Map<string, Map<string, DriftMonitor>>();
  const driftsOf = (model: string) =>
    monitors
      .get(model)
      ?.get(served(model).at(-1) ?? "")
      ?.all() ?? [];
  const drifts = function* () {
    for (const model of monitors.keys())
      for (const drift of driftsOf(model).slice(0, mostClasses)) yield { labels: { model, class: drift.class }, drift };
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
      const known = monitors.get(model) ?? new Map<string, DriftMonitor>();
      monitors.set(model, known);
      const current = known.get(identity) ?? createDriftMonitor(usual);
      if (!known.has(identity)) for (const other of known.keys()) if (!served(model).includes(other)) known.delete(other);
      known.set(identity, current);
      current.add(name, score, distance);
    },
    of: driftsOf,
  };
}
