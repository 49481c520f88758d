import type { Status } from '../backend';

/** Every edit makes the pair Syncing and Synced again; a screen reader hears of these two only when they last. */
export const EVERYDAY_MS = 1_000;

const everyday: ReadonlySet<Status> = new Set<Status>(['syncing', 'synced']);

/** The text of a live region: each change of status once, in words. */
export class Announcer {
  text = $state('');
  #heard: string | undefined;
  #said: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `words` name the status and the peer, `cause` says why. */
  hear(status: Status, words: string, cause: string): void {
    const sentence = `${words}. ${cause}`;
    if (this.#heard === undefined) {
      // What stands on the screen at the start is no change.
      this.#said = sentence;
    }
    if (sentence === this.#heard) return;
    this.#heard = sentence;
    clearTimeout(this.#timer);
    if (everyday.has(status)) this.#timer = setTimeout(() => this.#say(sentence), EVERYDAY_MS);
    else this.#say(sentence);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #say(sentence: string): void {
    if (sentence === this.#said) return;
    this.#said = sentence;
    this.text = sentence;
  }
}
