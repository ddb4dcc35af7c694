import fc from 'fast-check';
import { exactInteger, JsonNumber, readJson, type Json } from './json.js';

/** What JSON.parse would make of it. */
function plain(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map((item: Json) => plain(item));
  return value instanceof Map ? Object.fromEntries([...value].map(([key, of]) => [key, plain(of as Json)])) : value;
}

describe('reading JSON without loss', () => {
  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const reading = readJson(text);
        expect(reading.ok && plain(reading.value)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('keeps the digits of every number', () => {
    const reading = readJson('[9007199254740993, 0.10, -1e5]');
    const items = reading.ok && Array.isArray(reading.value) ? reading.value : [];
    expect(items.map((item) => (item instanceof JsonNumber ? item.text : ''))).toEqual([
      '9007199254740993',
      '0.10',
      '-1e5',
    ]);
  });

  it.each([
    ['{"a": 1,\n "a": 2}', 2, 'the key "a" is there twice in one object'],
    ['{"a": 1', 1, 'expected "," or "}", found end'],
    ['[1,\n2,\n]', 3, 'unexpected "]"'],
    ['[01]', 1, 'expected "," or "]", found "1"'],
    ['{"a" 1}', 1, 'expected ":" after the key "a", found "1"'],
    ['{a: 1}', 1, 'expected a key, found "a"'],
    ['"open', 1, 'a text that does not end, or holds a control character'],
    ['[1] 2', 1, 'there is more after the end of the document'],
    ['NaN', 1, 'unexpected "N"'],
    [`${'['.repeat(40)}${']'.repeat(40)}`, 1, 'nested more than 32 deep'],
  ])('refuses %j on its line', (text, line, reason) => {
    expect(readJson(text)).toEqual({ ok: false, line, reason });
  });

  it.each([
    ['12', 12n],
    ['-0', 0n],
    ['1.50e2', 150n],
    ['100.000', 100n],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['1.5', null],
    ['1e-1', null],
    ['1e999', null],
    ['', null],
  ])('the integer of %s is %s', (text, value) => {
    expect(exactInteger(text)).toBe(value);
  });
});
