/** Letters to members about invoices that are charged by their payment method. */
import { EitherStripe } from '../support/stripe/either.js';
import { describeOnModel } from '../support/stripe/ways.js';
import { System } from '../support/system.js';
import { issue } from './issued.js';
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
});
