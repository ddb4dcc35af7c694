/** What Stripe keeps of payments and disputes is booked each night, and what is there is held against the ledger. */
import { EitherStripe } from '../support/stripe/either.js';
import { describeOnModel } from '../support/stripe/ways.js';
import { System } from '../support/system.js';
import { balance, wrongInBooks } from './books.js';
import { nightPasses } from './night.js';
import { contestedAndLost, invoiced, payingOut, type PayingOut } from './paid-out.js';
import { hasMethod, tell } from './told.js';

const EUR = 'EUR';
/** of 11,000 */
const OF_A_CHARGE = 190;
const OF_A_DISPUTE = 2_000;

describeOnModel('the costs of Stripe', () => {
  let asked: EitherStripe;
  let system: System;
  let of: PayingOut;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    Object.assign(asked.model.store.fees, { bp: 150, fixed: 25, dispute: OF_A_DISPUTE });
    system = await System.start(asked.settings());
    of = await payingOut(system, asked);
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(async () => {
    await system.stop();
    await asked.stop();
  });

  const night = async (): Promise<object[]> => {
    const id = await nightPasses(system);
    const { items } = (await of.officer.get('/api/v1/stripe/reconciliations').expect(200)).body as {
      items: { id: string; balance: object[] }[];
    };
    return items.find((each) => each.id === id)?.balance ?? [];
  };
  const costs = (): Promise<number> => balance(system, of.agencyId, 'stripe-costs', EUR);

  it('are booked once, of charges and of disputes, so that the ledger has what Stripe has', async () => {
    await hasMethod(system, asked, of.members[0]?.organisationId ?? '', 'pm_card_visa');
    await invoiced(of, '2026-02');
    const there = 11_000 - OF_A_CHARGE;
    expect(await night()).toEqual([
      { currency: EUR, availableMinor: 0, pendingMinor: there, ledgerMinor: there, differenceMinor: 0 },
    ]);
    expect(await costs()).toBe(OF_A_CHARGE);
    contestedAndLost(of);
    await tell(system, asked.model);
    for (let nights = 0; nights < 2; nights += 1) {
      expect(await night()).toMatchObject([{ ledgerMinor: -OF_A_CHARGE - OF_A_DISPUTE, differenceMinor: 0 }]);
    }
    expect(await costs()).toBe(OF_A_CHARGE + OF_A_DISPUTE);
  });

  it('are booked once to the agency that runs the system when Stripe asks them of the account as a whole', async () => {
    const { store } = asked.model;
    const before = await costs();
    const other = await system.someone('officer');
    for (const [type, amount] of [
      ['stripe_fee', -340],
      ['tax_fee', -60],
      ['stripe_fee', 100],
    ] as const) {
      store.book('available', { currency: 'eur', amount, type, source: null });
    }
    for (let nights = 0; nights < 2; nights += 1) expect(await night()).toMatchObject([{ differenceMinor: 0 }]);
    expect(await costs()).toBe(before + 300);
    expect(await balance(system, other.organisationId, 'stripe-costs', EUR)).toBe(0);
  });

  it('and what Stripe pays out to the bank: booked once, reversed when it comes back, with what is asked for it', async () => {
    const { model } = asked;
    const bank = (): Promise<number> => balance(system, of.agencyId, 'bank', EUR);
    model.store.book('available', { currency: 'eur', amount: 9_000, type: 'adjustment', source: null });
    const [given] = (await night()) as [{ ledgerMinor: number; differenceMinor: number }];
    const [before, spent] = [await bank(), await costs()];
    const kept = model.payOutToBank('eur', 4_000, 30);
    const lost = model.payOutToBank('eur', 3_000);
    const cancelled = model.payOutToBank('eur', 500);
    model.bringBack(cancelled, 'canceled');
    for (let nights = 0; nights < 2; nights += 1) {
      expect(await night()).toMatchObject([
        { ledgerMinor: given.ledgerMinor - 7_030, differenceMinor: given.differenceMinor },
      ]);
    }
    expect(await bank()).toBe(before + 7_000);
    expect(await costs()).toBe(spent + 30);

    model.bringBack(lost);
    for (let nights = 0; nights < 2; nights += 1) {
      expect(await night()).toMatchObject([{ differenceMinor: given.differenceMinor }]);
    }
    expect(await bank()).toBe(before + 4_000);
    const entries: { kind: string; reference: string; reversed: boolean }[] = await system.source.query(
      `select distinct e.reference, exists (select from ledger_entry r where r.reverses = e.id) as reversed
       from ledger_entry e where e.kind = 'stripe-payout' order by 1`,
    );
    const told = [kept, lost, cancelled].toSorted().map((reference) => ({ reference, reversed: reference !== kept }));
    expect(entries).toEqual(told);

    // One of before anything was looked at: what comes back of it is no money of ours at the bank.
    model.store.book('available', { currency: 'eur', amount: 800, type: 'payout_failure', source: 'po_long_ago' });
    expect(await night()).toMatchObject([{ differenceMinor: given.differenceMinor + 800 }]);
    expect(await bank()).toBe(before + 4_000);
    model.store.book('available', {
      currency: 'eur',
      amount: -given.differenceMinor - 800,
      type: 'adjustment',
      source: null,
    });
  });

  it('and what Stripe is filled up with from the bank, so that providers can be paid of it; reversed when the bank takes it back', async () => {
    const { model } = asked;
    const bank = (): Promise<number> => balance(system, of.agencyId, 'bank', EUR);
    const stripe = (): Promise<number> => balance(system, of.agencyId, 'stripe', EUR);
    const [{ differenceMinor: before }] = (await night()) as [{ differenceMinor: number }];
    const [there, given] = [await bank(), await stripe()];
    model.topUpFromBank('eur', 6_000);
    const lost = model.topUpFromBank('eur', 2_500);
    for (let nights = 0; nights < 2; nights += 1) {
      expect(await night()).toMatchObject([{ differenceMinor: before }]);
      expect([await bank(), await stripe()]).toEqual([there - 8_500, given + 8_500]);
    }
    model.reverseTopUp(lost);
    for (let nights = 0; nights < 2; nights += 1) {
      expect(await night()).toMatchObject([{ differenceMinor: before }]);
      expect([await bank(), await stripe()]).toEqual([there - 6_000, given + 6_000]);
    }
    const memos: { memo: string }[] = await system.source.query(
      `select memo from ledger_entry where kind = 'stripe-payout' and reference = $1`,
      [lost],
    );
    expect(memos).toEqual([{ memo: `Taken from the bank to Stripe, ${lost}` }]);
  });

  it('what came back is known where it is on another page than what left, and so is the fee that is given back', async () => {
    const { model } = asked;
    const bank = (): Promise<number> => balance(system, of.agencyId, 'bank', EUR);
    const [{ differenceMinor: before }] = (await night()) as [{ differenceMinor: number }];
    const [there, spent] = [await bank(), await costs()];
    const payout = model.payOutToBank('eur', 4_000, 30);
    const topUps = (['reversed', 'failed'] as const).map((status) => ({ id: model.topUpFromBank('eur', 700), status }));
    for (let pairs = 0; pairs < 50; pairs += 1) {
      for (const amount of [1, -1]) {
        model.store.book('available', { currency: 'eur', amount, type: 'adjustment', source: null });
      }
    }
    model.bringBack(payout, 'failed', -30);
    for (const { id, status } of topUps) model.reverseTopUp(id, status);
    for (let nights = 0; nights < 2; nights += 1) {
      expect(await night()).toMatchObject([{ differenceMinor: before }]);
      expect(await bank()).toBe(there);
      expect(await costs()).toBe(spent);
    }
  });

  it('are not taken for what somebody moved at Stripe itself: that is the difference', async () => {
    await hasMethod(system, asked, of.members[0]?.organisationId ?? '', 'pm_card_bypassPending');
    await invoiced(of, '2026-03', 50_000);
    expect(await night()).toMatchObject([{ differenceMinor: 0 }]);
    await asked.stripe.transfers.create({ amount: 700, currency: 'eur', destination: of.account });
    expect(await night()).toMatchObject([{ differenceMinor: -700 }]);
  });
});
