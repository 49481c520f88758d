import type { Alarms, Backend } from '../backend';
import { alarmSound } from './alarm-sound.svelte';
import { Tone } from './tone';

/** How long a test of the alarm sounds. */
const TEST_MS = 2_000;

/** The alarms that nobody has acknowledged, and the tone that tells of them. Which there are is the station's to say. */
export class AlarmStore {
  now = $state.raw<Alarms>({ open: [], sounds: false, trouble: false });
  /** Whether the browser lets sound through; null before it was tried. */
  sound = $state<'running' | 'blocked' | 'impossible' | null>(null);
  testing = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #tone = new Tone((state) => {
    this.sound = state;
  });

  constructor(private readonly backend: Backend) {}

  /** Whether the tone is to be heard on this screen now. */
  readonly audible: boolean = $derived(this.testing || (this.now.sounds && alarmSound.on));

  async refresh(): Promise<void> {
    this.now = await this.backend.call('get_alarms', {});
  }

  /** Silences what is on the screen, for everybody; the station writes down who did it. */
  async acknowledge(): Promise<void> {
    const last = this.now.open.at(-1);
    if (last) this.now = await this.backend.call('acknowledge_alarms', { up_to: last.number });
  }

  /** Sounds it once, as loud as it is set. */
  test(): void {
    clearTimeout(this.#timer);
    this.testing = true;
    this.#timer = setTimeout(() => {
      this.testing = false;
    }, TEST_MS);
  }

  /** Plays or stops the tone, as it now should be. */
  follow(): void {
    if (this.audible) this.#tone.play(alarmSound.volume / 100);
    else this.#tone.stop();
  }

  /** Somebody clicked or pressed a key. */
  touched(): void {
    if (this.sound === 'blocked') void this.#tone.unlock();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#tone.close();
  }
}
