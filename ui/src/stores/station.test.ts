import { expect, test } from 'vitest';
import { redundancy } from '../redundancy/fixtures';
import { aStation, FakeBackend } from '../testing/fake-backend';
import { StationStore } from './station.svelte';

test('what the station tells while it is asked stays: its answer is older', async () => {
  const syncing = redundancy('secondary_copy', 'syncing', 'behind');
  const synced = redundancy('secondary_copy', 'synced', 'equal');
  const backend = new FakeBackend({ get_station: () => aStation(), get_redundancy: () => syncing });
  const store = new StationStore(backend);
  const asked = store.refresh();
  store.update(aStation(), synced);
  await asked;
  expect(store.redundancy?.status).toBe('synced');
  await store.refresh();
  expect(store.redundancy?.status).toBe('syncing');
});
