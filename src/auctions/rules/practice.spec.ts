import type { Tariff } from '../../pricing/rules/tariff.js';
import { auctionFaults } from '../../tenders/rules/auction-faults.js';
import { type AuctionSettings, DEFAULT_AUCTION } from '../../tenders/rules/auction-settings.js';
import { practiceBodyFaults, practiceOfJson } from './practice-json.js';
import {
  MOST_PRACTICES,
  MOST_RUNNING,
  practiceFaults,
  practiceFormat,
  practiceProblem,
  practiceSettings,
  type PracticeWish,
  whyNotPractise,
} from './practice.js';
import type { RuledTender } from './whole-problem.js';

const tariff: Tariff = { bands: [{ from: 1, monthly: { basic: 20_000n } }], lots: { north: {} } };
const wish: PracticeWish = { format: null, bidders: 4, durationSeconds: 300, tariff };
const tender: RuledTender = {
  currency: 'KRW',
  termMonths: 24,
  awardRule: 'lot',
  minWinners: 1,
  maxWinners: null,
  maxShareBp: null,
  winnerGroups: [],
  budgetMinor: null,
  maxCostShareBp: null,
};
const json = { tariff: { bands: [{ from: 1, monthly: { basic: 20_000 } }], lots: { north: {} } } };
const paths = (faults: readonly { path: string }[]): string[] => faults.map(({ path }) => path);

describe('Who may practise', () => {
  it('does so once at a time, so many times, and for no tender that was cancelled', () => {
    const free = { running: null, begun: MOST_PRACTICES - 1 };
    expect(whyNotPractise('published', free, MOST_RUNNING - 1)).toBeNull();
    expect(whyNotPractise('published', free, MOST_RUNNING)?.code).toBe('practice.full');
    expect(whyNotPractise('published', { ...free, begun: MOST_PRACTICES }, 0)?.code).toBe('practice.too-many');
    expect(whyNotPractise('published', { ...free, running: 'P7' }, 0)?.message).toContain('P7');
    expect(whyNotPractise('cancelled', free, 0)?.code).toBe('auction.cancelled');
  });
});

describe('What is sent to practise', () => {
  it('may leave out all but the tariff', () => {
    expect(practiceBodyFaults(json)).toEqual([]);
    expect(practiceOfJson(json)).toEqual(wish);
  });

  it.each([
    [null, ['']],
    [{}, ['tariff']],
    [{ ...json, format: 'sealed' }, ['format']],
    [{ ...json, bidders: 0, durationSeconds: 59 }, ['bidders', 'durationSeconds']],
    [{ ...json, bidders: 11, durationSeconds: 1_801 }, ['bidders', 'durationSeconds']],
    [{ ...json, bidders: '4', seed: 1 }, ['seed', 'bidders']],
    [{ tariff: { ...json.tariff, floor: 1 } }, ['tariff.floor']],
  ])('is refused at its places: %j', (body, where) => {
    expect(paths(practiceBodyFaults(body))).toEqual(where);
  });

  it('has as many bidders as the tender has winners, and time for all turns', () => {
    expect(practiceFaults(wish, 'live', tender)).toEqual([]);
    expect(paths(practiceFaults({ ...wish, bidders: 1 }, 'live', { ...tender, minWinners: 3 }))).toEqual(['bidders']);
    expect(paths(practiceFaults({ ...wish, bidders: 1 }, 'live', { ...tender, maxShareBp: 4_000 }))).toEqual([
      'bidders',
    ]);
    expect(practiceFaults({ ...wish, bidders: 2 }, 'live', { ...tender, maxShareBp: 4_000 })).toEqual([]);
    const winnerGroups = [{ lots: ['north', 'south'], minWinners: 3, maxWinners: null }];
    expect(paths(practiceFaults({ ...wish, bidders: 1 }, 'live', { ...tender, winnerGroups }))).toEqual(['bidders']);
    expect(paths(practiceFaults({ ...wish, bidders: 1 }, 'live', { ...tender, maxCostShareBp: 4_000 }))).toEqual([
      'bidders',
    ]);
    expect(practiceFaults(wish, 'rounds', tender)).toEqual([]);
    expect(paths(practiceFaults({ ...wish, bidders: 10 }, 'rounds', tender))).toEqual(['durationSeconds']);
  });
});

describe('The settings of a practice', () => {
  const settings: AuctionSettings = { ...DEFAULT_AUCTION, minBidders: 30, minimumStepBp: 250, disclosure: 'none' };

  it.each([60, 300, 1_800])('are those of the tender for %d seconds, and have no faults', (durationSeconds) => {
    const made = practiceSettings({ ...wish, durationSeconds }, settings);
    expect(auctionFaults({ ...made, turnSeconds: 30 })).toEqual([]);
    expect(made).toMatchObject({ format: 'live', minBidders: 2, minimumStepBp: 250, durationSeconds });
    expect(made.durationSeconds + made.maxExtensionSeconds).toBeLessThanOrEqual(1_800);
    expect(made.softCloseSeconds).toBe(Math.min(settings.softCloseSeconds, durationSeconds / 4));
    expect(made.extensionSeconds).toBe(Math.min(settings.extensionSeconds, durationSeconds / 4));
  });

  it('take the format of the tender unless another is asked for', () => {
    expect(practiceFormat(wish, { ...settings, format: 'sealed' })).toBe('live');
    expect(practiceFormat(wish, { ...settings, format: 'rounds' })).toBe('rounds');
    expect(practiceFormat({ ...wish, format: 'live' }, { ...settings, format: 'rounds' })).toBe('live');
  });

  it('divide the time among the turns', () => {
    const { turnSeconds, restSeconds } = practiceSettings({ ...wish, format: 'rounds' }, settings);
    expect(3 * 5 * turnSeconds + 2 * restSeconds).toBeLessThanOrEqual(300);
    expect(turnSeconds).toBe(19);
  });
});

it('asks for the lines that are shown, by the rules of the tender', () => {
  const shown = { south: {}, north: { basic: 12, fast: 6 } };
  expect(practiceProblem({ ...tender, maxShareBp: 6_000 }, shown)).toEqual({
    currency: 'KRW',
    termMonths: 24,
    lots: [
      { id: 'north', demand: { basic: 12, fast: 6 } },
      { id: 'south', demand: {} },
    ],
    rules: { award: 'lot', minWinners: 1, maxShare: 0.6 },
  });
  const told = { lots: ['north'], minWinners: null, maxWinners: 1 };
  const winnerGroups = [{ lots: ['north', 'south'], minWinners: 2, maxWinners: null }, told];
  expect(practiceProblem({ ...tender, winnerGroups }, shown).rules.groups).toEqual([
    { lots: ['north'], maxWinners: 1 },
  ]);
});
