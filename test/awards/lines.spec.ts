import fc from 'fast-check';
import { approvedAward, assignLines, type LotCell, pledgedPool, type WantedLine } from '../support/approved-award.js';
import { System } from '../support/system.js';

/** What a winner was given: by the site's own name, for ids are random. */
interface Given {
  readonly bid: number;
  readonly site: string;
  readonly lot: string;
  readonly tier: string;
  readonly from: number;
  readonly quantity: number;
}

interface Case {
  readonly wanted: readonly (Omit<WantedLine, 'memberId'> & {
    readonly site: string;
    readonly lot: string;
    readonly quantity: number;
  })[];
  readonly winners: readonly (readonly LotCell[])[];
}

const LOTS = [
  { lot: 'north', regions: ['N1', 'N2'] },
  { lot: 'south', regions: ['S1'] },
];

/** Lines in two lots and two tiers, and three bids that share them out between any borders. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    lines: fc.array(
      fc.record({
        region: fc.constantFrom('N1', 'N2', 'S1'),
        tier: fc.constantFrom('basic', 'fast'),
        quantity: fc.integer({ min: 1, max: 6 }),
        firm: fc.boolean(),
      }),
      { minLength: 1, maxLength: 25 },
    ),
    cuts: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 4, maxLength: 4 }),
  })
  .map(({ lines, cuts }) => {
    const wanted = lines.map(({ firm, ...line }, at) => ({
      ...line,
      site: `site-${at}`,
      lot: line.region.startsWith('N') ? 'north' : 'south',
      ...(firm ? { firm, ceiling: 9_000 } : {}),
    }));
    const winners: LotCell[][] = [[], [], []];
    for (const [l, { lot, regions }] of LOTS.entries()) {
      for (const [t, tier] of ['basic', 'fast'].entries()) {
        const total = sum(wanted.filter((line) => line.lot === lot && line.tier === tier));
        const inner = (cuts[2 * l + t] ?? []).map((cut) => cut % (total + 1)).sort((a, b) => a - b);
        for (const [at, from] of [0, ...inner].entries()) {
          const count = (inner[at] ?? total) - from;
          if (count > 0) winners[at]?.push({ lot, tier, from, lines: count, regions });
        }
      }
    }
    return { wanted, winners: winners.filter((cells) => cells.length > 0) };
  });

function sum(lines: readonly { readonly quantity: number }[]): number {
  return lines.reduce((all, { quantity }) => all + quantity, 0);
}

describe('the lines of an award', () => {
  let system: System;
  let memberId: string;

  beforeAll(async () => {
    system = await System.start();
    ({ organisationId: memberId } = await system.someone('owner'));
  });
  afterAll(() => system.stop());

  const given = async ({ wanted, winners }: Case): Promise<Given[]> => {
    const { organisationId } = await system.someone('owner');
    const lines = wanted.map((line) => ({ ...line, memberId: organisationId }));
    const award = await approvedAward(system, await pledgedPool(system, lines), winners);
    await assignLines(system, award.awardId);
    return system.source.query(
      `select array_position($2::uuid[], a.bid_id) - 1 as bid, l.member_reference as site, a.lot_code as lot,
              a.tier_code as tier, a.part_from as "from", a.quantity
       from awarded_line a join pool_line l on l.line_id = a.line_id where a.award_id = $1
       order by l.sequence, a.part_from`,
      [award.awardId, award.bids.map((bid) => bid.bidId)],
    );
  };

  test('are each given once, as many per bid, lot and tier as it won, the same for the same pledges', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const lines = await given(one);
        for (const { site, lot, tier, quantity } of one.wanted) {
          let next = 0;
          for (const part of lines.filter((line) => line.site === site)) {
            expect(part).toMatchObject({ lot, tier, from: next });
            next += part.quantity;
          }
          expect(next).toBe(quantity);
        }
        for (const [bid, cells] of one.winners.entries()) {
          for (const { lot, tier, lines: won } of cells) {
            expect(sum(lines.filter((line) => line.bid === bid && line.lot === lot && line.tier === tier))).toBe(won);
          }
          expect(sum(lines.filter((line) => line.bid === bid))).toBe(cells.reduce((n, cell) => n + cell.lines, 0));
        }
        // Another pool of the same pledges has other ids everywhere.
        expect(await given(one)).toEqual(lines);
      }),
      { numRuns: 12 },
    );
  });

  test('stay as they were given', async () => {
    const cells = [{ lot: 'north', tier: 'basic', from: 0, lines: 4, regions: ['N1'] }];
    const poolId = await pledgedPool(system, [{ memberId, region: 'N1', quantity: 4 }]);
    const { awardId } = await approvedAward(system, poolId, [cells]);
    const rows = (): Promise<unknown[]> =>
      system.source.query('select * from award_line where award_id = $1', [awardId]);
    await assignLines(system, awardId);
    const before = await rows();
    expect(before).toHaveLength(1);
    await assignLines(system, awardId);
    expect(await rows()).toEqual(before);
    for (const statement of ['update award_line set quantity = 1', 'delete from award_line', 'truncate award_line']) {
      await expect(system.source.query(statement)).rejects.toThrow('append-only');
    }
  });

  test('are given out by an approved award only', async () => {
    const cells = [{ lot: 'north', tier: 'basic', from: 0, lines: 4, regions: ['N1'] }];
    const poolId = await pledgedPool(system, [{ memberId, region: 'N1', quantity: 4 }]);
    const { awardId } = await approvedAward(system, poolId, [cells]);
    await system.source.query(`update award set state = 'drafted' where id = $1`, [awardId]);
    await expect(assignLines(system, awardId)).rejects.toThrow('lines are given out by an approved award');
  });

  test('settle of a bid under a final award only', async () => {
    const cells = [{ lot: 'north', tier: 'basic', from: 0, lines: 4, regions: ['N1'] }];
    const poolId = await pledgedPool(system, [{ memberId, region: 'N1', quantity: 4 }]);
    const { awardId } = await approvedAward(system, poolId, [cells]);
    await assignLines(system, awardId);
    const settle = (award: string, bid: string): Promise<unknown> =>
      system.source.query(
        `insert into award_settled (award_id, bid_id, lot_code, tier_code, lines)
         select ${award}, ${bid}, lot_code, tier_code, quantity from award_line where award_id = $1`,
        [awardId],
      );
    const refused = 'lines settle of a bid under a final award';
    await system.source.query(`update award set state = 'drafted', due_at = null where id = $1`, [awardId]);
    await expect(settle('award_id', 'bid_id')).rejects.toThrow(refused);
    await system.source.query(`update award set state = 'final' where id = $1`, [awardId]);
    await expect(settle('award_id', 'gen_random_uuid()')).rejects.toThrow(refused);
    await expect(settle('gen_random_uuid()', 'bid_id')).rejects.toThrow(refused);
    await settle('award_id', 'bid_id');
  });
});
