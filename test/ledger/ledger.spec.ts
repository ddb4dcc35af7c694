import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { type Someone, System } from '../support/system.js';
import { accountOf, book, reverse, sale } from './booked.js';

interface EntryJson {
  readonly kind: string;
  readonly reference: string;
  readonly reverses: string | null;
  readonly minor: number;
  readonly balanceMinor: number;
}

describe('the ledger', () => {
  let system: System;
  let auditor: Someone;
  let shop: Someone;
  let provider: Someone;

  beforeAll(async () => {
    system = await System.start();
    auditor = await system.someone('auditor');
    shop = await system.someone('owner');
    provider = await system.someone('bidder');
  });
  afterAll(() => system.stop());

  const sold = (minor: bigint, reference: string = randomUUID()): ReturnType<typeof sale> =>
    sale({
      memberId: shop.organisationId,
      providerId: provider.organisationId,
      agencyId: auditor.organisationId,
      minor,
      reference,
    });
  const balances = async (): Promise<Record<string, number>> => {
    const { body } = await auditor.get('/api/v1/ledger/trial-balance?currency=KRW').expect(200);
    const { rows, totalMinor } = body as { rows: { purpose: string; balanceMinor: number }[]; totalMinor: number };
    expect(totalMinor).toBe(0);
    return Object.fromEntries(rows.map(({ purpose, balanceMinor }) => [purpose, balanceMinor]));
  };

  it('books what balances, and shows it on the accounts of both sides', async () => {
    const before = await balances();
    await book(system, sold(5_000n), sold(7_000n));
    const after = await balances();
    expect((after['receivable'] ?? 0) - (before['receivable'] ?? 0)).toBe(12_000);
    expect((after['payable'] ?? 0) - (before['payable'] ?? 0)).toBe(-11_800);
    expect((after['fee'] ?? 0) - (before['fee'] ?? 0)).toBe(-200);

    const account = await accountOf(system, shop.organisationId, 'receivable');
    const { body } = await shop.get(`/api/v1/ledger/accounts/${account}/entries?limit=200`).expect(200);
    const { items } = body as { items: EntryJson[] };
    expect(items.map(({ minor, balanceMinor }) => [minor, balanceMinor])).toEqual([
      [5_000, 5_000],
      [7_000, 12_000],
    ]);
    const first = await shop.get(`/api/v1/ledger/accounts/${account}/entries?limit=1`).expect(200);
    const { next } = first.body as { next: string };
    const second = await shop.get(`/api/v1/ledger/accounts/${account}/entries?limit=1&cursor=${next}`).expect(200);
    expect((second.body as { items: EntryJson[] }).items[0]?.balanceMinor).toBe(12_000);
    const csv = await shop.get(`/api/v1/ledger/accounts/${account}/statement.csv`).expect(200);
    expect(csv.text.split('\n')).toHaveLength(4);
    expect(csv.text).toMatch(/^entry,booked_at,kind,reference,memo,amount,balance,currency\n\d+,\S+,invoice,/);
    expect(csv.text).toMatch(/,7000,12000,KRW\n$/);
  });

  it('books nothing that does not balance, neither through the service nor in the tables themselves', async () => {
    const { postings, ...rest } = sold(900n);
    await expect(book(system, sold(1_000n), { ...rest, postings: postings.slice(1) })).rejects.toMatchObject({
      code: 'ledger.unbalanced',
    });
    expect(await system.source.query('select 1 from ledger_entry where reference = $1', [rest.reference])).toEqual([]);
    const account = await accountOf(system, shop.organisationId, 'receivable');
    const crooked = system.source.transaction(async (tx) => {
      await tx.query(
        `with e as (insert into ledger_entry (kind, reference, currency, memo, booked_at)
                    values ('invoice', 'crooked', 'KRW', 'A sum from nowhere', app_now()) returning id)
         insert into ledger_posting select id, $1, 500 from e`,
        [account],
      );
    });
    await expect(crooked).rejects.toThrow(/does not balance/);
  });

  it('adds nothing to what is booked, and changes nothing of it', async () => {
    const entry = sold(1_000n);
    await book(system, entry);
    await book(
      system,
      sale({ memberId: auditor.organisationId, providerId: provider.organisationId, agencyId: shop.organisationId }),
    );
    const extended = system.source.query(
      `insert into ledger_posting select e.id, a.id, 5 from ledger_entry e, ledger_account a
       where e.reference = $1 and a.organisation_id = $2 and a.purpose = 'receivable'`,
      [entry.reference, auditor.organisationId],
    );
    await expect(extended).rejects.toThrow(/entry of its own transaction/);
    for (const table of ['ledger_account', 'ledger_entry', 'ledger_posting']) {
      await expect(system.source.query(`delete from ${table}`)).rejects.toThrow(/append-only/);
      await expect(system.source.query(`truncate ${table} cascade`)).rejects.toThrow(/append-only/);
    }
    await expect(system.source.query('update ledger_posting set minor = minor + 1')).rejects.toThrow(/append-only/);
  });

  it('books nothing twice, and reverses once what is reverted twice at once', async () => {
    const entry = sold(3_000n);
    const before = await balances();
    await book(system, entry);
    await expect(book(system, entry)).rejects.toThrow(/ledger_entry_kind_reference/);
    const answers = await Promise.all([1, 2, 3, 4].map(() => reverse(system, 'invoice', entry.reference)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await reverse(system, 'invoice', entry.reference)).toBe(false);
    expect(await balances()).toEqual(before);
    await expect(reverse(system, 'invoice', 'nothing')).rejects.toThrow(/no invoice of nothing/);
  });

  it('sums to zero whatever is booked and reversed, in whatever order', async () => {
    const steps = fc.array(fc.record({ minor: fc.bigInt({ min: 101n, max: 1_000_000n }), back: fc.boolean() }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (drawn) => {
        const before = await balances();
        const entries = drawn.map(({ minor }) => sold(minor));
        await book(system, ...entries);
        const back = entries.filter((_entry, at) => drawn[at]?.back === true);
        await Promise.all([...back, ...back].map(({ reference }) => reverse(system, 'invoice', reference)));
        const kept = drawn.filter((step) => !step.back).reduce((sum, { minor }) => sum + minor, 0n);
        const after = await balances();
        expect((after['receivable'] ?? 0) - (before['receivable'] ?? 0)).toBe(Number(kept));
      }),
      { numRuns: 15 },
    );
  });

  it('opens an account once, however many post to it for the first time at the same moment', async () => {
    const newcomer = await system.someone('owner');
    await Promise.all(
      [1, 2, 3, 4, 5].map(() =>
        book(
          system,
          sale({
            memberId: newcomer.organisationId,
            providerId: provider.organisationId,
            agencyId: auditor.organisationId,
          }),
        ),
      ),
    );
    const { body } = await newcomer.get('/api/v1/ledger/accounts').expect(200);
    const { items } = body as { items: { purpose: string; balanceMinor: number }[] };
    expect(items).toMatchObject([{ purpose: 'receivable', balanceMinor: 50_000 }]);
  });

  it('shows the trial balance to the agency alone, and to everybody else its own accounts', async () => {
    await shop.get('/api/v1/ledger/trial-balance?currency=KRW').expect(403);
    await provider.get('/api/v1/ledger/trial-balance.csv?currency=KRW').expect(403);
    const csv = await auditor.get('/api/v1/ledger/trial-balance.csv?currency=KRW').expect(200);
    expect(csv.text).toMatch(/^purpose,accounts,debit,credit,balance\nreceivable,/);
    expect(csv.text).toMatch(/\ntotal,,,,0\n$/);
    const own = await shop.get('/api/v1/ledger/accounts?limit=200').expect(200);
    const { items } = own.body as { items: { organisationId: string }[] };
    expect(new Set(items.map(({ organisationId }) => organisationId))).toEqual(new Set([shop.organisationId]));
    const theirs = await accountOf(system, provider.organisationId, 'payable');
    await shop.get(`/api/v1/ledger/accounts/${theirs}`).expect(404);
    await shop.get(`/api/v1/ledger/accounts/${theirs}/entries`).expect(404);
    await shop.get(`/api/v1/ledger/accounts/${theirs}/statement.csv`).expect(404);
    const wrong = await auditor.get('/api/v1/ledger/trial-balance?currency=XXY').expect(422);
    expect(JSON.stringify(wrong.body)).toContain('must be the ISO 4217 code');
  });
});
