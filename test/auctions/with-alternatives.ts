/** A bid with alternatives, for the tender of `openedTender`. */
import type { TariffJson } from '../support/opened-tender.js';

export const priced = (basic: number, fast: number, more: Partial<TariffJson> = {}): TariffJson => ({
  bands: [{ from: 1, monthly: { basic, fast } }],
  lots: { north: {}, south: {} },
  ...more,
});

/** Cheap for all lines, dearer for fewer, and the north alone. */
export const several: TariffJson = {
  ...priced(27_013, 45_017),
  alternatives: {
    'all lines': priced(21_011, 38_023, { minimumLines: 36 }),
    north: priced(26_003, 43_007, { lots: { north: {} } }),
  },
};
