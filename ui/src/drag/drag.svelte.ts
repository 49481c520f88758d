import type { Asset } from '../backend';
import type { Place } from '../playlist/places';

/** What is being dragged. */
export type Payload =
  | { kind: 'items'; ids: readonly string[] }
  | { kind: 'assets'; assets: readonly Asset[] }
  /** From the file manager: what they become is known once they are dropped. */
  | { kind: 'files' };

/** A place that takes what is dropped on it. */
export interface DropTarget {
  /** Called while something hovers; returns whether it could be dropped here. */
  hover(payload: Payload, x: number, y: number): boolean;
  /** Called when nothing hovers any longer. */
  leave(): void;
  drop(payload: Payload): void;
  /** The place below what hovers; undefined where it cannot be dropped. */
  place(): Place | undefined;
}

/** Pixels that the pointer moves before a press becomes a drag. */
const DRAG_FROM_PX = 5;
const FRAME_MS = 16;

/**
 * Dragging by pointer events. HTML5 drag and drop is blocked in the desktop window while files can be dropped from the
 * system.
 */
export class Drag {
  payload = $state.raw<Payload | null>(null);
  label = $state('');
  x = $state(0);
  y = $state(0);
  accepted = $state(false);
  target: DropTarget | null = null;

  /** Follows a press that may become a drag. `payload` is asked for when it does; null: nothing to drag. */
  press(event: PointerEvent, payload: () => { payload: Payload; label: string } | null): void {
    if (event.button !== 0) return;
    const from = { x: event.clientX, y: event.clientY };
    const listening = new AbortController();
    const { signal } = listening;
    // Asked again on a timer: the list scrolls under a pointer that rests at its edge.
    let timer: ReturnType<typeof setInterval> | undefined;

    const end = (drop: boolean) => {
      listening.abort();
      clearInterval(timer);
      const dropped = this.payload;
      this.payload = null;
      if (!dropped) return;
      if (drop && this.accepted) this.target?.drop(dropped);
      this.target?.leave();
    };
    const move = (pointer: PointerEvent) => {
      this.x = pointer.clientX;
      this.y = pointer.clientY;
      if (!this.payload) {
        if (Math.hypot(this.x - from.x, this.y - from.y) < DRAG_FROM_PX) return;
        const begun = payload();
        if (!begun) return end(false);
        this.payload = begun.payload;
        this.label = begun.label;
        timer = setInterval(() => this.#hover(), FRAME_MS);
      }
      this.#hover();
    };

    window.addEventListener('pointermove', move, { signal });
    window.addEventListener('pointerup', () => end(true), { signal });
    window.addEventListener('pointercancel', () => end(false), { signal });
    window.addEventListener('blur', () => end(false), { signal });
    window.addEventListener(
      'keydown',
      (key) => {
        if (key.key !== 'Escape' || !this.payload) return;
        key.preventDefault();
        key.stopPropagation();
        end(false);
      },
      { signal, capture: true },
    );
  }

  /** Follows files that are dragged in. Answers whether they are over a place of the rundown. */
  hoverFiles(x: number, y: number): boolean {
    this.accepted = this.target?.hover({ kind: 'files' }, x, y) ?? false;
    return this.accepted;
  }

  #hover(): void {
    if (this.payload) this.accepted = this.target?.hover(this.payload, this.x, this.y) ?? false;
  }
}
