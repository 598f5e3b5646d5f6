import type { Drift } from "@ltad/detector";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Answer, ModelInfo } from "../messages.js";
import type { Models } from "../models/models.js";
import { driftGauges } from "./drift-gauges.js";

/** Classes of one model that have series of their own; the others count as "other", so that a scrape stays small. */
const mostClasses = 100;
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const stages = ["decode", "encode", "score", "upsample", "draw"] as const;

/** What a server tells Prometheus about itself. */
export interface Metrics {
  readonly registry: Registry;
  /** A response went out. @param route the pattern, never the URL: clients could make up any number of those */
  responded(route: string, method: string, status: number, ms: number): void;
  /** An image was judged. */
  judged(model: string, answer: Answer & { readonly waited: number }, info: ModelInfo): void;
  /** How the recent images of each class differ from good ones. */
  drift(model: string): readonly Drift[];
  /** An image could not be judged. */
  failed(model: string, code: string): void;
}

/** Metrics of one server, in a registry of their own. */
export function createMetrics(models: () => Models): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "ltad_http_requests_total",
    help: "Responses by route and status",
    labelNames: ["route", "method", "status"],
    registers,
  });
  const duration = new Histogram({
    name: "ltad_http_request_duration_seconds",
    help: "Time from a request to its response",
    labelNames: ["route"],
    buckets: seconds,
    registers,
  });
  const images = new Counter({ name: "ltad_images_total", help: "Images by outcome", labelNames: ["model", "outcome"], registers });
  const stage = new Histogram({
    name: "ltad_stage_duration_seconds",
    help: "Time per image by stage; queue is the wait for a process",
    labelNames: ["model", "stage"],
    buckets: seconds,
    registers,
  });
  const [preprocess, predict, postprocess] = kserveHistograms(registers);
  const scores = new Histogram({
    name: "ltad_score",
    help: "Scores by class",
    labelNames: ["model", "class"],
    buckets: [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    registers,
  });
  const anomalies = new Counter({
    name: "ltad_anomalies_total",
    help: "Images above the limit of their class",
    labelNames: ["model", "class"],
    registers,
  });
  gauges(registers, models);
  const drift = driftGauges(registers, mostClasses, models);
  const classes = new Map<string, Set<string>>();
  const classOf = (model: string, name: string): string => {
    const known = classes.get(model) ?? new Set<string>();
    classes.set(model, known);
    if (known.size < mostClasses) known.add(name);
    return known.has(name) ? name : "other";
  };
  return {
    registry,
    responded(route, method, status, ms) {
      requests.inc({ route, method, status });
      duration.observe({ route }, ms / 1000);
    },
    judged(model, answer, info) {
      const { score, class: name, isAnomalous, timing, waited } = answer;
      const label = { model, class: classOf(model, name) };
      images.inc({ model, outcome: "answered" });
      scores.observe(label, score);
      if (isAnomalous !== undefined) anomalies.inc(label, isAnomalous ? 1 : 0);
      stage.observe({ model, stage: "queue" }, waited / 1000);
      for (const part of stages) stage.observe({ model, stage: part }, (timing[part] ?? 0) / 1000);
      const { decode = 0, encode = 0, score: head = 0, upsample = 0, draw = 0 } = timing;
      preprocess.observe({ model_name: model }, decode / 1000);
      predict.observe({ model_name: model }, (encode + head) / 1000);
      postprocess.observe({ model_name: model }, (upsample + draw) / 1000);
      drift.note(model, answer, info);
    },
    drift: (model) => drift.of(model),
    failed: (model, code) => images.inc({ model, outcome: code }),
  };
}

/** The histograms of KServe, under its names: dashboards that were made for it show this server, too. */
function kserveHistograms(registers: Registry[]) {
  const make = (stage: string) =>
    new Histogram({
      name: `request_${stage}_seconds`,
      help: `KServe's name for the time to ${stage}`,
      labelNames: ["model_name"],
      buckets: seconds,
      registers,
    });
  return [make("preprocess"), make("predict"), make("postprocess")] as const;
}

/** Numbers that are read when Prometheus reads them. */
function gauges(registers: Registry[], models: () => Models): void {
  const kinds = {
    places: "Requests that have been accepted",
    waiting: "Images that are waiting",
    working: "Images that are being processed",
    ready: "Processes that are ready to work",
    restarts: "Processes that have died since the start",
  } as const;
  for (const [kind, help] of Object.entries(kinds)) {
    const isCount = kind === "restarts";
    const gauge: Gauge<"model" | "version"> = new Gauge({
      name: isCount ? "ltad_process_restarts" : `ltad_engine_${kind}`,
      help,
      labelNames: ["model", "version"],
      registers,
      collect() {
        this.reset();
        for (const { name, version, engine } of models().loaded())
          this.set({ model: name, version }, engine!.load()[kind as keyof typeof kinds]);
      },
    });
    void gauge;
  }
  const ready = new Gauge({
    name: "ltad_model_ready",
    help: "1 when a model can infer",
    labelNames: ["model", "version"],
    registers,
    collect() {
      this.reset();
      for (const { name, version, engine } of models().all()) this.set({ model: name, version }, engine?.ready() ? 1 : 0);
    },
  });
  void ready;
}
