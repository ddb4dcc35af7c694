/** Letters to members about invoices that are charged by their payment method. */
import { EitherStripe } from '../support/stripe/either.js';
import { describeOnModel } from '../support/stripe/ways.js';
import { type Someone, System } from '../support/system.js';
import { signedAgreement } from '../subscriptions/signed-agreement.js';
import { issue, setTerms } from './issued.js';
import { sides } from './paid-market.js';
import { hasMethod } from './told.js';

describeOnModel('who is charged', () => {
  let asked: EitherStripe;
  let system: System;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    system = await System.start(asked.settings());
  });
  afterAll(async () => {
    await system.stop();
    await asked.stop();
  });

  it.each([
    ['pm_card_visa', 'by your visa card ending in 4242', 0],
    ['pm_success_de', 'by SEPA direct debit from your account ending in 3000, and booked there some days later', 2],
  ])('is told when, how much and by what: %s', async (token, way, days) => {
    const all = await sides(system, 1, { currency: 'EUR' });
    const memberId = all.members[0]?.organisationId ?? '';
    await hasMethod(system, asked, memberId, token);
    const shares = [{ providerId: all.provider.organisationId, net: 10_000 }];
    const [invoice] = await issue(system, all.agencyId, '2026-02', [{ memberId, shares }], 'EUR');
    const number = invoice?.number ?? '';
    const letters: { day: string }[] = await system.source.query(
      `select subject, body, (business_day(app_now()) + $2::integer)::text as day from mail_message where about = $1`,
      [`invoice ${invoice?.id}`, days],
    );
    const body = `On ${letters[0]?.day}, 110.00 EUR of invoice ${number} are taken ${way}. You need not transfer anything.`;
    expect(letters).toMatchObject([{ subject: `Invoice ${number}`, body }]);
  });

  it('is told of a deposit, too, before a card is charged with it, and is asked to transfer what the card does not give', async () => {
    const [paying, declined] = [await system.someone('owner'), await system.someone('owner')];
    const chamber = await system.someone('manager');
    await hasMethod(system, asked, paying.organisationId, 'pm_card_visa');
    await hasMethod(system, asked, declined.organisationId, 'pm_card_chargeCustomerFail');
    await signedAgreement(system, {
      lines: [paying, declined].map(({ organisationId: memberId }) => ({
        memberId,
        firm: true,
        ceiling: 4_500,
        ...(memberId === paying.organisationId ? { associationId: chamber.organisationId } : {}),
      })),
      before: (agencyId) => setTerms(system, agencyId, { deposit: 2_000 }),
    });
    const told = async (member: Someone): Promise<object> => {
      const { items } = (await member.get('/api/v1/offers').expect(200)).body as { items: { id: string }[] };
      return (await member.get(`/api/v1/offers/${items[0]?.id}/deposit`).expect(200)).body as object;
    };
    expect(await told(paying)).toMatchObject({ currency: 'USD', minor: 2_000, way: 'stripe' });
    // Who may answer for a member is told how much is asked for, and nothing of how it pays.
    expect(await told(chamber)).toMatchObject({ currency: 'USD', minor: 2_000, way: null });
    const { items } = (await chamber.get('/api/v1/offers')).body as { items: { id: string; memberId: string }[] };
    expect(items.map(({ memberId }) => memberId)).toEqual([paying.organisationId]);
    const { items: others } = (await declined.get('/api/v1/offers')).body as { items: { id: string }[] };
    await chamber.get(`/api/v1/offers/${others[0]?.id}/deposit`).expect(404);
    await (await system.someone('manager')).get(`/api/v1/offers/${items[0]?.id}/deposit`).expect(404);
    await (await system.someone('bidder')).get(`/api/v1/offers/${items[0]?.id}/deposit`).expect(403);
    await chamber.get('/api/v1/deposits').expect(403);
    const lettersTo = async (memberId: string): Promise<string[]> => {
      const rows: { body: string }[] = await system.source.query(
        `select l.body from deposit d join mail_message l on l.about = 'deposit ' || d.id where d.member_id = $1 order by l.id`,
        [memberId],
      );
      return rows.map(({ body }) => body);
    };
    const purpose = 'It is credited to your first invoice, or comes back if your offer does not settle.';
    const charged = (lastFour: string): unknown =>
      expect.stringMatching(
        new RegExp(
          `^On [-0-9]{10}, 20\\.00 USD of deposit DEP-\\d+ are taken by your visa card ending in ${lastFour}\\..* ${purpose}$`,
        ),
      );
    expect(await lettersTo(paying.organisationId)).toEqual([charged('4242')]);
    expect(await lettersTo(declined.organisationId)).toEqual([
      charged('0341'),
      expect.stringMatching(/^It could not be charged by your payment method\. Please transfer 20\.00 USD with DEP-/),
    ]);
  });
});
