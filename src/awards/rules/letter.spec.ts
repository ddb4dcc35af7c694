import { toJson } from '../../kernel/canonical.js';
import type { AwardBid, AwardTender, Winner } from './award.js';
import { addCosts, type LetterAward, type LetterContent, lettersOf } from './letter.js';

const tender: AwardTender = {
  currency: 'KRW',
  termMonths: 10,
  awardRule: 'lot',
  minWinners: 1,
  maxWinners: null,
  maxShareBp: null,
  winnerGroups: [],
  budgetMinor: null,
  maxCostShareBp: null,
  lots: [
    { code: 'N', title: 'North', told: true, demand: { fast: { firm: 10, interest: 0 } } },
    {
      code: 'S',
      title: 'South',
      told: true,
      demand: { fast: { firm: 20, interest: 0 }, slow: { firm: 0, interest: 5 } },
    },
  ],
};

const cheap: AwardBid = {
  bidId: 'bid-cheap',
  providerId: 'cheap',
  receivedAt: new Date('2030-01-01T00:00:00Z'),
  tariff: {
    bands: [
      { from: 1, monthly: { fast: 103n, slow: 77n } },
      { from: 20, monthly: { fast: 91n, slow: 59n } },
    ],
    lots: { S: { setup: 7n } },
    activation: 1_009n,
  },
};

const dear: AwardBid = {
  bidId: 'bid-dear',
  providerId: 'dear',
  receivedAt: new Date('2030-01-01T01:00:00Z'),
  tariff: {
    bands: [
      { from: 1, monthly: { fast: 120n, slow: 80n } },
      { from: 30, monthly: { fast: 100n, slow: 70n } },
    ],
    lots: { N: { surcharge: 3n }, S: {} },
  },
};

const partial: AwardBid = {
  ...dear,
  bidId: 'bid-partial',
  providerId: 'partial',
  tariff: { bands: [{ from: 1, monthly: { fast: 60n } }], lots: { S: {} } },
};

const winners: Winner[] = [
  {
    bidId: 'bid-cheap',
    providerId: 'cheap',
    band: 1,
    lines: 25,
    heldLines: 0,
    costMinor: 20n * 917n + 5n * 597n + 1_009n,
    cells: [
      { lot: 'S', tier: 'fast', from: 0, lines: 20 },
      { lot: 'S', tier: 'slow', from: 0, lines: 5 },
    ],
  },
  {
    bidId: 'bid-dear',
    providerId: 'dear',
    band: 0,
    lines: 10,
    heldLines: 0,
    costMinor: 12_300n,
    cells: [{ lot: 'N', tier: 'fast', from: 0, lines: 10 }],
  },
];

const award: LetterAward = {
  id: 'award',
  contentHash: 'hash',
  tenderId: 'tender',
  tenderTitle: 'Lines',
  round: 1,
  totalMinor: 34_634n,
  winners,
  excluded: new Map([['bid-partial', 'Its guarantee was missing.']]),
  held: [],
  standstillEndsAt: new Date('2030-01-15T00:00:00Z'),
};

const bids = [cheap, dear, partial];

function letterTo(bid: AwardBid, of: LetterAward, within: AwardTender, all: readonly AwardBid[]): LetterContent {
  return lettersOf(of, within, costsOf(of.winners, all))(bid);
}

function costsOf(won: readonly Winner[], all: readonly AwardBid[]): Map<string, bigint> {
  const costs = new Map<string, bigint>();
  for (const { bidId, tariff } of all) {
    const winner = won.find((each) => each.bidId === bidId);
    if (winner) addCosts(costs, winner, tariff, tender.termMonths);
  }
  return costs;
}

