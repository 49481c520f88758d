import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The desktop window and the station's control port serve the same files, from different roots.
  base: './',
  plugins: [svelte(), svelteTesting()],
  clearScreen: false,
  // The status icons are shared with the tray: they lie outside of ui/.
  server: { host: '127.0.0.1', port: 5173, strictPort: true, fs: { allow: ['.', '../icons/status'] } },
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
