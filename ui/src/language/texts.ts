/**
 * Texts in every language, side by side: each feature folder's strings.ts declares its own with {@link texts}. A language
 * that lacks a text is a type error. Reading a text gives it in the language that is spoken now, and what renders it renders
 * anew when that changes.
 */

import { language, type Language } from './language.svelte';

/** One text in every language. */
export type Text = Readonly<Record<Language, string>>;

/** What a strings.ts declares: texts, texts made of values, and groups of them. */
export type Texts = Text | ((...values: never[]) => Texts) | TextGroup;

export interface TextGroup {
  readonly [key: string]: Texts;
}

/** What is read from it: plain strings, and functions that answer with them. */
export type Spoken<T> = T extends Text
  ? string
  : T extends (...values: infer Values) => infer Said
    ? (...values: Values) => Spoken<Said>
    : { readonly [Key in keyof T]: Spoken<T[Key]> };

/** Every group that was declared, for the test that walks them all. */
const declared = new WeakSet<object>();

/** Declares a group of texts. */
export function texts<const T extends TextGroup>(group: T): Spoken<T> {
  const spoken = spokenGroup(group);
  declared.add(spoken);
  return spoken as Spoken<T>;
}

/** Whether a value was made by {@link texts}. */
export function areTexts(value: unknown): value is object {
  return typeof value === 'object' && value !== null && declared.has(value);
}

function spokenGroup(group: TextGroup): object {
  const spoken = {};
  for (const [key, node] of Object.entries(group)) {
    if (isText(node)) Object.defineProperty(spoken, key, { enumerable: true, get: () => say(node) });
    else Object.defineProperty(spoken, key, { enumerable: true, value: say(node) });
  }
  return spoken;
}

function say(node: Texts): unknown {
  if (typeof node === 'function') return (...values: never[]) => say(node(...values));
  return isText(node) ? node[language.current] : spokenGroup(node);
}

function isText(node: Texts): node is Text {
  return typeof node === 'object' && typeof node['en'] === 'string';
}
