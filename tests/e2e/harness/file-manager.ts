import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './child';

const HELPER = join(dirname(fileURLToPath(import.meta.url)), 'drag_source.py');
/** Where its window is: outside of the app's, which begins at the display's corner. */
const HANDLE = [1530, 960] as const;
const PATIENCE_MS = 20_000;

/** Another program on the display, out of which files are dragged with the mouse, as out of a file manager. */
export class FileManager {
  private constructor(private readonly program: Child) {}

  static async with(...files: string[]): Promise<FileManager> {
    // The system's own Python: Debian's packages are for that one.
    const program = Child.start('file-manager', '/usr/bin/python3', [HELPER, ...files]);
    await program.firstLine(PATIENCE_MS);
    return new FileManager(program);
  }

  /** Takes hold of the files and carries them to a place of the display; they stay in the hand. */
  carry(x: number, y: number): void {
    mouse('mousemove', ...HANDLE.map(String), 'mousedown', '1');
    const [fromX, fromY] = HANDLE;
    // Programs along the way are told of every step.
    for (const part of [0.02, 0.3, 0.6, 0.9]) this.#move(fromX + (x - fromX) * part, fromY + (y - fromY) * part);
    this.#move(x, y);
  }

  /** Moves what is in the hand a little to and fro, as every hand does: who is asked about a place while it answers about the last one is not asked again. */
  tremble(x: number, y: number): void {
    this.#move(x + 1, y);
    this.#move(x, y);
  }

  /** Lets go of them. */
  drop(): void {
    mouse('mouseup', '1');
  }

  #move(x: number, y: number): void {
    mouse('mousemove', '--sync', String(Math.round(x)), String(Math.round(y)));
  }

  end(): Promise<void> {
    return this.program.end();
  }
}

function mouse(...args: string[]): void {
  execFileSync('xdotool', args, { timeout: 20_000 });
}
