import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { jit } from "../index.js";
import { messageOf, type Program, x } from "../testing/message-of.js";

describe("a traced function that waits is refused and leaves no rejection behind", () => {
  const outer = tf.tensor1d([1, 0], "bool");
  const programs: Record<string, Program> = {
    "an awaited read": async ({ x }) => ({ y: tf.tensor(await x.data()) }),
    "a read that nobody awaits": ({ x }) => (void x.data(), { y: x }),
    "array()": ({ x }) => (void x.array(), { y: x }),
    whereAsync: ({ x }) => (void tf.whereAsync(tf.greater(x, 0)), { y: x }),
    booleanMaskAsync: ({ x }) => (void tf.booleanMaskAsync(x, tf.greater(x, 0)), { y: x }),
    nonMaxSuppressionAsync: ({ x }) => (
      void tf.image.nonMaxSuppressionAsync(tf.concat([x, x], 1).slice([0, 0], [2, 4]), tf.sum<tf.Tensor1D>(x, 1), 1),
      { y: x }
    ),
    "booleanMaskAsync with a mask that it makes": ({ x }) => (void tf.booleanMaskAsync(x, tf.tensor1d([1, 0], "bool")), { y: x }),
    "booleanMaskAsync with a mask of outside": ({ x }) => (void tf.booleanMaskAsync(x, outer), { y: x }),
    "an awaited tensor of outside": async ({ x }) => ({ y: tf.mul(x, (await outer.data())[0]!) }),
    "an async function": async ({ x }) => ({ y: x }),
    "an async function that fails later": async () => {
      await Promise.resolve();
      throw new Error("later");
    },
    "a timer": ({ x }) => (setTimeout(() => x.dataSync(), 1), { y: x }),
    "an interval": ({ x }) => (void setInterval(() => x.dataSync(), 1), { y: x }),
    setImmediate: ({ x }) => (setImmediate(() => x.print()), { y: x }),
    queueMicrotask: ({ x }) => (queueMicrotask(() => x.print()), { y: x }),
    "a promise as an output": ({ x }) => ({ y: Promise.reject(new Error("never awaited")), z: x }),
  };

  it.each(Object.entries(programs))("%s", async (_, fn) => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on("unhandledRejection", note);
    try {
      expect(messageOf(fn)).toMatch(/(reads|waits for) the values of a tensor|promise|nothing can wait in it/);
      await expect(jit(fn as never, x, { engine: "onnx" })).rejects.toMatchObject({ code: "LTAD_TRACE" });
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      process.off("unhandledRejection", note);
    }
    expect(rejections).toEqual([]);
  });
});

it("a refusal within an async function that nobody awaits does not end Node, and another rejection does", async () => {
  const program = (rest: string) => `
    import { f32, jit } from "@ltad/jit";
    try {
      await jit(({ x }) => (void (async () => x.dataSync())(), { y: x }), { x: f32(2) });
    } catch (error) {
      console.log(error.code);
    }
    ${rest}
    await new Promise((resolve) => setTimeout(resolve, 20));
    console.log("alive");`;
  const folder = fileURLToPath(new URL("../..", import.meta.url));
  const args = ["--conditions=@ltad/source", "--import", "tsx", "--input-type=module", "-e"];
  const run = (rest: string) => promisify(execFile)(process.execPath, [...args, program(rest)], { cwd: folder });
  expect((await run("")).stdout).toBe("LTAD_TRACE\nalive\n");
  await expect(run('void Promise.reject(new Error("another"));')).rejects.toMatchObject({ stdout: "LTAD_TRACE\n" });
});
