import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import type { DType, NdArray } from "@ltad/core";
import { root } from "../architecture/workspace.js";
import type { RecordedProgram } from "./recorded-program.js";

interface Tensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: NdArray["data"];
}
type Tensors = Readonly<Record<string, Tensor>>;
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Tensors, ...more: unknown[]): Promise<Tensors>;
}
interface Runtime {
  readonly InferenceSession: { create: (this: void, model: unknown, options?: unknown) => Promise<Session> };
}

/** Runs some work, and returns every graph that it ran on onnxruntime-node, with the arrays of its first run. */
export async function recordPrograms(work: () => Promise<unknown>): Promise<RecordedProgram[]> {
  const { InferenceSession } = createRequire(`${root}/packages/runtime/package.json`)("onnxruntime-node") as Runtime;
  const create = InferenceSession.create;
  const found = new Map<string, RecordedProgram>();
  InferenceSession.create = async (model, options) => {
    const from = caller();
    const session = await create(model, options);
    const name = from ?? `from ${session.inputNames.join(", ")} to ${session.outputNames.join(", ")}`;
    if (!(model instanceof Uint8Array)) return session;
    const key = `${name} ${createHash("sha256").update(model).digest("hex")}`;
    const run = session.run.bind(session);
    return Object.assign(session, {
      async run(feeds: Tensors, ...more: unknown[]) {
        const inputs = found.has(key) ? {} : arraysOf(feeds);
        const results = await run(feeds, ...more);
        if (!found.has(key)) found.set(key, { name, model: model.slice(), inputs, outputs: arraysOf(results) });
        return results;
      },
    });
  };
  try {
    await work();
  } finally {
    InferenceSession.create = create;
  }
  return [...found.values()];
}

const arraysOf = (tensors: Tensors) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { type, dims, data }]) => [name, { dtype: type as DType, shape: [...dims], data: data.slice() }]),
  );

/** The file of a package that wanted the session: the first on the stack behind the runtime and the compiler. A promise that is returned without await has none. */
function caller(): string | undefined {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = depth;
  const files = Array.from(stack.matchAll(/packages\/([\w-]+)\/src\/([^:\s)]+)\.ts/g), ([, name, file]) => `${name}/${file}`);
  return files.find((file) => !/^(runtime|jit)\//.test(file));
}
