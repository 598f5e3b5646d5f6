import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ltad, ltadWith, temporaryFolder } from "../../testing/test-io.js";

const plan = "/nowhere/plans/0123456789abcdef";

it.each([
  [
    ["work", plan],
    "--shard: expected the number of a shard, received none; JOB_COMPLETION_INDEX and AWS_BATCH_JOB_ARRAY_INDEX are not set.",
  ],
  [["work"], "PLAN: expected the address of a plan, or --queue; received neither."],
  [["work", plan, "--queue", "redis://127.0.0.1"], "and --queue cannot be used together: the queue determines the plan."],
  [["work", plan, "--jobs", "2"], "--jobs: use it only with --queue; with a plan, one shard is run."],
  [["work", plan, "--store", "x"], "--store: use it only with --queue; with a plan, one shard is run."],
  [
    ["work", "--queue", "redis://127.0.0.1", "--shard", "1"],
    "--shard and --queue cannot be used together: the queue determines the shard.",
  ],
  [
    ["work", "--queue", "redis://127.0.0.1", "--jobs", "0"],
    "option '--jobs <n>' argument '0' is invalid. Expected a whole number, 1 or more.",
  ],
  [
    ["work", "--queue", "amqp://user:secret@host/x"],
    "--queue: expected a URL such as redis://127.0.0.1:6379 or postgres://user@127.0.0.1/db, received amqp://host.",
  ],
  [["work", "--queue", "localhost"], "received localhost."],
  [["fleet", "start", plan, "--local", "2", "--queue", "redis://127.0.0.1"], "cannot be used with option"],
  [["work", plan, "--shard", "1"], `PLAN ${plan}: there is no plan. \`ltad plan\` prints the address of a plan.`],
  [["fleet", "status", "nonsense"], "PLAN nonsense: expected an address such as STORE/plans/0123456789abcdef."],
  [["fleet", "start", plan, "--local", "2"], `PLAN ${plan}: there is no plan.`],
  [["fleet", "retry", plan], "error: required option '--bad' not specified"],
  [["merge", plan], `PLAN ${plan}: there is no plan.`],
  [["deploy", "k8s", plan], "error: required option '--image <name>' not specified"],
  [["deploy", "k8s", plan, "--image", "x", "--claim", "y", "--keda"], "--keda: expected --queue with the URL of the queue, received none."],
  [["deploy", "k8s", plan, "--image", "x", "--claim", "y", "--queue", "redis://q"], "--queue: use it only with --keda"],
  [["work", plan, "--idle", "60"], "--idle: use it only with --queue"],
  [["plan", "."], "error: required option '--store <address>' not specified"],
  [["plan", ".", "--store", "s3:///x"], "--store s3:///x: expected the path of a folder or s3://BUCKET/PREFIX, received another"],
  [
    ["plan", ".", "--store", "s3://b", "--s3-endpoint", "host:9"],
    "--s3-endpoint: expected a URL such as http://127.0.0.1:7070, received host:9.",
  ],
  [["merge", plan, "--format", "csv"], "argument 'csv' is invalid. Allowed choices are jsonl, parquet."],
  [["plan", ".", "--store", "redis://x"], "--store redis://x: expected the path of a folder"],
  [["plan", ".", "--store", "s3:/bucket"], "--store s3:/bucket: expected the path of a folder or s3://BUCKET/PREFIX, received another"],
  [["plan", ".", "--store", ""], '--store "": expected the path of a folder or s3://BUCKET/PREFIX, received nothing.'],
  [["fleet", "start", plan, "--local", "0"], "option '--local <n>' argument '0' is invalid. Expected a whole number, 1 or more."],
  [
    ["plan", ".", "--store", "s", "--shard-images", "0"],
    "option '--shard-images <n>' argument '0' is invalid. Expected a whole number, 1 or more.",
  ],
  [["plan", ".", "--store", "s", "--task", "score"], "--task score: expected --model with the folder of a model, received none."],
  [["plan", ".", "--store", "s", "--sample", "3"], "--sample: expected at least 64 images"],
  [["train", "--out", "m"], "error: missing required argument 'data'"],
  [["train", ".", "--from", "x", "--out", "m"], "error: --from and a data set cannot be used together"],
  [["train", "--from", "x", "--seed", "1", "--good", "y", "--out", "m"], "error: --from and --seed, --good cannot be used together"],
])("ltad %j is refused with code 2", async (argv, message) => {
  const { code, stdout, stderr } = await ltad(...argv);
  expect(stderr).toContain(message);
  expect([code, stdout]).toEqual([2, ""]);
});

it("names a queue server that is not there, without its password", async () => {
  const { code, stderr } = await ltad("work", "--queue", "redis://u:secret@127.0.0.1:1");
  expect(stderr).toContain("--queue: the server 127.0.0.1:1 cannot be reached (connect ECONNREFUSED 127.0.0.1:1). Check its address");
  expect(stderr).not.toContain("secret");
  expect(code).toBe(1);
});

it("takes the shard from Kubernetes or AWS Batch, and refuses what is no number", async () => {
  for (const name of ["JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"]) {
    expect((await ltadWith({ [name]: "3" }, "work", plan)).stderr).toContain("there is no plan");
    expect((await ltadWith({ [name]: "-1" }, "work", plan)).stderr).toContain(`received ${name}=-1.`);
  }
});

it("trains from nothing but what a merge wrote", async () => {
  const root = await temporaryFolder();
  const [from, out] = [join(root, "merged"), join(root, "model")];
  const refused = async (message: string, expected: number) => {
    const { code, stderr } = await ltad("train", "--from", from, "--out", out);
    expect(stderr).toContain(message);
    expect(code).toBe(expected);
  };
  await refused("it has no merged.json. Expected a folder that `ltad merge PLAN --out FOLDER` wrote.", 3);
  await mkdir(from);
  await writeFile(join(from, "merged.json"), "{");
  await refused("its merged.json is damaged.", 3);
  await writeFile(join(from, "merged.json"), JSON.stringify({ format: "ltad-merged", producer: "ltad 0.0.1", classes: [], task: {} }));
  await refused("it was written by ltad 0.0.1, but this program is ltad ", 2);
});
