/** What Pumasi gives back and pays out through Stripe is done once. */
import { randomUUID } from 'node:crypto';
import { StripeClient } from '../../src/payments/stripe-client.js';
import { StripeGateway } from '../../src/payments/stripe-gateway.js';
import { StripePayouts } from '../../src/payments/stripe-payouts.js';
import { Settings } from '../../src/platform/config/settings.js';
import { EitherStripe } from '../support/stripe/either.js';
import { onModel, withAccount } from '../support/stripe/ways.js';

describe('the gateway to Stripe, to pay out', () => {
  let asked: EitherStripe;
  let gateway: StripeGateway;
  let payouts: StripePayouts;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    const client = new StripeClient(Object.assign(new Settings(), asked.settings()));
    gateway = new StripeGateway(client);
    payouts = new StripePayouts(client);
  });

  afterAll(() => asked.stop());

  const open = async (): Promise<string> => {
    const made = await payouts.createAccount({ providerId: randomUUID(), name: 'Net', country: 'DE' });
    expect(made).toMatchObject({ detailsSubmitted: false, transfersActive: false });
    return made.id;
  };

  it('opens an account whose details are to be given', async () => {
    const account = await open();
    expect(await payouts.retrieveAccount(account)).toMatchObject({ detailsSubmitted: false, transfersActive: false });
  });

  onModel('lenient', 'tells that an account takes no transfers before its details are complete', async () => {
    const payout = { payoutId: randomUUID(), refusals: 0, account: await open(), minor: 100n, currency: 'EUR' };
    const refused = await payouts.createTransfer(payout).catch((error: unknown) => error);
    expect(refused).toMatchObject({ facts: { stripe: { code: 'insufficient_capabilities_for_transfer' } } });
  });

  const movesOnce = async (meanwhile: () => void): Promise<void> => {
    await asked.fund(2_000);
    const { id: paymentIntent } = await asked.charge(await asked.payer('pm_card_bypassPending'), 2_500);
    const back = { refundId: randomUUID(), paymentIntent, minor: 500n, currency: 'EUR' };
    const account = await asked.account();
    expect(await payouts.retrieveAccount(account)).toMatchObject({ transfersActive: true, payoutsEnabled: true });
    const payout = { payoutId: randomUUID(), refusals: 0, account, minor: 2_000n, currency: 'EUR' };
    const refund = await gateway.refund(back);
    const transfer = await payouts.createTransfer(payout);
    const taken = { reversalId: randomUUID(), refusals: 0, transfer: transfer.id, minor: 700n, currency: 'EUR' };
    const reversal = await payouts.reverseTransfer(taken);
    meanwhile();
    expect((await gateway.refund(back)).id).toBe(refund.id);
    expect((await payouts.createTransfer(payout)).id).toBe(transfer.id);
    expect(await payouts.reverseTransfer(taken)).toEqual(reversal);
    expect(await payouts.retrieveTransfer(transfer.id)).toMatchObject({ minor: 2_000n, minorReversed: 700n });
  };

  withAccount('gives back, transfers and takes back once', () => movesOnce(() => undefined));

  onModel('clock', 'gives back, transfers and takes back once although Stripe has forgotten the keys', () =>
    movesOnce(() => asked.model.advanceDays(2)),
  );
});
