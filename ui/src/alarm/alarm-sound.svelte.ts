/** Whether and how loud the alarm sounds on this screen: kept in the browser, never replicated. */

const KEY = 'tandem.alarm';
const VOLUME_DEFAULT = 70;

class AlarmSound {
  #on = $state(true);
  #volume = $state(VOLUME_DEFAULT);

  get on(): boolean {
    return this.#on;
  }

  set on(on: boolean) {
    this.#on = on;
    this.#keep();
  }

  /** In percent, 1 to 100: whoever wants none turns it off, and is told so beside an alarm. */
  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = Math.min(100, Math.max(1, Math.round(volume)));
    this.#keep();
  }

  /** Takes up what was chosen last. */
  restore(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { on?: unknown; volume?: unknown };
      this.#on = kept.on !== false;
      this.#volume =
        typeof kept.volume === 'number' ? Math.min(100, Math.max(1, kept.volume)) : VOLUME_DEFAULT;
    } catch {
      // Somebody else's: the alarm is on.
    }
  }

  #keep(): void {
    localStorage.setItem(KEY, JSON.stringify({ on: this.#on, volume: this.#volume }));
  }
}

export const alarmSound = new AlarmSound();
