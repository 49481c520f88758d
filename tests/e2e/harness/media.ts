import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Station } from './station';
import { until } from './wait';

/** A folder with two short clips of different containers and one file that is no media, made with ffmpeg. */
export function mediaFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'tandem-media-'));
  const make = (name: string, ...options: string[]) =>
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', ...options, join(path, name)]);
  make('Evening news.mkv', '-t', '4', '-c:v', 'mpeg4');
  make('Weather.mp4', '-t', '2', '-c:v', 'mpeg4');
  writeFileSync(join(path, 'Broken.mp4'), 'this is no film');
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Films that Chromium and the app's webview play: four seconds, two seconds. */
export function films(): { path: string; make: (name: string, seconds: number) => void; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'tandem-films-'));
  const make = (name: string, seconds: number) =>
    execFileSync('ffmpeg', [
      ...['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-t', String(seconds)],
      ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', join(path, name)],
    ]);
  make('Evening news.webm', 4);
  make('Weather.webm', 2);
  return { path, make, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Takes a folder into the library and waits until it has so many assets. */
export async function scanned(station: Station, path: string, assets: number): Promise<void> {
  await station.call('scan_folder', { path });
  await until(`${station.name} has ${assets} assets`, async () => (await station.call('list_assets', {})).total === assets);
}
