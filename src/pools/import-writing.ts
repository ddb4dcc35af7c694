/**
 * How a file of lines is written: staged beside the tables, compared once with what is there, then inserted and
 * updated in one statement per table, so that the number of statements does not grow with the number of lines.
 */
import { randomUUID } from 'node:crypto';
import type { OrganisationsService } from '../identity/organisations.service.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { COMPARE, COUNT, ENROL, NEW_MEMBERS, STAGE, STAGED, WRITES } from './import-statements.js';
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
  // Two files of one association are written one after the other, or both would make the same members.
  await deed.tx.query(`select pg_advisory_xact_lock(hashtextextended('pools.import:' || $1, 0))`, [associationId]);
  for (const statement of STAGE) await deed.tx.query(statement);
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    const batch = rows.slice(from, from + BATCH_ROWS);
    await deed.tx.query(STAGED.insert, [from, ...STAGED.values.map((value) => batch.map(value))]);
  }
  // A temporary table is never analysed by itself, and the plans below need to know its size.
  await deed.tx.query('analyze import_row');
  await enrolNew(deed, organisations, associationId);
  await deed.tx.query(COMPARE, [poolId, associationId, consentStated]);
  await deed.tx.query('analyze import_plan');
  const parameters = { poolId, associationId, consentStated, now: deed.now };
  for (const { statement, takes } of WRITES) {
    await deed.tx.query(
      statement,
      takes.map((name) => parameters[name]),
    );
  }
  const counted: ImportCounts[] = await deed.tx.query(COUNT);
  const [counts] = counted;
  if (!counts) throw new Error('the database did not count');
  return counts;
}

/** Makes member organisations of the businesses that the association names for the first time. */
async function enrolNew(deed: Deed, organisations: OrganisationsService, associationId: string): Promise<void> {
  const found: { row: number; name: string }[] = await deed.tx.query(NEW_MEMBERS, [associationId]);
  const members = found.map(({ row, name }) => ({ row, id: randomUUID(), name, registrationNumber: null }));
  await organisations.enrolMembers(deed, members);
  for (let from = 0; from < members.length; from += BATCH_ROWS) {
    const batch = members.slice(from, from + BATCH_ROWS);
    await deed.tx.query(ENROL, [associationId, batch.map(({ row }) => row), batch.map(({ id }) => id)]);
  }
}
