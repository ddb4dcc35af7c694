import { randomUUID } from 'node:crypto';
import { dayOf, dayStart } from '../../src/kernel/calendar.js';
import type { WantedLine } from '../support/approved-award.js';
import { type Someone, System } from '../support/system.js';
import { signedAgreement, type SignedAgreement } from '../subscriptions/signed-agreement.js';
import { balance, wrongInBooks } from './books.js';
import { issue, setTerms } from './issued.js';
import { booking, collectionOf } from './paid-market.js';

interface DepositJson {
  id: string;
  number: string;
  minor: number;
  state: string;
  creditedMinor: number;
  refundedMinor: number;
  whyEnded: string | null;
}

const DEPOSIT = 2_000;

describe('a deposit', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(() => system.stop());

  interface Purchase {
    agreement: SignedAgreement;
    members: Someone[];
    officer: Someone;
    agencyId: string;
  }

  const purchase = async (lines: readonly Omit<WantedLine, 'memberId'>[]): Promise<Purchase> => {
    const members: Someone[] = [];
    while (members.length < lines.length) members.push(await system.someone('owner'));
    const wanted = lines.map((line, at) => ({ ...line, memberId: members[at]?.organisationId ?? '' }));
    const agreement = await signedAgreement(system, {
      lines: wanted,
      before: (agencyId) => setTerms(system, agencyId, { deposit: DEPOSIT }),
    });
    const rows: { agencyId: string }[] = await system.source.query(
      'select agency_id as "agencyId" from framework_agreement where id = $1',
      [agreement.agreementId],
    );
    const agencyId = rows[0]?.agencyId ?? '';
    return { agreement, members, agencyId, officer: await system.someone('officer', agencyId) };
  };
  const depositsOf = async (reader: Someone): Promise<DepositJson[]> =>
    ((await reader.get('/api/v1/deposits?limit=200').expect(200)).body as { items: DepositJson[] }).items;
  const answer = async (member: Someone, body: object): Promise<void> => {
    const { items } = (await member.get('/api/v1/offers')).body as { items: { id: string }[] };
    await member.post(`/api/v1/offers/${items[0]?.id}/answer`, body).expect(200);
    await system.settled();
  };
  const pay = async (officer: Someone, text: string, minor: number): Promise<void> => {
    await officer.post('/api/v1/payments/bank', booking(text, minor, randomUUID())).expect(201);
  };
  const lettersOf = async (id: string, what = 'invoice'): Promise<string[]> => {
    const rows: { body: string }[] = await system.source.query(
      'select body from mail_message where about = $1 order by id',
      [`${what} ${id}`],
    );
    return rows.map(({ body }) => body);
  };
  const roundEnds = async ({ agreement, officer }: Purchase): Promise<string> => {
    const { dueAt } = (await officer.get(`/api/v1/agreements/${agreement.agreementId}/round`)).body as {
      dueAt: string;
    };
    await system.passTo(dueAt);
    return ((await officer.get(`/api/v1/agreements/${agreement.agreementId}/round`)).body as { state: string }).state;
  };
  const owed = async (officer: Someone): Promise<{ id: string; minor: number; number: string }[]> =>
    ((await officer.get('/api/v1/refunds?state=owed&limit=200').expect(200)).body as { items: [] }).items;

  it('is asked for with each accepted line, held when it is paid whole, and credited to the first invoice', async () => {
    const bought = await purchase([{ firm: true, ceiling: 4_500, quantity: 4 }, { quantity: 2 }, { quantity: 3 }]);
    const { officer, members, agencyId, agreement } = bought;
    const [firm, interested, silent] = members as [Someone, Someone, Someone];
    expect(await depositsOf(firm)).toMatchObject([{ state: 'asked', minor: 8_000 }]);
    expect(await depositsOf(interested)).toEqual([]);
    const { items: offers } = (await interested.get('/api/v1/offers')).body as { items: { id: string }[] };
    const asks = await interested.get(`/api/v1/offers/${offers[0]?.id}/deposit`).expect(200);
    expect(asks.body).toEqual({ offerId: offers[0]?.id, currency: 'USD', minor: 4_000, way: 'bank' });
    await answer(interested, { answer: 'accept' });
    const [deposit] = await depositsOf(interested);
    expect(deposit).toMatchObject({ state: 'asked', minor: 4_000 });

    await pay(officer, `${deposit?.number} first part`, 3_000);
    expect(await depositsOf(interested)).toMatchObject([{ state: 'asked' }]);
    await pay(officer, deposit?.number ?? '', 4_500);
    await pay(officer, (await depositsOf(firm))[0]?.number ?? '', 8_000);
    expect(await depositsOf(interested)).toMatchObject([{ state: 'held' }]);
    expect(await balance(system, interested.organisationId, 'deposit')).toBe(-4_000);

    expect(await roundEnds(bought)).toBe('settled');
    expect((await depositsOf(firm))[0]?.state).toBe('held');
    expect(await depositsOf(silent)).toEqual([]);
    const [first, second] = await issue(system, agencyId, '2026-02', [
      { memberId: firm.organisationId, shares: [{ ...agreement, net: 10_000 }] },
      { memberId: interested.organisationId, shares: [{ ...agreement, net: 2_000 }] },
    ]);
    expect(await depositsOf(firm)).toMatchObject([{ state: 'credited', creditedMinor: 8_000 }]);
    expect(await collectionOf(firm, first?.id ?? '')).toMatchObject({ state: 'due', openMinor: 3_000 });
    expect(await collectionOf(interested, second?.id ?? '')).toMatchObject({ state: 'paid', openMinor: 0 });
    expect(await lettersOf(first?.id ?? '')).toEqual([
      expect.stringMatching(/^Please transfer 30\.00 USD until .* Your deposit has paid 80\.00 USD of it\.$/),
    ]);
    expect(await lettersOf(second?.id ?? '')).toEqual([
      `Of invoice ${second?.number}, nothing is left to be paid. 22.00 USD of your deposit have paid it. You need not transfer anything.`,
    ]);
    // What the first invoice did not ask for goes back.
    expect(await depositsOf(interested)).toMatchObject([{ state: 'refunding', creditedMinor: 2_200 }]);
    const [refund] = await owed(officer);
    expect(refund).toMatchObject({ minor: 1_800, number: deposit?.number });
    await officer.post(`/api/v1/refunds/${refund?.id}/confirm`, { bankReference: 'OUT-7' }).expect(200);
    expect(await depositsOf(interested)).toMatchObject([{ state: 'refunded', refundedMinor: 1_800 }]);
  });

  it('waits for an invoice of its own agreement, and pays of it what that agreement asks for', async () => {
    const bought = await purchase([{ firm: true, ceiling: 4_500, quantity: 4 }]);
    const { officer, members, agencyId, agreement } = bought;
    const [member] = members as [Someone];
    const [held] = await depositsOf(member);
    await pay(officer, held?.number ?? '', 8_000);
    expect(await roundEnds(bought)).toBe('settled');
    // Another agreement of the same agency, whose deposit has not been paid.
    const [second, third] = [randomUUID(), randomUUID()];
    const { providerId } = agreement;
    await system.source.query(
      `insert into deposit (offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, asked_at, settled_at)
       select gen_random_uuid(), $2, agency_id, member_id, currency, 1000, 'bank', 'asked', app_now(), app_now()
       from deposit where id = $1`,
      [held?.id, second],
    );
    const states = async (): Promise<string[]> => (await depositsOf(member)).map(({ state }) => state);
    const invoice = async (month: string, ...shares: { providerId: string; net: number; agreementId: string }[]) =>
      (await issue(system, agencyId, month, [{ memberId: member.organisationId, shares }]))[0]?.id ?? '';

    const other = await invoice('2026-03', { providerId, net: 500, agreementId: third });
    expect(await collectionOf(member, other)).toMatchObject({ state: 'due', openMinor: 550 });
    expect(await states()).toEqual(['held', 'asked']);

    const both = await invoice(
      '2026-04',
      { providerId, net: 1_005, agreementId: third },
      { providerId, net: 3_000, agreementId: agreement.agreementId },
    );
    expect(await collectionOf(member, both)).toMatchObject({ state: 'due', openMinor: 4_406 - 3_300 });
    expect(await states()).toEqual(['refunding', 'asked']);
    expect(await depositsOf(member)).toMatchObject([{ creditedMinor: 3_300 }, {}]);
    await invoice('2026-05', { providerId, net: 100, agreementId: second });
    expect(await states()).toEqual(['refunding', 'withdrawn']);
  });

  it('goes back when the offer does not settle, and is not asked for any more when it is not accepted any more', async () => {
    const bought = await purchase([{ firm: true, ceiling: 4_042, quantity: 3 }, { quantity: 6 }, { quantity: 8 }]);
    const { officer, members } = bought;
    const [firm, declining, wavering] = members as [Someone, Someone, Someone];
    await answer(declining, { answer: 'accept' });
    await answer(wavering, { answer: 'accept' });
    await pay(officer, (await depositsOf(declining))[0]?.number ?? '', 12_000);
    await answer(wavering, { answer: 'decline' });
    expect(await depositsOf(wavering)).toMatchObject([{ state: 'withdrawn' }]);
    await answer(wavering, { answer: 'accept' });
    expect((await depositsOf(wavering)).map(({ state }) => state)).toEqual(['withdrawn', 'asked']);
    await answer(wavering, { answer: 'decline' });
    await answer(declining, { answer: 'decline' });
    expect(await depositsOf(declining)).toMatchObject([
      { state: 'refunding', whyEnded: 'The offer is not accepted any more.' },
    ]);
    expect(await owed(officer)).toMatchObject([{ minor: 12_000 }]);
    expect(await roundEnds(bought)).toBe('settled');
    expect(await owed(officer)).toHaveLength(1);
    expect(await depositsOf(firm)).toMatchObject([{ state: 'asked' }]);
  });

  it('of a round that fell is owed back to every member, once, however often it is told', async () => {
    const bought = await purchase([{ quantity: 1 }, { quantity: 1 }]);
    const { officer, members, agreement } = bought;
    for (const member of members) {
      await answer(member, { answer: 'accept' });
      await pay(officer, (await depositsOf(member))[0]?.number ?? '', DEPOSIT);
    }
    const told = (name: string, handler: string): Promise<unknown> =>
      system.source.query('select announce($1, $2, array[$3])', [
        name,
        { agreementId: agreement.agreementId },
        handler,
      ]);
    expect(await roundEnds(bought)).toBe('fallen');
    for (let n = 0; n < 4; n += 1) await told('subscriptions.round-fallen', 'payments.return-deposits');
    await system.settled();
    const refunds = await owed(officer);
    expect(refunds.map(({ minor }) => minor)).toEqual([DEPOSIT, DEPOSIT]);
    const confirmed = await Promise.all(
      [...refunds, ...refunds].map(({ id }) =>
        officer.post(`/api/v1/refunds/${id}/confirm`, { bankReference: `O-${id}` }),
      ),
    );
    expect(confirmed.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 409, 409]);
    for (const member of members) {
      expect(await depositsOf(member)).toMatchObject([{ state: 'refunded', refundedMinor: DEPOSIT }]);
      expect(await balance(system, member.organisationId, 'deposit')).toBe(0);
    }
    expect(await balance(system, bought.agencyId, 'bank')).toBe(0);
  });

  it('goes back when its line is cancelled or ends before it has worked for a day: no invoice comes of it', async () => {
    const firm = { firm: true, ceiling: 4_500 };
    const bought = await purchase([firm, { ...firm, quantity: 2 }, { ...firm, quantity: 3 }, { ...firm, quantity: 4 }]);
    const { officer, members, agencyId, agreement } = bought;
    const [cancelled, ended, working, unpaid] = members as [Someone, Someone, Someone, Someone];
    for (const member of [cancelled, ended, working]) {
      const [deposit] = await depositsOf(member);
      await pay(officer, deposit?.number ?? '', deposit?.minor ?? 0);
    }
    expect(await roundEnds(bought)).toBe('settled');
    const provider = await system.someone('bidder', agreement.providerId);
    const lineOf = async (member: Someone): Promise<string> => {
      const { items } = (await member.get('/api/v1/subscriptions').expect(200)).body as { items: { id: string }[] };
      return `/api/v1/subscriptions/${items[0]?.id}`;
    };
    const worksOn = dayOf(await system.now());
    for (const member of [ended, working]) {
      await provider.post(`${await lineOf(member)}/installation`, { worksOn }).expect(200);
    }
    await officer.post(`${await lineOf(cancelled)}/cancel`, { why: 'No duct.' }).expect(200);
    await officer.post(`${await lineOf(unpaid)}/cancel`, { why: 'No duct.' }).expect(200);
    await officer.post(`${await lineOf(ended)}/end`, { why: 'It never worked.', on: worksOn }).expect(200);
    await system.settled();
    const whyEnded = 'Nothing came of its line.';
    expect(await depositsOf(cancelled)).toMatchObject([{ state: 'refunding', whyEnded }]);
    expect(await depositsOf(ended)).toMatchObject([{ state: 'refunding', whyEnded }]);
    expect(await depositsOf(unpaid)).toMatchObject([{ state: 'withdrawn', whyEnded }]);
    expect(await depositsOf(working)).toMatchObject([{ state: 'held', whyEnded: null }]);
    const back = (await owed(officer)).map(({ minor }) => minor);
    expect(back.toSorted((a, b) => a - b)).toEqual([DEPOSIT, 2 * DEPOSIT]);

    const lastTo = async (member: Someone): Promise<string | undefined> =>
      (await lettersOf((await depositsOf(member))[0]?.id ?? '', 'deposit')).at(-1);
    expect(await lastTo(ended)).toMatch(
      /^40\.00 USD of your deposit DEP-\d+ go back by transfer\. The reason: Nothing/,
    );
    expect(await lastTo(unpaid)).toMatch(/^Deposit DEP-\d+ is not asked for any more: .* The reason: Nothing came/);
    expect(await lastTo(working)).toMatch(/^Please transfer/);

    // What an invoice has had is not given back as well.
    const shares = [{ ...agreement, net: 10_000 }];
    await issue(system, agencyId, '2026-02', [{ memberId: working.organisationId, shares }]);
    await officer.post(`${await lineOf(working)}/end`, { why: 'It does not work.', on: worksOn }).expect(200);
    await system.settled();
    expect(await depositsOf(working)).toMatchObject([{ state: 'credited', creditedMinor: 3 * DEPOSIT }]);
    expect(await owed(officer)).toHaveLength(2);
  });

  it('goes back at the end of its term, too, when its line was suspended on its first day and stayed so', async () => {
    const bought = await purchase([{ firm: true, ceiling: 4_500, quantity: 4 }]);
    const { officer, members, agreement } = bought;
    const [member] = members as [Someone];
    const [deposit] = await depositsOf(member);
    await pay(officer, deposit?.number ?? '', deposit?.minor ?? 0);
    expect(await roundEnds(bought)).toBe('settled');
    const { items } = (await member.get('/api/v1/subscriptions').expect(200)).body as { items: { id: string }[] };
    const line = `/api/v1/subscriptions/${items[0]?.id}`;
    const provider = await system.someone('bidder', agreement.providerId);
    const worksOn = dayOf(await system.now());
    const { body } = await provider.post(`${line}/installation`, { worksOn }).expect(200);
    await officer.post(`${line}/suspend`, { why: 'It does not work.', on: worksOn }).expect(200);
    expect(await depositsOf(member)).toMatchObject([{ state: 'held' }]);
    await system.passTo(dayStart((body as { endsOn: string }).endsOn));
    expect((await member.get(line)).body).toMatchObject({ state: 'ended' });
    expect(await depositsOf(member)).toMatchObject([{ state: 'refunding', whyEnded: 'Nothing came of its line.' }]);
  });

  it('is given back by an officer before its time, and by no other agency', async () => {
    const { officer, members } = await purchase([{ firm: true, ceiling: 4_500, quantity: 4 }]);
    const [member] = members as [Someone];
    const [deposit] = await depositsOf(member);
    await pay(officer, deposit?.number ?? '', 8_000);
    const stranger = await system.someone('officer');
    await stranger.get(`/api/v1/deposits/${deposit?.id}`).expect(404);
    await stranger.post(`/api/v1/deposits/${deposit?.id}/return`, { why: 'x' }).expect(404);
    await (await system.someone('owner')).get(`/api/v1/deposits/${deposit?.id}`).expect(404);
    await officer.post(`/api/v1/deposits/${deposit?.id}/return`, { why: 'The line was cancelled.' }).expect(200);
    const again = await officer.post(`/api/v1/deposits/${deposit?.id}/return`, { why: 'Again.' });
    expect(again.body.code).toBe('deposit.not-held');
    const [refund] = await owed(officer);
    await stranger.post(`/api/v1/refunds/${refund?.id}/confirm`, { bankReference: 'X' }).expect(404);
  });
});
