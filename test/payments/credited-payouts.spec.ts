/** What a credit note leaves of an invoice that was transferred to its provider: the rest is taken back once it is refunded. */
import { describeOnModel } from '../support/stripe/ways.js';
import { withStripe } from './at-stripe.js';
import { creditNote, issue, type Issued } from './issued.js';
import { contestedAndLost, pay, payingOut, type PayingOut, payoutOf, proposed } from './paid-out.js';
import { arrives } from './paid-market.js';
import { hasMethod, tell } from './told.js';

const EUR = 'EUR';

describeOnModel('a refund after a credit note', () => {
  const at = withStripe();
  let of: PayingOut;

  beforeEach(async () => {
    of = await payingOut(at.system, at.asked);
    at.asked.model.store.available.set('eur', 1_000_000);
  });

  const issued = async (month: string, providerId = of.provider.organisationId, net = 10_000): Promise<Issued> => {
    const wanted = [{ memberId: of.members[0]?.organisationId ?? '', shares: [{ providerId, net }] }];
    return (await issue(at.system, of.agencyId, month, wanted, EUR))[0] as Issued;
  };
  const byCard = (token = 'pm_card_bypassPending'): Promise<void> =>
    hasMethod(at.system, at.asked, of.members[0]?.organisationId ?? '', token);
  const byBank = ({ number, total }: Issued): Promise<void> => arrives(of, number, total);
  const transferred = async (): Promise<string> => {
    const id = await proposed(of);
    await pay(of, id);
    return id;
  };
  const credited = async (invoice: Issued): Promise<void> => {
    const share = { providerId: of.provider.organisationId, net: 5_000 };
    await creditNote(at.system, of.agencyId, invoice, share, '2026-02', EUR);
  };
  const confirmed = async (): Promise<void> => {
    const { items } = (await of.officer.get('/api/v1/refunds?state=owed').expect(200)).body as {
      items: { id: string }[];
    };
    await of.officer.post(`/api/v1/refunds/${items[0]?.id}/confirm`, { bankReference: 'BACK' }).expect(200);
    await at.system.settled();
  };
  /** Another provider's invoice is paid through Stripe, the next ones by bank: the transfer is out of what is there. */
  const onlyTheFirstByCard = async (): Promise<void> => {
    await byCard();
    await issued('2026-01', (await at.system.someone('bidder')).organisationId, 50_000);
    await at.system.source.query(
      `update payment_method set state = 'ended', ended_at = app_now() where member_id = $1 and state = 'active'`,
      [of.members[0]?.organisationId],
    );
  };
  const transferredBack = async (id: string): Promise<number> => {
    const { reference } = await payoutOf(of, id);
    return (await at.asked.stripe.transfers.retrieve(reference ?? '')).amount_reversed;
  };

  it('takes back so much of the transfer, and a dispute the rest of it', async () => {
    await byCard();
    const invoice = await issued('2026-02');
    const id = await transferred();
    await credited(invoice);
    await tell(at.system, at.asked.model, 1, 2);
    await at.system.settled();
    expect(await payoutOf(of, id)).toMatchObject({ state: 'paid', reversedMinor: 4_850 });
    expect(await transferredBack(id)).toBe(4_850);
    contestedAndLost(of);
    await tell(at.system, at.asked.model, 1, 2);
    await at.system.settled();
    expect(await payoutOf(of, id)).toMatchObject({ reversedMinor: 9_700 });
    expect(await transferredBack(id)).toBe(9_700);
    await issued('2026-03');
    const next = (await of.officer.get(`/api/v1/payouts/${await proposed(of)}`)).body as { claimsMinor: number };
    expect(next.claimsMinor).toBe(9_700);
  });

  it('takes it back also where the refund is by bank', async () => {
    await onlyTheFirstByCard();
    const invoice = await issued('2026-02');
    await byBank(invoice);
    const id = await transferred();
    await credited(invoice);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'paid', reversedMinor: 0 });
    await confirmed();
    expect(await transferredBack(id)).toBe(4_850);
  });

  it('takes nothing back of what the next payout has deducted before', async () => {
    await onlyTheFirstByCard();
    const invoice = await issued('2026-02');
    await byBank(invoice);
    const id = await transferred();
    await credited(invoice);
    await byBank(await issued('2026-03'));
    const next = await transferred();
    expect(await payoutOf(of, next)).toMatchObject({ state: 'paid', claimsMinor: 4_850 });
    await confirmed();
    expect([await transferredBack(id), await transferredBack(next)]).toEqual([0, 0]);
  });
});
