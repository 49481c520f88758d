/** For the test that walks all texts: what each of them says when it is given values that can be told again in the sentence. */

/** What was said, by the way that leads to it: `lag.of()`. */
export type Said = Map<string, string>;

/** Every text of a group, those made of values with placeholders in their place. */
export function saidBy(group: object): Said {
  const said: Said = new Map();
  walk(group, '', said);
  return said;
}

function walk(node: unknown, way: string, said: Said): void {
  if (typeof node === 'string') {
    said.set(way, node);
  } else if (typeof node === 'function') {
    // One for many, one for exactly one: the forms of a noun may name different values.
    const say = node as (...values: unknown[]) => unknown;
    const values = (one: boolean) => Array.from({ length: say.length || 4 }, (_, i) => placeholder(i, one));
    walk(say(...values(false)), `${way}()`, said);
    walk(say(...values(true)), `${way}(1)`, said);
  } else if (typeof node === 'object' && node !== null) {
    for (const key of Object.keys(node)) {
      walk((node as Record<string, unknown>)[key], way ? `${way}.${key}` : key, said);
    }
  }
}

/** What stands for a value: as a text it names itself, as a number it is one that is told again. Its fields are such values, too. */
function placeholder(index: number, one: boolean, name = String(index)): unknown {
  const number = one ? 1 : FIRST_NUMBER + index;
  return new Proxy(() => name, {
    get: (_, key) => {
      if (key === Symbol.toPrimitive) return (hint: string) => (hint === 'number' ? number : `⟦${name}⟧`);
      if (key in String.prototype) return () => `⟦${name}⟧`;
      return placeholder(index, one, `${name}.${String(key)}`);
    },
    apply: () => `⟦${name}⟧`,
  });
}

/** Of three digits: written alike everywhere. */
const FIRST_NUMBER = 201;

/** The values that a sentence names, in the order of the alphabet: languages put them in orders of their own. */
export function placeholdersOf(sentence: string): string[] {
  return (sentence.match(/⟦[^⟧]*⟧|\b20\d\b/g) ?? []).sort();
}
