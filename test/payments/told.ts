/** Members and providers at the tests' Stripe, and what it tells, as the inbox hands it on. */
import { randomUUID } from 'node:crypto';
import { systemActor } from '../../src/kernel/actor.js';
import { StripeObjects } from '../../src/payments/stripe-objects.js';
import { type Deed, Deeds } from '../../src/platform/deeds/deeds.js';
import { randomOf, shuffled } from '../support/stripe/deliveries.js';
import type { EitherStripe } from '../support/stripe/either.js';
import type { StripeModel } from '../support/stripe/model.js';
import { TEST_METHODS } from '../support/stripe/test-methods.js';
import type { ModelEvent } from '../support/stripe/store.js';
import type { System } from '../support/system.js';

/** The member has confirmed this method, in place of the one before. */
export async function hasMethod(system: System, asked: EitherStripe, memberId: string, token: string): Promise<void> {
  const { source } = system;
  const known: { id: string }[] = await source.query(
    'select stripe_id as id from stripe_customer where member_id = $1',
    [memberId],
  );
  const { customer, method } = await asked.payer(token, known[0]?.id);
  const setup = randomUUID();
  await source.query(
    `update payment_method set state = 'replaced', ended_at = app_now() where member_id = $1 and state = 'active'`,
    [memberId],
  );
  await source.query('insert into stripe_customer (member_id, stripe_id) values ($1, $2) on conflict do nothing', [
    memberId,
    customer,
  ]);
  await source.query(`insert into method_setup (id, member_id, stripe_id, state) values ($1, $2, $3, 'succeeded')`, [
    setup,
    memberId,
    `seti_${setup}`,
  ]);
  await source.query(
    `insert into payment_method (id, member_id, stripe_id, setup_id, kind, brand, last_four, state)
     values ($1, $2, $3, $4, $5, $6, $7, 'active')`,
    [
      randomUUID(),
      memberId,
      method,
      setup,
      token.endsWith('_de') ? 'sepa_debit' : 'card',
      TEST_METHODS[token]?.brand,
      TEST_METHODS[token]?.lastFour,
    ],
  );
}

/** The day comes from which all direct debits that were announced may be taken. */
export async function noticePasses(system: System): Promise<void> {
  const rows: { from: Date }[] = await system.source.query(
    `select max(due_on)::timestamp at time zone interval '9 hours' as from from debit_notice`,
  );
  if (rows[0]?.from) await system.passTo(rows[0].from);
}

/** The provider has an account that takes transfers. */
export async function hasAccount(system: System, asked: EitherStripe, providerId: string): Promise<string> {
  const account = await asked.account();
  await system.source.query(
    `insert into payout_account (provider_id, stripe_id, country, transfers_active) values ($1, $2, 'DE', true)`,
    [providerId, account],
  );
  return account;
}

/** Everything that nobody was told of yet is told: so many times each, in an order that follows from the seed. */
export async function tell(system: System, model: StripeModel, seed = 1, copies = 1): Promise<void> {
  const deeds = system.app.get(Deeds, { strict: false });
  for (const event of inSomeOrder(model.deliveries.lose(), seed, copies)) {
    await deeds.run(systemActor('test'), 'test.apply', null, (deed) => apply(system, deed, event));
  }
}

/** Events as Stripe may bring them: so many times each, in an order that follows from the seed. */
function inSomeOrder(events: readonly ModelEvent[], seed: number, copies: number): ModelEvent[] {
  return shuffled(Array.from({ length: copies }, () => events).flat(), randomOf(seed));
}

/** Brings our rows to what the object of an event is now. */
async function apply(system: System, deed: Deed, event: ModelEvent): Promise<void> {
  const { object, id } = event.data.object as { object: string; id?: string };
  if (id === undefined || event.account !== undefined) return;
  await system.app.get(StripeObjects, { strict: false }).apply(deed, object, id);
}
