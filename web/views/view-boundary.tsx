import { Component } from 'preact';
import type { ComponentChildren } from 'preact';
import { store } from '../app.ts';

interface Props {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** Keeps a fault inside one view: the rest of the page goes on, the view offers a retry and a report to copy. */
export class ViewBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static override getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <ViewFault name={this.props.name} error={error} onRetry={() => this.setState({ error: null })} />;
  }
}

/** What stands in place of a view that failed. */
export function ViewFault({
  name,
  error,
  onRetry,
}: {
  readonly name: string;
  readonly error: Error;
  readonly onRetry: () => void;
}) {
  const report = reportOf(name, error);
  return (
    <div class="empty empty-error" role="alert" data-testid="view-fault">
      <strong>{name} stopped working</strong>
      <p>{error.message}</p>
      <div class="button-row">
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
        <button type="button" class="button" onClick={() => void copy(report)}>
          Copy report
        </button>
      </div>
      <details>
        <summary>Report</summary>
        <pre>{report}</pre>
      </details>
    </div>
  );
}

/** Facts for a bug report; holds no telemetry and no token. */
function reportOf(name: string, error: Error): string {
  const identity = store.identity.peek();
  return [
    `Slipstream page, version ${store.hello.peek()?.version || 'unknown'}`,
    `View: ${name}`,
    `Run: ${identity === null ? 'none' : `${identity.run} / ${identity.segment}`}`,
    `Replay: ${store.replay.peek()?.status ?? 'none'} ${store.replay.peek()?.source ?? ''}`,
    `Last messages: ${store.recentOps.join(' ')}`,
    `Odd messages: ${store.odd.messages}, odd events: ${store.odd.events}`,
    `Browser: ${navigator.userAgent}`,
    error.stack ?? error.message,
  ].join('\n');
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure context there is no clipboard; the report can be selected below the button.
  }
}
