import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import {
  addresses,
  commandProblem,
  giveToken,
  isPickerOpen,
  sendCommand,
  store,
  wantsToken,
} from '../app.ts';
import { fetchSessions } from '../state/api.ts';
import type { ApiProblem, SessionChoice } from '../state/api.ts';
import { CloseIcon } from './icons.tsx';

function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="dialog-body">
        <div class="panel-head">
          <h2>{title}</h2>
          <button
            type="button"
            class="icon-button"
            aria-label="Close"
            onClick={() => dialog.current?.close()}
          >
            <CloseIcon />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** Sessions that can be opened: cached, local, configured and simulated ones, or any SESSION typed in. */
export function SessionPicker() {
  return isPickerOpen.value ? <OpenPicker /> : null;
}

function OpenPicker() {
  const sessions = useSignal<readonly SessionChoice[] | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  const query = useSignal('');
  useEffect(() => {
    async function ask(): Promise<void> {
      const answer = await fetchSessions(addresses);
      sessions.value = answer.sessions;
      problem.value = answer.problem;
    }
    void ask();
  }, [sessions, problem]);
  function open(source: string): void {
    isPickerOpen.value = false;
    void sendCommand('load', source);
  }
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  const list = (sessions.value ?? []).filter((session) =>
    words.every((word) => `${session.title} ${session.source} ${session.kind}`.toLowerCase().includes(word)),
  );
  const current = store.replay.value?.source;
  return (
    <Dialog title="Open a session" onClose={() => (isPickerOpen.value = false)}>
      <form
        class="picker-search"
        onSubmit={(event) => {
          event.preventDefault();
          const only = list.length === 1 ? list[0] : undefined;
          if (query.value.trim() !== '') open(only?.source ?? query.value.trim());
        }}
      >
        <input
          type="text"
          aria-label="Search, or a folder, URL or YEAR/EVENT/SESSION"
          placeholder="Search, or a folder, URL or 2023/Monaco/R"
          value={query.value}
          onInput={(event) => (query.value = event.currentTarget.value)}
          data-testid="picker-query"
        />
        <button type="submit" class="button">
          Open
        </button>
      </form>
      <p class="picker-note">Opening a session changes the replay for everybody who watches.</p>
      {problem.value !== null && (
        <p class="picker-problem" role="alert">
          {problem.value.error} <code>{problem.value.code}</code> {problem.value.hint}
        </p>
      )}
      {sessions.value === null ? (
        <p class="picker-note">Asking the bridge …</p>
      ) : (
        <ul class="picker-list" data-testid="sessions">
          {list.map((session) => (
            <li key={session.source}>
              <button
                type="button"
                onClick={() => open(session.source)}
                aria-current={session.source === current}
              >
                <span class="picker-title">{session.title}</span>
                <span class="picker-source">
                  {session.source}
                  {session.note !== '' && ` · ${session.note}`}
                </span>
                {session.kind !== '' && (
                  <span class={`chip ${session.kind === 'simulated' ? 'chip-warn' : ''}`}>
                    {session.kind}
                  </span>
                )}
              </button>
            </li>
          ))}
          {list.length === 0 && problem.value === null && (
            <li class="picker-note">
              {query.value === ''
                ? 'No session is cached or configured: type a folder, a URL or YEAR/EVENT/SESSION.'
                : `None of ${sessions.value.length} matches; Enter opens “${query.value}” as a SESSION.`}
            </li>
          )}
        </ul>
      )}
    </Dialog>
  );
}

/** Asks for the control token after the bridge refused a command for want of one. */
export function TokenDialog() {
  const wanted = wantsToken.value;
  const text = useSignal('');
  if (wanted === null) return null;
  return (
    <Dialog title="Control token" onClose={() => (wantsToken.value = null)}>
      <p class="picker-note">
        {commandProblem.value?.error ?? 'The bridge asks for its control token'}. The token is the value of
        bridge.control_token; it is kept until the page is closed.
      </p>
      <form
        class="picker-search"
        onSubmit={(event) => {
          event.preventDefault();
          giveToken(text.value);
          text.value = '';
        }}
      >
        <input
          type="password"
          autoComplete="off"
          aria-label="Token"
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <button type="submit" class="button">{`Send ${wanted.command}`}</button>
      </form>
    </Dialog>
  );
}
