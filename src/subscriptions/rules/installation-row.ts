/** Reads one row of a spreadsheet of installations. */
import { type Day, isDay } from '../../kernel/calendar.js';

export const INSTALLATION_COLUMNS = ['number', 'works_on'] as const;

export type InstallationColumn = (typeof INSTALLATION_COLUMNS)[number];

export interface InstallationRow {
  /** of the call-off contract */
  readonly number: string;
  readonly worksOn: Day;
}

/** Which column is wrong, and how: completes the sentence "<column> ...". */
export interface InstallationFault {
  readonly column: InstallationColumn;
  readonly reason: string;
}

/** The installation in a row, or what is wrong with it. */
export function installationOf(
  values: Readonly<Record<InstallationColumn, string>>,
): InstallationRow | InstallationFault {
  const { number, works_on: worksOn } = values;
  if (!/^[0-9A-Za-z-]{1,60}$/.test(number)) return { column: 'number', reason: 'must be the number of a contract' };
  if (!isDay(worksOn)) return { column: 'works_on', reason: 'must be a day that exists, such as 2030-01-31' };
  return { number, worksOn };
}
