import type { FromWorker, ToWorker } from "../worker/messages.js";
import { keyHeader } from "./call.js";
import { type Judge, type Judged, Refusal } from "./judged.js";

/** Bytes of the model that have arrived, and the bytes of the whole model. */
export type OnBytes = (loaded: number, total: number) => void;

/** A model that runs in the browser. */
export interface DeviceJudge extends Judge {
  /** "wasm" or "webgpu" */
  readonly provider: string;
}

/** Loads a bundle and judges images on this device. */
export async function deviceJudge(bundle: string, onBytes: OnBytes): Promise<DeviceJudge> {
  const worker = new Worker(new URL("assets/worker.js", document.baseURI), { type: "module" });
  const send = (message: ToWorker) => worker.postMessage(message);
  const waiting = new Map<number, { resolve: (judged: Judged) => void; reject: (error: Error) => void }>();
  const provider = await new Promise<string>((resolve, reject) => {
    worker.addEventListener("error", () => reject(new Refusal("The model cannot run in this browser.")));
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "bytes") onBytes(data.loaded, data.total);
      else if (data.type === "opened") resolve(data.provider);
      else if (data.type === "failed") reject(new Refusal(data.message));
      else if (data.type === "judged") waiting.get(data.id)?.resolve(data.judged);
      else waiting.get(data.id)?.reject(new Refusal(data.message));
    });
    const absolute = (path: string) => new URL(path, document.baseURI).href;
    send({ type: "open", bundle: absolute(bundle), runtimeUrl: absolute("assets/ort/"), headers: keyHeader() });
  });
  let last = 0;
  return {
    provider,
    async judge(image, { class: name }) {
      const id = ++last;
      const judged = new Promise<Judged>((resolve, reject) => waiting.set(id, { resolve, reject }));
      send({ type: "judge", id, image, class: name });
      return judged.finally(() => waiting.delete(id));
    },
  };
}
