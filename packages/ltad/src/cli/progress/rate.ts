/** Measures how fast a job goes, over the last seconds, so that a slow start or a resumed job does not spoil the estimate. */
export interface Rate {
  /** Units per second, once enough is known. */
  perSecond(): number | null;
  add(done: number, at: number): void;
}

const windowMs = 15_000;

/** @param at milliseconds of a clock, here and in {@link Rate.add} */
export function createRate(done: number, at: number): Rate {
  let marks = [{ done, at }];
  return {
    add(now, time) {
      marks.push({ done: now, at: time });
      const first = marks.findIndex((mark) => mark.at >= time - windowMs);
      if (first > 1) marks = marks.slice(first - 1);
    },
    perSecond() {
      const [first, last] = [marks[0], marks.at(-1)];
      if (!first || !last || last.at - first.at < 200 || last.done <= first.done) return null;
      return (1000 * (last.done - first.done)) / (last.at - first.at);
    },
  };
}
