import fc from 'fast-check';
import { misplaced } from './region-tree.js';

describe('the region tree', () => {
  it('takes a tree whose parents are all there, in any order', () => {
    const parents = new Map([
      ['district', 'city'],
      ['city', 'province'],
      ['province', null],
    ]);
    expect(misplaced(parents, parents.keys())).toEqual(new Map());
  });

  it('finds a parent that is no region', () => {
    expect(misplaced(new Map([['city', 'nowhere']]), ['city'])).toEqual(new Map([['city', 'unknown']]));
  });

  it('finds who is above itself, and does not blame who only hangs below', () => {
    const parents = new Map([
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['below', 'a'],
      ['self', 'self'],
    ]);
    expect(misplaced(parents, parents.keys())).toEqual(
      new Map([
        ['a', 'circle'],
        ['b', 'circle'],
        ['c', 'circle'],
        ['self', 'circle'],
      ]),
    );
  });

  it('agrees with walking up from every region', () => {
    const trees = fc.array(fc.option(fc.nat({ max: 11 }), { nil: null }), { maxLength: 10 });
    fc.assert(
      fc.property(trees, (list) => {
        const parents = new Map(list.map((parent, i) => [String(i), parent === null ? null : String(parent)]));
        const faults = misplaced(parents, parents.keys());
        for (const [code, parent] of parents) {
          let at = parent;
          for (let step = 0; step < list.length && at !== null && at !== code; step += 1) at = parents.get(at) ?? null;
          const expected = at === code ? 'circle' : parent !== null && !parents.has(parent) ? 'unknown' : undefined;
          expect(faults.get(code)).toBe(expected);
        }
      }),
    );
  });
});
