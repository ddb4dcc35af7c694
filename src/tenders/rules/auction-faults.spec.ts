import { AUCTION_LIMITS, auctionFaults, type CountedSetting } from './auction-faults.js';
import { type AuctionFormat, type AuctionSettings, DEFAULT_AUCTION } from './auction-settings.js';

const faults = (changes: Partial<AuctionSettings>) => auctionFaults({ ...DEFAULT_AUCTION, ...changes });
const places = (changes: Partial<AuctionSettings>): string[] => faults(changes).map(({ path }) => path);

it('finds nothing wrong with the default, nor with the shortest of everything', () => {
  expect(faults({})).toEqual([]);
  const [shortest, longest] = (['least', 'most'] as const).map((end) =>
    Object.fromEntries(Object.entries(AUCTION_LIMITS).map(([name, limits]) => [name, limits[end]])),
  );
  expect(faults({ ...shortest })).toEqual([]);
  expect(faults({ ...longest })).toEqual([]);
});

it.each<[CountedSetting, number, number]>([
  ['minBidders', 2, 1_000],
  ['leadSeconds', 0, 604_800],
  ['durationSeconds', 60, 86_400],
  ['turnSeconds', 30, 3_600],
  ['restSeconds', 0, 3_600],
  ['minimumStepBp', 1, 5_000],
  ['extensionSeconds', 10, 3_600],
  ['maxExtensionSeconds', 0, 86_400],
  ['outageSeconds', 5, 3_600],
])('takes %s from %d to %d, and names the place of what is outside', (name, least, most) => {
  const beside = name === 'durationSeconds' ? { softCloseSeconds: 60 } : {};
  for (const value of [least, most]) expect(faults({ ...beside, [name]: value })).toEqual([]);
  for (const value of [least - 1, most + 1, least + 0.5, Number.NaN]) {
    expect(places({ ...beside, [name]: value })).toEqual([`auction.${name}`]);
  }
});

it('says what it is about, what was given and what may be', () => {
  expect(faults({ durationSeconds: 30 })).toEqual([
    {
      path: 'auction.durationSeconds',
      reason: 'The duration of the auction is 30; give a whole number from 60 to 86400.',
    },
  ]);
  expect(faults({ format: 'dutch' as AuctionFormat })).toEqual([
    { path: 'auction.format', reason: 'There is no dutch to choose here; give one of sealed, live, rounds.' },
  ]);
  const others = { belowMinimum: 'ask', feedback: 'prices', disclosure: 'some', minBidders: 1 };
  expect(places(others as unknown as Partial<AuctionSettings>)).toEqual([
    'auction.belowMinimum',
    'auction.feedback',
    'auction.disclosure',
    'auction.minBidders',
  ]);
});

it('keeps the soft close within the auction, and leaves time to answer it', () => {
  expect(places({ durationSeconds: 120, softCloseSeconds: 120 })).toEqual([]);
  expect(faults({ durationSeconds: 120, softCloseSeconds: 121 })[0]?.reason).toContain('121 seconds is longer than');
  expect(places({ softCloseSeconds: -1 })).toEqual(['auction.softCloseSeconds']);
  expect(faults({ extensionSeconds: 9 })[0]?.reason).toContain('give at least 10, or set softCloseSeconds to 0');
  expect(faults({ softCloseSeconds: 0, extensionSeconds: 0 })).toEqual([]);
});
