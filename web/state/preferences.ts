/** The part of `Storage` that is used; it may throw (private windows, blocked storage). */
export interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Small values that outlive the page. A store that throws behaves like an empty one. */
export interface Preferences {
  /** Stored value, or `fallback` when absent or not accepted by `accept`. */
  read<T>(name: string, accept: (value: unknown) => value is T, fallback: T): T;
  write(name: string, value: unknown): void;
}

/** Preferences in `store()`, under one prefix; `store` is called each time as it may throw by itself. */
export function createPreferences(store: () => TextStore): Preferences {
  const prefix = 'slipstream.';
  return {
    read(name, accept, fallback) {
      try {
        const value: unknown = JSON.parse(store().getItem(prefix + name) ?? 'null');
        return accept(value) ? value : fallback;
      } catch {
        return fallback;
      }
    },
    write(name, value) {
      try {
        store().setItem(prefix + name, JSON.stringify(value));
      } catch {
        // Storage is a convenience: without it the choice lasts as long as the page.
      }
    },
  };
}

/** True for a list of strings. */
export function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
