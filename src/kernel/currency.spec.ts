import { isCurrency, minorDigits } from './currency.js';

describe('currencies', () => {
  it.each([
    [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
    [2, 'USD EUR CNY IDR HUF MGA MRU TWD TZS'],
    [3, 'BHD IQD JOD KWD LYD OMR TND'],
    [4, 'CLF UYW'],
  ])('have %d digits as ISO 4217 says: %s', (digits, codes) => {
    for (const code of codes.split(' ')) {
      expect([code, isCurrency(code), minorDigits(code)]).toEqual([code, true, digits]);
    }
  });

  it.each(['DEM', 'HRK', 'BGN', 'ANG', 'ZWL', 'SLL'])('no longer know %s', (code) =>
    expect(isCurrency(code)).toBe(false),
  );

  it.each(['XAU', 'XDR', 'XTS', 'XXX'])('leave out %s, in which nobody is billed', (code) => {
    expect(isCurrency(code)).toBe(false);
  });

  it.each(['', 'usd', 'US', 'USDT', 'constructor'])('are not %p, for which two digits are taken', (code) => {
    expect([isCurrency(code), minorDigits(code)]).toEqual([false, 2]);
  });
});
