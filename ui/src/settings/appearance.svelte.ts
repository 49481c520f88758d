/** How the screen looks on this machine: kept in the browser, never replicated. */

export type Theme = 'system' | 'dark' | 'light';

export const THEMES: readonly Theme[] = ['system', 'dark', 'light'];
const KEY = 'tandem.theme';

class Appearance {
  #theme = $state<Theme>('system');

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    localStorage.setItem(KEY, theme);
    show(theme);
  }

  /** Takes up what was chosen last; to be called before the first paint. */
  restore(): void {
    const kept = localStorage.getItem(KEY);
    this.#theme = THEMES.find((theme) => theme === kept) ?? 'system';
    show(this.#theme);
  }
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export const appearance = new Appearance();
