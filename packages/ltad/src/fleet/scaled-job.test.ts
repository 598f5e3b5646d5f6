import { spawnSync } from "node:child_process";
import type { Plan } from "@ltad/fleet";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { scaledJob, type ScaledJobOptions } from "./scaled-job.js";

const options: ScaledJobOptions = {
  address: "/mnt/fleet/plans/0123456789abcdef",
  image: "registry/ltad:1",
  storeClaim: "fleet",
  imagesClaim: "images",
  parallelism: 20,
  cpu: "2",
  memory: "4Gi",
  queue: "redis://queue:6379",
};
const openedAt = (root: string) => ({ id: "0123456789abcdef", plan: { root, shards: [] as unknown } as Plan });
const manifestOf = (over: Partial<ScaledJobOptions> = {}) =>
  scaledJob(openedAt(over.address === undefined ? "/data" : "s3://plant/images"), { ...options, ...over });
const textOf = (over: Partial<ScaledJobOptions> = {}) => stringify(manifestOf(over));

it("is workers of the queue, as many as shards wait", () => {
  expect(textOf()).toMatchInlineSnapshot(`
    "apiVersion: keda.sh/v1alpha1
    kind: ScaledJob
    metadata:
      name: ltad-0123456789abcdef
      labels:
        app.kubernetes.io/name: ltad
        ltad/plan: 0123456789abcdef
    spec:
      jobTargetRef:
        backoffLimit: 3
        podFailurePolicy:
          rules:
            - action: Ignore
              onPodConditions:
                - type: DisruptionTarget
                  status: "True"
            - action: Ignore
              onExitCodes:
                containerName: ltad
                operator: In
                values:
                  - 130
                  - 143
            - action: FailJob
              onExitCodes:
                containerName: ltad
                operator: In
                values:
                  - 2
                  - 3
        template:
          metadata:
            labels:
              app.kubernetes.io/name: ltad
              ltad/plan: 0123456789abcdef
          spec:
            restartPolicy: Never
            containers:
              - name: ltad
                image: registry/ltad:1
                command:
                  - ltad
                args:
                  - work
                  - --queue
                  - $(LTAD_QUEUE)
                  - --idle
                  - "60"
                  - --store
                  - /mnt/fleet
                  - --threads
                  - "2"
                env:
                  - name: LTAD_QUEUE
                    value: redis://queue:6379
                resources:
                  requests:
                    cpu: "2"
                    memory: 4Gi
                  limits:
                    memory: 4Gi
                volumeMounts:
                  - name: store
                    mountPath: /mnt/fleet
                  - name: images
                    mountPath: /data
                    readOnly: true
            volumes:
              - name: store
                persistentVolumeClaim:
                  claimName: fleet
              - name: images
                persistentVolumeClaim:
                  claimName: images
                  readOnly: true
      pollingInterval: 15
      minReplicaCount: 1
      maxReplicaCount: 20
      successfulJobsHistoryLimit: 3
      failedJobsHistoryLimit: 10
      rollout:
        strategy: gradual
      scalingStrategy:
        strategy: accurate
      triggers:
        - type: redis
          metadata:
            address: queue:6379
            listName: bull:ltad:wait
            listLength: "1"
    "
  `);
});

const inBucket: Partial<ScaledJobOptions> = {
  address: "s3://plant/fleet/plans/0123456789abcdef",
  storeClaim: undefined,
  imagesClaim: undefined,
  s3Secret: "s3-keys",
  s3: { endpoint: "http://storage:9000" },
};

it("reads a password from a Secret, and refuses one in the URL", () => {
  const redis = textOf({ queue: "rediss://ltad@queue/3", queueSecret: "queue" });
  for (const part of [
    "username: ltad",
    "passwordFromEnv: LTAD_QUEUE_PASSWORD",
    'databaseIndex: "3"',
    'enableTLS: "true"',
    "key: url",
    "key: password",
  ])
    expect(redis).toContain(part);
  expect(redis).not.toContain("value: rediss");
  const refused = () => manifestOf({ queue: "redis://ltad:secret@queue" });
  expect(refused).toThrow(/omit the password of queue.*--queue-secret/);
  expect(refused).not.toThrow(/:secret@/);
  expect(() => manifestOf({ queue: "amqp://queue" })).toThrow(/--queue: expected a URL such as redis:/);
});

it("counts in PostgreSQL what waits, and what a killed worker has left", () => {
  const text = textOf({ queue: "postgres://ltad@db/ltad", queueSecret: "queue" });
  expect(text).toContain("connectionFromEnv: LTAD_QUEUE\n");
  expect(text).toContain("FROM bullmq.job WHERE queue = 'ltad'");
  expect(text).not.toContain("key: password");
});

it("runs workers of a store in a bucket, with its keys from a Secret", () => {
  const text = textOf(inBucket);
  for (const part of ["- s3://plant/fleet\n", "name: AWS_ENDPOINT_URL", "key: AWS_SECRET_ACCESS_KEY", "volumes: []"])
    expect(text).toContain(part);
  expect(text).not.toContain("claimName");
});

const python = process.env["LTAD_KEDA_PYTHON"];
const program = `
import sys, yaml
from cloudcoil.models.keda.v1alpha1 import ScaledJob
def unknown(model, given, path):
    names = {field.alias or name: name for name, field in type(model).model_fields.items()}
    for key, value in given.items():
        assert key in names, f"{path}.{key} is no field of {type(model).__name__}"
        check(getattr(model, names[key]), value, f"{path}.{key}")
def check(model, given, path):
    if isinstance(given, dict) and hasattr(type(model), "model_fields"): unknown(model, given, path)
    if isinstance(given, list): [check(m, g, f"{path}[{i}]") for i, (m, g) in enumerate(zip(model, given))]
for document in yaml.safe_load_all(sys.stdin.read()):
    check(ScaledJob.model_validate(document), document, "ScaledJob")
print("valid")
`;

it.skipIf(!python)("is what KEDA's own schema takes (LTAD_KEDA_PYTHON: a Python with cloudcoil-models-keda and pyyaml)", () => {
  const documents = [{}, { queue: "rediss://queue/3", queueSecret: "q" }, { queue: "postgres://db/ltad", queueSecret: "q" }, inBucket].map(
    (over) => textOf({ cpu: "2000m", ...over }),
  );
  const { stdout, stderr } = spawnSync(python!, ["-c", program], { encoding: "utf8", input: documents.join("---\n") });
  expect(stdout, stderr).toBe("valid\n");
});
