/** How many times as many cases as the suite tries; jest.quick.config.js asks for a fraction. */
function times(): number {
  const given = Number(process.env['PUMASI_TEST_CASES'] ?? 1);
  if (!(given > 0 && given <= 1_000)) throw new Error('PUMASI_TEST_CASES must be a number above 0, and 1000 at most');
  return given;
}

/**
 * How many cases a property is tried on: so many in the suite, and as many times as many as PUMASI_TEST_CASES says, which
 * is 10 for whoever wants to know it better and a fraction for `npm run check`.
 */
export function cases(inSuite: number): number {
  return Math.ceil(inSuite * times());
}

/** What more than so many of the suite's cases show. A fraction of them may miss what is rare: then nothing is asked of it. */
export function enough(inSuite: number): number {
  return times() < 1 ? -1 : inSuite;
}

/** Draws cases, and draws again while what is rare was not among them, four times at the most. */
export function untilSeen(rare: () => number, draw: () => void): void {
  for (let round = 0; round < 4; round += 1) {
    draw();
    if (rare() > enough(0)) return;
  }
}
