import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { actionOf, perform } from '../actions';
import { CallError, type EditPreview, type TemplateView } from '../backend';
import type { App } from '../stores/app.svelte';
import { anItem, SECONDARY, stationBackend, type FakeBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import TemplatesDialog from './TemplatesDialog.svelte';

const evening: TemplateView = {
  id: 't1',
  name: 'Evening',
  items: 3,
  duration: 750,
  starts_at: '20:15:00:00',
};
const told: EditPreview = {
  starts_at: '06:00:20:00',
  shifts: [],
  shifts_total: 0,
  cuts: [],
  cuts_total: 0,
  gaps: [],
  gaps_total: 0,
  overrun: { was: 0, now: 0 },
  unfilled: { was: 0, now: 0 },
  removed: 2,
  left_out: 1,
  aired: null,
  rows: [],
};
let app: App | undefined;

afterEach(() => app?.stop());

function aBackend(station = {}): FakeBackend {
  const backend = stationBackend([anItem('a'), anItem('b')], [], station);
  const committed = { epoch: 1, seq: 2 };
  backend.handlers.list_templates = () => ({ templates: [evening, { ...evening, id: 't2', name: 'Night' }] });
  backend.handlers.preview_edit = () => told;
  backend.handlers.insert_template = () => ({
    ...committed,
    items: ['x', 'y'],
    removed: 2,
    trimmed: 0,
    left_out: 1,
    aired: null,
  });
  backend.handlers.create_template = ({ name }) => ({ ...committed, template: { ...evening, name } });
  backend.handlers.rename_template = ({ name }) => ({ ...committed, template: { ...evening, name } });
  backend.handlers.delete_template = () => ({ ...committed, deleted: 1, aired: null });
  return backend;
}

async function show(backend: FakeBackend): Promise<App> {
  const started = await startApp(backend);
  app = started;
  render(Provide, { props: { app: started, of: TemplatesDialog } });
  started.selectItem('b');
  perform(actionOf('day.templates'), started);
  await screen.findByRole('radio', { name: /Evening/ });
  return started;
}

test('a template goes where and how it is chosen, after its preview', async () => {
  const backend = aBackend();
  const started = await show(backend);
  expect(screen.getByRole('radio', { name: /Evening/ })).toBeChecked();
  expect(await screen.findByText('2 items of the day go.')).toBeVisible();
  expect(screen.getByText('1 item of the template finds no room.')).toBeVisible();
  expect(backend.argsOf('preview_edit').at(-1)?.edit).toEqual({
    kind: 'template',
    id: 't1',
    place: { kind: 'here', after: 'b' },
    mode: 'move',
  });
  await userEvent.click(screen.getByRole('radio', { name: /Night/ }));
  await userEvent.click(screen.getByRole('radio', { name: 'At a time' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Clock time' }), '21:30');
  await userEvent.click(screen.getByRole('radio', { name: 'is replaced' }));
  await userEvent.click(screen.getByRole('button', { name: 'Insert' }));
  await until(() => started.overlay === null);
  expect(backend.argsOf('insert_template')).toEqual([
    {
      id: 't2',
      date: started.day.date,
      place: { kind: 'at', time: '21:30:00:00' },
      mode: 'overwrite',
    },
  ]);
});

test('the selection is saved as a template, which then is the chosen one', async () => {
  const backend = aBackend();
  const started = await show(backend);
  const save = screen.getByRole('button', { name: 'Save' });
  expect(save).toHaveAccessibleDescription('Give it a name.');
  await userEvent.type(screen.getByRole('textbox', { name: 'Save 1 item as a template' }), 'Break{Enter}');
  await until(() => started.messages.list.length > 0);
  expect(backend.argsOf('create_template')).toEqual([{ name: 'Break', ids: ['b'] }]);
});

test('a template is renamed in its line, and deleted without being asked', async () => {
  const backend = aBackend();
  await show(backend);
  const list = within(screen.getByRole('radiogroup', { name: 'All templates' }));
  await userEvent.click(list.getByRole('button', { name: 'Rename: Night' }));
  await userEvent.keyboard('Late{Enter}');
  await until(() => backend.argsOf('rename_template').length === 1);
  expect(backend.argsOf('rename_template')).toEqual([{ id: 't2', name: 'Late' }]);
  await userEvent.click(await list.findByRole('button', { name: 'Delete: Evening' }));
  await until(() => backend.argsOf('delete_template').length === 1);
  expect(backend.argsOf('delete_template')).toEqual([{ id: 't1' }]);
});

test('what the core refuses stands in the dialog, which stays', async () => {
  const backend = aBackend();
  backend.handlers.insert_template = () => {
    throw new CallError('conflict', 'Nothing of the template fits there.');
  };
  const started = await show(backend);
  await userEvent.click(screen.getByRole('button', { name: 'Insert' }));
  expect(await screen.findByText('Nothing of the template fits there.')).toBeVisible();
  expect(started.overlay).toBe('templates');
});

test('on a secondary templates can be looked at, and nothing is changed', async () => {
  const backend = aBackend(SECONDARY);
  await show(backend);
  for (const name of ['Insert', 'Save', 'Delete: Night']) {
    const button = screen.getByRole('button', { name });
    expect(button).toHaveAccessibleDescription(/secondary/);
    await userEvent.click(button);
  }
  const edits = backend.calls.filter(({ command }) => /(insert|create|delete)_template/.test(command));
  expect(edits).toEqual([]);
});
