/**
 * The invoices of a month of very many lines are collected: opened, paid by a statement of the bank, paid out to the
 * provider, and told in its statement. Each is measured against raw SQL that writes the same rows, with the same indexes and
 * checks; the statement against a bare sum of the provider's accounts.
 */
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { monthLater } from '../src/billing/rules/months.js';
import { RunWorkService } from '../src/billing/run-work.service.js';
import { RunsService } from '../src/billing/runs.service.js';
import { BankService } from '../src/payments/bank.service.js';
import { CollectionsService } from '../src/payments/collections.service.js';
import { PayoutsService } from '../src/payments/payouts.service.js';
import { bankRow } from '../src/payments/rules/bank-row.js';
import { StatementsQueries } from '../src/payments/statements.queries.js';
import { formatMoney } from '../src/kernel/money.js';
import { billedMonth } from './billed-month.js';
import { type Report, timed } from './report.js';
import { CURRENCY } from './working-lines.js';

export async function benchPayments(report: Report, sizes: readonly number[]): Promise<void> {
  for (const lines of sizes) await benchSize(report, lines);
}

async function benchSize(report: Report, lines: number): Promise<void> {
  const { ground, app, month, officer, members } = await billedMonth(lines);
  try {
    const { pool } = ground;
    const runs = app.get(RunsService, { strict: false });
    const work = app.get(RunWorkService, { strict: false });
    const { id, version } = await runs.plan(officer, CURRENCY, month);
    await work.preview(id, version);
    await runs.start(officer, id);
    await work.run(id);
    await pool.query('create schema floor');

    const row = (stage: string, ours: number, floor: number): void =>
      report.row('payments', { lines, invoices: members, stage, ms: ours, 'floor ms': floor, ratio: ours / floor });
    const collections = app.get(CollectionsService, { strict: false });
    row('collections', await timed(() => collections.openRun(id)), await copied(pool, ['collection']));

    const { rows } = await pool.query<{ number: string; minor: string }>(
      'select number, open_minor::text as minor from collection order by sequence',
    );
    const bookings = rows.map(({ number, minor }, at) => {
      const booking = bankRow({
        reference: `B${at}`,
        booked_on: '2030-01-01',
        amount: formatMoney(BigInt(minor), CURRENCY),
        currency: CURRENCY,
        text: number,
      });
      if (booking === null || 'reason' in booking) throw new Error('no booking');
      return { line: at + 2, ...booking };
    });
    const bank = app.get(BankService, { strict: false });
    const paid = await timed(() => bank.import(officer, { hash: 'ab'.repeat(32), bookings, outgoing: 0 }));
    // The rows of the statement, of its payments and of their entries; and every collection written once more.
    row('bank statement', paid, await copied(pool, ['bank_receipt', 'payment', ...ENTRIES, 'collection']));

    const payouts = app.get(PayoutsService, { strict: false });
    const { rows: providers } = await pool.query<{ id: string }>(
      'select distinct provider_id as id from invoice_share',
    );
    const paidOut = await timed(async () => {
      for (const provider of providers) {
        const payout = await payouts.propose(officer, { providerId: provider.id, currency: CURRENCY });
        await payouts.pay(officer, payout.id, `OUT-${payout.id}`);
      }
    });
    row('payouts', paidOut, await copied(pool, ['payout_line']));

    const statements = app.get(StatementsQueries, { strict: false });
    const { manager } = app.get(DataSource);
    const told = await timed(async () => {
      for (const provider of providers) {
        const wanted = { month: monthLater(month, 1), currency: CURRENCY, providerId: provider.id };
        await statements.one(manager, officer, wanted);
        for await (const batch of statements.sheet(manager, officer, wanted)) void batch;
      }
    });
    const summed = await timed(() =>
      pool.query(
        `select organisation_id, sum(minor) from ledger_line where purpose in ('payable', 'reserve') group by 1`,
      ),
    );
    row('statements', told, summed);
  } finally {
    await app.close();
    await ground.end();
  }
}

const PAYMENT_ENTRIES = `select * from public.ledger_entry where kind = 'payment'`;
const ENTRIES = ['ledger_entry', 'ledger_posting'];
/** What of a table is copied; all of it unless said. */
const PART: Readonly<Record<string, string>> = {
  ledger_entry: PAYMENT_ENTRIES,
  ledger_posting: `select p.* from public.ledger_posting p join (${PAYMENT_ENTRIES}) e on e.id = p.entry_id`,
};

/** Copies tables into ones with the same indexes and checks. @returns how long that takes */
async function copied(pool: pg.Pool, tables: readonly string[]): Promise<number> {
  let all = 0;
  for (const table of tables) {
    await pool.query(`drop table if exists floor.${table}`);
    await pool.query(`create table floor.${table} (like public.${table} including all excluding generated)`);
    all += await timed(() =>
      pool.query(
        `insert into floor.${table} overriding system value ${PART[table] ?? `select * from public.${table}`}`,
      ),
    );
  }
  return all;
}
