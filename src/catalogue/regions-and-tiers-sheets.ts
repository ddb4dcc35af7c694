/** The catalogue's spreadsheets (regions.csv, tiers.csv). */
import type { Readable } from 'node:stream';
import { readCsv, RowFaults } from '../platform/http/csv.js';
import { type CellFault, readRegion, readTier, type RegionInput, type TierInput } from './rules/catalogue-row.js';
import { misplaced } from './rules/region-tree.js';

const REGIONS = { columns: ['code', 'parent', 'name'], maxRows: 50_000, maxBytes: 16_777_216 } as const;
const TIERS = {
  columns: ['code', 'name', 'down_mbps', 'up_mbps', 'repair_hours'],
  optional: ['static_addresses'],
  maxRows: 1_000,
  maxBytes: 1_048_576,
} as const;

/** A row of the file and where it stands. */
export interface Placed<T> {
  readonly line: number;
  readonly input: T;
}

/** What a file holds, by code, and its SHA-256. */
interface Sheet<T> {
  readonly rows: ReadonlyMap<string, Placed<T>>;
  readonly hash: string;
}

/** Reads regions.csv; whether each region's parent is there is not looked at. @throws Refusal of readCsv */
export async function readRegions(file: Readable): Promise<Sheet<RegionInput>> {
  const rows = new Map<string, Placed<RegionInput>>();
  const { hash } = await readCsv(file, REGIONS, (batch, faults) => {
    for (const { line, values } of batch) place(rows, line, readRegion(values), faults);
  });
  return { rows, hash };
}

/** Reads tiers.csv. @throws Refusal of readCsv */
export async function readTiers(file: Readable): Promise<Sheet<TierInput>> {
  const rows = new Map<string, Placed<TierInput>>();
  const { hash } = await readCsv(file, TIERS, (batch, faults) => {
    for (const { line, values } of batch) place(rows, line, readTier(values), faults);
  });
  return { rows, hash };
}

/**
 * Checks that all regions of a file make one tree with those that are there already.
 * @param known code and parent of the latter
 * @throws Refusal 'csv.rows', with the line of each region that has no place
 */
export function checkPlaces(
  rows: readonly Placed<RegionInput>[],
  known: readonly (readonly [code: string, parent: string | null])[],
): void {
  const given = rows.map(({ input }) => [input.code, input.parentCode] as const);
  const wrong = misplaced(
    new Map([...known, ...given]),
    given.map(([code]) => code),
  );
  const faults = new RowFaults();
  for (const { line, input } of rows) {
    const why = wrong.get(input.code);
    if (why === 'unknown') faults.add(line, 'parent', 'is neither in the file nor a region already');
    if (why === 'circle') faults.add(line, 'parent', 'is below the region itself');
  }
  faults.throwIfAny();
}

function place<T extends { code: string }>(
  rows: Map<string, Placed<T>>,
  line: number,
  read: T | CellFault[],
  faults: RowFaults,
): void {
  if (Array.isArray(read)) {
    for (const { column, reason } of read) faults.add(line, column, reason);
    return;
  }
  const twin = rows.get(read.code);
  if (twin) faults.add(line, 'code', `stands on line ${twin.line} already`);
  else rows.set(read.code, { line, input: read });
}
