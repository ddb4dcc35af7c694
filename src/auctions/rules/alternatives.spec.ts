import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { tariffs } from '../../../test/auctions/some-tariffs.js';
import { canonicalJson, toJson } from '../../kernel/canonical.js';
import { tariffBy, tariffsOf } from '../../pricing/rules/alternatives.js';
import { bidTariffOfJson, tariffOfJson } from '../../pricing/rules/tariff-json.js';
import type { BidTariff, Tariff } from '../../pricing/rules/tariff.js';
import { bidBodyFaults, sealedBidFaults, type SealedTerms } from './alternatives.js';
import { bidFaults, bodyFaults } from './bid-faults.js';
import { commitmentOf, sealedParts, sealedText } from './receipt.js';
import { alternativeOf, bidOf, tariffId } from './tariff-id.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const labels = fc.stringMatching(/^[a-z0-9](?:[a-z0-9 ._-]{0,8}[a-z0-9])?$/);
const several = fc
  .record({ main: tariffs(), alternatives: fc.dictionary(labels, tariffs(), { minKeys: 1, maxKeys: 4 }) })
  .filter(({ alternatives }) => {
    const read = Object.keys(alternatives).map((label) => label.replace(/[ ._-]+/g, ' '));
    return new Set(read).size === read.length;
  })
  .map(({ main, alternatives }): BidTariff => ({ ...main, alternatives }));

const terms: SealedTerms = {
  lots: ['north', 'south'],
  tiers: ['basic'],
  termMonths: 10,
  priceCaps: { basic: 100n },
  totalLines: 50,
  format: 'sealed',
};
const at = (price: bigint, more: Partial<Tariff> = {}): Tariff => ({
  bands: [{ from: 1, monthly: { basic: price } }],
  lots: { north: {} },
  ...more,
});
const placesOf = (faults: readonly { readonly path: string }[]): string[] => faults.map(({ path }) => path);

describe('the tariffs of a bid', () => {
  it('are the main one first, then each label in its order, and none has alternatives itself', () => {
    fc.assert(
      fc.property(several, (bid) => {
        const all = tariffsOf(bid);
        expect(all.map(({ alternative }) => alternative)).toEqual([
          null,
          ...Object.keys(bid.alternatives ?? {}).sort(),
        ]);
        for (const { alternative, tariff } of all) {
          expect(tariff).not.toHaveProperty('alternatives');
          expect(tariffBy(bid, alternative)).toEqual(tariff);
        }
      }),
    );
    expect(() => tariffBy({ ...at(1n), alternatives: { a: at(2n) } }, 'b')).toThrow('no alternative b');
  });

  it('are read from JSON like a tariff is', () => {
    fc.assert(
      fc.property(several, (bid) => {
        const { alternatives, ...main } = bid;
        expect(bidTariffOfJson(JSON.parse(toJson(bid)))).toEqual(bid);
        expect(bidTariffOfJson(JSON.parse(toJson(main)))).toEqual(tariffOfJson(JSON.parse(toJson(main))));
        expect(bidBodyFaults(JSON.parse(toJson(bid)))).toEqual([]);
        expect(Object.keys(alternatives ?? {}).length).toBeGreaterThan(0);
      }),
    );
  });

  it('have names that tell the bid and the label', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.option(labels), (bid, label) => {
        const id = tariffId(bid, label);
        expect([bidOf(id), alternativeOf(id)]).toEqual([bid, label]);
        expect(id === bid).toBe(label === null);
      }),
    );
  });
});

describe('the commitment of a bid', () => {
  it('is the hash of the salted tariff, as ever, where there are no alternatives', () => {
    fc.assert(
      fc.property(tariffs(), fc.string(), (tariff, salt) => {
        expect(commitmentOf(tariff, salt, sha256)).toBe(sha256(sealedText(tariff, salt)));
        expect(commitmentOf(tariff, salt, sha256)).toBe(sha256(canonicalJson({ salt, tariff })));
        expect(sealedParts(tariff, salt, sha256)).toEqual([]);
      }),
    );
  });

  it('covers every tariff and every label, each by a hash and a salt of its own', () => {
    fc.assert(
      fc.property(several, fc.string(), (bid, salt) => {
        const parts = sealedParts(bid, salt, sha256);
        expect(new Set(parts.map((part) => part.salt)).size).toBe(parts.length);
        expect(new Set(parts.map((part) => part.commitment)).size).toBe(parts.length);
        const { alternatives = {}, ...main } = bid;
        const [label = ''] = Object.keys(alternatives);
        const { [label]: one = main, ...others } = alternatives;
        const dearer = { ...one, activation: (one.activation ?? 0n) + 1n };
        const changed: BidTariff[] = [
          { ...bid, activation: (bid.activation ?? 0n) + 1n },
          { ...bid, alternatives: { ...others, [label]: dearer } },
          { ...bid, alternatives: { ...others, [`${label}x1234567890`]: one } },
          { ...main, ...(Object.keys(others).length === 0 ? {} : { alternatives: others }) },
        ];
        const all = [bid, ...changed].map((each) => commitmentOf(each, salt, sha256));
        expect(new Set([...all, commitmentOf(bid, `${salt}x`, sha256)]).size).toBe(all.length + 1);
      }),
    );
  });
});

