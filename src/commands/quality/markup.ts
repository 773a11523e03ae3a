/** Text as HTML or SVG content: whatever the feed sends stays text. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A picture with its text alternative; `body` is SVG already escaped. */
export function picture({ id, title, description, width, height }: PictureFrame, body: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${escapeText(title)}</title><desc id="${id}-d">${escapeText(description)}</desc>${body}</svg>`;
}

export interface PictureFrame {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
}

/** A table of texts; the first column heads its row. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const head = heads.map((text) => `<th scope="col">${escapeText(text)}</th>`).join('');
  const body = rows
    .map(([first = '', ...rest]) => {
      const cells = rest.map((text) => `<td>${escapeText(text)}</td>`).join('');
      return `<tr><th scope="row">${escapeText(first)}</th>${cells}</tr>`;
    })
    .join('');
  return `<div class="scroll" tabindex="0"><table><caption>${escapeText(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
