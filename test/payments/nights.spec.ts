/** What the nightly reconciliation with Stripe shows of transfers that we did not make, and what it lets go. */
import { randomUUID } from 'node:crypto';
import { type LookedUp, type Seen, UnbookedTransfers } from '../../src/payments/unbooked-transfers.js';
import { EitherStripe } from '../support/stripe/either.js';
import { describeOnModel } from '../support/stripe/ways.js';
import { System } from '../support/system.js';
import { nightPasses } from './night.js';
import { contestedAndLost, paidOut, payingOut, type PayingOut, payoutOf } from './paid-out.js';

describeOnModel('a night with Stripe', () => {
  let asked: EitherStripe;
  let system: System;
  let of: PayingOut;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    system = await System.start(asked.settings());
    of = await payingOut(system, asked);
  });
  afterAll(async () => {
    await system.stop();
    await asked.stop();
  });

  /** A payout that was transferred. @returns the transfer's id */
  const transferred = async (month: string): Promise<string> => {
    const { reference } = await payoutOf(of, await paidOut(of, month));
    return reference ?? '';
  };
  /** @returns the transfers that the night calls unbooked */
  const unbooked = async (): Promise<string[]> => {
    const path = `/api/v1/stripe/reconciliations/${await nightPasses(system)}/differences?limit=200`;
    const { items } = (await of.officer.get(path).expect(200)).body as {
      items: { kind: string; objectId: string | null }[];
    };
    return items.filter(({ kind }) => kind === 'unbooked').map(({ objectId }) => String(objectId));
  };

  it('shows transfers and reversals that were made at Stripe itself, and not ours', async () => {
    const ours = await transferred('2026-02');
    const taken = await transferred('2026-03');
    const contested = await transferred('2026-04');
    contestedAndLost(of);
    await asked.stripe.transfers.createReversal(taken, { amount: 500 });
    asked.model.store.available.set('eur', 1_000_000);
    const byHand = await asked.stripe.transfers.create({ amount: 700, currency: 'eur', destination: of.account });
    const expected = [taken, byHand.id].toSorted();
    expect((await unbooked()).toSorted()).toEqual(expected);
    // The dispute was told by that night, and its part has been taken back since; the list overlaps.
    const back = await Promise.all([ours, contested].map((id) => asked.stripe.transfers.retrieve(id)));
    expect(back.map((each) => each.amount_reversed).toSorted((a, b) => a - b)).toEqual([0, 9_700]);
    expect((await unbooked()).toSorted()).toEqual(expected);
  });

  it('looks transfers up while no transaction waits for Stripe', async () => {
    const { source } = system;
    asked.model.store.available.set('eur', 1_000_000);
    for (let made = 0; made < 5; made += 1) {
      await asked.stripe.transfers.create({ amount: 100, currency: 'eur', destination: of.account });
    }
    const looks: Promise<{ open: number }[]>[] = [];
    let began: Promise<{ now: Date }[]> | undefined;
    asked.model.onAnswer = ({ method, path }) => {
      if (method !== 'GET' || path !== '/v1/transfers/:id') return;
      began ??= source.query('select clock_timestamp() as now');
      looks.push(
        began.then(([first]) =>
          source.query(
            `select count(*)::int as open from pg_stat_activity
             where datname = current_database() and state = 'idle in transaction' and xact_start < $1`,
            [first?.now],
          ),
        ),
      );
    };
    await unbooked();
    asked.model.onAnswer = () => {};
    expect(looks.length).toBeGreaterThanOrEqual(5);
    expect((await Promise.all(looks)).flat().filter(({ open }) => open > 0)).toEqual([]);
  });

  it('looks a transfer up again of which something was taken back meanwhile', async () => {
    const { source } = system;
    const transfer = await transferred('2026-05');
    const refused: { id: string }[] = await source.query(
      `insert into payout_reversal (payout_id, invoice_id, cause, minor, state, refusals, created_at)
       select id, gen_random_uuid(), 'a test', 300, 'owed', 1, app_now() from payout where reference = $1 returning id`,
      [transfer],
    );
    await asked.stripe.transfers.createReversal(transfer, { amount: 300 });
    const night = randomUUID();
    await source.query(
      `insert into stripe_event (id, type, object_kind, object_id, source, created_at, state, handled_at, listed_by)
       values ('evt_meanwhile', 'transfer.reversed', 'transfer', $1, 'webhook', clock_timestamp(), 'handled',
         clock_timestamp(), $2)`,
      [transfer, night],
    );
    const transfers = system.app.get(UnbookedTransfers, { strict: false });
    const judge = async (looked: readonly LookedUp[]): Promise<Seen> =>
      source.transaction((tx) => transfers.judge(tx, looked));

    const before = await transfers.lookUp(night, null);
    expect(await judge(before)).toEqual({ unbooked: ['evt_meanwhile'], upTo: transfer });
    await source.query(`update payout_reversal set state = 'done', done_at = app_now() where id = $1`, [
      refused[0]?.id,
    ]);
    expect(await judge(before)).toEqual({ unbooked: [], upTo: null });
    expect(await judge(await transfers.lookUp(night, null))).toEqual({ unbooked: [], upTo: transfer });
    expect(await transfers.lookUp(night, transfer)).toEqual([]);
  });

  it('lets go of what was handled long ago, and of nothing else', async () => {
    const insert = async (id: string, state: string, days: number): Promise<void> => {
      await system.source.query(
        `insert into stripe_event (id, type, object_kind, object_id, source, created_at, received_at, state, handled_at)
         values ($1, 'customer.created', 'customer', 'cus_1', 'webhook', clock_timestamp() - $3 * interval '1 day',
           clock_timestamp() - $3 * interval '1 day', $2, case when $2 in ('handled', 'unknown') then clock_timestamp() end)`,
        [id, state, days],
      );
    };
    await insert('evt_oldHandled', 'handled', 91);
    await insert('evt_oldUnknown', 'unknown', 91);
    await insert('evt_oldFailed', 'failed', 91);
    await insert('evt_young', 'handled', 89);
    await unbooked();
    const ids = ['evt_oldHandled', 'evt_oldUnknown', 'evt_oldFailed', 'evt_young'];
    const left: { id: string }[] = await system.source.query(
      'select id from stripe_event where id = any($1) order by id',
      [ids],
    );
    expect(left.map(({ id }) => id)).toEqual(['evt_oldFailed', 'evt_young']);
  });
});
