import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';
import '@fontsource/inter/600.css';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router-dom';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { ThemeContext } from '@grafana/data';
import { loadResources } from '@grafana/scenes';
import { installRuntime } from './runtime.ts';
import { readPlan } from './plan.ts';
import { createSource } from './bridge-source.ts';
import { createLiveSource } from './live-source.ts';
import { registerPanels } from './panels/register.ts';
import { buildScene } from './scene.ts';
import { watch } from './watch.ts';

/** Draws the dashboard that the address names and tells the drawing command when it stands still. */
export async function start(): Promise<void> {
  const theme = installRuntime();
  await loadResources('en-US').catch(() => {});
  await Promise.all(
    ['400 14px Inter', '500 14px Inter', '600 14px Inter'].map((font) => document.fonts.load(font)),
  );
  registerPanels();
  const plan = await readPlan();
  for (const source of plan.sources) createSource(source, plan);
  createLiveSource(plan);
  const scene = buildScene(plan);
  const root = document.querySelector('#root')!;
  createRoot(root).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <MemoryRouter>
        <div style={{ width: plan.widthPx, minHeight: plan.heightPx, padding: 16, boxSizing: 'border-box' }}>
          <scene.Component model={scene} />
        </div>
      </MemoryRouter>
      <PortalContainer />
    </ThemeContext.Provider>,
  );
  watch(scene, plan);
}
