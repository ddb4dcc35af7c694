import { daysOf, endOf, isMonth, monthLater } from './months.js';

test('months follow one another over the turn of the year', () => {
  expect(monthLater('2026-12', 1)).toBe('2027-01');
  expect(monthLater('2026-01', -1)).toBe('2025-12');
  expect(monthLater('2026-05', -17)).toBe('2024-12');
  expect(endOf('2026-12')).toBe('2027-01-01');
});

test('months have the days they have', () => {
  expect(['2026-01', '2026-02', '2028-02', '2026-04'].map(daysOf)).toEqual([31, 28, 29, 30]);
});

test('only a year and one of twelve months is a month', () => {
  expect(['2026-01', '2026-12', '2026-13', '2026-1', '2026-00', '1999-01', '2026-01-01'].filter(isMonth)).toEqual([
    '2026-01',
    '2026-12',
  ]);
});