describe('a letter', () => {
  test('says what the bidder won and at what', () => {
    const letter = letterTo(cheap, award, tender, bids);
    expect(letter).toMatchObject({
      band: 1,
      wonLines: 25,
      costMinor: 22_334n,
      awardLines: 35,
      awardTotalMinor: 34_634n,
    });
    expect(letter.cells).toEqual([
      { lot: 'S', tier: 'fast', lines: 20 },
      { lot: 'S', tier: 'slow', lines: 5 },
    ]);
    expect(letter.offered).toEqual(cheap.tariff);
    expect(letter.excluded).toBeNull();
  });

  test('says by which alternative a bid won, and reckons a lot that was lost by the tariff that is lowest there', () => {
    const cheaper = { bands: [{ from: 1, monthly: { fast: 95n, slow: 66n } }], lots: { S: {} } };
    const dearer = {
      bands: [{ from: 1, monthly: { fast: 500n, slow: 500n } }],
      lots: { N: {}, S: {} },
      minimumLines: 30,
    };
    const several = { ...dear, tariff: { ...dearer, alternatives: { one: dear.tariff, two: cheaper } } };
    const by = winners.map((each) => (each.bidId === dear.bidId ? { ...each, alternative: 'one' } : each));
    const all = [cheap, several, partial];
    const letter = letterTo(several, { ...award, winners: by }, tender, all);
    const plain = letterTo(dear, award, tender, bids);
    expect(letter).toMatchObject({ alternative: 'one', offered: several.tariff, band: 0 });
    expect(plain).toMatchObject({ alternative: null, offered: dear.tariff });
    const [north, south] = letter.lots;
    expect(north).toEqual(plain.lots[0]);
    expect(south).toMatchObject({ outcome: 'not-won', ownCostMinor: 20n * 950n + 5n * 660n });
    // Who holds lines by one of them could win more by none of the others.
    const held = [
      { bidId: dear.bidId, providerId: 'dear', lot: 'N', tier: 'fast', lines: 1, decided: true, alternative: 'one' },
    ];
    const bound = letterTo(several, { ...award, winners: by, held }, tender, all);
    expect(bound.lots[1]).toMatchObject({ ownCostMinor: 20n * 1_000n + 5n * 700n });
    // What lots cost as awarded is reckoned by the tariffs that won.
    expect(costsOf(by, all)).toEqual(costsOf(winners, bids));
  });

  test('tells the gap of a lot that was lost, at the best band the tariff could reach', () => {
    const south = letterTo(dear, award, tender, bids).lots.find((lot) => lot.lot === 'S');
    // 35 lines are within reach of the band from 30.
    expect(south).toEqual({
      lot: 'S',
      title: 'South',
      lines: 25,
      wonLines: 0,
      outcome: 'not-won',
      ownCostMinor: 20n * 1_000n + 5n * 700n,
      winningCostMinor: 20n * 917n + 5n * 597n,
      gapMinor: 23_500n - 21_325n,
      gapPercent: 10,
    });
  });

  test('tells no amount and no count of a lot whose counts are hidden, unless all of it was won', () => {
    const hidden = { ...tender, lots: tender.lots.map((lot) => ({ ...lot, told: false })) };
    expect(letterTo(dear, award, hidden, bids).lots).toMatchObject([
      { lot: 'N', outcome: 'won', lines: 10, ownCostMinor: 12_300n, gapPercent: 0 },
      {
        lot: 'S',
        outcome: 'not-won',
        lines: null,
        ownCostMinor: null,
        winningCostMinor: null,
        gapMinor: null,
        gapPercent: null,
      },
    ]);
  });

  test('tells how many lines an award of a part of the tender has only to those who may know their counts', () => {
    const hidden = { ...tender, lots: tender.lots.map((lot) => ({ ...lot, told: false })) };
    const north = { ...award, winners: winners.slice(1) };
    const lines = (of: AwardBid, about: LetterAward, within: AwardTender): number | null =>
      letterTo(of, about, within, bids).awardLines;
    expect([lines(cheap, award, hidden), lines(cheap, north, tender), lines(dear, north, hidden)]).toEqual([
      35, 10, 10,
    ]);
    expect(lines(cheap, north, hidden)).toBeNull();
  });

  test('tells of a lot that was won whole what it was won at', () => {
    const north = letterTo(dear, award, tender, bids).lots.find((lot) => lot.lot === 'N');
    expect(north).toMatchObject({ outcome: 'won', ownCostMinor: 12_300n, winningCostMinor: 12_300n, gapMinor: 0n });
  });

  test('compares nothing with a lot that was not offered whole', () => {
    expect(
      letterTo(partial, award, tender, bids).lots.map(({ lot, outcome, gapMinor }) => [lot, outcome, gapMinor]),
    ).toEqual([
      ['N', 'not-offered', null],
      ['S', 'not-offered', null],
    ]);
    expect(letterTo(partial, award, tender, bids).excluded).toBe('Its guarantee was missing.');
  });

  test('counts bands, minimum and capacities together with the lines the bidder holds under other awards', () => {
    const held = [{ bidId: 'bid-dear', providerId: 'dear', lot: 'N', tier: 'fast', lines: 8, decided: true }];
    const small = { ...dear, tariff: { ...dear.tariff, lots: { S: {} }, minimumLines: 26, capacity: 33 } };
    const south = (of: typeof held) =>
      letterTo(small, { ...award, winners: winners.slice(0, 1), held: of }, tender, bids).lots[0];
    // 25 lines are neither the 26 of the minimum nor the 30 of the band, but beside 8 they are both.
    expect(south([])).toMatchObject({ outcome: 'not-offered', ownCostMinor: null });
    expect(south(held)).toMatchObject({ outcome: 'not-won', ownCostMinor: 20n * 1_000n + 5n * 700n });
    expect(letterTo(small, { ...award, held }, tender, bids).heldLines).toBe(8);
    // What is not decided on yet fills capacity, and counts in no band.
    expect(south(held.map((cell) => ({ ...cell, decided: false })))?.outcome).toBe('not-offered');
  });

  test('prices what was won beside held lines in the band of the tariff as it was bid', () => {
    const held = [{ bidId: 'bid-dear', providerId: 'dear', lot: 'S', tier: 'fast', lines: 25, decided: true }];
    const won = winners.slice(1).map((winner) => ({ ...winner, band: 1, heldLines: 25, costMinor: 10_300n }));
    const letter = letterTo(dear, { ...award, winners: won, held }, tender, bids);
    expect(letter).toMatchObject({ band: 1, heldLines: 25, wonLines: 10 });
    expect(letter.lots).toMatchObject([{ lot: 'N', outcome: 'won', ownCostMinor: 10_300n, winningCostMinor: 10_300n }]);
  });

  test('holds no price, no name and no bid of a rival', () => {
    const text = toJson(letterTo(dear, award, tender, bids));
    for (const secret of ['103', '91', '77', '59', '917', '597', '1009', 'cheap']) {
      expect(text).not.toMatch(new RegExp(`\\b${secret}\\b`));
    }
  });

  test('reaches no band within a capacity below the first', () => {
    const small = { ...dear, tariff: { ...dear.tariff, minimumLines: 30, capacity: 20 } };
    const letter = letterTo(small, { ...award, winners: winners.slice(0, 1) }, tender, bids);
    expect(letter.lots).toMatchObject([{ lot: 'S', outcome: 'not-offered', ownCostMinor: null }]);
  });

  test('is made for each of many bidders and lots without the winners being gone through for each', () => {
    const lots = Array.from({ length: 200 }, (_, at) => {
      return { code: `L${at}`, title: 'One of many', told: true, demand: { fast: { firm: 10, interest: 0 } } };
    });
    const wide = { ...tender, lots };
    const place = Object.fromEntries(wide.lots.map(({ code }) => [code, {}]));
    const many = Array.from({ length: 20 }, (_, at): AwardBid => {
      return { ...dear, bidId: `bid-${at}`, tariff: { ...dear.tariff, lots: place } };
    });
    let asked = 0;
    const cells = wide.lots.map(({ code: lot }) => ({ lot, tier: 'fast', from: 0, lines: 10 }));
    const counted = new Proxy(cells, {
      get: (of, key, self) => {
        asked += 1;
        return Reflect.get(of, key, self) as unknown;
      },
    });
    const won = {
      bidId: 'bid-0',
      providerId: 'dear',
      band: 1,
      lines: 10_000,
      heldLines: 0,
      costMinor: 1n,
      cells: counted,
    };
    const letter = lettersOf({ ...award, winners: [won] }, wide, costsOf([won], many));
    const before = asked;
    for (const bid of many.slice(1)) expect(letter(bid).lots).toHaveLength(200);
    expect(asked).toBe(before);
  });
});
