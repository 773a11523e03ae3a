import type { Random } from './random.ts';

/** An invented team. */
interface Team {
  readonly name: string;
  readonly colour: string;
}

/** A car and its invented driver with what the seed gave them. */
export interface Entrant {
  readonly number: string;
  readonly code: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly team: Team;
  /** Order of the garages, 0 = first. */
  readonly box: number;
  /** Share by which the grip of the car differs from the model's. */
  readonly grip: number;
  /** Share by which its power does. */
  readonly power: number;
  /** Lap-to-lap spread of grip. */
  readonly spread: number;
}

/** Names, codes and numbers are made up; none is that of a real driver or team. */
const teams: readonly (readonly [
  name: string,
  colour: string,
  ...drivers: readonly [string, string, string, string][],
])[] = [
  ['Aurora Motorsport', '2E86DE', ['3', 'QUI', 'Tamsin', 'Quillford'], ['17', 'VLD', 'Jorik', 'Veldhaas']],
  ['Borealis Racing', '10AC84', ['7', 'OKW', 'Emeka', 'Okwandu'], ['28', 'FRS', 'Liv', 'Fiorsdal']],
  ['Cobalt Works', '1B4FC4', ['9', 'MZU', 'Renzo', 'Mazzucane'], ['41', 'TKD', 'Aiko', 'Takedori']],
  ['Ember Engineering', 'EE5253', ['12', 'BRQ', 'Noor', 'Barquant'], ['36', 'HLX', 'Pim', 'Halloux']],
  ['Fathom Grand Prix', '00A8B5', ['15', 'ZEL', 'Milos', 'Zelenar'], ['52', 'DWN', 'Carys', 'Dewent']],
  ['Granite Autosport', '8395A7', ['19', 'ITU', 'Davi', 'Iturral'], ['64', 'KJR', 'Signe', 'Kjaerby']],
  ['Halcyon Team', 'FECA57', ['25', 'PWL', 'Ansel', 'Pawlitz'], ['71', 'NGA', 'Thi', 'Ngavan']],
  ['Iris Dynamics', '9B59B6', ['29', 'ORM', 'Callum', 'Ormsken'], ['88', 'SVA', 'Ines', 'Savador']],
  ['Juniper Racing', '6AB04C', ['32', 'CHW', 'Lio', 'Chawene'], ['93', 'ARK', 'Bashir', 'Arkoun']],
  ['Kestrel Competition', 'FF9F43', ['58', 'LND', 'Maeve', 'Lindqueen'], ['96', 'YTM', 'Soren', 'Yttermo']],
];

/** The field in grid order: fastest first but for the luck of qualifying. */
export function createEntrants(random: Random): Entrant[] {
  const teamOrder = random.shuffle(teams.map((_, index) => index));
  const field = teams.flatMap(([name, colour, ...drivers], index) =>
    drivers.map(([number, code, firstName, lastName]) => {
      const rank = teamOrder.indexOf(index);
      const grip = 0.014 - 0.0028 * rank + random.normal(0.0022);
      const power = 1.008 - 0.0016 * rank + random.normal(0.0012);
      const entrant: Entrant = {
        number,
        code,
        firstName,
        lastName,
        team: { name, colour },
        box: rank,
        grip,
        power,
        spread: random.between(0.0015, 0.004),
      };
      return { entrant, qualifying: grip + 0.6 * (power - 1) + random.normal(0.007) };
    }),
  );
  return field.sort((a, b) => b.qualifying - a.qualifying).map(({ entrant }) => entrant);
}
