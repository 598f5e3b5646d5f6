/** A clock that runs while an engine can work and stops while it starts again, so that this time does not count for waiting requests. */
export class UpTime {
  #passed = 0;
  #since: number | undefined = performance.now();

  /** Milliseconds in which the engine could work. */
  now(): number {
    return this.#passed + (this.#since === undefined ? 0 : performance.now() - this.#since);
  }

  set(isUp: boolean): void {
    this.#passed = this.now();
    this.#since = isUp ? performance.now() : undefined;
  }
}
