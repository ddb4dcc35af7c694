/** What the runner of the tests (test/support/test-runner.js) must not change: what Jest's matchers mean. */
it('knows a value by its kind', () => {
  expect({ s: 's', n: 1, b: true, i: 1n, f: () => 1, o: {}, l: [1], d: new Date(0) }).toEqual({
    s: expect.any(String),
    n: expect.any(Number),
    b: expect.any(Boolean),
    i: expect.any(BigInt),
    f: expect.any(Function),
    o: expect.any(Object),
    l: expect.any(Array),
    d: expect.any(Date),
  });
});

it('tells what is equal in structure and in kind', async () => {
  class Point {
    constructor(readonly x: number) {}
  }
  expect(new Point(1)).toEqual({ x: 1 });
  expect(new Point(1)).not.toStrictEqual({ x: 1 });
  expect({ list: [new Map([[1, new Set([2])]])] }).toStrictEqual({ list: [new Map([[1, new Set([2])]])] });
  expect(new Error('one')).not.toEqual(new Error('two'));
  await expect(Promise.reject(new TypeError('no'))).rejects.toThrow(TypeError);
  expect(() => JSON.parse('{')).toThrow(SyntaxError);
  expect({ a: [1, 2, { b: 'words' }] }).toMatchObject({ a: [1, 2, { b: expect.stringMatching(/^w/) as string }] });
});
