import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { serverCommand, type ServerCommandOptions } from "./command.js";

const parse = (...argv: string[]) => parseIn({}, ...argv);

async function parseIn(env: Record<string, string>, ...argv: string[]) {
  const seen: ServerCommandOptions[] = [];
  let said = "";
  const command = serverCommand(async (options) => void seen.push(options), env)
    .exitOverride()
    .configureOutput({ writeErr: (text) => (said += text), writeOut: (text) => (said += text) });
  const error = await command.parseAsync(argv, { from: "user" }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { options: seen[0], error, said };
}

describe("the command", () => {
  it("fills in what is not said", async () => {
    expect((await parse("--bundle", "model")).options).toEqual({
      models: { ltad: "model" },
      port: 8080,
      host: "127.0.0.1",
      maxBytes: 2 ** 25,
      maxPixels: 5e7,
      maxQueue: 16,
      timeout: 30_000,
      logLevel: "info",
    });
    const { options } = await parse(
      "--bundle",
      "m",
      "--port",
      "80",
      "--max-megabytes",
      "1",
      "--max-megapixels",
      "2",
      "--timeout",
      "3",
      "--threads",
      "4",
      "--name",
      "parts",
    );
    expect(options).toMatchObject({ maxBytes: 2 ** 20, maxPixels: 2e6, timeout: 3000, threads: 4, models: { parts: "m" } });
  });

  it("takes a rate of false alarms and limits of classes", async () => {
    const { options } = await parse("--bundle", "m", "--false-alarm-rate", "0.02", "--limit", "a=b=3.5", "tile=-1", "--limit", "nut=1e3");
    expect(options).toMatchObject({ falseAlarmRate: 0.02, limits: { "a=b": 3.5, tile: -1, nut: 1000 } });
    for (const argv of [
      ["--false-alarm-rate", "1"],
      ["--false-alarm-rate", ""],
      ["--limit", "tile"],
      ["--limit", "tile="],
      ["--limit", "=3"],
    ])
      expect((await parse("--bundle", "m", ...argv)).error).toBeInstanceOf(CommanderError);
  });

  it("sends traces where it is told, or where the environment says", async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://there:4318", OTEL_SERVICE_NAME: "line" };
    const url = async (...argv: string[]) => (await parseIn(env, "--bundle", "m", ...argv)).options?.tracing;
    expect(await url()).toMatchObject({ url: "http://there:4318/v1/traces", resource: { "service.name": "line" } });
    expect(await url("--otlp-endpoint", "http://here")).toMatchObject({ url: "http://here/v1/traces" });
  });

  it("names several models by their folders, or as it is told", async () => {
    expect((await parse("--bundle", "runs/tiles", "nuts=runs/2")).options?.models).toEqual({ tiles: "runs/tiles", nuts: "runs/2" });
    expect((await parse("--repository", "models", "--no-reload", "--model-control")).options).toMatchObject({
      models: {},
      repository: "models",
      reloadInterval: 0,
      modelControl: true,
    });
    expect((await parse("--bundle", "a/tiles", "b/tiles")).error).toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(/Two models/) as string,
    });
    expect((await parse("--bundle", "a/b", "x y=runs")).error).toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(/expected letters/) as string,
    });
  });

  it("reads keys and certificates", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ltad-keys-"));
    const file = async (name: string, text: string) => (await writeFile(join(folder, name), text), join(folder, name));
    const keys = await file("keys", "# line 1\n\n  0123456789abcdef0123 \r\nsha256:00\n");
    const [cert, key] = [await file("cert", "CERT"), await file("key", "KEY")];
    const { options } = await parse(
      "--bundle",
      "m",
      "--api-keys",
      keys,
      "--tls-cert",
      cert,
      "--tls-key",
      key,
      "--allow-host",
      "line.example",
    );
    expect(options).toMatchObject({
      apiKeys: ["0123456789abcdef0123", "sha256:00"],
      tls: { cert: "CERT", key: "KEY" },
      allowedHosts: ["line.example"],
    });
    expect((await parse("--bundle", "m", "--tls-cert", cert)).error).toMatchObject({ message: expect.stringMatching(/both/) as string });
    expect((await parse("--bundle", "m", "--api-keys", await file("none", "#\n"))).error).toMatchObject({
      message: expect.stringMatching(/contains no API key/) as string,
    });
    expect((await parse("--bundle", "m", "--api-keys", join(folder, "nothing"))).error).toMatchObject({
      message: expect.stringMatching(/cannot be read/) as string,
    });
    await rm(folder, { recursive: true });
  });

  it.each([
    [["--port", "1"], /--bundle/],
    [["--bundel", "m"], /unknown option '--bundel'/],
    [["--bundle", "m", "--port", "x"], /whole number from 0 to 65535/],
    [["--bundle", "m", "--port", "70000"], /whole number/],
    [["--bundle", "m", "--port", "1", "--gpu"], /unknown option '--gpu'/],
    [["--bundle=m", "--port", "1", "more"], /too many arguments/],
    [["--bundle", "m", "--port", "1", "--name", "a/b"], /letters, digits/],
    [["--bundle", "m", "--port", "1", "--log-level", "loud"], /trace, debug/],
  ])("refuses %j", async (argv, message) => {
    const { options, error, said } = await parse(...argv);
    expect(options).toBeUndefined();
    expect(error).toBeInstanceOf(CommanderError);
    expect(said).toMatch(message);
  });

  it("helps with examples", async () => {
    const { said } = await parse("--help");
    expect(said).toContain("curl -F image=@part.png");
  });
});
