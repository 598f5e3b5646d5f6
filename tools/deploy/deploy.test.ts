import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import { startServer } from "@ltad/server";
import { run } from "ltad/cli";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { parse, parseAllDocuments } from "yaml";

const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));
const text = (file: string) => readFileSync(join(deploy, file), "utf8");

interface ComposeService {
  readonly command?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly volumes?: readonly string[];
}
const compose = parse(text("compose.yaml"), { merge: true }) as {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: object;
};

interface Container {
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string }[];
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string; readonly port: string } };
}
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector: object;
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly securityContext: object;
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}
const kubernetes = parseAllDocuments(text("kubernetes/ltad.yaml")).map((document) => document.toJS() as KubernetesObject);
const deployment = kubernetes.find(({ kind }) => kind === "Deployment")!;
const [container] = deployment.spec.template.spec.containers as [Container];
const [scaledObject, inferenceService] = ["keda", "kserve"].map((name) => parse(text(`kubernetes/${name}.yaml`)) as Custom) as [
  Custom,
  Custom,
];

/** An object of a controller, of which Kubernetes itself knows no schema. */
interface Custom {
  readonly apiVersion: string;
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly predictor: KubernetesObject["spec"]["template"]["spec"] & Readonly<Record<string, unknown>>;
    readonly triggers: readonly { readonly metadata: { readonly query: string } }[];
  };
}

/** Every command line of `ltad` in the files, by the file it is in. */
const commandLines: [string, readonly string[]][] = [
  ["Dockerfile", JSON.parse(/^CMD (\[.*\])$/m.exec(text("Dockerfile"))![1]!) as string[]],
  ...["ltad", "watch"].map((name): [string, readonly string[]] => [`compose.yaml: ${name}`, compose.services[name]!.command!]),
  ["kubernetes", container.args],
  ["kserve", inferenceService.spec.predictor.containers[0]!.args],
  ...readdirSync(join(deploy, "systemd")).map((file): [string, readonly string[]] => [
    file,
    /^ExecStart=\S+ltad (.*)$/m.exec(text(`systemd/${file}`))![1]!.split(" "),
  ]),
];

describe("command lines", () => {
  it.each(commandLines)("of %s have options that the command has", async (_, [command = "", ...words]) => {
    let help = "";
    const io = {
      stdout: { write: (part: string) => (help += part) },
      stderr: { write: () => {} },
      env: {},
      onInterrupt: () => () => {},
      exit: () => {},
    };
    expect(await run([command, "--help"], io)).toBe(0);
    const known = [...help.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option);
    const used = words.filter((word) => word.startsWith("--"));
    expect(used.length).toBeGreaterThan(0);
    expect(known).toEqual(expect.arrayContaining(used));
  });
});

describe("metrics", () => {
  let served = new Set<string>();
  beforeAll(async () => {
    vi.stubEnv("NODE_OPTIONS", `--conditions=@ltad/source --import ${import.meta.resolve("tsx")}`); // for the inference process
    const bundle = join(await mkdtemp(join(tmpdir(), "ltad-deploy-")), "model");
    await writeBundle(bundle, tinyParts());
    const server = await startServer({ bundle, port: 0, processes: 1 });
    const body = await (await fetch(`${server.url}/metrics`)).text();
    await server.close();
    vi.unstubAllEnvs();
    const types = [...body.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
    served = new Set(
      types.flatMap(([, name = "", kind]) => (kind === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name])),
    );
  }, 60_000);

  it.each([
    [
      "the dashboard",
      JSON.stringify((JSON.parse(text("grafana/ltad.json")) as { panels: unknown; templating: unknown }).panels) +
        "label_values(ltad_model_ready, model)",
    ],
    ["the alerts", text("prometheus/alerts.yml")],
    ["the scaling by KEDA", scaledObject.spec.triggers[0]!.metadata.query],
  ])("of %s exist in a running server", (_, queries) => {
    const used = new Set([...queries.matchAll(/\b(?:ltad|request|process|nodejs)_\w+/g)].map(([name]) => name));
    expect(used.size).toBeGreaterThan(1);
    expect([...served]).toEqual(expect.arrayContaining([...used]));
  });

  it("are scraped where the server is", () => {
    const { scrape_configs: jobs } = parse(text("prometheus/prometheus.yml")) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    expect(jobs[0]!.static_configs[0]!.targets).toEqual(["ltad:8080"]);
    expect(compose.services["ltad"]!.command).toEqual(expect.arrayContaining(["--allow-host", "ltad"]));
  });
});

