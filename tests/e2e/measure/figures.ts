/** What becomes of the figures: a file each, and, where SAVE=1 is set, docs/screen.md, made of all that there are. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../harness/paths';

export const ITEMS = 10_000;
export const ASSETS = 100_000;
export const DAYS = 30;

/** Whether the control is measured: the same build with all rows of a list in the document. */
export const CONTROL = process.env['MEASURE_CONTROL'] === '1';

/** The columns of controls. */
export const CONTROLS = 101;

const FOLDER = join(root, 'target/measure/figures');

/** What was measured in one place. Times in milliseconds. */
export interface Figures {
  /** Where: the heading of its column. */
  place: string;
  /** Which column from the left; controls, which have no targets, stand from {@link CONTROLS} on. */
  order: number;
  /** What was measured. */
  commit?: string;
  edits?: Spread;
  search?: Spread;
  scrolling_fps?: number;
  scrolling_longest_ms?: number;
  idle_fps?: number;
  rows_in_document?: number;
  cold_start_ms?: number[];
  warm_start_ms?: number[];
  memory_mib?: number;
}

/** A number of durations, in short. */
export interface Spread {
  count: number;
  p50_ms: number;
  p95_ms: number;
  most_ms: number;
  /** Set where waiting for one was given up after this time: there are no other figures then. */
  given_up_ms?: number;
}

/** Of something that was not done within this time. */
export function givenUp(after_ms: number): Spread {
  return { count: 0, p50_ms: after_ms, p95_ms: after_ms, most_ms: after_ms, given_up_ms: after_ms };
}

export function spread(took: readonly number[]): Spread {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]! * 10) / 10;
  return { count: sorted.length, p50_ms: at(0.5), p95_ms: at(0.95), most_ms: at(1) };
}

/** Keeps what was measured in a place, beside what other runs kept of it and of the same commit. */
export function keep(name: string, figures: Figures): void {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name}.json`);
  let before: Partial<Figures> = {};
  try {
    before = JSON.parse(readFileSync(file, 'utf8')) as Figures;
  } catch {
    // There was none.
  }
  const commit = present();
  const kept = { ...(before.commit === commit ? before : {}), ...figures, commit };
  writeFileSync(file, JSON.stringify(kept, null, 2));
  console.log(JSON.stringify(kept));
  if (process.env['SAVE'] === '1') writeFileSync(join(root, 'docs/screen.md'), page());
}

/** The commit that is checked out, and whether the tree is another than that. */
function present(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', '.', ':!docs') !== '';
  return git('rev-parse', '--short', 'HEAD') + (changed ? ' with changes' : '');
}

/** What was measured of this commit. */
function all(commit: string): Figures[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return files
    .map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Figures)
    .filter((figures) => figures.commit === commit)
    .sort((a, b) => a.order - b.order);
}

/** A line of the table: what, its target, how it reads, and whether a value meets the target. */
type Line = [what: string, target: string, of: (figures: Figures) => number | undefined, meets: ((value: number) => boolean) | null];

const LINES: Line[] = [
  ['Edit: key press to repaint, p50, ms', '', ({ edits }) => edits?.p50_ms, null],
  ['Edit: key press to repaint, p95, ms', '≤ 50', ({ edits }) => edits?.p95_ms, (value) => value <= 50],
  ['Edit: key press to repaint, longest, ms', '', ({ edits }) => edits?.most_ms, null],
  ['Search as you type: key press to repaint, p95, ms', '≤ 50', ({ search }) => search?.p95_ms, (value) => value <= 50],
  ['Scrolling the day, frames a second', '≥ 50', ({ scrolling_fps }) => scrolling_fps, (value) => value >= 50],
  ['Scrolling the day, longest frame, ms', '', ({ scrolling_longest_ms }) => scrolling_longest_ms, null],
  ['The same page at rest, frames a second', '', ({ idle_fps }) => idle_fps, null],
  ['Rows in the document', '', ({ rows_in_document }) => rows_in_document, null],
  ['Cold start to usable, median, ms', '≤ 1,500', ({ cold_start_ms }) => median(cold_start_ms), (value) => value <= 1500],
  ['Warm start to usable, median, ms', '', ({ warm_start_ms }) => median(warm_start_ms), null],
  ['Memory of all its processes (PSS), MiB', '', ({ memory_mib }) => memory_mib, null],
];

function median(values: readonly number[] | undefined): number | undefined {
  return values && values.length > 0 ? values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] : undefined;
}

function page(): string {
  const commit = present();
  const columns = all(commit);
  const number = (value: number) => (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10).toLocaleString('en-US');
  const rows = LINES.map(([what, target, of, meets]) => {
    const cells = columns.map((figures) => {
      const value = of(figures);
      if (value === undefined) return '–';
      const missed = meets !== null && figures.order < CONTROLS && !meets(value);
      const beyond = what.startsWith('Edit') && figures.edits?.given_up_ms !== undefined;
      return `${beyond ? '> ' : ''}${number(value)}${missed ? ' **missed**' : ''}`;
    });
    return `| ${[what, target, ...cells].join(' | ')} |`;
  });
  const memory = Math.round(totalmem() / 2 ** 30);
  return `# How fast the screen is

Written by \`make measure-screen SAVE=1\` on ${new Date().toISOString().slice(0, 10)}, of ${commit} (release builds), on ${cpus().length} cores
of ${cpus()[0]?.model.trim()} with ${memory} GiB and no graphics card: everything is drawn by the processor.

A day of ${ITEMS.toLocaleString('en-US')} items; in the window also ${ASSETS.toLocaleString('en-US')} assets in the library and ${DAYS} days of playlists. An edit lengthens an item by a
second, so that all behind it move; it is durable on disk when it shows. In the window, times run from the key press to the pixels
on the display (the X server keeps them in a file, which is looked at every millisecond), and frames are counted there; in Chromium, to
the frame that the page hands over. The control is the same build of the screen with all rows of the day in the document, and without
a library.

| | target | ${columns.map(({ place }) => place).join(' | ')} |
|---|---|${columns.map(() => '---|').join('')}
${rows.join('\n')}

A start counts from the process to the frame with the day and the library on it. Cold: with the system's file caches dropped before.
${readFileSync(join(root, 'tests/e2e/measure/missed.md'), 'utf8')}`;
}
