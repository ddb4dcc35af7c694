import type { Tariff } from '../../pricing/rules/tariff.js';
import { withNames } from './explanation.js';
import {
  type HeldCell,
  heldLines,
  heldPaid,
  heldWords,
  tariffLeft,
  whyAskedAnew,
  whyHeldChanged,
  whyNoRoom,
} from './held.js';

const cell: HeldCell = { bidId: 'b', providerId: 'p', lot: 'N', tier: 'fast', lines: 20, decided: true };
const held: readonly HeldCell[] = [
  cell,
  { ...cell, lot: 'S', lines: 5 },
  { ...cell, lot: 'S', lines: 3, decided: false },
  { ...cell, bidId: 'c', providerId: 'q', lines: 90 },
];

test('lines count for their bid, once they are decided on', () => {
  expect(heldLines(held, 'b')).toBe(25);
  expect(heldLines(held, 'other')).toBe(0);
});

test('what is left of a tariff: all lines fill its capacities, the decided ones its bands', () => {
  const tariff: Tariff = {
    bands: [
      { from: 1, monthly: { fast: 10n } },
      { from: 30, monthly: { fast: 9n } },
    ],
    lots: { N: { capacity: 20 }, S: { capacity: 10, tiers: { fast: { capacity: 9 } } }, W: {} },
    capacity: 40,
    minimumLines: 26,
    activation: 5n,
  };
  expect(tariffLeft('b', tariff, held)).toEqual({
    bands: [
      { from: 1, monthly: { fast: 10n } },
      { from: 5, monthly: { fast: 9n } },
    ],
    lots: { S: { capacity: 2, tiers: { fast: { capacity: 1 } } }, W: {} },
    capacity: 12,
    minimumLines: 1,
  });
  expect(tariffLeft('other', tariff, held)).toEqual(tariff);
});

test('what is left of a joint bid: lines in the lots of a partner are lines that it serves', () => {
  const tariff: Tariff = {
    bands: [{ from: 1, monthly: { fast: 10n } }],
    lots: { N: {}, S: {}, W: {} },
    partners: {
      North: { lots: ['N', 'W'], capacity: 21 },
      South: { lots: ['S'], capacity: 8 },
    },
  };
  expect(tariffLeft('b', tariff, held).partners).toEqual({
    North: { lots: ['N', 'W'], capacity: 1 },
    South: { lots: ['S'], capacity: 0 },
  });
  expect(tariffLeft('other', tariff, held)).toEqual(tariff);
});

test('lines that joined later fill capacities and partners, and no band', () => {
  const tariff: Tariff = {
    bands: [
      { from: 1, monthly: { fast: 10n } },
      { from: 30, monthly: { fast: 9n } },
    ],
    lots: { N: {}, S: { capacity: 10, tiers: { fast: { capacity: 9 } } } },
    capacity: 40,
    partners: { South: { lots: ['S'], capacity: 9 } },
  };
  const later = [cell, { ...cell, lot: 'S', lines: 0, joined: 6 }];
  expect(tariffLeft('b', tariff, later)).toEqual({
    bands: [
      { from: 1, monthly: { fast: 10n } },
      { from: 10, monthly: { fast: 9n } },
    ],
    lots: { N: {}, S: { capacity: 4, tiers: { fast: { capacity: 3 } } } },
    capacity: 14,
    partners: { South: { lots: ['S'], capacity: 3 } },
  });
  const won = (lines: number, lot = 'S') => [
    { bidId: 'b', providerId: 'p', cells: [{ lot, tier: 'fast', from: 0, lines }] },
  ];
  const bids = [{ bidId: 'b', tariff }];
  expect(whyNoRoom(won(3), bids, later)).toBeNull();
  expect(whyNoRoom(won(4), bids, later)).toMatchObject({ code: 'award.held-changed', facts: { providerId: 'p' } });
  expect(whyNoRoom(won(14, 'N'), bids, later)).toBeNull();
  expect(whyNoRoom(won(15, 'N'), bids, later)).not.toBeNull();

  // Of a bid with alternatives the one that won has to have the room.
  const free = { bands: tariff.bands, lots: { N: {}, S: {} } };
  const several = [{ bidId: 'b', tariff: { ...free, alternatives: { x: tariff } } }];
  const by = won(4).map((winner) => ({ ...winner, alternative: 'x' }));
  expect(whyNoRoom(won(4), several, later)).toBeNull();
  expect(whyNoRoom(by, several, later)).toMatchObject({ code: 'award.held-changed' });
});

test('what is held is paid for in the band that all lines of the bid reach, with its activation, once', () => {
  const tariff: Tariff = {
    bands: [
      { from: 1, monthly: { fast: 10n } },
      { from: 28, monthly: { fast: 9n } },
    ],
    lots: { N: { setup: 7n }, S: { surcharge: 2n } },
    activation: 5n,
  };
  const bids = ['b', 'c', 'other'].map((bidId) => {
    return { bidId, providerId: bidId === 'c' ? 'q' : 'p', receivedAt: new Date(0), tariff };
  });
  expect(heldPaid(bids, held, 3)).toEqual({ p: 20n * 34n + 8n * 33n + 5n, q: 90n * 34n + 5n });
  // Fewer that settled reach another band.
  expect(heldPaid(bids, held.slice(0, 2), 3)).toEqual({ p: 20n * 37n + 5n * 36n + 5n });
});

test('where rules are about what all winners have, an evaluation stands while nothing of that changed', () => {
  const rules = { groups: [{ lots: ['N'], winners: ['p'], minWinners: 2 }] };
  expect(whyAskedAnew('a', { settledHash: 'a', rules })).toBeNull();
  expect(whyAskedAnew('a', { settledHash: 'b', rules })?.code).toBe('award.held-changed');
  expect(whyAskedAnew('a', { settledHash: 'b', rules: { paid: { p: 1n } } })?.code).toBe('award.held-changed');
  expect(whyAskedAnew('a', { settledHash: 'b', rules: { groups: [{ lots: ['N'], minWinners: 2 }] } })).toBeNull();
});

test('an evaluation stands while its winners hold what it counted', () => {
  const winner = { bidId: 'b', providerId: 'p', heldLines: 25 };
  expect(whyHeldChanged([winner, { bidId: 'other', providerId: 'o', heldLines: 0 }], held)).toBeNull();
  expect(whyHeldChanged([winner], held.slice(1))).toMatchObject({
    code: 'award.held-changed',
    kind: 'conflict',
    facts: { providerId: 'p', evaluatedWith: 25, holds: 5 },
  });
});

test('the explanation says which volumes come on top of others', () => {
  const bids = [
    { id: 'b1', provider: 'p1' },
    { id: 'b2', provider: 'p2' },
  ];
  const mine = [{ ...cell, bidId: 'b1', providerId: 'p1' }];
  const words = withNames(heldWords(bids, mine), bids, new Map([['p1', 'Hana']]));
  expect(words).toHaveLength(1);
  expect(words[0]).toMatch(/^Hana holds 20 lines in this tender already: its bands, minimum and capacity count/);
  expect(heldWords([{ id: 'b1/x', provider: 'p1' }], mine)[0]).toMatch(/^p1 \(bid b1\/x\) holds 20 lines/);
});
