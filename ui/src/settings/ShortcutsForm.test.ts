import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import { actionOf, actions, handleKey, menuEntry } from '../actions';
import { shortcuts } from '../actions/shortcuts.svelte';
import { stationBackend } from '../testing/fake-backend';
import { startApp } from '../testing/start-app';
import ShortcutsForm from './ShortcutsForm.svelte';

function open() {
  render(ShortcutsForm);
  const row = (label: string) => screen.getByRole('group', { name: label });
  const user = userEvent.setup();
  const press = async (button: string, label: string, keys: string) => {
    await user.click(within(row(label)).getByRole('button', { name: new RegExp(button) }));
    await user.keyboard(keys);
  };
  return { row, user, press };
}

afterEach(() => {
  shortcuts.resetAll();
  localStorage.clear();
});

describe('the shortcuts', () => {
  it('list every action with its keys', () => {
    const { row } = open();
    for (const action of actions) expect(row(action.label)).toBeVisible();
    expect(row('Redo')).toHaveTextContent('Ctrl + Shift + Z');
  });

  it('take the keys that are pressed; menus, help and the keyboard follow, over a restart too', async () => {
    const { row, press } = open();
    await press('Change', 'Go to now', '{Control>}j{/Control}');
    expect(row('Go to now')).toHaveTextContent('Ctrl + J');
    shortcuts.restore();
    const app = await startApp(stationBackend());
    expect(menuEntry('day.now', app).shortcut).toBe('Ctrl + J');
    app.overlay = null;
    await press('Change', 'Redundancy status', '{Control>}{F9}{/Control}');
    document.body.innerHTML = '';
    handleKey(new KeyboardEvent('keydown', { key: 'F8' }), app);
    expect(app.overlay).toBeNull();
    handleKey(new KeyboardEvent('keydown', { key: 'F9', ctrlKey: true }), app);
    expect(app.overlay).toBe('redundancy');
  });

  it('refuse keys that another action has and name it', async () => {
    const { row, press } = open();
    await press('Change', 'Go to now', 't');
    expect(within(row('Go to now')).getByRole('alert')).toHaveTextContent('T is taken by “Today”');
    expect(actionOf('day.now').keys).toEqual(['.']);
  });

  it('let two panels use the same keys, as they cannot both be meant', async () => {
    const { row, press } = open();
    await press('Change', 'Delete asset', '{Control>}d{/Control}');
    expect(row('Delete asset')).toHaveTextContent('Ctrl + D');
    expect(actionOf('items.duplicate').keys).toEqual(['Mod+D']);
  });

  it('leave the keys alone that lists and fields are walked through with', async () => {
    const { row, press } = open();
    await press('Change', 'Today', '{ArrowDown}');
    expect(within(row('Today')).getByRole('alert')).toHaveTextContent('↓ is needed');
    await press('Change', 'Today', '{Escape}');
    expect(row('Today')).toHaveTextContent('T');
  });

  it('can be added, reset one by one and all at once', async () => {
    const { row, press, user } = open();
    await press('Add', 'Today', '{Control>}t{/Control}');
    expect(actionOf('day.today').keys).toEqual(['T', 'Mod+T']);
    await press('Change', 'Undo', '{F4}');
    await user.click(screen.getByRole('button', { name: 'Reset the keys of Undo' }));
    expect(actionOf('history.undo').keys).toEqual(['Mod+Z']);
    await user.click(screen.getByRole('button', { name: 'Reset all' }));
    expect(row('Today')).not.toHaveTextContent('Ctrl');
  });

  it('are not reset onto keys that were given to another action meanwhile', async () => {
    const { row, press, user } = open();
    await press('Change', 'Today', '{F4}');
    await press('Change', 'Go to now', 't');
    await user.click(screen.getByRole('button', { name: 'Reset the keys of Today' }));
    expect(within(row('Today')).getByRole('alert')).toHaveTextContent('taken by “Go to now”');
    expect(actionOf('day.today').keys).toEqual(['F4']);
  });

  it('that were kept damaged are as if nothing was kept', () => {
    for (const kept of ['{', '[]', '{"day.now":7}', '{"day.now":[]}', 'null']) {
      localStorage.setItem('tandem.shortcuts', kept);
      shortcuts.restore();
      expect(actionOf('day.now').keys, kept).toEqual(['.']);
    }
  });
});
