import { createRng } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { createDriftMonitor } from "./drift-monitor.js";
import { usualOf } from "./usual.js";

const sizes = [4, 18, 200];
const rng = createRng(7);
const normals = (n: number) => rng.normals(n);

/** A monitor of one class with n good images whose scores and distances are normal numbers. */
function monitorOf(n: number) {
  const values = () => [...normals(n)].sort((a, b) => a - b);
  return createDriftMonitor(
    usualOf({
      classes: [{ name: "nut", trainImages: n, order: 0 }],
      decision: { falseAlarmRate: 0.01, classes: [{ good: values(), distances: values(), limit: null }] },
    }),
  );
}

/** Share of lines that have an alarm within so many images. */
function alarms(n: number, images: number, shift: number, defects = 0, lines = 50): number {
  let found = 0;
  for (let line = 0; line < lines; line++) {
    const monitor = monitorOf(n);
    const [scores, distances, fate] = [normals(images), normals(images), rng.uniforms(images)];
    for (let i = 0; i < images; i++) {
      const isDefect = fate[i]! < defects;
      monitor.add("nut", isDefect ? 9 : scores[i]! + shift, isDefect ? 9 : distances[i]! + shift);
      if (i % 10 === 9 && monitor.of("nut")!.isDrifting) {
        found++;
        break;
      }
    }
  }
  return found / lines;
}

describe.each(sizes)("a class with %i good images", (n) => {
  it("has few false alarms in 1,000 images like them, also where a line makes 5 %% of defects", () => {
    expect(alarms(n, 1000, 0)).toBeLessThanOrEqual(0.02);
    expect(alarms(n, 1000, 0, 0.05)).toBeLessThanOrEqual(0.06);
  });

  it("has an alarm when all images have moved by three standard deviations, up or down", () => {
    const least = n < 10 ? 0.6 : 0.95;
    expect(alarms(n, 100, 3)).toBeGreaterThan(least);
    expect(alarms(n, 100, -3)).toBeGreaterThan(least);
  });
});

describe("a monitor", () => {
  const usual = [{ name: "nut", score: { median: 1, low: 1, high: 1, least: 40 }, distance: { median: 2, low: 2, high: 2, least: 40 } }];

  it("gives medians and shares, and decides when there are 50 images", () => {
    const monitor = createDriftMonitor(usual);
    for (let i = 0; i < 49; i++) monitor.add("nut", 3, 2);
    expect(monitor.of("nut")).toEqual({
      class: "nut",
      images: 49,
      isDrifting: null,
      score: { usual: 1, recent: 3, above: 1, direction: null },
      distance: { usual: 2, recent: 2, above: 0, direction: null },
    });
    monitor.add("nut", 3, 2);
    expect(monitor.of("nut")).toMatchObject({
      images: 50,
      isDrifting: true,
      score: { direction: "higher" },
      distance: { direction: null },
    });
    for (let i = 0; i < 11; i++) monitor.add("nut", 0.5, 1);
    expect(monitor.of("nut")).toMatchObject({ images: 50, isDrifting: false });
    for (let i = 0; i < 39; i++) monitor.add("nut", 0.5, 1);
    expect(monitor.of("nut")).toMatchObject({ isDrifting: true, score: { direction: "lower" }, distance: { direction: "lower" } });
  });

  it("does without distances, leaves out foreign classes, and says nothing before the first image", () => {
    const monitor = createDriftMonitor(usual);
    expect([monitor.of("nut"), monitor.all()]).toEqual([undefined, []]);
    for (let i = 0; i < 50; i++) monitor.add("nut", 1, null);
    monitor.add("bolt", 1);
    expect(monitor.all()).toEqual([
      { class: "nut", images: 50, isDrifting: false, score: { usual: 1, recent: 1, above: 0, direction: null } },
    ]);
  });

  it("does not decide about a class with three good images", () => {
    const monitor = monitorOf(3);
    for (let i = 0; i < 60; i++) monitor.add("nut", 100, 100);
    expect(monitor.of("nut")).toEqual({ class: "nut", images: 50, isDrifting: null });
  });
});
