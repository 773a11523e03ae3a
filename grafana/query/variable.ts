/** Value by which a dashboard variable means all of its options. */
export const allValues = '$__all';

/** A dashboard variable with its selection. */
export interface Variable {
  readonly name: string;
  /** Selected value or values; `$__all` stands for every option. */
  readonly value: string | readonly string[];
  /** What the selection is called; the value itself when absent. */
  readonly text?: string | readonly string[];
  /** Values of all options, used when `$__all` is selected. */
  readonly options?: readonly string[];
  /** What is sent for `$__all` instead of the options; it is never escaped. */
  readonly allValue?: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
}

/** True when everything is selected. */
export function isAll({ value }: Variable): boolean {
  return (typeof value === 'string' ? value : value[0]) === allValues;
}

/** Selected values, with `$__all` replaced by what it stands for. */
export function valuesOf(variable: Variable): readonly string[] {
  if (isAll(variable)) return variable.allValue ? [variable.allValue] : (variable.options ?? []);
  return typeof variable.value === 'string' ? [variable.value] : variable.value;
}
