import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
