/**
 * A month of very many lines: its preview and its run, each against raw SQL that inserts the rows of the run, with the
 * same indexes and checks, in as many transactions.
 */
import type pg from 'pg';
import { RunWorkService } from '../src/billing/run-work.service.js';
import { RunsService } from '../src/billing/runs.service.js';
import { billedMonth } from './billed-month.js';
import { type Report, timed } from './report.js';
import { CURRENCY } from './working-lines.js';

/** What a run writes, by the column that tells a chunk of its members. */
const TABLES = [
  'invoice',
  'invoice_line',
  'invoice_share',
  'billed_line',
  'ledger_account',
  'ledger_entry',
  'ledger_posting',
];

export async function benchBilling(report: Report, sizes: readonly number[]): Promise<void> {
  for (const lines of sizes) await benchSize(report, lines);
}

async function benchSize(report: Report, lines: number): Promise<void> {
  const { ground, app, month, officer, members } = await billedMonth(lines);
  try {
    const [runs, work] = [app.get(RunsService), app.get(RunWorkService)];
    const { id, version } = await runs.plan(officer, CURRENCY, month);
    const preview = await timed(() => work.preview(id, version));
    await runs.start(officer, id);
    const most = { rss: 0 };
    const watching = setInterval(() => {
      most.rss = Math.max(most.rss, process.memoryUsage().rss);
    }, 50);
    const run = await timed(() => work.run(id));
    clearInterval(watching);
    const floor = await insertFloor(ground.pool, members);
    const row = (stage: string, ours: number): void =>
      report.row('billing', {
        lines,
        invoices: members,
        stage,
        ms: ours,
        'floor ms': floor,
        ratio: ours / floor,
        'peak MiB': Math.round(most.rss / 1_048_576),
      });
    row('preview', preview);
    row('run', run);
  } finally {
    await app.close();
    await ground.end();
  }
}

const CHUNK = 2_000;

/** Copies of the tables, with their indexes and checks, filled chunk by chunk: the rows are at hand. */
async function insertFloor(pool: pg.Pool, members: number): Promise<number> {
  await pool.query('create schema floor');
  for (const table of TABLES) await pool.query(`create table floor.${table} (like public.${table} including all)`);
  await pool.query(
    `create table chunked as select id, (row_number() over (order by number) - 1) / ${CHUNK} as chunk from invoice`,
  );
  await pool.query('create index on chunked (chunk)');
  await pool.query('analyze');
  const client = await pool.connect();
  try {
    return await timed(async () => {
      for (let chunk = 0; chunk * CHUNK < members; chunk += 1) {
        await client.query('begin');
        for (const statement of COPIES) await client.query(statement, [chunk]);
        await client.query('commit');
      }
    });
  } finally {
    client.release();
  }
}

const OF = 'chunked c join public';
const COPIES = [
  `insert into floor.invoice select i.* from ${OF}.invoice i on i.id = c.id where c.chunk = $1`,
  `insert into floor.invoice_line select l.* from ${OF}.invoice_line l on l.invoice_id = c.id where c.chunk = $1`,
  `insert into floor.invoice_share select s.* from ${OF}.invoice_share s on s.invoice_id = c.id where c.chunk = $1`,
  `insert into floor.billed_line select distinct b.* from ${OF}.invoice_line l on l.invoice_id = c.id
     join public.billed_line b using (subscription_id) where c.chunk = $1`,
  `insert into floor.ledger_account overriding system value select distinct a.* from ${OF}.ledger_entry e
     on e.kind = 'invoice' and e.reference = c.id::text join public.ledger_posting p on p.entry_id = e.id
     join public.ledger_account a on a.id = p.account_id where c.chunk = $1 on conflict do nothing`,
  `insert into floor.ledger_entry overriding system value select e.* from ${OF}.ledger_entry e
     on e.kind = 'invoice' and e.reference = c.id::text where c.chunk = $1`,
  `insert into floor.ledger_posting select p.* from ${OF}.ledger_entry e
     on e.kind = 'invoice' and e.reference = c.id::text join public.ledger_posting p on p.entry_id = e.id
   where c.chunk = $1`,
];
