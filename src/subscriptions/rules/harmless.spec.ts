import { harmless } from './harmless.js';

describe('a cell of a spreadsheet', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1'])('is no formula: %j', (cell) => {
    expect(harmless(cell)).toBe(`'${cell}`);
  });

  it.each(['', 'shop-17', '0042', "'quoted", 'a=b'])('stays as it is: %j', (cell) => {
    expect(harmless(cell)).toBe(cell);
  });
});
