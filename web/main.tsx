import { render } from 'preact';
import { addresses, board, checkPending, cursorS, drawError, store } from './app.ts';
import { updateLiveValues } from './charts/live-values.ts';
import { diagnoseSocket } from './state/diagnose.ts';
import { keptChannels } from './state/trace-buffer.ts';
import { openLiveSocket } from './state/socket.ts';
import { listenToKeys } from './views/keys.ts';
import { Page } from './views/page.tsx';

/** Deltas a second the page asks for. */
const deltaHz = 20;
const valuesMs = 100;

const socket = openLiveSocket({
  url: addresses.socket,
  greeting: () => ({ drivers: [], channels: keptChannels, hz: deltaHz }),
  onMessage: (text) => {
    store.receive(text);
    const heartbeatS = store.hello.peek()?.heartbeatS;
    if (heartbeatS != null) socket.setHeartbeat(heartbeatS);
  },
  onConnection: (connection) => {
    store.connection.value = connection;
  },
  diagnose: () => diagnoseSocket(addresses),
});

document.addEventListener('visibilitychange', () => {
  // After a long absence the state is fetched once, over the same connection; the queue is dropped.
  if (store.setVisible(!document.hidden))
    socket.send({ op: 'subscribe', drivers: [], channels: keptChannels, hz: deltaHz });
});
window.addEventListener('online', () => socket.retryNow());
listenToKeys();

let valuesAtMs = 0;
function frame(nowMs: number): void {
  requestAnimationFrame(frame);
  store.flush(nowMs);
  checkPending(nowMs);
  if (drawError.peek() !== null) return;
  try {
    board.frame(nowMs);
    if (nowMs - valuesAtMs < valuesMs) return;
    valuesAtMs = nowMs;
    store.headS.value = store.playhead.read(store.telemetry.newestS, nowMs);
    updateLiveValues(document, store.telemetry, cursorS.peek());
  } catch (error) {
    drawError.value = error instanceof Error ? error : new Error(String(error));
  }
}

render(<Page />, document.getElementById('root')!);
requestAnimationFrame(frame);
