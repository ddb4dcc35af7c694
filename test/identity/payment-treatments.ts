/** How the routes of payments treat what belongs to others. */
import { randomUUID } from 'node:crypto';
import type { System } from '../support/system.js';
import { type About, same, type Treatments, unknown, WHY } from './treatment.js';
import type { TwoSides } from './two-sides.js';

const ONE_ACCOUNT = 'there is one account at Stripe, and every agency may see that nothing of it is lost';
const STRIPE = same(ONE_ACCOUNT);
const EVENT = 'evt_replayed';

/** A night on which Stripe's list was held against the inbox. */
export const RECONCILIATION = '11111111-1111-4111-8111-111111111111';

export async function paymentTreatments(system: System, m: TwoSides): Promise<Record<string, Treatments>> {
  await system.source.query(
    `insert into stripe_reconciliation (id, state, began_at) values ($1, 'done', clock_timestamp())`,
    [RECONCILIATION],
  );
  await system.source.query(
    `insert into stripe_event (id, type, object_kind, object_id, source, created_at, state, handled_at)
     values ($1, 'payment_intent.succeeded', 'payment_intent', 'pi_of_nobody', 'webhook', app_now(), 'handled', app_now())`,
    [EVENT],
  );
  const shops = { owner: m.shop, stranger: m.otherShop };
  const providers = { owner: m.provider, stranger: m.otherProvider };
  const officers = { owner: m.officer, stranger: await system.someone('officer') };
  const auditors = {
    owner: await system.someone('auditor', m.officer.organisationId),
    stranger: await system.someone('auditor'),
  };
  const methodId = await endedMethod(system, m.shop.organisationId);
  const { collectionId, receiptId, depositId, refundId, payoutId } = m.collected;
  const ofMember = (about: About): Treatments => ({
    owner: unknown(shops, about),
    officer: unknown(officers, about),
    auditor: unknown(auditors, about),
  });
  const paysOut = { ids: { id: payoutId } };
  const payout: Treatments = {
    bidder: unknown(providers, paysOut),
    officer: unknown(officers, paysOut),
    auditor: unknown(auditors, paysOut),
  };
  const byOfficer = (id: string, body: object): Treatments => ({ officer: unknown(officers, { ids: { id }, body }) });
  return {
    'get /api/v1/collections/:id': ofMember({ ids: { id: collectionId } }),
    'post /api/v1/collections/:id/suspension': byOfficer(collectionId, { decision: 'suspend', ...WHY }),
    'post /api/v1/collections/:id/give-up': byOfficer(collectionId, WHY),
    'post /api/v1/payments/bank/:id/assign': byOfficer(receiptId, { number: 'INV-2020-000009' }),
    'post /api/v1/payments/bank/:id/send-back': byOfficer(receiptId, WHY),
    'get /api/v1/offers/:id/deposit': {
      ...ofMember({ ids: { id: m.offerId } }),
      manager: unknown({ owner: m.chamber, stranger: m.otherChamber }, { ids: { id: m.broughtOfferId } }),
    },
    'get /api/v1/deposits/:id': ofMember({ ids: { id: depositId } }),
    'post /api/v1/deposits/:id/return': byOfficer(depositId, WHY),
    'post /api/v1/refunds/:id/confirm': byOfficer(refundId, { bankReference: 'OUT-2' }),
    'delete /api/v1/payment-methods/:id': { owner: unknown(shops, { ids: { id: methodId } }) },
    'get /api/v1/payouts/:id': payout,
    'get /api/v1/payouts/:id/lines': payout,
    'post /api/v1/payouts/:id/pay': byOfficer(payoutId, { bankReference: 'OUT-3' }),
    'post /api/v1/payouts/reversals/:id/try': byOfficer(await doneReversal(system, payoutId), {}),
    'post /api/v1/payouts/reversals/:id/paid': byOfficer(await doneReversal(system, payoutId), {
      bankReference: 'BACK',
    }),
    'post /api/v1/payouts/:id/withdraw': byOfficer(payoutId, WHY),

    'post /api/v1/stripe/events/:id/replay': { officer: same(ONE_ACCOUNT, { ids: { id: EVENT } }) },
    'get /api/v1/stripe/reconciliations/:id/differences': { officer: STRIPE, auditor: STRIPE },
  };
}

/** A method that a member had once: removing it again asks nobody. */
async function endedMethod({ source }: System, memberId: string): Promise<string> {
  const [setup, method] = [randomUUID(), randomUUID()];
  await source.query(`insert into method_setup (id, member_id, stripe_id, state) values ($1, $2, $3, 'succeeded')`, [
    setup,
    memberId,
    `seti_${setup}`,
  ]);
  await source.query(
    `insert into payment_method (id, member_id, stripe_id, setup_id, kind, state, ended_at)
     values ($1, $2, $3, $4, 'card', 'ended', app_now())`,
    [method, memberId, `pm_${method}`, setup],
  );
  return method;
}

/** One that Stripe has done: trying it again is refused to its own agency. */
async function doneReversal({ source }: System, payoutId: string): Promise<string> {
  const id = randomUUID();
  await source.query(
    `insert into payout_reversal (id, payout_id, invoice_id, cause, minor, state, created_at, done_at)
     values ($1, $2, $3, 'a test', 1, 'done', app_now(), app_now())`,
    [id, payoutId, randomUUID()],
  );
  return id;
}
