import { amountText, instantText, listText, moneyText, numberText } from './plain-text.js';

test('amounts are grouped and have the digits of their currency', () => {
  expect(amountText(3_100_000n, 'KRW')).toBe('3,100,000');
  expect(amountText(999n, 'KRW')).toBe('999');
  expect(amountText(123_456_705n, 'USD')).toBe('1,234,567.05');
  expect(moneyText(5n, 'USD')).toBe('USD\u00A00.05');
  expect(numberText(1_000)).toBe('1,000');
});

test('instants are written in Korean time', () => {
  expect(instantText('2030-01-14T15:00:00.000Z')).toBe('15 January 2030, 00:00 Korean time');
  expect(instantText('2029-12-31T14:59:00Z')).toBe('31 December 2029, 23:59 Korean time');
});

test('lists end in an and', () => {
  expect(listText([])).toBe('');
  expect(listText(['a'])).toBe('a');
  expect(listText(['a', 'b', 'c'])).toBe('a, b and c');
});
