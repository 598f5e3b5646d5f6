import { afterEach, expect, it } from "vitest";
import type { FastifyInstance } from "fastify";
import { createApp } from "../app.js";
import { driftSchema } from "../schemas.js";
import { fakeEngine, fakeModel } from "../testing/fake-engine.js";
import { fakeModels } from "../testing/fake-models.js";

let app: FastifyInstance | undefined;
afterEach(async () => app?.close());

it("tells Prometheus about requests, images, classes, stages and processes", async () => {
  const classes = ["tile", "nut", ...Array.from({ length: 200 }, (_, i) => `class ${i}`)];
  app = await createApp({ models: await fakeModels(fakeEngine({ model: { ...fakeModel, classes, decides: true } })) });
  const predict = (query: string, payload = "PNG") => app!.inject({ method: "POST", url: `/predict?class=${query}`, payload });
  for (const name of ["tile", "tile", "nut"]) await predict(name);
  await predict("tile", "hello");
  await predict("bolt");
  for (let i = 0; i < 150; i++) await predict(`class ${i}`);
  await app.inject("/nothing/1");
  await app.inject("/nothing/2");
  const reply = await app.inject("/metrics");
  expect(reply.headers["content-type"]).toMatch("text/plain");
  for (const line of [
    'ltad_http_requests_total{route="/predict",method="POST",status="200"} 153',
    'ltad_http_requests_total{route="/predict",method="POST",status="422"} 1',
    'ltad_http_requests_total{route="none",method="GET",status="404"} 2',
    'ltad_images_total{model="ltad",outcome="answered"} 153',
    'ltad_images_total{model="ltad",outcome="LTAD_IMAGE"} 1',
    'ltad_images_total{model="ltad",outcome="LTAD_CONFIG"} 1',
    'ltad_anomalies_total{model="ltad",class="tile"} 2',
    'ltad_score_count{model="ltad",class="tile"} 2',
    'ltad_stage_duration_seconds_count{model="ltad",stage="queue"} 153',
    'request_preprocess_seconds_count{model_name="ltad"} 153',
    'request_predict_seconds_count{model_name="ltad"} 153',
    'request_postprocess_seconds_count{model_name="ltad"} 153',
    'ltad_engine_ready{model="ltad",version="1"} 1',
    'ltad_model_ready{model="ltad",version="1"} 1',
    'ltad_process_restarts{model="ltad",version="1"} 0',
  ])
    expect(reply.body).toContain(line);
  expect(reply.body).toMatch(/^process_resident_memory_bytes \d+/m);
  expect(reply.body.match(/^ltad_score_count/gm)).toHaveLength(101); // a hundred classes and the others
});

it("tells Prometheus that the images of a class differ from good ones, until another bundle is loaded", async () => {
  const usual = [{ name: "tile", score: { median: 1, low: 1, high: 1, least: 45 } }, { name: "nut" }];
  const model = { ...fakeModel, usual };
  app = await createApp({ models: await fakeModels(fakeEngine({ model })) });
  const predict = async (name: string) => app!.inject({ method: "POST", url: `/predict?class=${name}`, payload: "PNG" });
  for (let i = 0; i < 49; i++) await predict("tile");
  await predict("nut");
  const early = (await app.inject("/metrics")).body;
  const drift = async () => driftSchema.strict().parse((await app!.inject("/drift")).json()).classes;
  const [tile, nut] = await drift();
  expect(tile).toMatchObject({ class: "tile", images: 49, is_drifting: null, score: { usual: 1, above: 1, direction: null } });
  expect(nut).toEqual({ class: "nut", images: 1, is_drifting: null });
  expect(early).toContain('ltad_drift_above_median{model="ltad",class="tile",of="score"} 1');
  expect(early).not.toMatch(/^ltad_drift\{/m);
  await predict("tile");
  expect((await app.inject("/metrics")).body.match(/^ltad_drift\{.*/gm)).toEqual(['ltad_drift{model="ltad",class="tile"} 1']);
  expect((await drift())[0]).toMatchObject({ images: 50, is_drifting: true, score: { direction: "higher" } });
  Object.assign(model, { identity: "2" });
  expect(await drift()).toEqual([]); // the new bundle has judged nothing yet
  expect((await app.inject("/metrics")).body).not.toMatch(/^ltad_drift/m);
  await predict("tile");
  expect((await app.inject("/metrics")).body).not.toMatch(/^ltad_drift\{/m);
  expect(await drift()).toMatchObject([{ images: 1 }]);
  expect((await app.inject("/drift?model=other")).statusCode).toBe(404);
  expect((await app.inject("/drift?model=a&model=b")).json()).toMatchObject({ error: { code: "LTAD_REQUEST" } });
});
