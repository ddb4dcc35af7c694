import fc from 'fast-check';
import { assign, type Claim, type Purse, takeBack } from './assign.js';

const NUMBERS = ['a', 'b', 'c', 'd'];
const purses = fc
  .array(
    fc.record({
      minor: fc.bigInt(1n, 200n),
      numbers: fc.uniqueArray(fc.constantFrom(...NUMBERS, 'unknown'), { maxLength: 3 }),
    }),
    { maxLength: 12 },
  )
  .map((all): Purse[] => all.map((purse, at) => ({ id: `p${at}`, ...purse })));
const claims = fc
  .uniqueArray(
    fc.record({
      number: fc.constantFrom(...NUMBERS),
      openMinor: fc.bigInt(0n, 200n),
      whole: fc.boolean(),
      needed: fc.boolean(),
    }),
    {
      selector: ({ number }) => number,
    },
  )
  .map((all): Claim[] => all.map((claim) => ({ id: `claim ${claim.number}`, ...claim })));

describe('money finds what it is for', () => {
  it('in the order of purses and of names, and what is left stays', () => {
    const open: Claim[] = [
      { number: 'a', id: 'A', openMinor: 100n, whole: false, needed: true },
      { number: 'b', id: 'B', openMinor: 50n, whole: true, needed: true },
    ];
    const all: Purse[] = [
      { id: '1', minor: 60n, numbers: ['a'] },
      { id: '2', minor: 100n, numbers: ['b', 'a'] },
      { id: '3', minor: 30n, numbers: ['a', 'b'] },
      { id: '4', minor: 70n, numbers: ['b'] },
    ];
    expect(assign(all, open)).toEqual([
      { purse: '1', claim: 'A', minor: 60n },
      { purse: '2', claim: 'B', minor: 50n },
      { purse: '2', claim: 'A', minor: 40n },
      { purse: '4', claim: 'B', minor: 50n },
    ]);
  });

  it('and to what needs none only when all else that it names has got what it needs', () => {
    const open: Claim[] = [
      { number: 'a', id: 'A', openMinor: 100n, whole: false, needed: true },
      { number: 'b', id: 'B', openMinor: 50n, whole: true, needed: false },
    ];
    const given = (minor: bigint) => assign([{ id: '1', minor, numbers: ['b', 'a'] }], open).map((part) => part.claim);
    expect([100n, 149n, 150n].map(given)).toEqual([['A'], ['A'], ['A', 'B']]);
  });

  it('never more than a purse has or a claim asks for; deposits whole; and nothing that fits is left undone', () => {
    fc.assert(
      fc.property(purses, claims, (all, open) => {
        const assigned = assign(all, open);
        const to = (key: 'purse' | 'claim', id: string) =>
          assigned.filter((part) => part[key] === id).reduce((sum, part) => sum + part.minor, 0n);
        expect(assigned.every(({ minor }) => minor > 0n)).toBe(true);
        for (const purse of all) expect(to('purse', purse.id) <= purse.minor).toBe(true);
        for (const { id, openMinor, whole } of open) {
          if (!whole) expect(to('claim', id) <= openMinor).toBe(true);
          const parts = assigned.filter(({ claim }) => claim === id);
          expect(new Set(parts.map(({ purse }) => purse)).size).toBe(parts.length);
          if (whole) expect(parts.every(({ minor }) => minor === openMinor)).toBe(true);
        }
        for (const purse of all) {
          const left = purse.minor - to('purse', purse.id);
          for (const claim of open.filter(({ number, whole }) => purse.numbers.includes(number) && !whole)) {
            expect(left > 0n && to('claim', claim.id) < claim.openMinor).toBe(false);
          }
        }
      }),
    );
  });
});

describe('taking back', () => {
  it('takes from the last payments first, all of the amount or all that there is', () => {
    const payments = fc.array(fc.bigInt(0n, 100n), { maxLength: 6 });
    fc.assert(
      fc.property(payments, fc.bigInt(0n, 500n), (left, minor) => {
        const rows = left.map((leftMinor, at) => ({ id: String(at), leftMinor }));
        const taken = takeBack(rows, minor);
        const all = left.reduce((sum, one) => sum + one, 0n);
        expect(taken.reduce((sum, one) => sum + one.minor, 0n)).toBe(minor < all ? minor : all);
        expect(taken.every((one) => one.minor <= (rows[Number(one.id)]?.leftMinor ?? 0n))).toBe(true);
        expect(taken.map(({ id }) => Number(id))).toEqual(taken.map(({ id }) => Number(id)).toSorted((a, b) => b - a));
      }),
    );
  });
});
