/**
 * How many cases a property is tried on: so many by default, which is thousands over all rules together, and as many
 * times more as PUMASI_TEST_CASES says.
 */
export function cases(byDefault: number): number {
  const times = Number(process.env['PUMASI_TEST_CASES'] ?? 1);
  if (!Number.isSafeInteger(times) || times < 1) throw new Error('PUMASI_TEST_CASES must be a whole number from 1 on');
  return byDefault * times;
}
