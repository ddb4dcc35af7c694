import { lifecycleFaults } from '../../kernel/lifecycle.js';
import { canonicalJson } from '../../kernel/canonical.js';
import { DEFAULT_AUCTION } from './auction-settings.js';
import { awardFaults } from './award-faults.js';
import { contentOf } from './content.js';
import { MAX_GROUPS } from './group-faults.js';
import { demandByLot, linesOf } from './lot-demand.js';
import { lotFaults, regionGroups } from './lot-faults.js';
import { MAX_BUDGET_MINOR } from './money-faults.js';
import { tenderLifecycle } from './tender-lifecycle.js';
import { biddingEndFaults, publishFaults, termsFaults } from './terms-faults.js';
import type { TenderFrame, TenderTerms } from './terms.js';
import { whyNotAbandon, whyNotCancel, whyNotRelease } from './why-not-cancel.js';

const frame: TenderFrame = {
  regions: ['A', 'B', 'C'],
  tiers: ['basic', 'fast'],
  demand: [
    { regionCode: 'B', tierCode: 'fast', firmLines: 30, interestLines: 0 },
    { regionCode: 'A', tierCode: 'fast', firmLines: 5, interestLines: 5 },
    { regionCode: 'A', tierCode: 'basic', firmLines: 0, interestLines: 10 },
    { regionCode: 'C', tierCode: 'basic', firmLines: 0, interestLines: 0 },
  ],
};
const A = { code: 'L1', title: 'One', regions: ['A'] };
const B = { code: 'L2', title: 'Two', regions: ['B'] };
const now = new Date('2030-01-01T00:00:00Z');
const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);

const sound: TenderTerms = {
  title: 'A tender',
  lots: [A, B],
  awardRule: 'lot',
  minWinners: 1,
  maxWinners: null,
  maxShareBp: null,
  winnerGroups: [],
  budgetMinor: null,
  maxCostShareBp: null,
  priceCaps: { fast: 5000n },
  enquiryEndsAt: null,
  biddingEndsAt: later(60),
  standstillDays: 10,
  offerDays: 14,
  auction: DEFAULT_AUCTION,
};
const places = (terms: Partial<TenderTerms>): string[] =>
  termsFaults({ ...sound, ...terms }, frame).map(({ path }) => path);

it('has a lifecycle whose every state is reached', () => {
  expect(lifecycleFaults(tenderLifecycle)).toEqual([]);
});

describe('lots', () => {
  it('hold every demanded region once, and may hold others of the pool', () => {
    expect(lotFaults([A, B], frame)).toEqual([]);
    expect(lotFaults([{ ...A, regions: ['A', 'C', 'B'] }], frame)).toEqual([]);
  });

  it('are drafted one per demanded region', () => {
    expect(regionGroups(frame)).toEqual([['A'], ['B']]);
  });

  it('do not tell in which regions lines are wanted when there are too few to say so', () => {
    const few = { ...frame, demand: [{ regionCode: 'B', tierCode: 'fast', firmLines: 4, interestLines: 0 }] };
    expect(regionGroups(few)).toEqual([['A', 'B', 'C']]);
    expect(lotFaults([{ ...A, regions: ['A', 'B', 'C'] }], few)).toEqual([]);
    expect(lotFaults([B], few)).toEqual([{ path: 'lots', reason: expect.stringContaining('A, B, C') as string }]);
  });

  it('do not tell it of lines of interest either, where firm lines are told', () => {
    const [b] = frame.demand;
    const few = { ...frame, demand: [{ ...b, regionCode: 'B', tierCode: 'fast', firmLines: 30, interestLines: 0 }] };
    const mixed = {
      ...few,
      demand: [...few.demand, { regionCode: 'C', tierCode: 'fast', firmLines: 0, interestLines: 2 }],
    };
    expect(regionGroups(mixed)).toEqual([['B'], ['A', 'C']]);
    expect(lotFaults([B, { ...A, regions: ['C'] }], mixed)).toHaveLength(1);
  });

  it.each([
    ['none at all', [], 'lots', 'at least one'],
    ['a region left out', [A], 'lots', 'region B'],
    ['a region twice', [A, { ...B, regions: ['B', 'A'] }], 'lots.1.regions.1', 'in lot L1 already'],
    ['a region twice in one lot', [{ ...A, regions: ['A', 'A'] }, B], 'lots.0.regions.1', 'in lot L1 already'],
    ['a strange region', [A, { ...B, regions: ['B', 'Z'] }], 'lots.1.regions.1', 'no region Z'],
    ['a code twice', [A, { ...B, code: 'L1' }], 'lots.1.code', 'Two lots'],
    ['a lot that nobody wants', [A, B, { code: 'L3', title: 'x', regions: ['C'] }], 'lots.2.regions', 'No line'],
  ])('refuse %s', (_what, lots, path, reason) => {
    const faults = lotFaults(lots, frame);
    expect(faults).toEqual([{ path, reason: expect.stringContaining(reason) as string }]);
  });

  it('count their demand by tier, without tiers that nobody wants', () => {
    const counted = demandByLot([{ ...A, regions: ['A', 'B', 'C'] }], frame.demand);
    expect(counted).toEqual(new Map([['L1', { basic: { firm: 0, interest: 10 }, fast: { firm: 35, interest: 5 } }]]));
    expect(linesOf(counted.get('L1') ?? {})).toBe(50);
    expect(demandByLot([B], frame.demand).get('L2')).toEqual({ fast: { firm: 30, interest: 0 } });
  });
});

