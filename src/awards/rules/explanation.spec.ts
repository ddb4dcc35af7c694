import { withNames } from './explanation.js';

const bids = [
  { bidId: 'b1', providerId: 'p1' },
  { bidId: 'b2', providerId: 'p2' },
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