describe('the faults of a bid with alternatives', () => {
  it('are those of each of its tariffs, at its label', () => {
    const bid = { ...at(101n), alternatives: { a: at(1n), b: at(102n, { lots: { moon: {} } }) } };
    const inB = placesOf(bidFaults(bid.alternatives.b, terms)).map((path) => `alternatives.b.${path}`);
    expect(inB).toContain('alternatives.b.lots.moon');
    expect(placesOf(sealedBidFaults(bid, terms))).toEqual([...placesOf(bidFaults(at(101n), terms)), ...inB]);
    expect(sealedBidFaults({ ...at(100n), alternatives: { a: at(1n) } }, terms)).toEqual([]);
    expect(sealedBidFaults(at(101n), terms)).toEqual(bidFaults(at(101n), terms));
  });

  it('are one where a live auction follows, which says why', () => {
    const bid = { ...at(1n), alternatives: { a: at(2n) } };
    for (const format of ['live', 'rounds'] as const) {
      const [fault, ...others] = sealedBidFaults(bid, { ...terms, format });
      expect(others).toEqual([]);
      expect(fault).toMatchObject({ path: 'alternatives' });
      expect(fault?.reason).toMatch(/a live auction, in which a provider improves one tariff\. Send one tariff/);
      expect(sealedBidFaults(at(1n), { ...terms, format })).toEqual([]);
    }
  });

  it('are tariffs that are sent twice, however their members are ordered', () => {
    const { bands, lots } = at(1n);
    const bid = (b: Tariff) => ({ ...at(2n), alternatives: { a: at(1n), b, c: at(2n) } });
    expect(sealedBidFaults(bid({ lots, bands }), terms)).toEqual([
      {
        path: 'alternatives.b',
        reason: 'It is the same as "a"; change what you mean to offer otherwise, or leave it out.',
      },
      { path: 'alternatives.c', reason: expect.stringMatching(/^It is the same as the main tariff;/) },
    ]);
    expect(placesOf(sealedBidFaults(bid({ lots, bands, capacity: 9 }), terms))).toEqual(['alternatives.c']);
  });

  it('are one where all bands together are more than a tariff may have', () => {
    const bands = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ from: n + 1, monthly: { basic: BigInt(90 - n) } }));
    const bid = (main: number, other: number): BidTariff => {
      const wide = { north: {}, south: {} };
      return { bands: bands(main), lots: wide, alternatives: { a: { bands: bands(other), lots: wide } } };
    };
    expect(sealedBidFaults(bid(8, 12), terms)).toEqual([]);
    expect(placesOf(sealedBidFaults(bid(9, 12), terms))).toEqual(['alternatives']);
  });

  it('are those of the body, for alternatives are a member of nothing but a bid', () => {
    const json = { bands: [], lots: {} };
    expect(placesOf(bodyFaults({ ...json, alternatives: { a: json } }))).toEqual(['alternatives']);
    expect(bidBodyFaults({ ...json, alternatives: { a: json } })).toEqual([]);
    expect(placesOf(bidBodyFaults({ ...json, alternatives: { a: { ...json, alternatives: {} } } }))).toEqual([
      'alternatives.a.alternatives',
    ]);
    expect(placesOf(bidBodyFaults({ ...json, alternatives: { a: null } }))).toEqual(['alternatives.a']);
    expect(placesOf(bidBodyFaults({ lots: {}, alternatives: [] }))).toEqual(['alternatives', 'bands']);
    expect(placesOf(bidBodyFaults({ ...json, alternatives: { 'a/b': json } }))).toEqual(['alternatives.a/b']);
    expect(placesOf(bidBodyFaults(null))).toEqual(['']);
  });

  it('are labels that nobody could tell apart, and those of which something is not to be seen', () => {
    const json = { bands: [], lots: {} };
    const labelled = (...named: string[]) =>
      bidBodyFaults({ ...json, alternatives: Object.fromEntries(named.map((label) => [label, json])) });
    for (const [first = '', twin = ''] of [
      ['all lines', 'All Lines'],
      ['all lines', 'all  lines'],
      ['all lines', 'all-lines'],
      ['caf\u00e9', 'cafe\u0301'],
      ['no 1', 'no \uff11'],
    ]) {
      expect(labelled(first, 'other', twin)).toEqual([
        { path: `alternatives.${twin}`, reason: expect.stringContaining(`reads like the label "${first}"`) },
      ]);
    }
    expect(labelled('no 1', 'no 2', 'no 11', '\uc544\ub9ac\ub791')).toEqual([]);
    // A Hangul filler is a letter, and a variation selector a mark.
    for (const unseen of ['\u3164', 'small\u3164', 'sm\ufe0fall', '__proto__']) {
      const alternatives = JSON.parse(`{${JSON.stringify(unseen)}:{"bands":[],"lots":{}}}`) as object;
      expect(placesOf(bidBodyFaults({ ...json, alternatives }))).toEqual([`alternatives.${unseen}`]);
    }
  });
});
