/**
 * How a file of lines is written: staged beside the tables, compared once with what is there, then inserted and
 * updated in one statement per table, so that the number of statements does not grow with the number of lines.
 */
import { randomUUID } from 'node:crypto';
import type { OrganisationsService } from '../identity/organisations.service.js';
import type { Deed } from '../platform/deeds/deeds.js';
import {
  ADDITIONS,
  CHANGES,
  COMPARE,
  COUNT,
  ENROL,
  HOLD,
  type ImportWrite,
  KNOWN,
  STAGE,
  STAGED,
  type StagedRow,
  TAKE_TURN,
} from './import-statements.js';
import type { ImportRow } from './rules/import-row.js';

/** Rows handed to the database at a time. */
const BATCH_ROWS = 10_000;

export interface ImportTarget {
  readonly poolId: string;
  readonly associationId: string;
  readonly consentStated: boolean;
}

export interface ImportCounts {
  readonly added: number;
  readonly changed: number;
  readonly same: number;
  readonly keptByMember: number;
  readonly leftByMember: number;
  readonly firmLines: number;
  readonly interestLines: number;
}

/** Writes the rows, each of another business, as pledges of the association's members. */
export async function writeImport(
  deed: Deed,
  organisations: OrganisationsService,
  { poolId, associationId, consentStated }: ImportTarget,
  rows: readonly ImportRow[],
): Promise<ImportCounts> {
  await deed.tx.query(TAKE_TURN, [associationId]);
  await deed.tx.query(STAGE);
  const staged = rows.map((row) => ({ ...row, memberId: randomUUID() }));
  for (let from = 0; from < staged.length; from += BATCH_ROWS) {
    const batch = staged.slice(from, from + BATCH_ROWS);
    await deed.tx.query(STAGED.insert, [from, ...STAGED.values.map((value) => batch.map(value))]);
  }
  // A temporary table is never analysed by itself, and the plans below need to know its size.
  await deed.tx.query('analyze import_row (reference)');
  const parameters = { poolId, associationId, consentStated, now: deed.now };
  const write = async (writes: readonly ImportWrite[]): Promise<void> => {
    for (const { statement, takes } of writes) {
      await deed.tx.query(
        statement,
        takes.map((name) => parameters[name]),
      );
    }
  };
  const known = await enrolNew(deed, organisations, associationId, staged);
  // Of businesses that nobody knew there is nothing to compare with: no member of theirs can have decided anything.
  if (known > 0) {
    for (const statement of HOLD) await deed.tx.query(statement, [poolId]);
    await deed.tx.query(COMPARE, [poolId, associationId, consentStated]);
  }
  await write(ADDITIONS);
  if (known > 0) await write(CHANGES);
  const counted: ImportCounts[] = await deed.tx.query(COUNT);
  const [counts] = counted;
  if (!counts) throw new Error('the database did not count');
  return counts;
}

/**
 * Makes member organisations of the businesses that the association names for the first time.
 * @returns how many it has named before
 */
async function enrolNew(
  deed: Deed,
  organisations: OrganisationsService,
  associationId: string,
  staged: readonly StagedRow[],
): Promise<number> {
  const found: { row: number }[] = await deed.tx.query(KNOWN, [associationId]);
  const known = new Set(found.map(({ row }) => row));
  const fresh = known.size === 0 ? staged : staged.filter((_row, at) => !known.has(at + 1));
  if (fresh.length === 0) return known.size;
  const members = fresh.map(({ memberId, name }) => ({ id: memberId, name, registrationNumber: null }));
  await organisations.enrolMembers(deed, members);
  await deed.tx.query(ENROL, [associationId]);
  return known.size;
}
