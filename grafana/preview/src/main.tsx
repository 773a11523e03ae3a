// What Grafana's runtime reads when it is imported has to be there before: everything else is loaded behind it.
Object.assign(window, {
  grafanaBootData: {
    settings: {
      buildInfo: { version: '13.2.3', env: 'production' },
      featureToggles: {},
      datasources: {},
      panels: {},
    },
    user: { locale: 'en-GB', language: 'en-US', timezone: 'utc', orgRole: 'Viewer', isSignedIn: true },
    navTree: [],
  },
  __grafana_public_path__: './public/',
});
const { start } = await import('./start.tsx');
await start();

export {};
