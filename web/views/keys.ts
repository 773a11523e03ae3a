import { changeSpeed, seekBy, togglePlay } from './replay-bar.tsx';

/** Keyboard of the replay: space, arrows; keys that a focused control needs for itself are left to it. */
export function listenToKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest('input, select, textarea, dialog') != null) return;
    if (event.key === ' ' && target?.closest('button, summary') != null) return;
    const action = actionOf(event.key, event.shiftKey);
    if (action === null) return;
    event.preventDefault();
    action();
  });
}

function actionOf(key: string, shift: boolean): (() => void) | null {
  const seconds = shift ? 60 : 10;
  if (key === ' ') return togglePlay;
  if (key === 'ArrowLeft') return () => seekBy(-seconds);
  if (key === 'ArrowRight') return () => seekBy(seconds);
  if (key === 'ArrowUp') return () => changeSpeed(1);
  if (key === 'ArrowDown') return () => changeSpeed(-1);
  return null;
}
