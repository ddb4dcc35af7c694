import { systemActor } from '../../src/kernel/actor.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { RoundsService } from '../../src/subscriptions/rounds.service.js';
import { type Someone, System } from '../support/system.js';
import { signedAgreement, untoldAgreement } from './signed-agreement.js';

describe('lines that several providers share', () => {
  let system: System;
  let member: Someone;

  beforeAll(async () => {
    system = await System.start();
    member = await system.someone('owner');
  });
  afterAll(() => system.stop());

  it('go to each in the order of the pledges; a pledge line at the border is split, its exit fee too', async () => {
    const memberId = member.organisationId;
    const lines = [
      { memberId, quantity: 2, region: 'R1' },
      { memberId, quantity: 5, region: 'R2', exitFee: 1_003 },
      { memberId, quantity: 3, region: 'R1' },
      // of another region and tier: they are of no cell
      { memberId, quantity: 9, region: 'R3' },
      { memberId, quantity: 9, tier: 'other' },
    ];
    const regions = ['R1', 'R2'];
    const first = await signedAgreement(system, {
      lines,
      cells: [{ lot: 'north', tier: 'basic', from: 0, lines: 4, regions }],
    });
    const second = await signedAgreement(system, {
      lines,
      poolId: first.poolId,
      cells: [{ lot: 'north', tier: 'basic', from: 4, lines: 6, regions }],
    });
    const partsOf = async (agreementId: string) => {
      const { items } = (await member.get(`/api/v1/offers?agreementId=${agreementId}`)).body as {
        items: { quantity: number; exitFee: number | null; region: string }[];
      };
      return items.map(({ quantity, exitFee, region }) => [region, quantity, exitFee]);
    };
    // 1003 for five lines: two fifths are 401, the other three 602
    expect(await partsOf(first.agreementId)).toEqual([
      ['R1', 2, null],
      ['R2', 2, 401],
    ]);
    expect(await partsOf(second.agreementId)).toEqual([
      ['R2', 3, 602],
      ['R1', 3, null],
    ]);
  });

  it('are not offered when the agreement is for more lines than there are', async () => {
    const { agreementId } = await untoldAgreement(system, {
      lines: [{ memberId: member.organisationId, quantity: 2 }],
      cells: [{ lot: 'north', tier: 'basic', from: 0, lines: 3, regions: ['R1'] }],
    });
    const rounds = system.app.get(RoundsService, { strict: false });
    const opened = system.app
      .get(Deeds)
      .run(systemActor('test'), 'subscriptions.make-offers', null, (deed) => rounds.open(deed, agreementId));
    await expect(opened).rejects.toThrow('is for 3 lines, but its cells hold 2');
  });
});
