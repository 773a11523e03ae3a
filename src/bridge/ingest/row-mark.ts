/** Compound (`compounds`) and origin (`Origin`) of a row in one byte. */
export function markOf(compound: number, origin: number): number {
  return compound | (origin << 4);
}

/** Index into `compounds` of a row's mark. */
export function compoundOf(mark: number): number {
  return mark & 15;
}

/** `Origin` of a row's mark. */
export function originOf(mark: number): number {
  return mark >> 4;
}
