import { type AnomalyMap, filesOf, openDetector, type WebDetector, type WebPrediction } from "@ltad/detector/web";
import type { Judged } from "../app/judged.js";
import type { FromWorker, ToWorker } from "./messages.js";

const send = (message: FromWorker) => (self as unknown as Worker).postMessage(message);
const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

let detector: WebDetector | undefined;

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => void (data.type === "open" ? open(data) : judge(data)));

/** The model runs here, so that the page can be used meanwhile. */
async function open({ bundle, runtimeUrl, headers }: ToWorker & { type: "open" }): Promise<void> {
  try {
    detector = await openDetector(filesOf(bundle, { headers }), {
      runtimeUrl,
      providers: ["webgpu", "wasm"],
      onBytes: (loaded, total) => send({ type: "bytes", loaded, total }),
    });
    send({ type: "opened", provider: detector.providers[0] ?? "" });
  } catch (error) {
    send({ type: "failed", message: textOf(error) });
  }
}

async function judge({ id, image, class: name }: ToWorker & { type: "judge" }): Promise<void> {
  try {
    send({ type: "judged", id, judged: judgedOf(await detector!.predict(image, { class: name, size: "grid" })) });
  } catch (error) {
    send({ type: "refused", id, message: textOf(error) });
  }
}

function judgedOf(found: WebPrediction): Judged {
  const { width, height } = found;
  const map = (data: Float32Array): AnomalyMap => ({ width, height, data });
  return {
    score: found.score,
    class: found.class,
    classGiven: found.classGiven,
    nearestClass: found.nearestClass,
    distance: found.distance,
    isUnlike: found.verdict?.isUnlike === true,
    image: found.image,
    map: map(found.map),
    parts: { rec: map(found.recMap), sem: map(found.semMap) },
    ms: found.timing.total,
    by: "device",
  };
}
