import { render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import LanguageForm from '../settings/LanguageForm.svelte';
import { counted, dateOf, list, milliseconds, number, size } from './format';
import { language, LANGUAGES, type Language } from './language.svelte';
import { areTexts, texts } from './texts';
import { placeholdersOf, saidBy, type Said } from './walk';

const files = import.meta.glob<Record<string, unknown>>(['../**/strings.ts', '../**/reasons.ts'], {
  eager: true,
});
const groups = Object.entries(files).flatMap(([file, exported]) =>
  Object.entries(exported)
    .filter(([, value]) => areTexts(value))
    .map(([name, group]): [string, object] => [`${file.slice(3)} ${name}`, group as object]),
);

function inEach(group: object): Record<Language, Said> {
  const said = {} as Record<Language, Said>;
  for (const each of LANGUAGES) {
    language.choice = each;
    said[each] = saidBy(group);
  }
  return said;
}

beforeEach(() => {
  localStorage.clear();
  language.restore();
});
afterEach(() => {
  localStorage.clear();
  language.restore();
});

describe('every text', () => {
  it('is found by this test', () => {
    expect(groups.length).toBeGreaterThan(5);
  });

  it.each(groups)('%s says the same in both languages, with the same values in it', (_, group) => {
    const { en, de } = inEach(group);
    expect([...de.keys()]).toEqual([...en.keys()]);
    for (const [key, english] of en) {
      const german = de.get(key) ?? '';
      expect(german.trim(), key).not.toBe('');
      expect(placeholdersOf(german), key).toEqual(placeholdersOf(english));
    }
  });

  it('that leaves out a value in one language is noticed', () => {
    const group = texts({ of: (name: string) => ({ en: `The data of ${name}`, de: 'Die Daten' }) });
    const { en, de } = inEach(group);
    expect(placeholdersOf(de.get('of()') ?? '')).not.toEqual(placeholdersOf(en.get('of()') ?? ''));
  });

  it('that lacks a language is a type error', () => {
    // @ts-expect-error -- no German
    texts({ title: { en: 'Settings' } });
  });

  it('takes the form that goes with its number', () => {
    const group = texts({
      n: (n: number) => ({ en: counted(n, 'day', 'days'), de: counted(n, 'Tag', 'Tage') }),
    });
    language.choice = 'de';
    expect([0, 1, 1204].map((n) => group.n(n))).toEqual(['0 Tage', '1 Tag', '1.204 Tage']);
    language.choice = 'en';
    expect([0, 1, 1204].map((n) => group.n(n))).toEqual(['0 days', '1 day', '1,204 days']);
  });
});

describe('the language', () => {
  const systemSpeaks = (...locales: string[]) => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(locales);
    language.restore();
  };

  it.each([
    [['de-AT', 'en'], 'de', 'de-AT'],
    [['fr-FR', 'de'], 'de', 'de'],
    [['fr-FR'], 'en', 'en-GB'],
    [['en-US'], 'en', 'en-US'],
  ])('follows a system that speaks %j: %s, %s', (locales, current, locale) => {
    systemSpeaks(...locales);
    expect([language.current, language.locale]).toEqual([current, locale]);
    expect(document.documentElement.lang).toBe(current);
  });

  it('that was chosen holds against the system, and over a restart', () => {
    systemSpeaks('en-US');
    language.choice = 'de';
    language.restore();
    expect([language.choice, language.current, language.locale]).toEqual(['de', 'de', 'de-DE']);
  });

  it('changes on the screen at once', async () => {
    systemSpeaks('en-US');
    render(LanguageForm, { timeZone: 'UTC' });
    expect(screen.getByText(/^Dates and numbers: .*86,400$/)).toBeVisible();
    screen.getByRole('radio', { name: 'Deutsch' }).click();
    expect(await screen.findByText(/^Datum und Zahlen: .*86\.400$/)).toBeVisible();
  });

  it('decides how numbers, sizes, lists and dates are written', () => {
    language.choice = 'de';
    expect([number(1204), size(18_240_512), size(1240), milliseconds(1400)]).toEqual([
      '1.204',
      '18 MB',
      '1,2 kB',
      '1,4 s',
    ]);
    expect(list(['a', 'b', 'c'])).toBe('a, b und c');
    expect(dateOf('2026-11-22T23:30:00Z', 'Europe/Berlin')).toBe('23.11.2026');
  });
});
