/**
 * A billing run whose process is killed without warning at random points, and at its very end: whoever comes next goes on,
 * and in the end everybody has exactly the invoice that the preview said, once. `npm run faults -- billing` does it to
 * 120,000 lines, ten times.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CURRENCY, workingLines } from '../../bench/working-lines.js';
import { Random } from '../../demo/random.js';
import { dayOf, dayStart, type Month, monthOf } from '../../src/kernel/calendar.js';
import { firstDay, monthLater } from '../../src/billing/rules/months.js';
import { CHUNK } from '../../src/billing/run-facts.js';
import { answered, booksAgree, type Run, runOf } from '../billing/setting.js';
import { killed, Processes, SECRETS } from '../support/processes.js';
import { type Someone, System } from '../support/system.js';

const LINES = Number(process.env['PUMASI_TEST_LINES'] ?? 6_000);
const KILLS = Number(process.env['PUMASI_TEST_KILLS'] ?? 3);
const LIMIT_MILLIS = 1_800_000;
/** Whoever writes at the armed site waits for this lock, with its transaction open. */
const LOCK = 4_243;
/** The last one is written when all invoices are. */
const SITES = ['invoice', 'invoice_line', 'invoice_share', 'billed_line', 'ledger_entry', 'ledger_posting'] as const;
const LAST = 'outbox_event';

const seed = Number(process.env['PUMASI_TEST_SEED'] ?? Date.now() % 1_000_000);
let system: System;
let processes: Processes;
let holder: pg.Client;

beforeAll(async () => {
  system = await System.start({ ...SECRETS, PUMASI_WORKERS: false });
  processes = new Processes(system.database);
  holder = new pg.Client({ connectionString: system.database });
  await holder.connect();
  await system.source.query(
    `create table crash_site (site text not null, after_members integer not null);
     create function crash_here() returns trigger language plpgsql as $$
     begin
       if exists (select from crash_site c join billing_run r on r.members_done >= c.after_members
                  where c.site = tg_table_name and r.started_at is not null) then
         perform pg_advisory_xact_lock(${LOCK});
       end if;
       return null;
     end $$`,
  );
  for (const table of [...SITES, LAST]) {
    await system.source.query(
      `create trigger crash_here after insert on ${table} for each statement execute function crash_here()`,
    );
  }
});

afterAll(async () => {
  await holder.end();
  await processes.end();
  await system.stop();
});

/** Lets a process work until it waits at the site, kills it, and lets what it had written be undone. */
async function killedAt(site: string, afterMembers: number): Promise<void> {
  await holder.query('select pg_advisory_lock($1)', [LOCK]);
  await system.source.query('insert into crash_site values ($1, $2)', [site, afterMembers]);
  const worker = await processes.worker();
  const waiting = await seen(() =>
    system.source.query(
      `select pid from pg_locks where locktype = 'advisory' and objid = $1 and not granted
         and database = (select oid from pg_database where datname = current_database())`,
      [LOCK],
    ),
  );
  await killed(worker.child);
  // The server would notice by itself that nobody is there any more, once it got the lock.
  for (const { pid } of waiting) await holder.query('select pg_terminate_backend($1)', [pid]);
  await system.source.query('delete from crash_site');
  await holder.query('select pg_advisory_unlock($1)', [LOCK]);
  // What ten seconds do by themselves: nobody renews the leases of the one that died.
  await system.source.query(
    'update outbox_delivery set leased_until = clock_timestamp() where leased_until is not null and handled_at is null',
  );
}

async function seen(look: () => Promise<{ pid: number }[]>): Promise<{ pid: number }[]> {
  for (const until = performance.now() + LIMIT_MILLIS / 10; ;) {
    const found = await look();
    if (found.length > 0) return found;
    if (performance.now() > until) throw new Error('it never came to that');
    await sleep(5);
  }
}

async function becomes(officer: Someone, month: Month, state: string): Promise<Run> {
  for (const until = performance.now() + LIMIT_MILLIS / 3; ;) {
    const run = await runOf(officer, month);
    if (run.state === state) return run;
    if (performance.now() > until) throw new Error(`still ${run.state}`);
    await sleep(200);
  }
}

it(
  `a run of ${LINES} lines that is killed ${KILLS} times bills everybody once, as if nothing had happened`,
  async () => {
    console.log(`PUMASI_TEST_SEED=${seed}`);
    const random = new Random(seed);
    const month = monthOf(dayOf(await system.now()));
    const pool = new pg.Pool({ connectionString: system.database, max: 1 });
    const { agencyId, members } = await workingLines(pool, LINES, month);
    await pool.end();
    const officer = await system.someone('officer', agencyId);
    // Who comes to it last gets the rest of the budget: it is the same one however often the run begins again.
    const grant = {
      name: 'Start',
      currency: CURRENCY,
      byVoucher: false,
      perLineMinor: 3_333,
      months: 1,
      fromMonth: month,
    };
    answered(await officer.post('/api/v1/billing/grants', { ...grant, budgetMinor: 3_000 * LINES }), 201);
    await system.source.query(
      `update clock_offset set ahead = $1::timestamptz - clock_timestamp() + interval '1 day'`,
      [dayStart(firstDay(monthLater(month, 1)))],
    );
    answered(await officer.post('/api/v1/billing/runs', { currency: CURRENCY, month }), 201);
    const first = await processes.worker();
    const { id, preview } = await becomes(officer, month, 'previewed');
    await killed(first.child);
    answered(await officer.post(`/api/v1/billing/runs/${id}/start`), 200);

    // Members are done a chunk at a time: from the last one's beginning on, the next that is done are all.
    const lastChunkFrom = (Math.ceil(members / CHUNK) - 1) * CHUNK;
    const points = Array.from({ length: KILLS - 1 }, () => random.between(0, lastChunkFrom));
    for (const point of points.sort((a, b) => a - b)) {
      const site = SITES[random.between(0, SITES.length - 1)] ?? 'invoice';
      await killedAt(site, point);
      await booksAgree(system);
      console.log(
        `killed while it wrote ${site}, with ${(await runOf(officer, month)).progress.membersDone} members done`,
      );
    }
    await killedAt(LAST, members);
    await booksAgree(system);
    await processes.worker();
    const run = await becomes(officer, month, 'issued');

    expect(run.totals).toEqual(preview);
    expect(run.progress).toEqual({ members, membersDone: members, invoices: members });
    await booksAgree(system);
    const wrong: object[] = await system.source.query(
      `with due as (
         select s.member_id, sum(s.quantity * (s.monthly_minor + s.setup_minor)) as net,
           row_number() over (order by s.member_id) as place
         from subscription s group by 1
       )
       select d.member_id from due d left join invoice i on i.member_id = d.member_id
       where i.net_minor is distinct from d.net or right(i.number, 6)::int <> d.place`,
    );
    expect(wrong).toEqual([]);
    const books: object[] = await system.source.query(
      `select count(*) filter (where kind = 'invoice')::int as invoices,
         count(*) filter (where kind = 'activation')::int as activations from ledger_entry`,
    );
    expect(books).toEqual([{ invoices: members, activations: 10 }]);
    const issued: object[] = await system.source.query(`select 1 from outbox_event where name = 'billing.issued'`);
    expect(issued).toHaveLength(1);
  },
  LIMIT_MILLIS,
);
