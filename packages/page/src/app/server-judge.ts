import type { AnomalyMap } from "@ltad/detector/web";
import { call } from "./call.js";
import { type Judge, type Judged, Refusal } from "./judged.js";

interface WrittenMap {
  readonly width: number;
  readonly height: number;
  readonly data: readonly number[];
}

/** What POST /predict answers with parts=true. */
interface Answer {
  readonly score: number;
  readonly class: string;
  readonly class_given: boolean;
  readonly is_anomalous?: boolean;
  readonly threshold?: number;
  readonly width: number;
  readonly height: number;
  readonly map: WrittenMap;
  readonly map_rec: WrittenMap;
  readonly map_sem: WrittenMap;
  readonly timing: { readonly total: number };
}

const tries = 6;

/** Has a server judge images. @param predict its address */
export function serverJudge(predict: string, model: string): Judge {
  return {
    async judge(image, { class: given }) {
      const form = new FormData();
      form.append("model", model);
      form.append("parts", "true");
      if (given !== undefined) form.append("class", given);
      form.append("image", image);
      const response = await patiently(() => call(predict, { method: "POST", body: form }));
      const answer = (await response.json()) as Answer & { readonly error?: { readonly message: string } };
      if (response.ok) return judgedOf(answer);
      throw new Refusal(answer.error?.message ?? `The server answered with status ${response.status}.`);
    },
  };
}

/** Sends again what a busy server refuses, after the time that it names. */
async function patiently(send: () => Promise<Response>, left = tries): Promise<Response> {
  const response = await send().catch(() => {
    throw new Refusal("The server did not answer. Try again.");
  });
  if (response.status !== 503 || left === 0) return response;
  const seconds = Number(response.headers.get("retry-after") ?? 1);
  await new Promise((resolve) => setTimeout(resolve, Math.min(seconds, 10) * 1000));
  return patiently(send, left - 1);
}

function judgedOf({
  score,
  class: name,
  class_given: classGiven,
  is_anomalous: isBad,
  threshold,
  width,
  height,
  map,
  map_rec: rec,
  map_sem: sem,
  timing,
}: Answer): Judged {
  return {
    score,
    class: name,
    classGiven,
    isUnlike: isBad === true && threshold !== undefined && score <= threshold,
    image: { width, height },
    map: mapOf(map),
    parts: { rec: mapOf(rec), sem: mapOf(sem) },
    ms: timing.total,
    by: "server",
  };
}

function mapOf({ width, height, data }: WrittenMap): AnomalyMap {
  return { width, height, data: Float32Array.from(data) };
}