describe('rules of award', () => {
  it('are refused when no bids could keep them', () => {
    expect(places({})).toEqual([]);
    expect(places({ minWinners: 2, maxWinners: 1 })).toEqual(['maxWinners']);
    expect(places({ minWinners: 3 })).toEqual(['minWinners']);
    expect(places({ minWinners: 3, awardRule: 'tier' })).toEqual([]);
    expect(places({ minWinners: 4, awardRule: 'tier' })).toEqual(['minWinners']);
    expect(places({ minWinners: 9, awardRule: 'shared' })).toEqual([]);
    expect(places({ maxShareBp: 4000, maxWinners: 2, awardRule: 'shared' })).toEqual(['maxShareBp']);
    expect(places({ maxShareBp: 4000, maxWinners: 3, awardRule: 'shared' })).toEqual([]);
  });

  it('name the lot that is larger than the share allows', () => {
    expect(awardFaults({ ...sound, maxShareBp: 6000 }, frame)).toEqual([]);
    expect(awardFaults({ ...sound, maxShareBp: 5999 }, frame)[0]?.reason).toContain('Lot L2 alone holds 30 of the 50');
    expect(awardFaults({ ...sound, maxShareBp: 5999, awardRule: 'tier' }, frame)[0]?.reason).toContain('Tier fast of');
  });
});

