import fc from 'fast-check';
import type { AwardBid, AwardCell } from './award.js';
import { shareOut } from './share-out.js';

const tariff = {
  bands: [1, 10, 20].map((from) => ({ from, monthly: {} })),
  lots: {},
};

interface Sharing {
  readonly bids: AwardBid[];
  /** lines per bid, per lot and tier */
  readonly lines: number[][];
  readonly places: { lot: string; tier: string; from: number }[];
}

const sharings: fc.Arbitrary<Sharing> = fc
  .record({ bids: fc.integer({ min: 1, max: 5 }), places: fc.integer({ min: 1, max: 6 }) })
  .chain((size) =>
    fc.record({
      bids: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: size.bids, maxLength: size.bids }).map((instants) =>
        instants.map((instant, index) => ({
          bidId: `bid-${index}`,
          providerId: `provider-${index}`,
          receivedAt: new Date(instant),
          tariff,
        })),
      ),
      lines: fc.array(fc.array(fc.nat(9), { minLength: size.places, maxLength: size.places }), {
        minLength: size.bids,
        maxLength: size.bids,
      }),
      places: fc
        .array(fc.nat(50), { minLength: size.places, maxLength: size.places })
        .map((starts) =>
          starts.map((from, index) => ({ lot: `lot-${index % 3}`, tier: `tier-${Math.floor(index / 3)}`, from })),
        ),
    }),
  );

function awardsOf({ bids, lines, places }: Sharing) {
  return bids.map((bid, b) => {
    const lots: Record<string, Record<string, number>> = {};
    places.forEach(({ lot, tier }, p) => {
      lots[lot] = { ...lots[lot], [tier]: lines[b]?.[p] ?? 0 };
    });
    const total = (lines[b] ?? []).reduce((sum, n) => sum + n, 0);
    return { bid: bid.bidId, band: 0, lines: total, lots, costMinor: 0n };
  });
}

function scopeOf({ lines, places }: Sharing): AwardCell[] {
  return places.map((place, p) => ({ ...place, lines: lines.reduce((sum, of) => sum + (of[p] ?? 0), 0) }));
}

describe('sharing out', () => {
  test('covers every position of a scope exactly once', () => {
    fc.assert(
      fc.property(sharings, (sharing) => {
        const scope = scopeOf(sharing);
        const cells = shareOut(awardsOf(sharing), sharing.bids, scope).flatMap((winner) => winner.cells);
        const covered = (all: readonly AwardCell[]) =>
          all
            .flatMap(({ lot, tier, from, lines }) =>
              Array.from({ length: lines }, (_, i) => `${lot} ${tier} ${from + i}`),
            )
            .sort();
        expect(covered(cells)).toEqual(covered(scope));
      }),
    );
  });

  test('does not depend on the order in which awards and bids are given', () => {
    fc.assert(
      fc.property(sharings, (sharing) => {
        const scope = scopeOf(sharing);
        const awards = awardsOf(sharing);
        expect(shareOut(awards.toReversed(), sharing.bids.toReversed(), scope)).toEqual(
          shareOut(awards, sharing.bids, scope),
        );
      }),
    );
  });

  test('gives the earlier lines to the earlier bid, from the first line on when all demand is awarded', () => {
    const bids = [
      { bidId: 'late', providerId: 'p', receivedAt: new Date('2030-01-02'), tariff },
      { bidId: 'early', providerId: 'q', receivedAt: new Date('2030-01-01'), tariff },
    ];
    const awards = [
      { bid: 'late', band: 1, lines: 4, lots: { L: { T: 4 } }, costMinor: 40n },
      { bid: 'early', band: 0, lines: 3, lots: { L: { T: 3 } }, costMinor: 36n },
    ];
    const won = shareOut(awards, bids, null);
    expect(won.map((winner) => winner.bidId)).toEqual(['early', 'late']);
    expect(won.flatMap((winner) => winner.cells)).toEqual([
      { lot: 'L', tier: 'T', from: 0, lines: 3 },
      { lot: 'L', tier: 'T', from: 3, lines: 4 },
    ]);
    expect(won[1]).toMatchObject({ providerId: 'p', band: 1, lines: 4, heldLines: 0, costMinor: 40n });
  });

  test('says by which alternative a bid won, whose activation and bands count', () => {
    const bid = {
      bidId: 'b',
      providerId: 'p',
      receivedAt: new Date('2030-01-02'),
      tariff: { ...tariff, alternatives: { small: { bands: [{ from: 1, monthly: {} }], lots: {}, activation: 7n } } },
    };
    const wins = (by: string) => [{ bid: by, band: 0, lines: 8, lots: { L: { T: 8 } }, costMinor: 40n }];
    const held = [
      { bidId: 'b', providerId: 'p', alternative: 'small', lot: 'L', tier: 'T', lines: 12, decided: false },
    ];
    const won = (by: string) => shareOut(wins(by), [bid], null, held, [{ id: 'b/small' }, { id: 'b' }]);
    expect(won('b/small')).toMatchObject([{ bidId: 'b', alternative: 'small', band: 0, costMinor: 47n }]);
    expect(won('b')).toMatchObject([{ bidId: 'b', band: 0, costMinor: 40n }]);
    expect(won('b')[0]).not.toHaveProperty('alternative');
  });

  test('says what an agreement costs with its activation, also where the problem counted that as paid already', () => {
    const bid = {
      bidId: 'b',
      providerId: 'p',
      receivedAt: new Date('2030-01-02'),
      tariff: { ...tariff, activation: 7n },
    };
    const cell = { bidId: 'b', providerId: 'p', lot: 'L', tier: 'T', lines: 12, decided: false };
    const costOf = (decided: boolean, activation: { readonly activation?: bigint }) => {
      const awards = [{ bid: 'b', band: 1, lines: 8, lots: { L: { T: 8 } }, costMinor: 40n }];
      return shareOut(awards, [bid], null, [{ ...cell, decided }], [{ id: 'b', ...activation }])[0]?.costMinor;
    };
    expect(costOf(false, { activation: 7n })).toBe(40n);
    expect(costOf(false, {})).toBe(47n);
    // It is charged with the lines held, once somebody has decided on them.
    expect(costOf(true, {})).toBe(40n);
  });

  test('names the band of the tariff as it was bid, whatever bands the held lines had passed in the problem', () => {
    const bid = { bidId: 'b', providerId: 'p', receivedAt: new Date('2030-01-02'), tariff };
    const held = [{ bidId: 'b', providerId: 'p', lot: 'L', tier: 'T', lines: 12, decided: true }];
    const awards = [{ bid: 'b', band: 1, lines: 8, lots: { L: { T: 8 } }, costMinor: 40n }];
    expect(shareOut(awards, [bid], null, held)).toMatchObject([{ band: 2, lines: 8, heldLines: 12 }]);
    const drafted = held.map((cell) => ({ ...cell, decided: false }));
    expect(shareOut(awards, [bid], null, drafted)).toMatchObject([{ band: 1, heldLines: 0 }]);
  });
});
