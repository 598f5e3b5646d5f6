import { expect, it } from "vitest";
import { imageInput as input, infer, openApp as open } from "../testing/open-app.js";

it("lists, unloads and loads models", async () => {
  const { app } = await open();
  const post = (url: string, payload = {}) => app.inject({ method: "POST", url: `/v2/repository/${url}`, payload });
  const index = [{ name: "ltad", version: "1", state: "READY", reason: "" }];
  expect((await post("index")).json()).toEqual(index);
  expect((await app.inject({ method: "POST", url: "/v2/repository/index" })).json()).toEqual(index);
  expect((await post("models/ltad/unload")).statusCode).toBe(200);
  expect((await post("index")).json()).toEqual([{ ...index[0], state: "UNAVAILABLE", reason: "unloaded" }]);
  expect((await post("index", { ready: true })).json()).toEqual([]);
  const away = await infer(app, { inputs: [input()] });
  expect([away.statusCode, away.json()]).toEqual([503, { error: "LTAD_NOT_READY: The model ltad is not loaded." }]);
  for (const name of ["../../etc", "..%2F..%2Fetc", "nothing"]) {
    const reply = await post(`models/${encodeURIComponent(name)}/load`);
    expect([reply.statusCode, reply.json<{ error: string }>().error]).toEqual([404, expect.stringMatching(/Unknown model/)]);
  }
  for (const parameters of [{ "file:1/model": "x" }, "x", 7]) {
    const reply = await post("models/ltad/load", { parameters });
    expect([reply.statusCode, reply.body]).toEqual([400, expect.stringContaining("expected none")]);
  }
  const none = await post("models/ltad/load", { parameters: null });
  expect([none.statusCode, none.body]).toEqual([400, expect.stringContaining("cannot be loaded")]); // its folder is gone by now
});

it("lets clients load and unload only where that was allowed", async () => {
  const { app } = await open({}, { modelControl: false });
  const reply = await app.inject({ method: "POST", url: "/v2/repository/models/ltad/unload" });
  expect([reply.statusCode, reply.json()]).toEqual([403, { error: expect.stringMatching(/^LTAD_FORBIDDEN/) as string }]);
});

it("counts what it has done", async () => {
  const { app } = await open();
  await infer(app, { inputs: [input()] });
  await infer(app, { inputs: [input({ data: ["aGVsbG8="] })] });
  const { model_stats } = (await app.inject("/v2/models/ltad/versions/1/stats")).json<{ model_stats: object[] }>();
  expect(model_stats).toMatchObject([
    {
      name: "ltad",
      version: "1",
      inference_count: 1,
      inference_stats: { success: { count: 1 }, fail: { count: 1 }, queue: { count: 1 } },
    },
  ]);
  expect((await app.inject("/v2/models/stats")).json()).toEqual({ model_stats });
});
