/**
 * The deposits of a round that fell are back at every member, once: whatever dies on the way. Every member has paid through
 * Stripe, so that nobody has to do anything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { EitherStripe } from '../support/stripe/either.js';
import { describeOnModel } from '../support/stripe/ways.js';
import { killed, Processes, type RunningProcess, SECRETS } from '../support/processes.js';
import { type Someone, System } from '../support/system.js';
import { signedAgreement } from '../subscriptions/signed-agreement.js';
import { balance, wrongInBooks } from './books.js';
import { setTerms } from './issued.js';
import { hasMethod } from './told.js';

const DEPOSIT = 2_000;
const MEMBERS = 2;
const KILLS = 4;
const REFUND = 'POST /v1/refunds';
const LIMIT_MILLIS = 60_000;

describeOnModel('deposits of a round that fell', () => {
  let asked: EitherStripe;
  let system: System;
  let processes: Processes;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    system = await System.start({ ...asked.settings(), ...SECRETS, PUMASI_WORKERS: false });
    processes = new Processes(system.database, { ...asked.settings() });
  });
  afterAll(async () => {
    await processes.end();
    await system.stop();
    await asked.stop();
  });

  const statesOf = async (): Promise<string[]> => {
    const rows: { state: string }[] = await system.source.query('select state from deposit order by sequence');
    return rows.map(({ state }) => state);
  };
  const until = async (what: string, happened: () => Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + LIMIT_MILLIS; !(await happened()); await sleep(20)) {
      if (Date.now() > end) throw new Error(`it never came to "${what}": ${(await statesOf()).join(', ')}`);
    }
  };
  /** What ten seconds do by themselves: nobody renews the leases of the one that died. */
  const letGo = async (): Promise<void> => {
    await system.source.query(
      'update outbox_delivery set leased_until = clock_timestamp() where leased_until is not null and handled_at is null',
    );
  };

  it('are given back once each, though the process that does it is killed between Stripe and the database', async () => {
    const members: Someone[] = [];
    for (let n = 0; n < MEMBERS; n += 1) members.push(await system.someone('owner'));
    for (const member of members) await hasMethod(system, asked, member.organisationId, 'pm_card_bypassPending');
    let agencyId = '';
    let worker: RunningProcess = await processes.worker();
    const { agreementId } = await signedAgreement(system, {
      lines: members.map(({ organisationId }) => ({ memberId: organisationId })),
      before: async (agency) => {
        agencyId = agency;
        await setTerms(system, agency, { deposit: DEPOSIT });
      },
    });
    for (const member of members) {
      const { items } = (await member.get('/api/v1/offers').expect(200)).body as { items: { id: string }[] };
      await member.post(`/api/v1/offers/${items[0]?.id}/answer`, { answer: 'accept' }).expect(200);
    }
    await until('every deposit is held', async () => (await statesOf()).join() === 'held,held');
    expect(await balance(system, agencyId, 'stripe')).toBe(MEMBERS * DEPOSIT);

    // Whoever notes a refund waits here, with the money on its way already: that is where it is killed.
    await system.source.query(
      `create function crash_here() returns trigger language plpgsql as
       $$ begin perform pg_sleep(3600); return new; end $$`,
    );
    await system.source.query(
      `create trigger crash_here before update on refund for each row when (new.state = 'done') execute function crash_here()`,
    );
    const [reader] = members as [Someone];
    const round = await reader.get(`/api/v1/agreements/${agreementId}/round`).expect(200);
    const { dueAt } = round.body as { dueAt: string };
    await system.source.query(
      `update clock_offset set ahead = ahead + greatest('0'::interval, $1::timestamptz - app_now())`,
      [dueAt],
    );
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const calls = asked.model.calls.filter(({ route }) => route === 'GET /v1/refunds').length;
      await until('a refund is asked for', async () => {
        const asleep: unknown[] = await system.source.query(
          `select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
        );
        const more = asked.model.calls.filter(({ route }) => route === 'GET /v1/refunds').length > calls;
        return asleep.length > 0 && (kill === 1 || more);
      });
      await killed(worker.child);
      await system.source.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
      );
      await letGo();
      if (kill === KILLS) await system.source.query('drop trigger crash_here on refund');
      worker = await processes.worker();
    }
    await until('every deposit is back', async () => (await statesOf()).join() === 'refunded,refunded');
    expect(asked.model.done(REFUND)).toBe(MEMBERS);
    expect(await balance(system, agencyId, 'stripe')).toBe(0);
    for (const { organisationId } of members) expect(await balance(system, organisationId, 'deposit')).toBe(0);
    const rows: unknown[] = await system.source.query(`select 1 from ledger_entry where kind = 'deposit-refund'`);
    expect(rows).toHaveLength(MEMBERS);
    expect(await wrongInBooks(system)).toEqual([]);
  }, 240_000);
});
