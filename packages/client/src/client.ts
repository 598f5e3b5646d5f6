import { checkOptions } from "./check-call.js";
import { infer, type Inference, type InferOptions } from "./infer.js";
import type { ModelMetadata } from "./metadata.js";
import { predict, type Prediction, type PredictOptions } from "./predict.js";
import { type CallOptions, createSend, type Image, type Pixels, type TransportOptions } from "./transport.js";

/** How a client reaches a server, and which model it uses. */
export interface ClientOptions extends TransportOptions {
  /** The name of the model; `ltad` by default, which is its name on a server with a single folder. */
  readonly model?: string;
}

/** A client of a server. Every call throws a `ServerError` when the server refuses the request or does not answer. */
export interface Client {
  /** Judges one image. */
  predict(image: Image, options?: PredictOptions): Promise<Prediction>;
  /** Judges up to 32 image files, or one image of pixels, by the Open Inference Protocol with binary tensors. */
  infer(images: readonly Image[] | Pixels, options?: InferOptions): Promise<Inference>;
  /** Describes the model. */
  metadata(options?: CallOptions): Promise<ModelMetadata>;
  /** True when the server can judge images now. */
  ready(options?: CallOptions): Promise<boolean>;
}

/** Creates a client of a server. @param address such as `http://127.0.0.1:8080` */
export function createClient(address: string | URL, given: ClientOptions = {}): Client {
  checkOptions("createClient", given, ["model", "apiKey", "timeout", "fetch"]);
  const { model, ...options } = given;
  const send = createSend(address, options);
  const name = model ?? "ltad";
  const metadata = async ({ signal }: CallOptions = {}) =>
    (await (await send(`/v2/models/${encodeURIComponent(name)}`, { ...(signal && { signal }) })).json()) as ModelMetadata;
  let decides: boolean | undefined;
  return {
    async predict(image, own = {}) {
      checkOptions("predict", own, ["class", "map", "parts", "overlay", "model", "signal"]);
      return predict(send, image, { ...(model !== undefined && { model }), ...own });
    },
    async infer(images, own = {}) {
      checkOptions("infer", own, ["class", "outputs", "mapSize", "version", "signal"]);
      if (!own.outputs) decides ??= (await metadata(own)).parameters.has_thresholds;
      return infer(send, name, images, decides ?? false, own);
    },
    metadata,
    async ready({ signal } = {}) {
      const response = await send("/v2/health/ready", { accepts: [503], ...(signal && { signal }) });
      await response.body?.cancel();
      return response.ok;
    },
  };
}
