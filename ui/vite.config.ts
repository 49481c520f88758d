import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

/** The size of the root's text that is drawn at 100 % (Settings, Appearance). */
const ROOT_PX = 16;

/**
 * Makes rem of every px of the style sheets, so that the chosen size of the screen scales all of it, and the browser's own
 * text size is honoured. Hairlines stay what they are.
 */
const scalable = {
  postcssPlugin: 'scalable',
  Declaration(declaration: { value: string }) {
    declaration.value = inRem(declaration.value);
  },
  AtRule: {
    container(rule: { params: string }) {
      rule.params = inRem(rule.params);
    },
  },
};

function inRem(lengths: string): string {
  return lengths.replace(/(?<![\w.#-])-?(\d*\.?\d+)px\b/g, (px, digits: string) =>
    Number(digits) < 2 ? px : `${px.startsWith('-') ? '-' : ''}${Number(digits) / ROOT_PX}rem`,
  );
}

export default defineConfig({
  css: { postcss: { plugins: [scalable] } },
  // The desktop window and the station's control port serve the same files, from different roots.
  base: './',
  plugins: [svelte(), svelteTesting()],
  clearScreen: false,
  // The status icons are shared with the tray, and the tests hold what is translated against the sentences of the station:
  // both lie outside of ui/.
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    fs: {
      allow: [
        '.',
        '../icons/status',
        '../src-tauri/crates/pair/src',
        '../src-tauri/crates/node/src/commands',
        '../src-tauri/crates/node/src/station',
      ],
    },
  },
  build: {
    target: ['chrome123', 'safari17.5'],
    cssTarget: ['chrome123', 'safari17.5'],
    // The content security policy allows files of the app only, no data: URLs.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    unstubGlobals: true,
    // One jsdom for many files: most of the time would go into making new ones.
    pool: 'threads',
    isolate: false,
    // Deadlines, not waits: a machine that builds at the same time is slow.
    testTimeout: 60_000,
  },
});
