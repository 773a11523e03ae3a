/** What the drawing command learns of a panel. */
export interface DrawnPanel {
  readonly key: string;
  readonly title: string;
  readonly type: string;
  readonly error: string | null;
  readonly rows: number;
  /** Whether any number or text is there. */
  readonly hasValue: boolean;
  /** Labels, names and cells: where a reason is found. */
  readonly texts: readonly string[];
  readonly noValue: string | null;
  readonly isLookAlike: boolean;
}
