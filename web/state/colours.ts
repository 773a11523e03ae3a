/** Line colour and dash of one driver. */
export interface DriverStyle {
  readonly colour: string;
  /** Second driver of a team: the same hue, dashed. */
  readonly dashed: boolean;
}

const spare = ['#4cc9f0', '#f9c74f', '#90be6d', '#f9844a', '#b388ff', '#43aa8b', '#ff70a6', '#9fb4c7'];
/** Luminance that a line needs to be read on the page's dark ground: 3.5 : 1 (WCAG asks 3 : 1 of graphics). */
const minLuminance = 0.14;

/** Styles of a grid by driver code: team colours, lifted until readable; team-mates differ by tint and dash. */
export function driverStyles(
  drivers: readonly { readonly code: string; readonly team: string; readonly teamColour: string }[],
): Map<string, DriverStyle> {
  const styles = new Map<string, DriverStyle>();
  const teams = new Map<string, number>();
  for (const { code, team, teamColour } of drivers) {
    const key = teamColour === '' ? code : `${team} ${teamColour}`;
    const seat = teams.get(key) ?? 0;
    teams.set(key, seat + 1);
    const base = /^[0-9a-fA-F]{6}$/.test(teamColour)
      ? `#${teamColour.toLowerCase()}`
      : spare[styles.size % spare.length]!;
    const readable = liftUntilReadable(base);
    styles.set(code, { colour: seat === 0 ? readable : mix(readable, '#ffffff', 0.45), dashed: seat > 0 });
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
