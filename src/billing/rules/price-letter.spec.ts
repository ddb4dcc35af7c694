import { lowerPricesLetter } from './price-letter.js';

const LETTER = { number: 'FA-1', provider: 'North', month: '2030-01', from: 10, fromBefore: 1 };

test('says of lines that are still to be installed only where the price is owed to them', () => {
  const introOf = (lines: number) => lowerPricesLetter({ ...LETTER, lines }).intro;
  expect(introOf(10)).toContain('10 of them worked. The price from 10 lines on now holds for all of them');
  expect(introOf(9)).toContain(
    '9 of them worked, and with those that are still to be installed the next price is reached. The price from 10 lines on',
  );
});
