// What `import 'slipstream'` gets: the sources in a checkout, which Node 24 runs as they are, else the JavaScript of a package,
// as Node refuses TypeScript below node_modules.
import { existsSync } from 'node:fs';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) throw new Error(`Slipstream needs Node 24: this is Node ${process.versions.node}`);

const sources = new URL('../src/index.ts', import.meta.url);
const library = await import(existsSync(sources) ? sources.href : new URL('../dist/index.js', import.meta.url).href);

export const {
  F1Error,
  filterRows,
  findEvent,
  loadSchedule,
  loadSession,
  pickAccurate,
  pickBoxLaps,
  pickCompounds,
  pickDrivers,
  pickFastest,
  pickLapNumbers,
  pickNotDeleted,
  pickQuickLaps,
  pickTeams,
  pickTrackStatus,
  pickWithoutBox,
  rowAt,
  rowsOf,
  sessionOfEvent,
  takeRows,
  toCsv,
} = library;
