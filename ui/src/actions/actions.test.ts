import { describe, expect, test } from 'vitest';
import { actions } from './index';
import { following } from './library';
import { keysOf, showKeys } from './keys';

const press = (key: string, modifiers: Partial<KeyboardEvent> = {}) =>
  keysOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

describe('keys', () => {
  test('are written with their modifiers', () => {
    expect(press('z', { ctrlKey: true })).toBe('Mod+Z');
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('Mod+Shift+Z');
    expect(press('ArrowUp', { altKey: true })).toBe('Alt+ArrowUp');
    expect(press('?', { shiftKey: true })).toBe('?');
    expect(press('F6', { shiftKey: true })).toBe('Shift+F6');
  });

  test('are shown as people read them', () => expect(showKeys('Alt+ArrowUp')).toBe('Alt + ↑'));
});

describe('the actions', () => {
  test('have an id each', () => {
    const ids = actions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('never share keys where both could be meant', () => {
    const taken = new Set<string>();
    for (const { keys, scope, id } of actions) {
      for (const key of keys) {
        for (const where of scope === 'global' ? ['global', 'playlist', 'library'] : [scope]) {
          expect(taken, `${key} of ${id}`).not.toContain(`${where} ${key}`);
          taken.add(`${where} ${key}`);
        }
      }
    }
  });

  test('can all be reached by a key', () => {
    expect(actions.filter(({ keys }) => keys.length === 0)).toEqual([]);
  });
});

describe('filling a day in several rounds', () => {
  const clips = (...ids: string[]) => ids.map((asset_id) => ({ asset_id }));

  test('never puts a clip behind itself', () => {
    expect(following('a', clips('b', 'a'))).toEqual(clips('b', 'a'));
    expect(following('a', clips('a', 'b'))).toEqual(clips('b', 'a'));
    expect(following('a', clips('a', 'b', 'a'))).toEqual(clips('b', 'a'));
    expect(following('a', clips('a'))).toEqual([]);
  });
});
