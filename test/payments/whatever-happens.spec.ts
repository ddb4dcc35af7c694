/** Whatever happens to money, in whatever order: every entry sums to zero, and the rows say what the ledger says. */
import { cases } from '../support/cases.js';
import { randomOf } from '../support/stripe/deliveries.js';
import { System } from '../support/system.js';
import { balance, revertedTwice, wrongInBooks } from './books.js';
import { creditNote, issue, type Issued } from './issued.js';
import { booking, type Sides, sides } from './paid-market.js';

const RUNS = 6;
const STEPS = 25;

describe('whatever happens', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());

  /** Bills, pays too little and too much, credits, gives back, pays out, and lets time pass, as the seed says. */
  const play = async (seed: number): Promise<Sides> => {
    const random = randomOf(seed);
    const upTo = (most: number): number => 1 + Math.floor(random() * most);
    const all = await sides(system, 3, { reserveBp: 500, reserveDays: 20 });
    const { officer, provider } = all;
    const invoices: (Issued & { left: number })[] = [];
    let month = 0;
    const any = (): (Issued & { left: number }) | undefined => invoices[Math.floor(random() * invoices.length)];
    const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
      bill: async () => {
        month += 1;
        const wanted = all.members.map((member) => ({
          memberId: member.organisationId,
          shares: [{ providerId: provider.organisationId, net: 10 * upTo(500) }],
        }));
        const made = await issue(system, all.agencyId, `20${40 + month}-01`, wanted);
        invoices.push(...made.map((one, at) => ({ ...one, left: wanted[at]?.shares[0]?.net ?? 0 })));
      },
      pay: async () => {
        const named = [any(), any()].flatMap((invoice) => invoice?.number ?? []);
        return officer.post(
          '/api/v1/payments/bank',
          booking(named.join(' '), upTo(9_000), `${all.agencyId}-${random()}`),
        );
      },
      credit: async () => {
        const invoice = any();
        if (!invoice || invoice.left === 0) return;
        const net = Math.min(invoice.left, 10 * upTo(300));
        invoice.left -= net;
        await creditNote(system, all.agencyId, invoice, { providerId: provider.organisationId, net }, '2040-01');
      },
      giveUp: async () => {
        const invoice = any();
        if (!invoice) return;
        return Promise.all(
          [1, 2].map(() => officer.post(`/api/v1/collections/${invoice.id}/give-up`, { why: 'It is lost.' })),
        );
      },
      refund: async () => {
        const { items } = (await officer.get('/api/v1/refunds?state=owed')).body as { items: { id: string }[] };
        const confirms = items.flatMap(({ id }) => [id, id]);
        return Promise.all(
          confirms.map((id) => officer.post(`/api/v1/refunds/${id}/confirm`, { bankReference: `OUT-${id}` })),
        );
      },
      payOut: async () => {
        const asked = { providerId: provider.organisationId, currency: 'USD' };
        const { id } = (await officer.post('/api/v1/payouts', asked)).body as { id?: string };
        if (id === undefined) return;
        if (random() < 0.2) return officer.post(`/api/v1/payouts/${id}/withdraw`, { why: 'Not now.' });
        return Promise.all([1, 2].map(() => officer.post(`/api/v1/payouts/${id}/pay`, { bankReference: `PO-${id}` })));
      },
      repay: async () => {
        const { items } = (await officer.get('/api/v1/payouts/debts').expect(200)).body as {
          items: { providerId: string; currency: string; overpaidMinor: number }[];
        };
        const [debt] = items;
        if (!debt) return;
        const { providerId, currency } = debt;
        const bankReference = `BACK-${all.agencyId}-${random()}`;
        const note = { providerId, currency, minor: Math.min(debt.overpaidMinor, upTo(9_000)), bankReference };
        return Promise.all([
          officer.post('/api/v1/payouts/repayments', note),
          officer.post('/api/v1/payments/bank', booking(any()?.number ?? '', note.minor, bankReference)),
          officer.post('/api/v1/payouts/repayments', note),
        ]);
      },
      wait: async () => system.passTo(new Date((await system.now()).getTime() + upTo(12) * 86_400_000)),
    };
    const names = ['bill', 'pay', 'pay', 'pay', 'credit', 'giveUp', 'refund', 'refund', 'payOut', 'repay', 'wait'];
    await deeds['bill']?.();
    for (let step = 0; step < STEPS; step += 1) await deeds[names[Math.floor(random() * names.length)] ?? '']?.();
    await owesAgain(all);
    return all;
  };

  /** A provider is paid out for an invoice that is then taken back, and pays a part of it back. */
  const owesAgain = async ({ agencyId, officer, provider, members: [member] }: Sides): Promise<void> => {
    const shares = [{ providerId: provider.organisationId, net: 900_000 }];
    const wanted = [{ memberId: member?.organisationId ?? '', shares }];
    const [invoice] = await issue(system, agencyId, '2099-01', wanted);
    if (!invoice) throw new Error('nothing was issued');
    const paid = booking(invoice.number, 2_000_000, `${agencyId}-whole`);
    await officer.post('/api/v1/payments/bank', paid).expect(201);
    await system.passTo(new Date((await system.now()).getTime() + 30 * 86_400_000));
    const whose = { providerId: provider.organisationId, currency: 'USD' };
    const { id } = (await officer.post('/api/v1/payouts', whose).expect(201)).body as { id: string };
    await officer.post(`/api/v1/payouts/${id}/pay`, { bankReference: `PO-${id}` }).expect(200);
    await creditNote(system, agencyId, invoice, { providerId: provider.organisationId, net: 900_000 }, '2099-01');
    const repayment = { ...whose, minor: 1_000, bankReference: `BACK-${agencyId}` };
    await officer.post('/api/v1/payouts/repayments', repayment).expect(201);
  };

  it('the books agree, and a provider is owed its shares less what it was paid', async () => {
    for (let seed = 1; seed <= cases(RUNS); seed += 1) {
      const all = await play(seed);
      expect([seed, await wrongInBooks(system)]).toEqual([seed, []]);
      const [shares]: [{ minor: string }] = await system.source.query(
        `select coalesce(sum(case i.kind when 'invoice' then s.payable_minor else -s.payable_minor end), 0)::text as minor
         from issued_invoice i join invoice_share s using (invoice_id) where i.issuer_id = $1`,
        [all.agencyId],
      );
      const [paid]: [{ minor: string }] = await system.source.query(
        'select coalesce(sum(paid_minor), 0)::text as minor from payout where agency_id = $1 and paid_at is not null',
        [all.agencyId],
      );
      const [repaid]: [{ minor: string }] = await system.source.query(
        'select coalesce(sum(minor), 0)::text as minor from repayment where agency_id = $1',
        [all.agencyId],
      );
      const twice: unknown[] = await system.source.query(
        'select p.reference from payment p join repayment r on r.agency_id = p.issuer_id and r.bank_reference = p.reference',
      );
      expect([seed, twice]).toEqual([seed, []]);
      const providerId = all.provider.organisationId;
      const owed = -(await balance(system, providerId, 'payable')) - (await balance(system, providerId, 'reserve'));
      expect([seed, owed]).toEqual([seed, Number(shares.minor) - Number(paid.minor) + Number(repaid.minor)]);
    }
  }, 240_000);

  it('reverting everything twice at once reverts it once', async () => {
    const { entries, reversed, left } = await revertedTwice(system);
    expect([reversed, left]).toEqual([entries, []]);
  }, 120_000);
});
