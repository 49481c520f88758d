/**
 * The station that is measured in the app's own window: filled once, on a directory that stays. The control has one of its own
 * without a library, whose rows would all be in the document, too.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness/paths';
import { Station } from '../harness/station';
import { CONTROL } from './figures';

export function measured(): Station {
  const dir = join(root, CONTROL ? 'target/measure/station-control' : 'target/measure/station');
  mkdirSync(dir, { recursive: true });
  return new Station('Station A', dir);
}
