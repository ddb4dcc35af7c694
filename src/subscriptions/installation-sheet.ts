/** Reads a spreadsheet of installations, as far as it can be judged without the lines. */
import type { Readable } from 'node:stream';
import { readCsv } from '../platform/http/csv.js';
import type { InstallationAtLine, InstallationSheet } from './installations.service.js';
import { INSTALLATION_COLUMNS, installationOf } from './rules/installation-row.js';

/** More lines than any agreement is expected to have. */
const MAX_ROWS = 500_000;
const MAX_BYTES = 50 * 1_048_576;

/** @throws the refusals of readCsv */
export async function readInstallations(file: Readable): Promise<InstallationSheet> {
  const installations: InstallationAtLine[] = [];
  const lineOf = new Map<string, number>();
  const shape = { columns: INSTALLATION_COLUMNS, maxRows: MAX_ROWS, maxBytes: MAX_BYTES };
  const { hash } = await readCsv(file, shape, (rows, faults) => {
    for (const { line, values } of rows) {
      const row = installationOf(values);
      if ('reason' in row) {
        faults.add(line, row.column, row.reason);
        continue;
      }
      const before = lineOf.get(row.number);
      if (before !== undefined) faults.add(line, 'number', `is on line ${before} already: give each line once`);
      lineOf.set(row.number, line);
      installations.push({ line, ...row });
    }
  });
  return { hash, installations };
}
