import { afterEach, describe, expect, it } from 'vitest';
import { CallError } from '../backend';
import { inWords, refusal, SENTENCES } from './core';
import { language } from './language.svelte';

/** What the station and the screen's way to it are made of. */
const sources = import.meta.glob<string>(
  [
    '../../../src-tauri/crates/pair/src/*.rs',
    '../../../src-tauri/crates/node/src/commands/redundancy.rs',
    '../../../src-tauri/crates/node/src/station/tell.rs',
    '../backend/http.ts',
  ],
  { query: '?raw', import: 'default', eager: true },
);
/** Rust's strings may go on behind a backslash. */
const all = Object.values(sources)
  .join('\n')
  .replace(/\\\n\s*/g, '');

afterEach(() => {
  language.choice = 'system';
});

describe('what the station says', () => {
  it.each(Object.keys(SENTENCES))('is still said so: %s', (sentence) => expect(all).toContain(sentence));

  it('is said in German where it is known, and as it is where it is not', () => {
    const known = 'This station is a secondary: edit on the primary.';
    expect(inWords(known)).toBe(known);
    language.choice = 'de';
    expect(inWords(known)).toMatch(/^Diese Station ist Reservesystem/);
    expect(inWords('Something of one case.')).toBe('Something of one case.');
    expect(inWords(null)).toBeNull();
  });

  it('is, as a refusal, told by its kind, with the station’s own words behind', () => {
    const error = new CallError('invalid', 'A name needs a letter.');
    expect(refusal(error)).toBe('A name needs a letter.');
    language.choice = 'de';
    expect(refusal(error)).toBe('Das ist nicht gültig. (A name needs a letter.)');
    expect(refusal(new CallError('read_only', 'This station is a secondary: edit on the primary.'))).toMatch(
      /^Diese Station ist Reservesystem/,
    );
  });
});
