/**
 * How a file of lines is written: staged beside the tables, compared once with what is there, then inserted and
 * updated in one statement per table, so that the number of statements does not grow with the number of lines.
 */
import { randomUUID } from 'node:crypto';
import type { OrganisationsService } from '../identity/organisations.service.js';
import type { Deed } from '../platform/deeds/deeds.js';
import {
  COMPARE,
  COUNT,
  ENROL,
  HOLD,
  NEW_MEMBERS,
  STAGE,
  STAGED,
  type StagedRow,
  WRITES,
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
  // Two files of one association are written one after the other, or both would make the same members.
  await deed.tx.query(`select pg_advisory_xact_lock(hashtextextended('pools.import:' || $1, 0))`, [associationId]);
  for (const statement of STAGE) await deed.tx.query(statement);
  const staged = rows.map((row) => ({ ...row, memberId: randomUUID() }));
  for (let from = 0; from < staged.length; from += BATCH_ROWS) {
    const batch = staged.slice(from, from + BATCH_ROWS);
    await deed.tx.query(STAGED.insert, [from, ...STAGED.values.map((value) => batch.map(value))]);
  }
  // A temporary table is never analysed by itself, and the plans below need to know its size.
  await deed.tx.query('analyze import_row (reference)');
  await enrolNew(deed, organisations, associationId, staged);
  for (const statement of HOLD) await deed.tx.query(statement, [poolId, associationId]);
  await deed.tx.query(COMPARE, [poolId, associationId, consentStated]);
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
async function enrolNew(
  deed: Deed,
  organisations: OrganisationsService,
  associationId: string,
  staged: readonly StagedRow[],
): Promise<void> {
  const found: { row: number }[] = await deed.tx.query(NEW_MEMBERS, [associationId]);
  const members = found.flatMap(({ row }) => {
    const member = staged[row - 1];
    return member ? [{ id: member.memberId, name: member.name, registrationNumber: null }] : [];
  });
  await organisations.enrolMembers(deed, members);
  await deed.tx.query(ENROL, [associationId]);
}
