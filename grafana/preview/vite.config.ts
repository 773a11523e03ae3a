import { cpSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));

export default defineConfig({
  root: here,
  base: './',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 10_000,
    // Scenes brings a compatibility package that imports names the runtime no longer has.
    rollupOptions: { shimMissingExports: true, onwarn: () => {} },
  },
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  resolve: {
    dedupe: ['react', 'react-dom', 'rxjs', '@grafana/data', '@grafana/ui', '@grafana/runtime', 'uplot'],
  },
  plugins: [
    {
      name: 'grafana-public-files',
      closeBundle() {
        const from = (path: string): string => resolve(here, 'node_modules', path);
        const to = (path: string): string => resolve(here, 'dist/public', path);
        cpSync(from('@grafana/ui/dist/public/img'), to('build/img'), { recursive: true });
        // The mark of a streaming panel is part of Grafana's application.
        const mark =
          '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/></svg>';
        writeFileSync(to('build/img/icons/mono/circle-mono.svg'), mark);
        for (const [weight, name] of [
          [400, 'Regular'],
          [500, 'Medium'],
        ] as const)
          cpSync(
            from(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`),
            to(`fonts/inter/Inter-${name}.woff2`),
          );
      },
    },
  ],
});
