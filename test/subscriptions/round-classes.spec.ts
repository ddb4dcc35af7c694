/** What a round of offers is of each service tier in each lot: in pages, beside the answer about the round. */
import { type Someone, System } from '../support/system.js';
import { TIER } from '../support/approved-award.js';
import { type SignedAgreement, signedAgreement, TARIFF } from './signed-agreement.js';

interface Page {
  items: { tier: string; firmLines: number; interestLines: number; settledMonthly: number | null }[];
  next: string | null;
}

describe('the classes of a round', () => {
  let system: System;
  let officer: Someone;
  let owner: Someone;
  let agreement: SignedAgreement;
  let path: string;

  beforeAll(async () => {
    system = await System.start();
    officer = await system.someone('officer');
    owner = await system.someone('owner');
    const memberId = owner.organisationId;
    const bands = TARIFF.bands.map((band) => ({ ...band, monthly: { ...band.monthly, fast: 8_000 } }));
    agreement = await signedAgreement(system, {
      lines: [
        { memberId, quantity: 4, firm: true, ceiling: 9_000 },
        { memberId, quantity: 5, tier: 'fast', site: 'branch' },
      ],
      tariff: { ...TARIFF, bands },
    });
    path = `/api/v1/agreements/${agreement.agreementId}/round`;
  });
  afterAll(() => system.stop());

  const page = async (query: object, reader = officer): Promise<Page> =>
    (await reader.get(`${path}/classes`).query(query).expect(200)).body as Page;

  it('are on pages of their own, each once, and not in the answer about the round', async () => {
    expect((await officer.get(path).expect(200)).body).not.toHaveProperty('classes');
    const first = await page({ limit: 1 });
    const second = await page({ limit: 1, cursor: first.next });
    expect([...first.items, ...second.items]).toMatchObject([
      { tier: TIER, firmLines: 4, interestLines: 0, settledMonthly: null },
      { tier: 'fast', firmLines: 0, interestLines: 5, settledMonthly: null },
    ]);
    expect(second.next).toBeNull();
    expect(await page({})).toEqual({ items: [...first.items, ...second.items], next: null });
    const astray = await officer.get(`${path}/classes?cursor=elsewhere`).expect(422);
    expect(astray.body).toMatchObject({ code: 'page.cursor' });
  });

  it('count for a member its own lines, and for an association those of its members', async () => {
    const other = await system.someone('owner');
    const chamber = await system.someone('manager');
    const shared = await signedAgreement(system, {
      lines: [
        { memberId: owner.organisationId, quantity: 4, firm: true, ceiling: 9_000 },
        { memberId: other.organisationId, quantity: 2, firm: true, ceiling: 9_000 },
        { memberId: other.organisationId, quantity: 1, site: 'branch', associationId: chamber.organisationId },
      ],
    });
    const seenBy = async (reader: Someone): Promise<Page['items']> =>
      ((await reader.get(`/api/v1/agreements/${shared.agreementId}/round/classes`).expect(200)).body as Page).items;
    expect(await seenBy(owner)).toMatchObject([{ tier: TIER, firmLines: 4, interestLines: 0 }]);
    expect(await seenBy(other)).toMatchObject([{ tier: TIER, firmLines: 2, interestLines: 1 }]);
    expect(await seenBy(chamber)).toMatchObject([{ tier: TIER, firmLines: 0, interestLines: 1 }]);
    const all = [{ tier: TIER, firmLines: 6, interestLines: 1 }];
    expect(await seenBy(officer)).toMatchObject(all);
    expect(await seenBy(await system.someone('bidder', shared.providerId))).toMatchObject(all);
  });

  it('are shown to whoever is shown the round, and to nobody else', async () => {
    expect((await page({}, owner)).items).toHaveLength(2);
    await (await system.someone('owner')).get(`${path}/classes`).expect(404);
    await (await system.someone('bidder')).get(`${path}/classes`).expect(404);
    await (await system.someone('approver')).get(`${path}/classes`).expect(403);
  });
});
