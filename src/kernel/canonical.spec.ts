import fc from 'fast-check';
import { canonicalJson, toJson } from './canonical.js';

describe('canonical text', () => {
  it('has one text for one value', () => {
    expect(canonicalJson({ b: 1n, a: [true, null, 'x'], z: undefined })).toBe('{"a":[true,null,"x"],"b":1}');
    expect(canonicalJson(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"');
    expect(() => canonicalJson(Number.NaN)).toThrow('finite');
  });

  it('does not depend on the order of keys, and reads back as JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('writes amounts as JSON integers', () => {
    expect(toJson({ minor: 9_000_000_000_000_000n })).toBe('{"minor":9000000000000000}');
  });
});
