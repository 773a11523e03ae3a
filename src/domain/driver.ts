/** A driver of a session as the timing feed lists them. */
export interface Driver {
  /** Car number as text, the key of every archive topic: '1', '44'. */
  readonly number: string;
  /** Three-letter code: 'VER'. The car number stands in where the feed has none. */
  readonly code: string;
  readonly name: string;
  readonly team: string;
  /** Six hexadecimal digits without '#'; empty when unknown. */
  readonly teamColour: string;
  /** First place in the driver list of the feed, 1-based; 0 when unknown. */
  readonly line: number;
}

/** Driver for a car number that no driver list names. */
export function unlistedDriver(number: string): Driver {
  return { number, code: number, name: '', team: '', teamColour: '', line: 0 };
}
