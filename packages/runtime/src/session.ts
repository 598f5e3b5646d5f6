import { statSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { foreignFile, isLtadError, LtadError } from "@ltad/core";
import { boolean, check, fields, optional, refuse, type Rule } from "@ltad/core/check";
import type { InferenceSession } from "onnxruntime-common";
import { asSession, type Session } from "./as-session.js";
import { loadOrt, type Ort } from "./ort.js";
import { runtimeFields } from "./rules.js";
import { checkProviders, fallBack, firstAvailable } from "./providers.js";
import { type SessionOptions, settingsFor } from "./session-settings.js";

/**
 * Creates a session of ONNX Runtime with our defaults: the CPU, and the settings of {@link settingsFor}.
 * @throws LtadError `LTAD_CONFIG` when a provider is not available, `LTAD_BUNDLE` when the model cannot be loaded
 */
export async function createSession(model: Uint8Array | string, options: SessionOptions): Promise<Session> {
  check("session", { model, options }, { model: modelRule, options: fields({ ...runtimeFields, training: optional(boolean) }) });
  const wanted = options.providers ?? ["cpu"];
  const ort = await loadOrt();
  checkProviders(wanted, ort);
  try {
    return await firstAvailable(wanted, ort, async (providers) => {
      const session = ort.name === "onnxruntime-node" ? await native(ort, model, options, providers) : await wasm(ort, model);
      return asSession(ort.api, session, ort.name === "onnxruntime-node" ? providers : ["wasm"]);
    });
  } catch (error) {
    throw isLtadError(error) ? error : modelError(error, model, foreignFile(await headOf(model)));
  }
}

/**
 * A model given as bytes must be complete. Without these settings ONNX Runtime would look for external weights in the working directory, so it gets a
 * folder that cannot exist, because this file has its name.
 */
const alone = { load_model_format: "ONNX", model_external_initializers_file_folder_path: join(fileURLToPath(import.meta.url), "none") };

async function native({ api }: Ort, model: Uint8Array | string, options: SessionOptions, providers: readonly string[]) {
  const onCpu = providers.length === 1 && providers[0] === "cpu";
  const { intra_op, optimization, ...own } = settingsFor(options, onCpu);
  const bytesOnly = typeof model === "string" ? {} : alone;
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [...providers],
    ...own,
    extra: { session: { intra_op, ...bytesOnly, ...fallBack(providers) }, optimization },
    logSeverityLevel: onCpu ? 3 : 4, // an error tells which provider is not available
  };
  return typeof model === "string" ? api.InferenceSession.create(model, settings) : api.InferenceSession.create(model, settings);
}

async function wasm({ api }: Ort, model: Uint8Array | string) {
  const bytes = typeof model === "string" ? await readFile(model) : model;
  return api.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
}

const modelRule: Rule = (value, path) => {
  const fits = (typeof value === "string" && value !== "") || value instanceof Uint8Array;
  if (!fits) throw refuse(path, "the path of an .onnx file or its bytes as a Uint8Array", value);
};

/** The first bytes of a model; none if it cannot be read. */
async function headOf(model: Uint8Array | string): Promise<Uint8Array> {
  if (typeof model !== "string") return model.subarray(0, 64);
  const file = await open(model).catch(() => undefined);
  if (!file) return new Uint8Array();
  try {
    return (await file.read(new Uint8Array(64))).buffer;
  } catch {
    return new Uint8Array();
  } finally {
    await file.close();
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function modelError(error: unknown, model: Uint8Array | string, foreign: string | undefined): LtadError {
  if (typeof model === "string" && isFolder(model))
    return new LtadError("LTAD_BUNDLE", `${model}: it is a folder; expected an .onnx file. Name the file in it.`, { cause: error });
  const reason = foreign ?? (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, " ");
  const name = typeof model === "string" ? model : "model";
  return new LtadError("LTAD_BUNDLE", `${name}: ONNX Runtime cannot load it (${reason}). Write it again, or fetch it again.`, {
    cause: error,
  });
}
