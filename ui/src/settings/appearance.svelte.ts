/** How the screen looks on this machine: kept in the browser, never replicated. */

export type Theme = 'system' | 'dark' | 'light';
export type Density = 'comfortable' | 'compact';
/** Per cent of the drawn size of everything. */
export type Size = '100' | '115' | '130';

export const THEMES: readonly Theme[] = ['system', 'dark', 'light'];
export const DENSITIES: readonly Density[] = ['comfortable', 'compact'];
export const SIZES: readonly Size[] = ['100', '115', '130'];

/** How much lower rows are where the screen is compact; WCAG's least height for what is hit by pointer is 24 px. */
const COMPACT = 24 / 28;

const KEYS = { theme: 'tandem.theme', density: 'tandem.density', size: 'tandem.size' } as const;

class Appearance {
  #theme = $state<Theme>('system');
  #density = $state<Density>('comfortable');
  #size = $state<Size>('100');

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    localStorage.setItem(KEYS.theme, theme);
    this.#show();
  }

  get density(): Density {
    return this.#density;
  }

  set density(density: Density) {
    this.#density = density;
    localStorage.setItem(KEYS.density, density);
    this.#show();
  }

  get size(): Size {
    return this.#size;
  }

  set size(size: Size) {
    this.#size = size;
    localStorage.setItem(KEYS.size, size);
    this.#show();
  }

  /** Whole pixels of something that is `px` high at 100 %. Style sheets do this by themselves: their px are made rem. */
  px(px: number): number {
    return Math.round((px * Number(this.#size)) / 100);
  }

  /** Whole pixels of a row that is `px` high at 100 % and comfortable. */
  rowPx(px: number): number {
    return Math.round(this.px(px) * (this.#density === 'compact' ? COMPACT : 1));
  }

  /** Takes up what was chosen last; to be called before the first paint. */
  restore(): void {
    this.#theme = kept(KEYS.theme, THEMES, 'system');
    this.#density = kept(KEYS.density, DENSITIES, 'comfortable');
    this.#size = kept(KEYS.size, SIZES, '100');
    this.#show();
  }

  /** The style sheets read it from the root element. */
  #show(): void {
    const { dataset } = document.documentElement;
    if (this.#theme === 'system') delete dataset['theme'];
    else dataset['theme'] = this.#theme;
    dataset['density'] = this.#density;
    dataset['size'] = this.#size;
  }
}

function kept<T extends string>(key: string, choices: readonly T[], otherwise: T): T {
  const text = localStorage.getItem(key);
  return choices.find((choice) => choice === text) ?? otherwise;
}

export const appearance = new Appearance();
