import fc from 'fast-check';
import { CALL_OFF_PLACES, callOffPieces, callOffText } from './call-off.js';

const agreement = {
  number: 'FA-2030-0001',
  contentHash: 'ab'.repeat(32),
  agencyName: 'Agency',
  providerName: 'KT',
  currency: 'USD',
  termMonths: 36,
  heldLines: 0,
};
const settled = { settledAt: new Date('2030-03-01T00:00:00Z'), volume: 1_200, bandFrom: 1_000 };
const line = { lot: 'north', tier: 'fibre-1000', monthly: 3_100n, setup: 0n };
const values = {
  number: 'CO-FA-2030-0001-000001',
  member: 'Kim Bakery',
  site: 'shop-1',
  region: 'KR-11',
  quantity: '2',
  offer: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
};

describe('a call-off contract', () => {
  it('says who gets what at which price', () => {
    expect(callOffText(callOffPieces(agreement, settled, line), values)).toMatchInlineSnapshot(`
     "CALL-OFF CONTRACT CO-FA-2030-0001-000001
     under the framework agreement FA-2030-0001 (content SHA-256 abababababababababababababababababababababababababababababababab)

     Agency:    Agency
     Provider:  KT
     Member:    Kim Bakery
     Site:      shop-1
     Region:    KR-11
     Service:   fibre-1000, in lot north
     Lines:     2
     Price:     31.00 USD a month for each line
     Set-up:    0.00 USD once for each line
     Term:      36 months from the day on which the line works
     Concluded: 2030-03-01T00:00:00.000Z

     The price is that of 1200 lines, in the band from 1000 lines on, and not above what the
     member agreed to. When more lines join and a better band is reached, it becomes less; within the term it never rises.
     All else is as the framework agreement says. The member agreed by its answer to the offer 3f2504e0-4f89-41d3-9a0c-0305e82c3301.
     "
    `);
  });

  it('says beside how many other lines its volume counts', () => {
    const text = callOffText(callOffPieces({ ...agreement, heldLines: 600 }, settled, line), values);
    expect(text).toContain("1000 lines on beside the 600 of the provider's other agreements, and not above");
  });

  it('says when its line joined later', () => {
    const text = callOffText(callOffPieces(agreement, { ...settled, later: true }, line), values);
    expect(text).toContain(
      'The line joined the running agreement later: the member agreed by\njoining, recorded as 3f25',
    );
    expect(text).not.toContain('offer');
  });

  it('has one piece more than places, whatever the class', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.bigInt({ min: 0n, max: 9n ** 15n }), (lot, tier, monthly) => {
        const pieces = callOffPieces(agreement, settled, { lot, tier, monthly, setup: 1n });
        expect(pieces).toHaveLength(CALL_OFF_PLACES.length + 1);
      }),
    );
  });

  it('differs when any of its places differs', () => {
    const pieces = callOffPieces(agreement, settled, line);
    const texts = CALL_OFF_PLACES.map((place) => callOffText(pieces, { ...values, [place]: 'other' }));
    expect(new Set([callOffText(pieces, values), ...texts]).size).toBe(CALL_OFF_PLACES.length + 1);
  });
});
