import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handleKey } from '../actions';
import type { FileFinding as Finding } from '../backend';
import { asset } from '../inspector/fixtures';
import LibraryPanel from '../library/LibraryPanel.svelte';
import type { App } from '../stores/app.svelte';
import { anAsset, SECONDARY, stationBackend, type FakeBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import { DEFAULT_RATE } from '../time/frame-rate';
import FileFinding from './FileFinding.svelte';

const assets = [
  anAsset('a', { file_state: 'missing' }),
  anAsset('b', { file_state: 'changed' }),
  anAsset('c'),
];
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

function library(station: Parameters<typeof stationBackend>[2] = {}): FakeBackend {
  const backend = stationBackend([], assets, station);
  backend.handlers.get_file_check = () => ({ missing: 1, changed: 2, checked_at: null });
  backend.handlers.update_from_files = () => ({ updated: 2, durations: 1, epoch: 1, seq: 2 });
  backend.handlers.check_files = () => ({ job: 'j' });
  backend.handlers.list_categories = () => ({ categories: [{ name: 'News', assets: 3 }] });
  return backend;
}

async function show(backend: FakeBackend): Promise<App> {
  const started = await startApp(backend);
  app = started;
  window.addEventListener('keydown', (event) => handleKey(event, started), { signal: listening.signal });
  render(Provide, { props: { app: started, of: LibraryPanel } });
  await until(() => started.library.loaded && started.files.check !== null);
  await tick();
  return started;
}

describe('files that are missing or have changed', () => {
  test('are said in the rows of their assets', async () => {
    await show(library());
    const list = screen.getByRole('listbox', { name: 'Assets' });
    const [missing, changed, sound] = within(list).getAllByRole('option');
    expect(missing).toHaveTextContent('File missing');
    expect(changed).toHaveTextContent('File changed');
    expect(sound).not.toHaveTextContent('File');
  });

  test('are counted above the list, which shows only them on request and everything again', async () => {
    const backend = library();
    await show(backend);
    expect(screen.getByText('1 file is missing')).toBeVisible();
    const only = screen.getByRole('button', { name: 'Show the assets whose file is missing' });
    await userEvent.click(only);
    expect(backend.argsOf('list_assets').at(-1)).toMatchObject({ only: 'missing' });
    await userEvent.click(only);
    expect(backend.argsOf('list_assets').at(-1)?.only).toBeUndefined();
  });

  test('that changed are taken into the library as one edit, by button or by key', async () => {
    const backend = library();
    const { messages } = await show(backend);
    await userEvent.click(screen.getByRole('button', { name: 'Update all 2' }));
    expect(backend.argsOf('update_from_files')).toEqual([{}]);
    await until(() => messages.list.length > 0);
    expect(messages.list[0]?.text).toContain('Updated 2 assets, 1 with a new duration');
    await userEvent.click(screen.getByText('Asset b'));
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('u');
    expect(backend.argsOf('update_from_files').at(-1)).toEqual({ ids: ['b'] });
  });

  test('are not updated from on a secondary, which says why', async () => {
    const backend = library(SECONDARY);
    await show(backend);
    const button = screen.getByRole('button', { name: 'Update all 2' });
    expect(button).toHaveAttribute('aria-disabled', 'true');
    expect(button).toHaveAccessibleDescription(SECONDARY.read_only_reason ?? '');
    await userEvent.click(button);
    expect(backend.argsOf('update_from_files')).toEqual([]);
  });

  test('are looked for by key, on a secondary too', async () => {
    const backend = library(SECONDARY);
    await show(backend);
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('c');
    expect(backend.argsOf('check_files')).toHaveLength(1);
  });

  test('show at once when the station tells of them', async () => {
    const backend = library();
    await show(backend);
    const asked = backend.argsOf('list_assets').length;
    backend.emit({ type: 'files', missing: 7, changed: 0, checked_at: null });
    expect(await screen.findByText('7 files are missing')).toBeVisible();
    await until(() => backend.argsOf('list_assets').length > asked);
  });
});

describe('the filters of the library', () => {
  test('are opened by key and narrow by category, duration and use', async () => {
    const backend = library();
    await show(backend);
    screen.getByRole('listbox').focus();
    await userEvent.keyboard('f');
    await screen.findByRole('option', { name: 'News (3)' });
    await userEvent.selectOptions(screen.getByLabelText('Category'), 'News');
    await userEvent.selectOptions(screen.getByLabelText('Only'), 'Never scheduled');
    await userEvent.type(screen.getByLabelText('At least'), '10:00');
    await userEvent.tab();
    expect(backend.argsOf('list_assets').at(-1)).toMatchObject({
      category: 'News',
      only: 'unused',
      duration_min: 250,
    });
    await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }));
    expect(backend.argsOf('list_assets').at(-1)).toMatchObject({ query: undefined, category: undefined });
  });

  test('say beside the field what is no duration, and ask nothing', async () => {
    const backend = library();
    const { view } = await show(backend);
    view.libraryFilters = true;
    await tick();
    const asked = backend.argsOf('list_assets').length;
    await userEvent.type(screen.getByLabelText('At most'), '10:99');
    await userEvent.tab();
    expect(screen.getByLabelText('At most')).toBeInvalid();
    expect(backend.argsOf('list_assets')).toHaveLength(asked);
  });
});

describe('what the inspector says of a file', () => {
  const found = (change: Partial<Finding>): Finding => ({
    state: 'changed',
    root_present: true,
    duration: 37_550,
    size_bytes: 1,
    modified_at: null,
    problem: null,
    ...change,
  });

  function inspect(finding: Finding | null, readOnly: string | null = null) {
    const update = vi.fn(async () => {});
    render(FileFinding, { props: { asset: asset({ finding }), rate: DEFAULT_RATE, readOnly, update } });
    return update;
  }

  test('is nothing where it is as the library has it', () => {
    inspect(null);
    expect(screen.queryByRole('region')).toBeNull();
  });

  test('tells a file that is gone from a folder that is', () => {
    inspect(found({ state: 'missing', duration: null }));
    expect(screen.getByRole('region')).toHaveTextContent('The file is not on this station. Copy it');
    inspect(found({ state: 'missing', root_present: false, duration: null }));
    const [, second] = screen.getAllByRole('region');
    expect(second).toHaveTextContent('The folder of “media” is not there');
  });

  test('offers the new duration as one edit', async () => {
    const update = inspect(found({}));
    const region = screen.getByRole('region', { name: 'File changed' });
    expect(region).toHaveTextContent('It is 2 s longer.');
    await userEvent.click(within(region).getByRole('button', { name: 'Update duration' }));
    expect(update).toHaveBeenCalledWith('a1');
  });

  test('offers nothing where the file cannot be read, and says why', () => {
    inspect(found({ duration: null, problem: 'moov atom not found' }));
    expect(screen.getByRole('region')).toHaveTextContent('It cannot be read: moov atom not found.');
    expect(screen.queryByRole('button')).toBeNull();
  });

  test('says on a secondary why it is not updated here', async () => {
    const update = inspect(found({}), 'Edit on Station A.');
    const button = screen.getByRole('button', { name: 'Update duration' });
    expect(button).toHaveAccessibleDescription('Edit on Station A.');
    await userEvent.click(button);
    expect(update).not.toHaveBeenCalled();
  });
});
