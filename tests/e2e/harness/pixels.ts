import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './paths';

/** A picture's points, as a person tells pictures apart: by its outline, and by its colour. */
export class Pixels {
  constructor(private readonly rgba: Buffer) {}

  equals(other: Pixels): boolean {
    return this.rgba.equals(other.rgba);
  }

  /** Where the picture is, without its colours. */
  get shape(): Buffer {
    return Buffer.from(this.rgba.filter((_, at) => at % 4 === 3));
  }

  /** The colour that most of its opaque points have. */
  get colour(): string {
    const count = new Map<string, number>();
    for (let at = 0; at < this.rgba.length; at += 4) {
      if (this.rgba[at + 3] !== 255) continue;
      const colour = this.rgba.subarray(at, at + 3).toString('hex');
      count.set(colour, (count.get(colour) ?? 0) + 1);
    }
    return [...count].toSorted(([, one], [, other]) => other - one)[0]![0];
  }
}

export function pixels(file: string): Pixels {
  return new Pixels(execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgba', '-']));
}

/** What is drawn for a status. */
export function drawing(status: string): Pixels {
  return pixels(join(root, 'icons', 'tray', `${status}.png`));
}
