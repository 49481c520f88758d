/** The alarm's tone, made from sines: two pitches that no programme has, twice, and a rest. */

/** Frames of the tone at this rate, for one round of about two seconds. Between -1 and 1. */
export function samples(rate_hz: number): Float32Array<ArrayBuffer> {
  const round = new Float32Array(Math.round(ROUND_S * rate_hz));
  for (const [start_s, pitch_hz] of BEEPS) {
    const first = Math.round(start_s * rate_hz);
    const count = Math.round(BEEP_S * rate_hz);
    for (let n = 0; n < count; n += 1) {
      const t = n / rate_hz;
      // The second harmonic carries on small speakers; the edges are rounded, so that nothing clicks.
      const wave = 0.75 * Math.sin(2 * Math.PI * pitch_hz * t) + 0.25 * Math.sin(4 * Math.PI * pitch_hz * t);
      round[first + n] = wave * Math.min(1, t / EDGE_S, (BEEP_S - t) / EDGE_S);
    }
  }
  return round;
}

const ROUND_S = 2;
const BEEP_S = 0.22;
const EDGE_S = 0.012;
const BEEPS: readonly (readonly [start_s: number, pitch_hz: number])[] = [
  [0, 960],
  [0.26, 720],
  [0.62, 960],
  [0.88, 720],
];

/** Plays the tone, over and over, until it is stopped. */
export class Tone {
  #context: AudioContext | undefined;
  #gain: GainNode | undefined;
  #source: AudioBufferSourceNode | undefined;

  /** `changed` is told whenever the browser lets sound through, or not. */
  constructor(private readonly changed: (state: 'running' | 'blocked' | 'impossible') => void) {}

  /** Starts it, or sets its volume (0 to 1) where it plays. */
  play(volume: number): void {
    const context = this.#open();
    if (!context || !this.#gain) return;
    // Ears hear volume by its logarithm.
    this.#gain.gain.value = volume ** 2;
    void this.unlock();
    if (this.#source) return;
    const round = samples(context.sampleRate);
    const buffer = context.createBuffer(1, round.length, context.sampleRate);
    buffer.copyToChannel(round, 0);
    this.#source = context.createBufferSource();
    this.#source.buffer = buffer;
    this.#source.loop = true;
    this.#source.connect(this.#gain);
    this.#source.start();
  }

  stop(): void {
    if (!this.#source) return;
    this.#source.stop();
    this.#source.disconnect();
    this.#source = undefined;
    // An open loudspeaker costs power, for hours.
    void this.#context?.suspend();
  }

  /** Browsers hold sound back until somebody has clicked or pressed a key: to be called then. */
  async unlock(): Promise<void> {
    const context = this.#open();
    if (!context) return;
    if (context.state !== 'running') {
      this.changed('blocked');
      // It stays pending for as long as the browser holds sound back.
      await context.resume().catch(() => {});
    }
    this.changed(context.state === 'running' ? 'running' : 'blocked');
  }

  close(): void {
    this.stop();
    void this.#context?.close();
    this.#context = undefined;
  }

  #open(): AudioContext | undefined {
    if (this.#context) return this.#context;
    try {
      this.#context = new AudioContext();
    } catch {
      this.changed('impossible');
      return undefined;
    }
    this.#gain = this.#context.createGain();
    this.#gain.connect(this.#context.destination);
    return this.#context;
  }
}
