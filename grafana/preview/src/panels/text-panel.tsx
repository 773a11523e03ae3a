import { renderMarkdown } from '@grafana/data';
import type { PanelProps } from '@grafana/data';

/** Text as Grafana writes it. */
export function TextPanel({ options, replaceVariables }: PanelProps<never>) {
  const { content = '' } = options as { content?: string };
  return (
    <div
      className="markdown-html"
      dangerouslySetInnerHTML={{ __html: renderMarkdown(replaceVariables(content)) }}
    />
  );
}
