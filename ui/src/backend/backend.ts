import type { Language } from '../language/language.svelte';
import type { Args, Command, Answer, Reason, StationEvent } from './contract';

/** What a listener to the station's events hears. */
export interface EventListener {
  /** Something happened at the station. */
  event(event: StationEvent): void;
  /** Events flow (again). What was missed in between must be fetched. */
  connected(): void;
  /** Events have stopped: what the screen shows may be out of date. */
  disconnected(reason: string): void;
}

/** How the computer that the app's window is on is set. */
export interface Computer {
  /** Whether this station starts when its user logs in; null where this system has no such thing. */
  start_at_login: boolean | null;
  /** Whether it is kept awake: while a redundancy mode is set, where something answers that can. */
  awake: 'not_needed' | 'held' | 'no_service';
}

/** Why the pair is as it is, in words. */
export interface ReasonText {
  /** What is the case. */
  cause: string;
  /** What to do, or what happens next. */
  cure: string;
}

/** What only the app's own window can do: no command of the station. */
export interface DesktopControls {
  computer(): Promise<Computer>;
  startAtLogin(on: boolean): Promise<void>;
  /** Quit was chosen outside of the page: whoever asks the operator says that it does. Until the answered function is called. */
  onQuit(asked: () => void): () => void;
  /** The tray and the notifications speak this language from now on, with these sentences about the pair where there are some. */
  speak(language: Language, reasons: Partial<Record<Reason, ReasonText>>): Promise<void>;
  /** Ends the station and its window. */
  quit(): Promise<void>;
}

/** What is told of files that are dragged in from the file manager; places are pixels of the window. */
export interface DropListener {
  over(x: number, y: number): void;
  leave(): void;
  drop(paths: string[], x: number, y: number): void;
}

/** The one way to the core. Nothing outside `src/backend` knows which transport is used. */
export interface Backend {
  /** The app's own window, or a browser at the station's control port. */
  readonly platform: 'desktop' | 'browser';
  /** Runs one command. Rejects with a {@link CallError}. */
  call<C extends Command>(command: C, args: Args<C>): Promise<Answer<C>>;
  /** Asks for a folder of the station's machine in the system's own dialog, where there is one. Null: cancelled. */
  chooseFolder?(startAt?: string): Promise<string | null>;
  /** Only in the app's own window. */
  readonly desktop?: DesktopControls;
  /** Listens to files that are dropped on the window, where their paths can be known. Answers what ends it. */
  filesDropped?(listener: DropListener): () => void;
  /** Listens to events until the function that it returns is called. */
  events(listener: EventListener): () => void;
}

/** A command that the station refused, or that did not reach it. */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(
    readonly code: string,
    message: string,
    readonly details: unknown = null,
  ) {
    super(message);
  }

  /** Takes whatever a transport threw for an error of the station. */
  static from(thrown: unknown): CallError {
    if (thrown instanceof CallError) return thrown;
    if (isApiError(thrown)) return new CallError(thrown.code, thrown.message, thrown.details ?? null);
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    return new CallError('unavailable', `The station did not answer: ${text}`);
  }
}

function isApiError(value: unknown): value is { code: string; message: string; details?: unknown } {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}
