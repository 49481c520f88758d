/** The one clock of the UI. It ticks on the second, so that everything that counts changes together. */
export class Clock {
  /** Milliseconds since 1970, at the last tick. */
  now = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    const tick = () => {
      this.now = Date.now();
      this.#timer = setTimeout(tick, 1000 - (this.now % 1000));
    };
    tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
