import { store } from '../app.ts';
import { Alerts } from './alert-list.tsx';
import { SessionPicker, TokenDialog } from './dialogs.tsx';
import { DriverList } from './driver-list.tsx';
import { RaceControl } from './race-control.tsx';
import { ReplayBar } from './replay-bar.tsx';
import { SessionHeader } from './session-header.tsx';
import { Traces } from './traces.tsx';
import { ViewBoundary } from './view-boundary.tsx';
import { Weather } from './weather.tsx';

/** The whole page; every view stands in a boundary of its own. */
export function Page() {
  return (
    <div class="page">
      <ViewBoundary name="Header">
        <SessionHeader />
      </ViewBoundary>
      <ConnectionBanner />
      <main class="board">
        <ViewBoundary name="Drivers">
          <DriverList />
        </ViewBoundary>
        <ViewBoundary name="Traces">
          <Traces />
        </ViewBoundary>
        <aside class="side">
          <ViewBoundary name="Weather">
            <Weather />
          </ViewBoundary>
          <ViewBoundary name="Alerts">
            <Alerts />
          </ViewBoundary>
          <ViewBoundary name="Race control">
            <RaceControl />
          </ViewBoundary>
        </aside>
      </main>
      <ViewBoundary name="Replay">
        <ReplayBar />
      </ViewBoundary>
      <footer class="footer">
        <span>Unofficial. Not associated with Formula 1, the FIA or any team.</span>
        <span class="footer-keys">
          <kbd>Space</kbd> play, pause <kbd>←</kbd>
          <kbd>→</kbd> 10 s <kbd>⇧</kbd> 60 s <kbd>↑</kbd>
          <kbd>↓</kbd> speed
        </span>
      </footer>
      <ViewBoundary name="Session picker">
        <SessionPicker />
      </ViewBoundary>
      <ViewBoundary name="Control token">
        <TokenDialog />
      </ViewBoundary>
    </div>
  );
}

/** Names the address tried, the reason and what to change while there is no connection. */
function ConnectionBanner() {
  const { phase, problem } = store.connection.value;
  const serverError = store.serverError.value;
  if (phase === 'open' && serverError !== null) {
    return (
      <div class="banner banner-warn" role="alert" data-testid="server-error">
        <span>
          {serverError.error} <code>{serverError.code}</code> {serverError.hint}
        </span>
        <button type="button" class="link" onClick={() => (store.serverError.value = null)}>
          Dismiss
        </button>
      </div>
    );
  }
  if (phase === 'open' || problem === null) return null;
  return (
    <div class="banner" role="alert" data-testid="connection-problem">
      <strong>{problem.url}</strong> <span>{problem.reason}.</span> <span>{problem.hint}.</span>
    </div>
  );
}
