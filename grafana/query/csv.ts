/** Records of a CSV text: quoted cells may hold commas, quotes (doubled) and line ends; blank lines are passed over. */
export function parseCsv(text: string, delimiter = ','): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endCell = (): void => {
    record.push(cell);
    cell = '';
  };
  const endRecord = (): void => {
    if (record.length === 0 && cell === '') return;
    endCell();
    records.push(record);
    record = [];
  };
  for (let at = 0; at < text.length; at++) {
    const one = text[at]!;
    if (isQuoted) {
      if (one !== '"') cell += one;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else isQuoted = false;
    } else if (one === '"' && cell === '') isQuoted = true;
    else if (one === delimiter) endCell();
    else if (one === '\n') endRecord();
    else if (one !== '\r') cell += one;
  }
  endRecord();
  return records;
}
