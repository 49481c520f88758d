/**
 * What is on the screen itself: the pixels of the virtual display, which Xvfb keeps in a file (`-fbdir`). A page believes that
 * a frame is drawn once it has handed it over; an operator sees it later.
 */
import { openSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** A place in the window, in its pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A stretch of one line of the display. */
interface Stretch {
  at: number;
  bytes: number;
}

/** How often the display is looked at. */
const LOOK_MS = 1;
/** What changes within this time is one frame: it may be looked at while it is being drawn. */
const ONE_FRAME_MS = 4;
const PIXEL_BYTES = 4;

export class Glass {
  private readonly file: number;
  private readonly origin: number;
  private readonly line_bytes: number;

  /** The display of this process; null where its pixels cannot be had. */
  static here(): Glass {
    const dir = process.env['MEASURE_DISPLAY'];
    if (!dir) throw new Error('MEASURE_DISPLAY does not say where Xvfb keeps the pixels: run .ci/measure-screen.');
    return new Glass(join(dir, 'Xvfb_screen0'));
  }

  private constructor(path: string) {
    this.file = openSync(path, 'r');
    // XWDFile.h: a header of big-endian words, the name, the colours, and then the lines.
    const header = Buffer.alloc(100);
    readSync(this.file, header, 0, header.length, 0);
    const word = (n: number) => header.readUInt32BE(n * 4);
    const [HEADER_SIZE, BITS_PER_PIXEL, LINE_BYTES, COLOURS] = [0, 11, 12, 19];
    if (word(BITS_PER_PIXEL) !== PIXEL_BYTES * 8) throw new Error(`a pixel has ${word(BITS_PER_PIXEL)} bits`);
    this.origin = word(HEADER_SIZE) + word(COLOURS) * 12;
    this.line_bytes = word(LINE_BYTES);
  }

  /** Lines through these boxes, so many pixels apart: to watch every pixel would keep a processor busy. */
  lines(boxes: readonly Box[], apart: number): Area {
    const stretches = boxes.flatMap(({ x, y, width, height }) =>
      Array.from({ length: Math.ceil(height / apart) }, (_, n): Stretch => {
        const line = Math.round(y) + Math.floor(apart / 2) + n * apart;
        return { at: this.origin + line * this.line_bytes + Math.round(x) * PIXEL_BYTES, bytes: Math.round(width) * PIXEL_BYTES };
      }),
    );
    return new Area(this.file, stretches);
  }
}

/** What is watched of the display. */
export class Area {
  constructor(
    private readonly file: number,
    private readonly stretches: readonly Stretch[],
  ) {}

  private look(): Buffer {
    const seen = Buffer.alloc(this.stretches.reduce((sum, { bytes }) => sum + bytes, 0));
    let from = 0;
    for (const { at, bytes } of this.stretches) {
      readSync(this.file, seen, from, bytes, at);
      from += bytes;
    }
    return seen;
  }

  /** Watches until `work` is done and then nothing has changed for a while. Answers when it changed, in ms since 1970. */
  async changesDuring(work: Promise<unknown>, still_ms: number): Promise<number[]> {
    let done_at = Infinity;
    const working = work.finally(() => (done_at = Date.now()));
    const changes: number[] = [];
    let before = this.look();
    while (Date.now() < Math.max(done_at, changes.at(-1) ?? 0) + still_ms) {
      await new Promise((resume) => setTimeout(resume, LOOK_MS));
      const now = this.look();
      if (!now.equals(before)) changes.push(Date.now());
      before = now;
    }
    await working;
    return changes;
  }
}

/** How many frames a second these changes are, and the longest time between two of them. */
export function frames(changes: readonly number[]): { fps: number; longest_ms: number } {
  const drawn = changes.filter((at, n) => n === 0 || at - changes[n - 1]! > ONE_FRAME_MS);
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (first === undefined || last === undefined || last === first) throw new Error('nothing was drawn');
  const longest_ms = Math.max(...drawn.slice(1).map((at, n) => at - drawn[n]!));
  return { fps: ((drawn.length - 1) * 1000) / (last - first), longest_ms };
}