describe('groups of winners', () => {
  const group = (lots: string[], minWinners: number | null, maxWinners: number | null = null) => {
    return { winnerGroups: [{ lots, minWinners, maxWinners }] };
  };
  const found = (terms: Partial<TenderTerms>): string[] =>
    awardFaults({ ...sound, ...terms }, frame).map(({ path, reason }) => `${path}: ${reason}`);

  it('hold where bids could keep them', () => {
    for (const terms of [
      group(['L1', 'L2'], 2),
      group(['L1'], 1, 1),
      { ...group(['L1'], 2), awardRule: 'tier' as const },
      { ...group(['L2'], 30), awardRule: 'shared' as const },
      { ...group(['L1', 'L2'], null, 2), minWinners: 2 },
      { ...group(['L1', 'L2'], null, 2), maxShareBp: 6000 },
    ])
      expect(found(terms)).toEqual([]);
  });

  it.each<[string, Partial<TenderTerms>, string, string]>([
    ['a group without a lot', group([], 2), 'winnerGroups.0.lots', 'no lot'],
    ['a strange lot', group(['L1', 'L9'], 2), 'winnerGroups.0.lots.1', 'no lot L9'],
    ['a lot twice', group(['L1', 'L1'], 1), 'winnerGroups.0.lots.1', 'in the group already'],
    ['a group that asks for nothing', group(['L1'], null), 'winnerGroups.0', 'give minWinners or maxWinners'],
    ['fewer than must', group(['L1', 'L2'], 2, 1), 'winnerGroups.0.maxWinners', 'fewer than the 2'],
    ['two winners of one whole lot', group(['L1'], 2), 'winnerGroups.0.minWinners', 'something of 1 lot;'],
    [
      'three winners of the two tiers of a lot',
      { ...group(['L1'], 3), awardRule: 'tier' },
      'winnerGroups.0.minWinners',
      'something of 2 tiers of lots',
    ],
    [
      'more winners than there are lines to share',
      { ...group(['L2'], 31), awardRule: 'shared' },
      'winnerGroups.0.minWinners',
      '31 winners cannot each win something of 30 lines; lower the number or name more lots.',
    ],
    [
      'more than may win altogether',
      { ...group(['L1', 'L2'], 2), maxWinners: 1 },
      'winnerGroups.0.minWinners',
      'the 1 that',
    ],
    [
      'fewer in all lots than must win',
      { ...group(['L2', 'L1'], null, 1), minWinners: 2 },
      'winnerGroups.0.maxWinners',
      'all lots',
    ],
    [
      'fewer than the share of lines takes',
      { ...group(['L2'], null, 1), maxShareBp: 4000, awardRule: 'shared' },
      'winnerGroups.0.maxWinners',
      'it takes 2 winners to serve these lots',
    ],
    [
      'more in some lots than in lots around them',
      { winnerGroups: [...group(['L1', 'L2'], null, 1).winnerGroups, ...group(['L1', 'L2'], 2).winnerGroups] },
      'winnerGroups.1.minWinners',
      'winnerGroups.0 allows 1',
    ],
    [
      'more groups than anybody reads',
      {
        winnerGroups: Array.from({ length: MAX_GROUPS + 1 }, () => ({ lots: ['L1'], minWinners: 1, maxWinners: null })),
      },
      'winnerGroups',
      'at most 500 groups',
    ],
  ])('refuse %s', (_what, terms, path, reason) => {
    const faults = awardFaults({ ...sound, ...terms }, frame);
    expect(faults).toEqual([{ path, reason: expect.stringContaining(reason) as string }]);
  });
});

describe('rules about money', () => {
  it('hold where bids could keep them', () => {
    expect(places({ budgetMinor: 1n })).toEqual([]);
    expect(places({ budgetMinor: MAX_BUDGET_MINOR })).toEqual([]);
    expect(places({ maxCostShareBp: 5000 })).toEqual([]);
    expect(places({ maxCostShareBp: 3400, awardRule: 'tier' })).toEqual([]);
  });

  it.each<[string, Partial<TenderTerms>, string, string]>([
    ['a budget of nothing', { budgetMinor: 0n }, 'budgetMinor', 'leaves nothing to award'],
    ['a budget beyond all costs', { budgetMinor: MAX_BUDGET_MINOR + 1n }, 'budgetMinor', 'more than any award'],
    [
      'a part of the cost of shared lines',
      { maxCostShareBp: 5000, awardRule: 'shared' },
      'maxCostShareBp',
      'maxShareBp',
    ],
    [
      'a part that takes more winners than may',
      { maxCostShareBp: 5000, maxWinners: 1 },
      'maxCostShareBp',
      'takes 2 winners',
    ],
    [
      'a part that takes more winners than there are lots',
      { maxCostShareBp: 4900 },
      'maxCostShareBp',
      'there are 2 lots',
    ],
  ])('refuse %s', (_what, terms, path, reason) => {
    const faults = awardFaults({ ...sound, ...terms }, frame);
    expect(faults).toEqual([{ path, reason: expect.stringContaining(reason) as string }]);
  });
});

describe('caps and calendar', () => {
  it('are refused at their place', () => {
    expect(places({ priceCaps: { radio: 1n } })).toEqual(['priceCaps.radio']);
    expect(places({ priceCaps: { fast: 0n } })).toEqual(['priceCaps.fast']);
    expect(places({ enquiryEndsAt: later(60) })).toEqual(['enquiryEndsAt']);
    expect(places({ enquiryEndsAt: later(59) })).toEqual([]);
    expect(places({ auction: { ...DEFAULT_AUCTION, turnSeconds: 29 } })).toEqual(['auction.turnSeconds']);
  });

  it('want an end of bidding some minutes ahead', () => {
    expect(biddingEndFaults(later(5), now)).toEqual([]);
    expect(biddingEndFaults(later(4.9), now)[0]?.reason).toContain('at least 5 minutes');
    expect(biddingEndFaults(later(-1), now)).toHaveLength(1);
    expect(biddingEndFaults(later(731 * 24 * 60), now)[0]?.reason).toContain('within 730 days');
    expect(publishFaults({ ...sound, biddingEndsAt: null }, frame, now).map(({ path }) => path)).toEqual([
      'biddingEndsAt',
    ]);
    const asked = (enquiryEndsAt: Date) => publishFaults({ ...sound, enquiryEndsAt }, frame, now);
    expect(asked(now)).toMatchObject([{ path: 'enquiryEndsAt' }]);
    expect(asked(new Date(now.getTime() + 1))).toEqual([]);
  });
});

