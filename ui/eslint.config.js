import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** A whole sentence: what a person would read. */
const SENTENCE = String.raw`/^[A-Z][a-zA-Z’]*(?: \S+)+[.:!?…]$/`;
const untranslated = { message: 'Texts that are seen stand in a strings.ts, in every language.' };

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/backend/bindings/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      // TypeScript itself reports names that do not exist.
      'no-undef': 'off',
      // State is replaced, not mutated ($state.raw): a plain Map or Set inside it is what is meant.
      'svelte/prefer-svelte-reactivity': 'off',
      eqeqeq: ['error', 'always'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    // The station's own sentences stand in http.ts and core.ts, the latter with their translations.
    files: ['src/**/*.ts', 'src/**/*.svelte'],
    ignores: [
      '**/strings.ts',
      '**/reasons.ts',
      '**/*.test.ts',
      'src/testing/**',
      'src/language/core.ts',
      'src/backend/http.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: `Literal[value=${SENTENCE}]`, ...untranslated },
        { selector: ':not(SvelteStyleElement) > SvelteText[value=/[a-z]{2} [a-z]{2}/]', ...untranslated },
        { selector: `SvelteLiteral[value=${SENTENCE}]`, ...untranslated },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
  },
);
