import type { LackingTopic, LiveFacts } from '../../check/lacking.ts';
import type { DrawnPanel } from '../src/drawn-panel.ts';

/** What is wrong with a drawn dashboard, a sentence each; none when it is as it should be. */
export function judgeDrawing(
  panels: readonly DrawnPanel[],
  captions: number,
  consoleErrors: readonly string[],
  facts: LiveFacts,
): string[] {
  const faults = panels.flatMap((panel) => {
    const name = `${panel.title} (${panel.type})`;
    if (panel.error !== null) return [`${name}: ${panel.error}`];
    if (panel.rows > 0 && panel.hasValue && !isReasonAlone(panel, facts.lacking)) return [];
    return isExplained(panel, facts) ? [] : [`${name} is empty and does not say why`];
  });
  const lookAlikes = panels.filter(({ isLookAlike, rows }) => isLookAlike && rows > 0).length;
  if (captions < lookAlikes)
    faults.push(`${lookAlikes} panels are drawn by the preview itself, ${captions} of them say so`);
  return [...faults, ...consoleErrors.map((text) => `console: ${text}`)];
}

function isReasonAlone({ rows, texts }: DrawnPanel, lacking: readonly LackingTopic[]): boolean {
  return rows === 1 && lacking.some(({ reason }) => texts.includes(reason));
}

/**
 * Explained by a reason of the session that the panel shows, or, where metrics and pushes are missing for want of car data or
 * of a car that has stopped, by the panel's own words.
 */
function isExplained({ texts, rows, noValue, title }: DrawnPanel, { lacking, stopped }: LiveFacts): boolean {
  if (lacking.some(({ reason }) => texts.some((text) => text.includes(reason)))) return true;
  if (rows > 0 || noValue === null) return false;
  const car = title.split(' ').at(-1) ?? '';
  return stopped.has(car) || lacking.some(({ topic }) => topic === 'CarData.z');
}
