/**
 * How the app's own window keeps up with the hand: edits, search and scrolling, on a full station; from the key press to the
 * pixels on the display. The control is the same app with the rows of the whole day in the document.
 */
import { test } from '@playwright/test';
import { Desktop } from '../harness/desktop';
import { until } from '../harness/wait';
import { Key } from '../harness/webdriver';
import { CONTROL, CONTROLS, givenUp, keep, spread, type Spread } from './figures';
import { frames, Glass, type Box } from './glass';
import {
  AWAIT_EDIT,
  AWAIT_SEARCH,
  DURATION_BOX,
  FOUND_BOXES,
  IDLE,
  MEASURED,
  PRESSED_AT,
  REMEMBER_DURATION,
  ROWS,
  scroll,
  TITLES_BOX,
  USABLE,
} from './in-page';
import { measured } from './station';

// Of the control, an edit takes seconds, and scrolling goes slowly.
const EDITS = CONTROL ? 5 : 100;
const FRAMES = CONTROL ? 40 : 240;
/** The driver waits no longer than this for a page. */
const EDIT_MS_MAX = 30_000;
const SEARCHES = ['harbor', 'night 01', '00123', 'train', 'bread va'];
/** After this time without a change, what was drawn last is what the key press brought. */
const STILL_MS = 60;

class Hand {
  constructor(
    private readonly page: Desktop['page'],
    private readonly glass: Glass,
  ) {}

  /** From a key press to the last change of these boxes that it brings. */
  private async press(key: string, boxes: readonly Box[]): Promise<number> {
    const work = this.page.press(key).then(() => this.page.runAsync<number>(MEASURED));
    const changes = await this.glass.lines(boxes, 3).changesDuring(work, STILL_MS);
    const pressed = await this.page.run<number>(PRESSED_AT);
    const shown = changes.at(-1);
    if (shown === undefined || shown < pressed) throw new Error(`${key} changed nothing on the display`);
    return shown - pressed;
  }

  async edit(): Promise<number> {
    await this.page.press(Key.pageDown);
    await this.page.run(REMEMBER_DURATION);
    await this.page.press('d');
    await this.page.press('+');
    await this.page.press('1');
    const box = await this.page.run<Box>(DURATION_BOX);
    await this.page.run(AWAIT_EDIT);
    return this.press(Key.enter, [box]);
  }

  /** Of the control, given up where one takes longer than the driver waits. */
  async edits(): Promise<Spread> {
    const took: number[] = [];
    try {
      for (let n = 0; n < EDITS; n++) took.push(await this.edit());
    } catch (error) {
      if (!CONTROL || !String(error).includes('script timeout')) throw error;
      return givenUp(EDIT_MS_MAX);
    }
    return spread(took);
  }

  async search(words: string): Promise<number[]> {
    const took: number[] = [];
    await this.page.press('/');
    for (const letter of words) {
      const boxes = await this.page.run<Box[]>(FOUND_BOXES);
      await this.page.run(AWAIT_SEARCH);
      took.push(await this.press(letter, boxes));
    }
    return took;
  }

  async scroll(): Promise<{ fps: number; longest_ms: number }> {
    const box = await this.page.run<Box>(TITLES_BOX);
    return frames(await this.glass.lines([box], 9).changesDuring(this.page.runAsync(scroll(FRAMES)), STILL_MS));
  }
}

test(`edits, search and scrolling in the window${CONTROL ? ', all rows in the document' : ''}`, async () => {
  test.setTimeout(300_000);
  const desktop = await Desktop.open(measured());
  const { page } = desktop;
  try {
    await until('the window can be used', () => page.run<number | null>(USABLE));
    const idle_fps = await page.runAsync<number>(IDLE);
    await page.press(Key.f6);
    await page.press(Key.home);
    await desktop.find('gridcell', 'Item 0', true);
    const hand = new Hand(page, Glass.here());
    const edits = await hand.edits();
    const searches: number[] = [];
    for (const words of CONTROL ? [] : SEARCHES) searches.push(...(await hand.search(words)));
    const { fps, longest_ms } = await hand.scroll();
    keep(CONTROL ? 'window-control' : 'window', {
      place: CONTROL ? 'Control: the app’s window, all rows' : 'The app’s window',
      order: CONTROL ? CONTROLS + 1 : 2,
      edits,
      search: CONTROL ? undefined : spread(searches),
      idle_fps,
      scrolling_fps: fps,
      scrolling_longest_ms: longest_ms,
      rows_in_document: await page.run<number>(ROWS),
    });
  } finally {
    await desktop.end();
  }
});
