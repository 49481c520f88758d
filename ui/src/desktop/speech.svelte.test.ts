import { flushSync } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import type { DesktopControls } from '../backend';
import { language } from '../language/language.svelte';
import { StationStore } from '../stores/station.svelte';
import { stationBackend } from '../testing/fake-backend';
import { followLanguage } from './speech.svelte';

afterEach(() => (language.choice = 'en'));

test('the tray gets the screen’s language, and its sentences about this pair, again when one of them changes', async () => {
  const speak = vi.fn<DesktopControls['speak']>(() => Promise.resolve());
  const backend = Object.assign(stationBackend(), { desktop: { speak } as unknown as DesktopControls });
  const station = new StationStore(backend);
  await station.refresh();
  const stop = $effect.root(() => followLanguage({ backend, station }));
  flushSync();
  expect(speak.mock.calls).toEqual([['en', {}]]);
  language.choice = 'de';
  flushSync();
  expect(speak.mock.lastCall?.[0]).toBe('de');
  expect(speak.mock.lastCall?.[1].no_answer).toEqual({
    cause: expect.stringContaining('antwortet nicht'),
    cure: expect.stringContaining('Netzwerk'),
  });
  if (station.redundancy) station.redundancy = { ...station.redundancy, countdown_s: 3 };
  flushSync();
  expect(speak).toHaveBeenCalledTimes(2);
  if (station.station) station.station = { ...station.station, name: 'Studio 2' };
  flushSync();
  expect(speak.mock.lastCall?.[1].different_version?.cause).toContain('Studio 2');
  stop();
});
