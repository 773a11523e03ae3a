/** Line colour and dash of one driver's traces. */
export interface TraceStyle {
  readonly colour: string;
  /** A team-mate that was selected before has the solid line of this colour. */
  readonly dashed: boolean;
}

/** Who a colour is chosen for. */
export interface ColouredDriver {
  readonly code: string;
  readonly team: string;
  /** Six hexadecimal digits, '' when unknown. */
  readonly teamColour: string;
  /** Place in the driver list of the feed: the order that does not change during a session. */
  readonly line: number;
}

/** Colour of drivers that are not known (yet). */
export const unknownColour = '#9fb4c7';

const spare = ['#4cc9f0', '#f9c74f', '#90be6d', '#f9844a', '#b388ff', '#43aa8b', '#ff70a6', '#9fb4c7'];
/** Luminance that a line needs to be read on the page's dark ground: 3.5 : 1 (WCAG asks 3 : 1 of graphics). */
const minLuminance = 0.14;

/** Team colours by driver code, lifted until readable; drivers without one get a spare colour each. */
export function teamColours(drivers: readonly ColouredDriver[]): Map<string, string> {
  const colours = new Map<string, string>();
  let spares = 0;
  for (const { code, teamColour } of [...drivers].sort(
    (a, b) => a.line - b.line || (a.code < b.code ? -1 : 1),
  )) {
    const isKnown = /^[0-9a-fA-F]{6}$/.test(teamColour);
    const base = isKnown ? `#${teamColour.toLowerCase()}` : spare[spares++ % spare.length]!;
    colours.set(code, liftUntilReadable(base));
  }
  return colours;
}

/**
 * Styles of the selected drivers' traces: the team colour; of two with one colour the second is lighter and dashed.
 * Depends on the order of selection alone, so that no line changes its look when places change.
 */
export function traceStyles(
  selected: readonly string[],
  colours: ReadonlyMap<string, string>,
): Map<string, TraceStyle> {
  const styles = new Map<string, TraceStyle>();
  const taken = new Set<string>();
  for (const code of selected) {
    const colour = colours.get(code) ?? unknownColour;
    const dashed = taken.has(colour);
    taken.add(colour);
    styles.set(code, { colour: dashed ? mix(colour, '#ffffff', 0.4) : colour, dashed });
  }
  return styles;
}

/** The colour mixed with white until its luminance is enough for a thin line on black. */
export function liftUntilReadable(colour: string): string {
  let lifted = colour;
  for (let step = 0; step < 20 && luminance(lifted) < minLuminance; step++)
    lifted = mix(lifted, '#ffffff', 0.08);
  return lifted;
}

function mix(from: string, to: string, share: number): string {
  const [a, b] = [parse(from), parse(to)];
  return `#${a
    .map((value, at) =>
      Math.round(value + (b[at]! - value) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function parse(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** Relative luminance as WCAG 2 defines it, 0–1. */
export function luminance(colour: string): number {
  const [r, g, b] = parse(colour).map((value) => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
