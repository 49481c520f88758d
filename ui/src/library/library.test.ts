import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handleKey } from '../actions';
import type { App } from '../stores/app.svelte';
import { anAsset, anItem, SECONDARY, stationBackend, type FakeBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import LibraryPanel from './LibraryPanel.svelte';
import { until } from '../testing/until';

const assets = ['a', 'b', 'c'].map((id) => anAsset(id));
const items = [anItem('x'), anItem('y')];
let app: App | undefined;
let listening: AbortController;

beforeEach(() => {
  listening = new AbortController();
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
});

afterEach(() => {
  listening.abort();
  app?.stop();
});

async function show(backend: FakeBackend): Promise<App> {
  const started = await startApp(backend);
  app = started;
  window.addEventListener('keydown', (event) => handleKey(event, started), { signal: listening.signal });
  render(Provide, { props: { app: started, of: LibraryPanel } });
  await until(() => started.library.loaded);
  await tick();
  return started;
}

describe('the library', () => {
  test('asks the station while words are typed, and says of which ones it shows the answer', async () => {
    const backend = stationBackend(items, assets);
    const { library } = await show(backend);
    await userEvent.type(screen.getByRole('searchbox'), 'news');
    await until(() => library.found === 'news');
    expect(backend.argsOf('list_assets').at(-1)).toMatchObject({ query: 'news', offset: 0 });
    expect(await screen.findByText(/for “news”/)).toBeVisible();
    // An answer that does not come leaves what is shown with the words that it is for.
    backend.handlers.list_assets = () => {
      throw new Error('out of reach');
    };
    await userEvent.type(screen.getByRole('searchbox'), ' at ten');
    await until(() => library.query !== 'news');
    expect(screen.getByText(/for “news”/)).toBeVisible();
  });

  test('shows one kind, in the order that was asked for', async () => {
    const backend = stationBackend(items, assets);
    await show(backend);
    await userEvent.click(screen.getByRole('button', { name: 'Live' }));
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Order' }), 'Longest first');
    expect(backend.argsOf('list_assets').at(-1)).toMatchObject({ kind: 'live', sort: 'duration_desc' });
    expect(screen.getByRole('button', { name: 'Live' })).toHaveAttribute('aria-pressed', 'true');
  });

  test('Enter inserts after what is selected in the playlist', async () => {
    const backend = stationBackend(items, assets);
    const { selection } = await show(backend);
    selection.items = { ids: new Set(['x']), focus: 'x', anchor: 'x' };
    await userEvent.click(screen.getByText('Asset b'));
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('{Enter}');
    expect(backend.argsOf('insert_items')).toMatchObject([{ after: 'x', items: [{ asset_id: 'b' }] }]);
  });

  test('Shift and Enter insert before what is selected in the playlist, at the head of the day too', async () => {
    const backend = stationBackend(items, assets);
    const { messages, selection } = await show(backend);
    await userEvent.click(screen.getByText('Asset b'));
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
    expect(messages.list.map(({ text }) => text)).toEqual(['Select an item first.']);
    selection.items = { ids: new Set(['x']), focus: 'x', anchor: 'x' };
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
    expect(backend.argsOf('insert_items')).toMatchObject([{ after: null, items: [{ asset_id: 'b' }] }]);
  });

  test('is reached from the search field by keyboard alone', async () => {
    const backend = stationBackend(items, assets);
    await show(backend);
    await userEvent.click(screen.getByRole('searchbox'));
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(backend.argsOf('insert_items')).toMatchObject([{ items: [{ asset_id: 'b' }] }]);
  });

  test('says what to do first where it is empty', async () => {
    await show(stationBackend(items, []));
    expect(screen.getByText('The library is empty')).toBeInTheDocument();
    expect(screen.getAllByRole('button', { name: 'Add a folder of media' }).length).toBeGreaterThan(0);
  });

  test('on a secondary it can be searched and selected from, not inserted from', async () => {
    const backend = stationBackend(items, assets, SECONDARY);
    const { messages, selection } = await show(backend);
    await userEvent.click(screen.getByText('Asset b'));
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('{Enter}{Delete}');
    expect([...selection.assets.ids]).toEqual(['b']);
    expect(backend.calls.filter(({ command }) => /insert|delete/.test(command))).toEqual([]);
    expect(messages.list.map(({ text }) => text)).toEqual([SECONDARY.read_only_reason]);
    expect(screen.getByRole('button', { name: 'Add a folder of media' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
  });
});
