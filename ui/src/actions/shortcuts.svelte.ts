/** The keys that an operator gave to actions on this machine: kept in the browser, never replicated. */

type Changed = Readonly<Record<string, readonly string[]>>;

const KEY = 'tandem.shortcuts';
/** More are surely a slip, and could not be shown. */
export const KEYS_MAX = 4;

class Shortcuts {
  #changed = $state.raw<Changed>({});

  /** An action's keys now. */
  keysOf({ id, keys }: { id: string; keys: readonly string[] }): readonly string[] {
    return this.#changed[id] ?? keys;
  }

  isChanged(id: string): boolean {
    return id in this.#changed;
  }

  get anyChanged(): boolean {
    return Object.keys(this.#changed).length > 0;
  }

  change(id: string, keys: readonly string[]): void {
    this.#keep({ ...this.#changed, [id]: keys });
  }

  reset(id: string): void {
    this.#keep(Object.fromEntries(Object.entries(this.#changed).filter(([other]) => other !== id)));
  }

  resetAll(): void {
    this.#keep({});
  }

  /** Takes up what was chosen last. What is not as this program writes it is left out. */
  restore(): void {
    this.#changed = read(localStorage.getItem(KEY));
  }

  #keep(changed: Changed): void {
    this.#changed = changed;
    localStorage.setItem(KEY, JSON.stringify(changed));
  }
}

function read(text: string | null): Changed {
  let kept: unknown;
  try {
    kept = JSON.parse(text ?? '{}');
  } catch {
    return {};
  }
  if (typeof kept !== 'object' || kept === null) return {};
  return Object.fromEntries(
    Object.entries(kept).filter((entry): entry is [string, string[]] => {
      const keys: unknown = entry[1];
      return (
        Array.isArray(keys) &&
        keys.length > 0 &&
        keys.length <= KEYS_MAX &&
        keys.every((key) => typeof key === 'string' && key !== '')
      );
    }),
  );
}

export const shortcuts = new Shortcuts();
