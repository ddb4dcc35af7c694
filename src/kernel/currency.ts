/**
 * The currencies of ISO 4217. The list is written down here, not asked of the runtime: what `Intl` knows varies with
 * the ICU it was built with, and holds currencies that are long gone.
 */

/**
 * Codes in use (list one, 2026) by the digits behind their decimal point, funds included. Left out are those that ISO
 * gives no minor unit, such as XAU or XXX, and the XAD between central banks: nobody is billed in them.
 */
const CODES: readonly (readonly [digits: number, codes: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY ' +
      'COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS ' +
      'INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR ' +
      'MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP ' +
      'STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

const DIGITS: ReadonlyMap<string, number> = new Map(
  CODES.flatMap(([digits, codes]) => codes.split(' ').map((code) => [code, digits] as const)),
);

/** Is this the code of a currency in use, in which somebody can be billed? */
export function isCurrency(code: string): boolean {
  return DIGITS.has(code);
}

/** Number of minor-unit digits of a currency; 2 for a code that is not in the list, which only `solve` takes. */
export function minorDigits(currency: string): number {
  return DIGITS.get(currency) ?? 2;
}
