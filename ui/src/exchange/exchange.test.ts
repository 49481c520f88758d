import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CallError, type ImportPreview } from '../backend';
import type { App } from '../stores/app.svelte';
import { anItem, SECONDARY, stationBackend, type FakeBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import ExportDialog from './ExportDialog.svelte';
import ImportDialog from './ImportDialog.svelte';

const items = [anItem('x'), anItem('y')];
let app: App | undefined;

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
});

afterEach(() => app?.stop());

function preview(change: Partial<ImportPreview> = {}): ImportPreview {
  return {
    format: 'csv',
    file_date: null,
    channel: null,
    table: { names: ['A', 'B'], columns: [{ holds: 'title', column: 0 }] },
    items: ['First', 'Second'].map((title, index) => ({
      line: index + 2,
      kind: 'clip' as const,
      title,
      asset_id: null,
      start_mode: 'follow' as const,
      fixed_start: null,
      in_point: 0,
      duration: 250,
      starts_at: '06:00:00:00',
      marks: [],
    })),
    problems: [{ line: 4, left_out: true, message: 'Left out: its duration "?" is none.' }],
    more_problems: 0,
    matched: 0,
    removes: 0,
    day: { items: 4, scheduled: 1000, gaps: 0, lost: 0, overrun: 0, unfilled: 0 },
    ...change,
  };
}

async function show(backend: FakeBackend, overlay: 'import' | 'export'): Promise<App> {
  const started = await startApp(backend);
  app = started;
  started.overlay = overlay;
  render(Provide, { props: { app: started, of: overlay === 'import' ? ImportDialog : ExportDialog } });
  return started;
}

async function choose(name: string, text: string): Promise<void> {
  await userEvent.upload(screen.getByLabelText('Choose a file…'), new File([text], name));
}

const button = (name: string | RegExp) => screen.getByRole('button', { name });

describe('importing', () => {
  test('shows what the file would bring before anything changes', async () => {
    const backend = stationBackend(items);
    backend.handlers.preview_import = () => preview();
    await show(backend, 'import');
    expect(button('Import')).toHaveAttribute('aria-disabled', 'true');
    await choose('day.csv', 'A,B\nFirst,10\n');
    expect(await screen.findByText('Line 4')).toBeVisible();
    expect(screen.getByRole('cell', { name: 'Second' })).toBeVisible();
    expect(backend.argsOf('preview_import')).toEqual([
      expect.objectContaining({
        name: 'day.csv',
        data: btoa('A,B\nFirst,10\n'),
        place: 'append',
        after: null,
      }),
    ]);
    expect(backend.argsOf('import_playlist')).toEqual([]);
  });

  test('asks again where the items would go elsewhere, and says how many would go', async () => {
    const backend = stationBackend(items);
    backend.handlers.preview_import = ({ place }) => preview({ removes: place === 'replace' ? 2 : 0 });
    const { selection } = await show(backend, 'import');
    selection.items = { ids: new Set(['x']), focus: 'x', anchor: 'x' };
    await choose('day.csv', 'x');
    await userEvent.click(await screen.findByRole('radio', { name: 'Behind the selection' }));
    await until(() => backend.argsOf('preview_import').length === 2);
    expect(backend.argsOf('preview_import').at(-1)).toMatchObject({ place: 'insert', after: 'x' });
    await userEvent.click(await screen.findByRole('radio', { name: 'In place of the whole day' }));
    expect(await screen.findByText('The 2 items that are there go.')).toBeVisible();
  });

  test('takes exactly what was shown, and closes', async () => {
    const backend = stationBackend(items);
    backend.handlers.preview_import = () => preview();
    backend.handlers.import_playlist = () => ({
      playlist_id: 'day',
      items: ['a', 'b'],
      removed: 0,
      problems: 1,
      aired: null,
      epoch: 1,
      seq: 2,
    });
    const started = await show(backend, 'import');
    await choose('day.csv', 'x');
    await userEvent.click(await screen.findByRole('button', { name: 'Import 2 items' }));
    await until(() => started.overlay === null);
    expect(backend.argsOf('import_playlist')).toEqual(backend.argsOf('preview_import'));
    expect(started.messages.list.at(-1)?.text).toBe('2 items imported from “day.csv”.');
  });

  test('offers the columns of a table that it does not know', async () => {
    const backend = stationBackend(items);
    backend.handlers.preview_import = ({ columns }) => {
      if (columns?.length) return preview();
      throw new CallError('invalid', 'No column is called Title or File.', {
        columns: ['Sendeplatz', 'Wert'],
      });
    };
    await show(backend, 'import');
    await choose('plan.csv', 'x');
    await until(() => (screen.getByRole('alert').textContent ?? '').includes('No column is called'));
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Title' }), 'Sendeplatz');
    await until(() => backend.argsOf('preview_import').length === 2);
    expect(backend.argsOf('preview_import').at(-1)).toMatchObject({
      columns: [{ holds: 'title', column: 0 }],
    });
    expect(await screen.findByRole('button', { name: 'Import 2 items' })).toBeVisible();
  });

  test('says why a file cannot be used, and imports nothing', async () => {
    const backend = stationBackend(items);
    backend.handlers.preview_import = () => {
      throw new CallError('invalid', '“day.json” cannot be read: Line 2 is not JSON.', null);
    };
    await show(backend, 'import');
    await choose('day.json', '{');
    await until(() => (screen.getByRole('alert').textContent ?? '').includes('Line 2 is not JSON'));
    await userEvent.click(button('Import'));
    expect(backend.argsOf('import_playlist')).toEqual([]);
  });

  test('shows a preview on a secondary, but does not import', async () => {
    const backend = stationBackend(items, [], SECONDARY);
    backend.handlers.preview_import = () => preview();
    await show(backend, 'import');
    await choose('day.csv', 'x');
    const take = await screen.findByRole('button', { name: 'Import 2 items' });
    expect(take).toHaveAccessibleDescription(SECONDARY.read_only_reason ?? '');
    await userEvent.click(take);
    expect(backend.argsOf('import_playlist')).toEqual([]);
  });
});

describe('exporting', () => {
  test('asks for a programme’s shortest length only where it counts', async () => {
    const backend = stationBackend(items);
    backend.handlers.export_playlist = () => ({
      name: 'One.xml',
      media_type: 'application/xml',
      items: 2,
      text: '<tv/>',
      path: null,
    });
    vi.stubGlobal(
      'URL',
      Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
    );
    const started = await show(backend, 'export');
    expect(screen.queryByLabelText('Shortest programme, in seconds')).toBeNull();
    await userEvent.click(await screen.findByRole('radio', { name: /XMLTV/ }));
    const field = screen.getByLabelText('Shortest programme, in seconds');
    await userEvent.clear(field);
    await userEvent.type(field, '-3');
    expect(field).toHaveAccessibleDescription(/Give whole seconds from 0 to 86400/);
    await userEvent.clear(field);
    await userEvent.type(field, '300');
    await userEvent.click(button('Download'));
    await until(() => started.overlay === null);
    expect(backend.argsOf('export_playlist')).toEqual([
      { date: started.day.date, format: 'xmltv', programme_min_s: 300 },
    ]);
  });
});
