/** The language that this machine's screen speaks: kept in the browser, never replicated. */

export type Language = 'en' | 'de';

/** What a person chose: a language, or that of the system. */
export type LanguageChoice = 'system' | Language;

export const LANGUAGES: readonly Language[] = ['en', 'de'];
const KEY = 'tandem.language';

/** Where the system asks for none of ours, the first of it. */
const FALLBACK: Language = 'en';

/** How dates and numbers are written where the system's own locale speaks another language: 24 hours, the day first. */
const LOCALE: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

class LanguageSetting {
  #choice = $state<LanguageChoice>('system');
  #system = $state.raw<readonly string[]>(systemLocales());

  /** What is spoken now. Whatever renders a text reads this, so that a change shows at once. */
  readonly current: Language = $derived(this.#choice === 'system' ? spokenBy(this.#system) : this.#choice);

  /** The locale for dates and numbers: the system's own where it is of the language (de-AT, en-US), otherwise a plain one. */
  readonly locale: string = $derived(
    this.#system.find((locale) => languageOf(locale) === this.current) ?? LOCALE[this.current],
  );

  get choice(): LanguageChoice {
    return this.#choice;
  }

  set choice(choice: LanguageChoice) {
    this.#choice = choice;
    localStorage.setItem(KEY, choice);
    this.#show();
  }

  /** Takes up what was chosen last; to be called before the first paint. */
  restore(): void {
    const kept = localStorage.getItem(KEY);
    this.#choice = LANGUAGES.find((language) => language === kept) ?? 'system';
    this.#system = systemLocales();
    this.#show();
  }

  /** Screen readers choose their voice by this. */
  #show(): void {
    document.documentElement.lang = this.current;
  }
}

function systemLocales(): readonly string[] {
  return navigator.languages.length > 0 ? navigator.languages : [navigator.language];
}

function languageOf(locale: string): string {
  return locale.split('-')[0]?.toLowerCase() ?? '';
}

function spokenBy(locales: readonly string[]): Language {
  for (const locale of locales) {
    const spoken = LANGUAGES.find((language) => language === languageOf(locale));
    if (spoken) return spoken;
  }
  return FALLBACK;
}

export const language = new LanguageSetting();
