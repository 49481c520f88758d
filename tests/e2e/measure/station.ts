/** The station that is measured in the app's own window: filled once, on a directory that stays. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness/paths';
import { Station } from '../harness/station';

export function measured(): Station {
  const dir = join(root, 'target/measure/station');
  mkdirSync(dir, { recursive: true });
  return new Station('Station A', dir);
}
