import { expect, it } from "vitest";
import { plain } from "../testing/plain.js";
import { testIo } from "../testing/test-io.js";
import { createProgressDisplay } from "./progress-display.js";

function display(isTTY: boolean, columns = 100) {
  const { io, written } = testIo({ isTTY, columns });
  const clock = { now: 0 };
  const shown = createProgressDisplay(io, () => clock.now);
  const show = (at: number, done: number, phase = "encode", total = 100) => {
    clock.now = at;
    shown.show({ phase, done, total, unit: "images", values: { loss: 0.25 } });
  };
  return { shown, show, written, io };
}

it("rewrites one line on a terminal, with rate and time left", () => {
  const { show, written } = display(true);
  for (let i = 0; i <= 50; i++) show(100 * i, i);
  const lines = written.stderr.split("\r\u001b[2K");
  expect(plain(lines.at(-1) ?? "")).toBe("encode    ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌ 50 of 100 images  10 images/s  5.0 s left  loss 0.25");
  expect(written.stderr).not.toContain("\n");
});

it("leaves a line with the total time when a phase ends or the next begins", () => {
  const { show, written, shown } = display(true);
  for (let i = 0; i <= 100; i++) show(100 * i, i);
  show(10_100, 0, "phase1");
  show(12_000, 30, "phase1");
  show(12_100, 1, "phase2");
  shown.close();
  const text = plain(written.stderr);
  expect(text).toContain("✓ encode    100 images in 10 s  10 images/s\n");
  expect(text).toContain("- phase1    30 of 100 images in 2.0 s");
  expect(text.split("\n")).toHaveLength(4);
});

it("counts a single thing as one", () => {
  const { io, written } = display(false);
  const clock = { now: 0 };
  const shown = createProgressDisplay(io, () => clock.now);
  for (const unit of ["classes", "images", "bytes"]) shown.show({ phase: unit, done: 1, total: 1, unit });
  expect(plain(written.stderr).match(/1 class in|1 image in|MiB in/g)).toHaveLength(3);
});

it("keeps to the width of the terminal", () => {
  const { show, written } = display(true, 30);
  show(0, 1);
  show(1000, 2);
  for (const line of written.stderr.split("\r\u001b[2K")) expect(plain(line).length).toBeLessThan(30);
});

it("writes a line now and then where nobody rewrites lines", () => {
  const { show, written } = display(false);
  for (let i = 0; i < 100; i++) show(500 * i, i);
  const lines = written.stderr.trimEnd().split("\n");
  expect(lines).toHaveLength(5); // at 1, 11, 21, 31 and 41 s
  expect(lines[0]).toMatch(/^encode .*2 of 100 images/);
  expect(written.stderr).not.toContain("\u001b");
});

it("measures the rate of a resumed job from where it went on", () => {
  const { show, written } = display(true);
  show(0, 90);
  show(5000, 95);
  expect(written.stderr).toContain("1 images/s");
  expect(written.stderr).toContain("5.0 s left");
});

it("says things above the line", () => {
  const { show, shown, written } = display(true);
  show(0, 1);
  shown.say("hello");
  expect(written.stderr.endsWith("\r\u001b[2Khello\n")).toBe(true);
});

it("says once that a phase has ended, and says nothing of a short one until then", () => {
  const { show, written } = display(false);
  show(0, 1);
  show(500, 100);
  show(501, 100);
  expect(written.stderr).toBe("✓ encode    100 images in 0.5 s  198 images/s\n");
});
