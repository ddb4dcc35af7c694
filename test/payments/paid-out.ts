/** A provider at the tests' Stripe that is paid out what a member has paid through it. */
import type { EitherStripe } from '../support/stripe/either.js';
import type { Someone, System } from '../support/system.js';
import { issue } from './issued.js';
import { type Sides, sides } from './paid-market.js';
import { hasAccount, hasMethod } from './told.js';

const EUR = 'EUR';

export interface PayingOut extends Sides {
  readonly system: System;
  readonly asked: EitherStripe;
  /** the provider's, at Stripe */
  readonly account: string;
}

/** An agency, a member and a provider with an account at Stripe. */
export async function payingOut(system: System, asked: EitherStripe): Promise<PayingOut> {
  const all = await sides(system, 1, { currency: EUR });
  return { ...all, system, asked, account: await hasAccount(system, asked, all.provider.organisationId) };
}

/** The member is invoiced, and pays by the method that it has, if any. */
export async function invoiced(of: PayingOut, month: string, net = 10_000): Promise<void> {
  const [member] = of.members as [Someone];
  const shares = [{ providerId: of.provider.organisationId, net }];
  await issue(of.system, of.agencyId, month, [{ memberId: member.organisationId, shares }], EUR);
}

/** @returns the proposed payout's id */
export async function proposed({ officer, provider }: PayingOut): Promise<string> {
  const wish = { providerId: provider.organisationId, currency: EUR };
  return ((await officer.post('/api/v1/payouts', wish).expect(201)).body as { id: string }).id;
}

/** Stripe is asked to transfer it. */
export async function pay({ officer, system }: PayingOut, id: string): Promise<void> {
  await officer.post(`/api/v1/payouts/${id}/pay`, {}).expect(200);
  await system.settled();
}

/**
 * The member has paid its invoice, and an officer pays its provider.
 * @param token by which method the member pays; unless it is said, by one whose money is available at once
 * @returns the payout's id
 */
export async function paidOut(of: PayingOut, month: string, token = 'pm_card_bypassPending'): Promise<string> {
  const [member] = of.members as [Someone];
  await hasMethod(of.system, of.asked, member.organisationId, token);
  await invoiced(of, month);
  const id = await proposed(of);
  await pay(of, id);
  return id;
}

export interface PayoutJson {
  readonly state: string;
  readonly failure: string | null;
  readonly dueAt: string | null;
  /** the transfer at Stripe */
  readonly reference: string | null;
  readonly reversedMinor: number;
  readonly claimsMinor: number;
}

export async function payoutOf({ officer }: PayingOut, id: string): Promise<PayoutJson> {
  return (await officer.get(`/api/v1/payouts/${id}`).expect(200)).body as PayoutJson;
}

/** How many transfers there are at Stripe for a payout. */
export function transfersOf({ asked }: PayingOut, payoutId: string): number {
  return asked.model.store.all('transfer').filter((each) => each['transfer_group'] === payoutId).length;
}

/** Somebody has transferred a payout, and died before that was written down. @returns the transfer's id */
export async function transferredUnwritten(
  { asked, account }: PayingOut,
  payoutId: string,
  amount = 9_700,
): Promise<string> {
  const { id } = await asked.stripe.transfers.create({
    amount,
    currency: 'eur',
    destination: account,
    transfer_group: payoutId,
    metadata: { payoutId },
  });
  return id;
}

/** The member's bank takes back for good what the member paid last. */
export function contestedAndLost({ asked: { model } }: PayingOut): void {
  model.closeDispute(model.dispute(model.store.all('payment_intent')[0]?.id ?? ''), 'lost');
}
