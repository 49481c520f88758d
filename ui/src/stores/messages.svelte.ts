import { refusal } from '../language/core';

export interface Message {
  id: number;
  level: 'info' | 'warning' | 'error';
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Messages kept; older ones go first. */
const MESSAGES_MAX = 200;
const INFO_SHOWN_MS = 6000;

/** What the operator must know. Errors and warnings stay until they are dismissed; the rest goes by itself. */
export class MessageStore {
  list = $state.raw<readonly Message[]>([]);
  #next = 1;

  readonly unread: readonly Message[] = $derived(this.list.filter((m) => m.level !== 'info'));

  info(text: string): void {
    const id = this.#add('info', text);
    setTimeout(() => this.dismiss(id), INFO_SHOWN_MS);
  }

  warning(text: string): void {
    this.#add('warning', text);
  }

  /** Shows an error: what was tried, and what the core said about it. */
  error(tried: string, thrown: unknown): void {
    this.#add('error', `${tried}: ${refusal(thrown)}`);
  }

  add(level: Message['level'], text: string): void {
    if (level === 'info') this.info(text);
    else this.#add(level, text);
  }

  /** Says something once: not again until something else was said. */
  once(text: string): void {
    if (this.list.some((m) => m.text === text)) return;
    this.info(text);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((m) => m.id !== id);
  }

  dismissAll(): void {
    this.list = [];
  }

  #add(level: Message['level'], text: string): number {
    const id = this.#next++;
    const others = this.list.filter((m) => m.text !== text);
    this.list = [...others, { id, level, text, at: Date.now() }].slice(-MESSAGES_MAX);
    return id;
  }
}
