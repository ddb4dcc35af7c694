import fc from 'fast-check';
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

  const open = (agreementId: string): Promise<void> => {
    const rounds = system.app.get(RoundsService, { strict: false });
    return system.app
      .get(Deeds)
      .run(systemActor('test'), 'subscriptions.make-offers', null, (deed) => rounds.open(deed, agreementId));
  };

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

  it('are all offered once, wherever the borders lie', async () => {
    const memberId = member.organisationId;
    const counts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 20 });
    const fee = fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(counts, fc.array(fc.nat(), { maxLength: 3 }), fee, async (quantities, cuts, exitFee) => {
        const total = quantities.reduce((sum, quantity) => sum + quantity, 0);
        const lines = quantities.map((quantity) => ({
          memberId,
          quantity,
          ...(exitFee === undefined ? {} : { exitFee }),
        }));
        const borders = [...new Set([0, total, ...cuts.map((cut) => cut % total)])].sort((a, b) => a - b);
        let poolId: string | undefined;
        const offered = new Map<bigint, { quantity: number; fee: bigint }>();
        for (const [i, from] of borders.slice(0, -1).entries()) {
          const cell = { lot: 'north', tier: 'basic', from, lines: (borders[i + 1] ?? 0) - from, regions: ['R1'] };
          const agreement = await untoldAgreement(system, {
            lines,
            cells: [cell],
            ...(poolId === undefined ? {} : { poolId }),
          });
          ({ poolId } = agreement);
          await open(agreement.agreementId);
          const offers: { sequence: bigint; quantity: number; exit_fee: bigint | null }[] = await system.source.query(
            'select line_sequence as sequence, quantity, exit_fee from offer where agreement_id = $1 order by 1',
            [agreement.agreementId],
          );
          for (const offer of offers) {
            const before = offered.get(offer.sequence) ?? { quantity: 0, fee: 0n };
            offered.set(offer.sequence, {
              quantity: before.quantity + offer.quantity,
              fee: before.fee + (offer.exit_fee ?? 0n),
            });
          }
        }
        const inOrder = [...offered].sort(([a], [b]) => Number(a - b)).map(([, parts]) => parts);
        expect(inOrder).toEqual(quantities.map((quantity) => ({ quantity, fee: BigInt(exitFee ?? 0) })));
      }),
      { numRuns: 8 },
    );
  });

  it('are not given out when the award counts more lines than there are', async () => {
    const made = untoldAgreement(system, {
      lines: [{ memberId: member.organisationId, quantity: 2 }],
      cells: [{ lot: 'north', tier: 'basic', from: 0, lines: 3, regions: ['R1'] }],
    });
    await expect(made).rejects.toThrow('3 lines of north, basic, but finds 2');
  });
});