describe("containers", () => {
  it("of compose have a root that cannot be written to, no capabilities, and volumes that are there", () => {
    for (const { read_only: isReadOnly, cap_drop: dropped, volumes = [] } of Object.values(compose.services)) {
      expect([isReadOnly, dropped]).toEqual([true, ["ALL"]]);
      for (const volume of volumes) {
        const [source = ""] = volume.split(":");
        const isThere = Object.hasOwn(compose.volumes, source) || existsSync(join(deploy, source));
        expect(isThere || ["./models", "./inbox", "./results"].includes(source), source).toBe(true);
      }
    }
  });

  it("of Kubernetes run without root and have probes, volumes and labels that are there", () => {
    const { spec, metadata } = deployment.spec.template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(spec.volumes.map(({ name }) => name));
    expect(deployment.spec.selector).toEqual({ matchLabels: metadata.labels });
    expect(kubernetes.find(({ kind }) => kind === "Service")!.spec.selector).toEqual(metadata.labels);
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"] as const) {
      expect(["/healthz", "/v2/health/ready"]).toContain(container[probe]!.httpGet.path);
      expect(container[probe]!.httpGet.port).toBe(container.ports[0]!.name);
    }
  });

  it("of KServe are those of the deployment, with the models where KServe puts them", () => {
    const { containers, volumes, ...pod } = inferenceService.spec.predictor;
    const [own] = containers as [Container & { readonly env: object }];
    expect(pod).toMatchObject({ minReplicas: 2, maxReplicas: 8, securityContext: { runAsNonRoot: true } });
    expect(own.securityContext).toEqual(container.securityContext);
    expect([own.env, own.args.slice(0, 3)]).toEqual([
      [{ name: "STORAGE_URI", value: "pvc://ltad-models" }],
      ["serve", "--repository", "/mnt/models"],
    ]);
    expect(own.volumeMounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"] as const)
      expect(own[probe]!.httpGet.path).toBe(container[probe]!.httpGet.path);
  });

  it("are scaled by objects that name the deployment", () => {
    const [scaler] = parseAllDocuments(text("kubernetes/autoscaling.yaml")).map((document) => document.toJS() as Custom);
    expect(scaler!.spec["scaleTargetRef"]).toEqual({ apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name });
    expect(scaledObject.spec["scaleTargetRef"]).toEqual({ name: deployment.metadata.name });
  });

  const validate = spawnSync("kubernetes-validate", ["--version"]);
  it.skipIf(validate.error !== undefined)("of Kubernetes are valid (pip install kubernetes-validate)", () => {
    for (const file of ["ltad", "autoscaling"]) {
      const words = ["--strict", "-k", "1.33", join(deploy, `kubernetes/${file}.yaml`)];
      const { status, stderr, stdout } = spawnSync("kubernetes-validate", words, { encoding: "utf8" });
      expect(status, stdout + stderr).toBe(0);
    }
  });

  const python = process.env["LTAD_KEDA_PYTHON"];
  it.skipIf(!python)("of KEDA and KServe have the fields of their models (LTAD_KEDA_PYTHON: see custom-fields.py)", () => {
    const words = [join(deploy, "../tools/deploy/custom-fields.py"), deploy];
    const { stdout, stderr } = spawnSync(python!, words, { encoding: "utf8" });
    expect(stdout, stderr).toBe("valid\n");
  });

  it("of the Dockerfile run without root and end with the version of pnpm that the repository has", () => {
    const file = text("Dockerfile");
    const { packageManager } = JSON.parse(readFileSync(join(deploy, "../package.json"), "utf8")) as { packageManager: string };
    expect(file).toContain(packageManager);
    expect(file.slice(file.lastIndexOf("\nFROM"))).toMatch(/\nUSER 1000:1000\n[^]*\nHEALTHCHECK [^]*\nENTRYPOINT \[/);
  });
});
