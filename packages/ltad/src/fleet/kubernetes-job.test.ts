import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "@ltad/fleet";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { exitCodes } from "../cli/exit-codes.js";
import { temporaryFolder } from "../cli/testing/test-io.js";
import { kubernetesJob, type KubernetesJobOptions } from "./kubernetes-job.js";

const options: KubernetesJobOptions = {
  address: "/mnt/fleet/plans/0123456789abcdef",
  image: "registry/ltad:1",
  storeClaim: "fleet",
  imagesClaim: "images",
  parallelism: 8,
  cpu: "2",
  memory: "4Gi",
};

const shardsOf = (count: number) => Array.from({ length: count }, () => ({ images: 1, items: "0".repeat(64) }));
const planOf = (shards: number, root = "/data") => ({
  id: "0123456789abcdef",
  plan: { root, shards: shardsOf(shards) } as unknown as Plan,
});

interface Rule {
  readonly action: "Ignore" | "FailIndex";
  readonly onExitCodes?: { readonly values: readonly number[] };
}

interface Job {
  readonly spec: {
    readonly completions: number;
    readonly parallelism: number;
    readonly backoffLimitPerIndex: number;
    readonly podFailurePolicy: { readonly rules: readonly Rule[] };
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly env?: readonly object[];
          readonly volumeMounts: readonly { readonly mountPath: string }[];
        }[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

const inBucket: Partial<KubernetesJobOptions> = {
  address: "s3://plant/fleet/plans/0123456789abcdef",
  storeClaim: undefined,
  imagesClaim: undefined,
  s3Secret: "s3-keys",
  s3: { endpoint: "http://storage:9000" },
};
const jobOf = (shards: number, over: Partial<KubernetesJobOptions> = {}, root?: string) =>
  kubernetesJob(planOf(shards, root), { ...options, ...over }) as Job;

/** What a kubelet and the Job controller do with the exit codes of the pods of one index, as the manifest says. */
function runIndex({ spec }: Job, codes: readonly number[]): { readonly outcome: "done" | "failed"; readonly pods: number } {
  let counted = 0;
  for (const [pod, code] of codes.entries()) {
    if (code === 0) return { outcome: "done", pods: pod + 1 };
    const rule = spec.podFailurePolicy.rules.find(({ onExitCodes }) => onExitCodes?.values.includes(code));
    if (rule?.action === "FailIndex") return { outcome: "failed", pods: pod + 1 };
    if (rule?.action !== "Ignore" && ++counted > spec.backoffLimitPerIndex) return { outcome: "failed", pods: pod + 1 };
  }
  throw new Error("the pods of this index ran out");
}

describe("the Job of a plan", () => {
  it("has a pod for each shard, and no more at a time than shards", () => {
    expect(jobOf(3).spec).toMatchObject({ completions: 3, parallelism: 3 });
    expect(jobOf(100).spec).toMatchObject({ completions: 100, parallelism: 8 });
    expect(jobOf(3).spec.template.spec.containers[0]!.args).toEqual(["work", options.address, "--threads", "2"]);
  });

  it("tries a shard again that failed, and gives up one that cannot succeed", () => {
    const { done, failed, wrongUse, badData, stopped } = exitCodes;
    expect(runIndex(jobOf(3), [failed, failed, failed, done])).toEqual({ outcome: "done", pods: 4 });
    expect(runIndex(jobOf(3), [failed, failed, failed, failed])).toEqual({ outcome: "failed", pods: 4 });
    expect(runIndex(jobOf(3), [137, done])).toEqual({ outcome: "done", pods: 2 });
    expect(runIndex(jobOf(3), [...Array.from({ length: 9 }, () => stopped), 143, done])).toEqual({ outcome: "done", pods: 11 });
    expect(runIndex(jobOf(3), [wrongUse])).toEqual({ outcome: "failed", pods: 1 });
    expect(runIndex(jobOf(3), [badData])).toEqual({ outcome: "failed", pods: 1 });
  });

  it("mounts store and images at the paths of the plan, and one volume where the images lie below the store", () => {
    const { containers, volumes } = jobOf(3).spec.template.spec;
    expect(containers[0]!.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/mnt/fleet", "/data"]);
    expect(volumes).toHaveLength(2);
    expect(jobOf(3, { imagesClaim: undefined }, "/mnt/fleet/data").spec.template.spec.volumes).toHaveLength(1);
    expect(() => jobOf(3, { imagesClaim: undefined }, "/mnt/fleet2/data")).toThrow(/^--images-claim: expected the claim/);
  });

  it("mounts nothing for a bucket, and takes its keys from a Secret", () => {
    const [container] = jobOf(3, inBucket, "s3://plant/images").spec.template.spec.containers;
    expect(container!.args).toContain("s3://plant/fleet/plans/0123456789abcdef");
    expect(stringify({ env: container!.env, volumeMounts: container!.volumeMounts })).toMatchInlineSnapshot(`
      "env:
        - name: AWS_ENDPOINT_URL
          value: http://storage:9000
        - name: AWS_ACCESS_KEY_ID
          valueFrom:
            secretKeyRef:
              name: s3-keys
              key: AWS_ACCESS_KEY_ID
        - name: AWS_SECRET_ACCESS_KEY
          valueFrom:
            secretKeyRef:
              name: s3-keys
              key: AWS_SECRET_ACCESS_KEY
        - name: AWS_SESSION_TOKEN
          valueFrom:
            secretKeyRef:
              name: s3-keys
              key: AWS_SESSION_TOKEN
              optional: true
      volumeMounts: []
      "
    `);
    const byRole = jobOf(3, { ...inBucket, s3Secret: undefined, s3: { region: "eu-central-1" } }, "s3://plant/images");
    expect(byRole.spec.template.spec.containers[0]!.env).toEqual([{ name: "AWS_REGION", value: "eu-central-1" }]);
    const onlyImages = jobOf(3, { imagesClaim: undefined, s3Secret: "s3-keys" }, "s3://plant/images").spec.template.spec;
    expect(onlyImages.containers[0]!.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/mnt/fleet"]);
    expect(onlyImages.containers[0]!.env).toHaveLength(3);
    const onlyStore = jobOf(3, { ...inBucket, imagesClaim: "images" }).spec.template.spec;
    expect(onlyStore.containers[0]!.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/data"]);
  });

  it.each<[string, Partial<KubernetesJobOptions>, string, RegExp]>([
    [
      "a folder without a claim",
      { storeClaim: undefined },
      "/data",
      /^--claim: expected the claim that holds the store \/mnt\/fleet, received/,
    ],
    [
      "a claim for a bucket",
      { ...inBucket, storeClaim: "fleet" },
      "s3://plant/images",
      /^--claim fleet: the store s3:\/\/plant\/fleet is in a bucket/,
    ],
    ["images of a folder without a claim", inBucket, "/data", /^--images-claim: expected the claim that holds the images, because \/data/],
    ["a claim for images in a bucket", {}, "s3://plant/images", /^--images-claim images: the images are in a bucket/],
    ["a Secret for folders", { s3Secret: "s3-keys" }, "/data", /^--s3-secret s3-keys: neither the store nor the images are in a bucket/],
  ])("is refused for %s", (_, over, root, message) => {
    expect(() => jobOf(3, over, root)).toThrow(message);
  });

  it.each([
    ["2", "2"],
    ["1.5", "1"],
    ["2000m", "2"],
    ["500m", "1"],
  ])("gives a pod of %s cores %s threads", (cpu, threads) => {
    expect(jobOf(3, { cpu }).spec.template.spec.containers[0]!.args.slice(-2)).toEqual(["--threads", threads]);
  });

  it("is refused for a store at a relative path, and for more shards than a Job may have", () => {
    expect(() => jobOf(3, { address: "fleet/plans/0123456789abcdef" })).toThrow(/expected an absolute path/);
    expect(() => jobOf(100_001)).toThrow(/expected at most 100000/);
  });

  const validate = spawnSync("kubernetes-validate", ["--version"]);
  it.skipIf(validate.error !== undefined).each([
    ["folders", jobOf(3)],
    ["buckets", jobOf(3, inBucket, "s3://plant/images")],
    ["buckets by role", jobOf(3, { ...inBucket, s3Secret: undefined, s3: {} }, "s3://plant/images")],
  ])("is valid for Kubernetes with %s (pip install kubernetes-validate)", async (_, job) => {
    const file = join(await temporaryFolder(), "job.yaml");
    await writeFile(file, stringify(job));
    const { status, stderr, stdout } = spawnSync("kubernetes-validate", ["--strict", "-k", "1.33", file], { encoding: "utf8" });
    expect(status, stdout + stderr).toBe(0);
  });
});