describe('cancelling', () => {
  it('ends with the bidding', () => {
    const published = { state: 'published', biddingEndsAt: later(0) } as const;
    expect(whyNotCancel(published, later(-1))).toBeNull();
    expect(whyNotCancel(published, now)?.message).toContain(now.toISOString());
    expect(whyNotCancel({ state: 'draft', biddingEndsAt: later(0) }, now)).toBeNull();
  });

  it('becomes abandoning when the bidding has ended', () => {
    const published = { state: 'published', biddingEndsAt: later(0) } as const;
    expect(whyNotAbandon(published, now)).toBeNull();
    expect(whyNotAbandon(published, later(-1))?.code).toBe('tender.bidding-not-ended');
    expect(whyNotAbandon({ state: 'draft', biddingEndsAt: later(-1) }, now)?.message).toContain('Cancel this one');
  });
});

describe('a pool', () => {
  it('is released when none of its tenders is published', () => {
    const [draft, cancelled] = [{ id: 't1', state: 'draft' } as const, { id: 't2', state: 'cancelled' } as const];
    expect(whyNotRelease([])).toBeNull();
    expect(whyNotRelease([draft, cancelled])).toBeNull();
    expect(whyNotRelease([cancelled, { id: 't3', state: 'published' }])?.message).toContain('put out to tender (t3)');
  });
});

describe('content', () => {
  const origin = { id: 't', poolId: 'p', snapshotHash: 'h', currency: 'KRW', termMonths: 24 };
  const text = (terms: TenderTerms): string => canonicalJson(contentOf(origin, terms));

  it('is the same however the lots were ordered, and another for any other word', () => {
    expect(text({ ...sound, lots: [B, A] })).toBe(text(sound));
    expect(text({ ...sound, lots: [A, { ...B, regions: ['C', 'B'] }] })).toBe(
      text({ ...sound, lots: [A, { ...B, regions: ['B', 'C'] }] }),
    );
    for (const change of [
      { title: 'x' },
      { offerDays: 15 },
      { lots: [A, { ...B, title: 'x' }] },
      { maxShareBp: 9999 },
      { winnerGroups: [{ lots: ['L1', 'L2'], minWinners: 2, maxWinners: null }] },
      { budgetMinor: 1n },
      { maxCostShareBp: 9999 },
      { auction: { ...DEFAULT_AUCTION, minimumStepBp: 101 } },
    ]) {
      expect(text({ ...sound, ...change })).not.toBe(text(sound));
    }
  });

  it('names no rule that the tender does not set, so that it is what it was before there were such rules', () => {
    const members = ['auction', 'awardRule', 'biddingEndsAt', 'currency', 'enquiryEndsAt', 'id', 'lots', 'maxShareBp'];
    members.push('maxWinners', 'minWinners', 'offerDays', 'poolId', 'priceCaps', 'snapshotHash', 'standstillDays');
    expect(Object.keys(JSON.parse(text(sound)) as object)).toEqual([...members, 'termMonths', 'title']);
  });

  it('is the same however groups and their lots were ordered', () => {
    const [a, b] = [
      { lots: ['L1', 'L2'], minWinners: 2, maxWinners: null },
      { lots: ['L2'], minWinners: null, maxWinners: 1 },
    ];
    const text1 = text({ ...sound, winnerGroups: [a, b] });
    expect(text({ ...sound, winnerGroups: [b, { ...a, lots: ['L2', 'L1'] }] })).toBe(text1);
  });

  it('holds no count of lines, which could be found by trying', () => {
    expect(text(sound)).toContain('"snapshotHash":"h"');
    expect(text(sound)).not.toMatch(/firm|interest|demand/);
  });
});
