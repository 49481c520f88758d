/** Media in the app's own window: small pictures, the player, and files that are dragged in from another program. */
import { expect, test } from '@playwright/test';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { Desktop } from '../harness/desktop';
import { FileManager } from '../harness/file-manager';
import { films, scanned } from '../harness/media';
import { has, schedule } from '../harness/schedule';
import { Station } from '../harness/station';
import { until } from '../harness/wait';
import type { Element } from '../harness/webdriver';

const run = <T>(a: Desktop, body: string, ...args: unknown[]) => a.page.run<T>(body, ...args);

/** The middle of what is there, on the display: the window begins at its corner. */
function middleOf(a: Desktop, element: Element): Promise<[x: number, y: number]> {
  return run(
    a,
    `const { left, top, width, height } = arguments[0].getBoundingClientRect();
    return [window.screenX + left + width / 2, window.screenY + top + height / 2].map(Math.round);`,
    element,
  );
}

test('the window shows small pictures of films, plays one, and steps through it by frames', async () => {
  const media = films();
  const a = await Desktop.open(new Station('Station A'));
  try {
    await scanned(a.station, media.path, 2);
    await until('both small pictures are drawn', () =>
      run<boolean>(
        a,
        `const pictures = [...document.querySelectorAll('[role=option] img')];
        return pictures.length === 2 && pictures.every((picture) => picture.complete && picture.naturalWidth > 0);`,
      ),
    );
    await a.click('option', 'Evening news');
    const player = <T>(what: string) => run<T>(a, `const player = document.querySelector('video'); return ${what};`);
    await until('the film is loaded', () => player<boolean>('player !== null && player.readyState >= 2'));
    expect(await player<number>('player.videoWidth')).toBe(320);
    await a.click('button', 'Play', true);
    await until('a second of it has been played', () => player<boolean>('player.currentTime > 1'));
    await a.click('button', 'Pause', true);
    await a.photograph('window-player');
    const frame = () => run<string>(a, 'return document.querySelector("input[type=range]").getAttribute("aria-valuetext")');
    await until('it stands', () => player<boolean>('player.paused && !player.seeking'));
    const before = await frame();
    await a.click('button', 'One frame on', true);
    const [seconds, frames] = before.split(':').slice(2).map(Number) as [number, number];
    const next = (seconds * 25 + frames + 1) / 25;
    await until('it is one frame further', async () => (await frame()) !== before);
    await until('the picture is', () => player<boolean>(`!player.seeking && Math.floor(player.currentTime * 25) === ${Math.round(next * 25)}`));
  } finally {
    await a.remove();
    media.remove();
  }
});

test('files that are dragged in from another program come into the library, and into the day where they are dropped', async () => {
  const media = films();
  const outside = films();
  const a = await Desktop.open(new Station('Station A'));
  renameSync(join(outside.path, 'Weather.webm'), join(outside.path, 'From elsewhere.webm'));
  const manager = await FileManager.with(join(media.path, 'Weather.webm'), join(outside.path, 'From elsewhere.webm'));
  try {
    await scanned(a.station, media.path, 2);
    await schedule(a.station, 'Opener', 'Film', 'Closer');
    const film = await a.find('gridcell', 'Film');
    const [x, y] = await middleOf(a, film);
    // The upper half of a row is the place before it.
    manager.carry(x, y - 6);
    await until('the place before the film is marked', async () => {
      manager.tremble(x, y - 6);
      const [mark, row] = await run<[number | null, number]>(
        a,
        `const topOf = (element) => element?.getBoundingClientRect().top ?? null;
        return [topOf(document.querySelector('.drop')), topOf(arguments[0].closest('[role=row]'))];`,
        film,
      );
      if (mark === null || Math.abs(mark - row) > 2) throw new Error(`the mark is at ${mark}, the film at ${row}`);
      return true;
    });
    await a.photograph('window-files-over-the-day');
    await has(a.station, ['Opener', 'Film', 'Closer']);
    manager.drop();
    await has(a.station, ['Opener', 'Weather', 'Film', 'Closer']);
    // What lies outside of the media folders is named, and its folder offered.
    await a.shows('Not everything was added');
    await a.shows(outside.path);
    await a.photograph('window-files-dropped');
    await a.click('button', 'Add this folder');
    await until('the other folder is in the library, too', async () => (await a.station.call('list_assets', {})).total === 4);
  } finally {
    await manager.end();
    await a.remove();
    media.remove();
    outside.remove();
  }
});
