import { awardOf, decided, type DecidedAward, draftedAward, pastStandstill } from '../awards/decided-award.js';
import { agreementsOf, readAgreement, signBoth, withProviders } from '../contracts/agreements.js';
import type { OpenedTenderOptions } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';

interface Round {
  state: string;
  dueAt: string;
  settledLines: number | null;
  certainLines: number | null;
  offeredLines: number;
  sums: { contracts: number; lines: number; settledMonthly: number; presentMonthly: number } | null;
}

/** The first provider is cheaper, but only from 30 lines on; 26 lines are firm, ten of interest. */
const TENDER: OpenedTenderOptions = {
  tariffs: [
    {
      bands: [{ from: 1, monthly: { basic: 22_000, fast: 38_000 } }],
      lots: { north: {}, south: {} },
      minimumLines: 30,
    },
    { bands: [{ from: 1, monthly: { basic: 28_000, fast: 46_000 } }], lots: { north: {}, south: { setup: 5_000 } } },
  ],
};

describe('from joining to settled prices, over the routes only', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());

  /** Signs the only agreement of an award. @returns its id and its provider */
  const signed = async (award: DecidedAward): Promise<{ agreementId: string; provider: Someone }> => {
    const [made, ...others] = withProviders(award, await agreementsOf(system, award));
    if (!made || others.length > 0) throw new Error('there should be one agreement');
    await signBoth(made, award.approver);
    await system.settled();
    return { agreementId: made.agreement.id, provider: made.provider };
  };
  const roundOf = async (reader: Someone, agreementId: string): Promise<Round> =>
    (await reader.get(`/api/v1/agreements/${agreementId}/round`).expect(200)).body as Round;
  const answer = async (member: Someone, agreementId: string, body: object): Promise<void> => {
    const list = await member.get(`/api/v1/offers?agreementId=${agreementId}`);
    const { items } = list.body as { items: { id: string }[] };
    expect(items).toHaveLength(1);
    await member.post(`/api/v1/offers/${items[0]?.id}/answer`, body).expect(200);
  };
  const deadlinePasses = async (reader: Someone, agreementId: string): Promise<Round> => {
    await system.passTo((await roundOf(reader, agreementId)).dueAt);
    await system.eventually(
      () => reader.get(`/api/v1/agreements/${agreementId}/round`),
      ({ body }) => (body as Round).state !== 'open',
    );
    return roundOf(reader, agreementId);
  };

  it('falls through when too few agree, and goes on with the next best', async () => {
    const first = await pastStandstill(system, await decided(system, await draftedAward(system, TENDER)));
    const { officer, approver, bids, members } = first;
    const cheap = await signed(first);
    expect(cheap.provider.organisationId).toBe(bids[0]?.provider.organisationId);
    expect(await roundOf(officer, cheap.agreementId)).toMatchObject({ offeredLines: 36, certainLines: null });

    const interested = members.get('2');
    if (!interested) throw new Error('the third line has no member');
    await answer(interested, cheap.agreementId, { answer: 'decline' });
    expect(await deadlinePasses(officer, cheap.agreementId)).toMatchObject({ state: 'fallen', sums: null });
    expect(await readAgreement(officer, cheap.agreementId)).toMatchObject({
      state: 'fallen',
      whyFallen:
        "Members agreed to prices for 26 of 36 offered lines, and not enough of them to the price of any volume from 30 lines on, the provider's least.",
    });

    const followUp = await awardOf(system, officer, first.tenderId, { round: 2 });
    const second = await pastStandstill(system, await decided(system, { ...first, award: followUp }, approver));
    const dear = await signed(second);
    expect(dear.provider.organisationId).toBe(bids[1]?.provider.organisationId);
    await answer(interested, dear.agreementId, { answer: 'accept' });

    const round = await deadlinePasses(officer, dear.agreementId);
    const monthly = 12 * 28_000 + 6 * 46_000 + 10 * 28_000 + 8 * 46_000;
    expect(round).toMatchObject({
      state: 'settled',
      settledLines: 36,
      sums: {
        contracts: 4,
        lines: 36,
        settledMonthly: monthly,
        presentMonthly: 12 * 33_000 + 6 * 55_000 + 10 * 31_000,
      },
    });
    // what all pay over the term is what the provider was awarded
    const { content } = await readAgreement(officer, dear.agreementId);
    expect(content['costMinor']).toBe(monthly * 24 + 5_000 * 18);

    const path = '/api/v1/subscriptions';
    const [own] = ((await interested.get(path)).body as { items: { id: string; setup: number }[] }).items;
    expect(own).toMatchObject({ agreementId: dear.agreementId, monthly: 28_000, setup: 5_000, quantity: 10 });
    const contract = await interested.get(`${path}/${own?.id}/contract`);
    expect(contract.text).toContain('28000 KRW a month for each line');
    expect(((await dear.provider.get(path)).body as { items: object[] }).items).toHaveLength(4);
    expect(((await cheap.provider.get(path)).body as { items: object[] }).items).toHaveLength(0);
  });
});
