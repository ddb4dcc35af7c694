import { withNames } from './explanation.js';

const bids = [
  { id: 'b1', provider: 'p1' },
  { id: 'b2', provider: 'p2' },
];

test('ids become names, wherever they stand', () => {
  const sentences = [
    'p1 (bid b1) wins 3 lines; p2 (bid b2) wins 4.',
    'One bid for everything would be b2 at the least.',
    'p1 may win no more.',
  ];
  expect(
    withNames(
      sentences,
      bids,
      new Map([
        ['p1', 'Hana'],
        ['p2', 'Duri'],
      ]),
    ),
  ).toEqual([
    'Hana wins 3 lines; Duri wins 4.',
    'One bid for everything would be the bid of Duri at the least.',
    'Hana may win no more.',
  ]);
});

test('a provider without a name keeps its id, and a name with a dollar is taken as it is', () => {
  expect(withNames(['p1 (bid b1) and p2'], bids, new Map([['p2', '$& Telecom']]))).toEqual([
    'p1 (bid b1) and $& Telecom',
  ]);
});

test('tariffs of one bid are told apart, the main one too, also where one label begins another', () => {
  const several = [...bids, { id: 'b1/low', provider: 'p1' }, { id: 'b1/low volume', provider: 'p1' }];
  const names = new Map([['p1', 'Hana']]);
  expect(
    withNames(['p1 (bid b1/low volume) wins 3 lines, where b1/low and b1 would cost more.'], several, names),
  ).toEqual([
    'Hana (alternative "low volume") wins 3 lines, where the bid of Hana (alternative "low") and the bid of Hana (main tariff) would cost more.',
  ]);
  expect(withNames(['p1 (bid b1) wins 3 lines, p1 all.'], several, names)).toEqual([
    'Hana (main tariff) wins 3 lines, Hana all.',
  ]);
  // Of another bid there is one only.
  expect(withNames(['p2 (bid b2) wins 3 lines.'], several, new Map([['p2', 'KT']]))).toEqual(['KT wins 3 lines.']);
});
