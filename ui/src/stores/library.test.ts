import { describe, expect, test, vi } from 'vitest';
import { anAsset, FakeBackend } from '../testing/fake-backend';
import { LibraryStore } from './library.svelte';
import { until } from '../testing/until';

const assets = Array.from({ length: 100_000 }, (_, index) => anAsset(`a${index}`));

function library() {
  const backend = new FakeBackend({
    list_assets: ({ query, offset, limit }) => {
      const found = query ? assets.filter(({ id }) => id.startsWith(query)) : assets;
      const first = offset ?? 0;
      return { total: found.length, assets: found.slice(first, first + (limit ?? 0)) };
    },
  });
  return { backend, store: new LibraryStore(backend) };
}

describe('the library of 100,000 assets', () => {
  test('is fetched in pages, only where somebody looks', async () => {
    const { backend, store } = library();
    await store.refresh();
    expect(store.total).toBe(100_000);
    store.show(50_010, 50_040);
    await until(() => store.at(50_020) !== undefined);
    expect(store.at(50_020)?.id).toBe('a50020');
    expect(store.at(70_000)).toBeUndefined();
    expect(backend.calls).toHaveLength(2);
  });

  test('asks for a page once', async () => {
    const { backend, store } = library();
    store.show(0, 30);
    store.show(5, 35);
    await until(() => store.loaded);
    store.show(10, 40);
    expect(backend.calls).toHaveLength(1);
  });

  test('an answer to an older question is dropped', async () => {
    const { backend, store } = library();
    await store.refresh();
    const answers: (() => void)[] = [];
    const call = backend.call.bind(backend);
    vi.spyOn(backend, 'call').mockImplementation(async (command, args) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return call(command, args);
    });
    const first = store.ask({ query: 'a1' });
    const second = store.ask({ query: 'a99' });
    answers[1]?.();
    await second;
    answers[0]?.();
    await first;
    expect(store.total).toBe(1_111);
    expect(store.at(0)?.id).toBe('a99');
  });

  test('is searched at the first letter; of those that come before the answer, the last is asked', async () => {
    const { backend, store } = library();
    await store.refresh();
    for (const words of ['a9', 'a99', 'a999']) store.search(words);
    await until(() => store.total === 111);
    store.search('a1');
    await until(() => store.total === 11_111);
    expect(backend.argsOf('list_assets').map(({ query }) => query)).toEqual([undefined, 'a9', 'a999', 'a1']);
  });

  test('keeps what it shows until a refresh is answered', async () => {
    const { store } = library();
    await store.refresh();
    const refreshed = store.refresh();
    expect(store.at(0)?.id).toBe('a0');
    await refreshed;
    expect(store.at(0)?.id).toBe('a0');
  });

  test('says why it could not be loaded', async () => {
    const store = new LibraryStore(new FakeBackend());
    await store.refresh();
    expect(store.error).toContain('list_assets');
    expect(store.loaded).toBe(false);
  });
});
