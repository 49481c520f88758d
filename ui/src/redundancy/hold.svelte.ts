/** How long Syncing stays on the chip, so that an operator sees that something moved (DESIGN.md 5.2). */
export const SYNCING_SHOWN_MS_MIN = 300;

/**
 * The status as the chip shows it: the core's status at once, except that Syncing stays for at least
 * {@link SYNCING_SHOWN_MS_MIN} before Synced follows. Bad news is never held back.
 */
export class HeldStatus<S extends { status: string }> {
  #shown = $state.raw<S>() as S;
  #syncingUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    first: S,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#show(first);
  }

  get shown(): S {
    return this.#shown;
  }

  update(next: S): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const left_ms = this.#syncingUntil - this.now();
    if (this.#shown.status === 'syncing' && next.status === 'synced' && left_ms > 0) {
      this.#timer = setTimeout(() => this.#show(next), left_ms);
      return;
    }
    this.#show(next);
  }

  /** Ends a pending change; to be called when the chip goes. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #show(next: S): void {
    if (next.status === 'syncing' && this.#shown?.status !== 'syncing') {
      this.#syncingUntil = this.now() + SYNCING_SHOWN_MS_MIN;
    }
    this.#shown = next;
  }
}
