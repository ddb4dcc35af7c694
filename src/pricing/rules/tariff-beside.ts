/**
 * What a tariff says of more lines of a provider that holds some already. Bands, minimum, capacity and activation are
 * about all lines that the provider wins in a tender, however many awards they come by; so a later award takes the
 * tariff lowered by what is held, and need not know of the rest.
 */
import { bandReached } from './band.js';
import type { Tariff } from './tariff.js';

/** How many of the first bands no further line can be in, because those that are held have passed them. */
export function passedBands(tariff: Pick<Tariff, 'bands'>, heldLines: number): number {
  return bandReached(tariff, heldLines + 1) ?? 0;
}

/**
 * The tariff of further lines beside those held: a line of volume v costs in it what a line of volume v + held costs in
 * the tariff itself. A minimum that is met is none any more, and the activation is charged with the lines held. Limits
 * of single lots stay as they are: which lots the held lines are in does not matter here.
 * @returns a tariff whose capacity is not above zero when nothing is left of it
 */
export function tariffBeside(tariff: Tariff, heldLines: number): Tariff {
  if (heldLines === 0) return tariff;
  const { bands, capacity, minimumLines, activation: _chargedBefore, ...rest } = tariff;
  const least = (minimumLines ?? 0) - heldLines;
  return {
    ...rest,
    bands: bands
      .slice(passedBands(tariff, heldLines))
      .map((band) => ({ ...band, from: Math.max(1, band.from - heldLines) })),
    ...(capacity === undefined ? {} : { capacity: capacity - heldLines }),
    ...(least < 1 ? {} : { minimumLines: least }),
  };
}
