import fc from 'fast-check';
import { repeatedFaults } from './repeated.js';

const places = (json: string): string[] => repeatedFaults(json).map(({ path }) => path);

it('names every member that is given twice in one object, wherever it is', () => {
  expect(places('{"bands": [], "lots": {}, "bands": [1]}')).toEqual(['bands']);
  expect(places('{"alternatives": {"small": {}, "large": {"lots": {}}, "small": {}}}')).toEqual(['alternatives.small']);
  expect(places('{"bands": [{"from": 1}, {"from": 2, "monthly": {"a": 1, "b": 2, "a": 3}, "from": 4}]}')).toEqual([
    'bands.1.monthly.a',
    'bands.1.from',
  ]);
  expect(places(String.raw`{"sm\u0061ll": 1, "small": 2, "a\"b": 1, "a\\": 1, "a\"b": 2}`)).toEqual(['small', 'a"b']);
});

it('finds nothing in what names each member once, whatever its texts are', () => {
  fc.assert(fc.property(fc.json(), (json) => expect(repeatedFaults(json)).toEqual([])));
  expect(places('{"a": {"x": "x", "y": ["x", "x", {"x": 1}]}, "b": {"x": "{\\"x\\":1,"}, "x": ",", "c": "a"}')).toEqual(
    [],
  );
});

it('takes a body of any length that is taken at all', () => {
  const long = '\\\\'.repeat(500_000);
  expect(places(`{"a": "${long}", "b": "${long}"}`)).toEqual([]);
});

it('tells of no more than a reader wants to know, however deep and however often something is repeated', () => {
  // JSON keeps the last of the bands, so that nothing else looks at the first: it may be no bid at all.
  const repeated = `{"":0${',"":0'.repeat(9_000)}}`;
  const deep = `${'['.repeat(9_000)}${repeated}${']'.repeat(9_000)}`;
  const long = `{"${'a'.repeat(90_000)}": ${repeated}}`;
  for (const garbage of [deep, long]) {
    const told = places(`{"bands": ${garbage}, "bands": []}`);
    expect(told).toHaveLength(100);
    expect(told.join('').length).toBeLessThan(25_000);
  }
});
