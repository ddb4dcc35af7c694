/** Money of one side, one row of each kind: an invoice that is paid, a booking, a deposit, a refund, a payout. */
import { randomUUID } from 'node:crypto';
import { ok } from '../pools/setting.js';
import type { Someone, System } from '../support/system.js';

export interface Collected {
  readonly collectionId: string;
  readonly receiptId: string;
  readonly depositId: string;
  readonly refundId: string;
  readonly payoutId: string;
}

/** What follows when the run of an invoice of the member is issued, by the officer's agency. */
export async function collected(
  system: System,
  officer: Someone,
  member: Someone,
  of: { runId: string; invoiceId: string; offerId: string; agreementId: string; providerId: string },
): Promise<Collected> {
  const { source } = system;
  await source.query(`select announce('billing.issued', $1, array['payments.open-collections'])`, [
    { runId: of.runId },
  ]);
  await system.settled();
  const booking = { reference: 'B-1', bookedOn: '2030-01-01', currency: 'KRW', minor: 1_500, text: 'INV-2020-000001' };
  const receipt = ok(await officer.post('/api/v1/payments/bank', booking), 201).body as { id: string };
  const asked = { providerId: of.providerId, currency: 'KRW' };
  const payout = ok(await officer.post('/api/v1/payouts', asked), 201).body as { id: string };
  ok(await officer.post(`/api/v1/payouts/${payout.id}/pay`, { bankReference: 'OUT-1' }), 200);
  const [deposit, refund] = [randomUUID(), randomUUID()];
  await source.query(
    `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, asked_at)
     values ($1, $2, $3, $4, $5, 'KRW', 700, 'bank', 'asked', app_now())`,
    [deposit, of.offerId, of.agreementId, officer.organisationId, member.organisationId],
  );
  await source.query(
    `insert into refund (id, payment_id, collection_id, issuer_id, member_id, currency, minor, way, cause, why, state,
       created_at)
     select $1, id, collection_id, issuer_id, member_id, currency, 300, 'bank', 'a test', 'Because.', 'owed', app_now()
     from payment where receipt_id = $2`,
    [refund, receipt.id],
  );
  return {
    collectionId: of.invoiceId,
    receiptId: receipt.id,
    depositId: deposit,
    refundId: refund,
    payoutId: payout.id,
  };
}
