import fc from 'fast-check';
import { MAX_MINOR } from '../../kernel/money.js';
import { tariffFaults, type TariffFrame } from './tariff-faults.js';
import type { Tariff } from './tariff.js';

const frame: TariffFrame = {
  lots: ['GG', 'SE'],
  tiers: ['basic', 'fibre-1000'],
  termMonths: 24,
  priceCaps: { 'fibre-1000': 6000n },
};

/** Built afresh, so that a test can bend it out of shape as a stranger's JSON would be. */
function sound() {
  return {
    bands: [
      { from: 1, monthly: { basic: 3000n, 'fibre-1000': 5000n } },
      { from: 50, monthly: { basic: 2500n, 'fibre-1000': 4500n }, lotMonthly: { GG: { 'fibre-1000': 4400n } } },
    ],
    lots: { GG: { surcharge: 100n, setup: 2000n, capacity: 80, tiers: { basic: { capacity: 10 } } }, SE: {} },
    capacity: 100,
    minimumLines: 20,
    activation: 0n,
  };
}

type Loose = Record<string, unknown>;

/** Sets the value at a dotted path; undefined takes the member away. */
function bent(path: string, value: unknown): Tariff {
  const tariff = sound();
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const place = steps.reduce<Loose>((at, step) => at[step] as Loose, tariff as unknown as Loose);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return tariff;
}

const faultsOf = (tariff: Tariff, f: TariffFrame = frame) => tariffFaults(tariff, f);

describe('tariff faults', () => {
  it('are none in a sound tariff', () => {
    expect(faultsOf(sound())).toEqual([]);
    expect(faultsOf({ bands: [{ from: 1, monthly: { basic: 1n } }], lots: { SE: {} } })).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['bands', [], 'at least one'],
    ['bands.0.from', 0, 'whole number from 1'],
    ['bands.0.from', '1', 'whole number from 1'],
    ['bands.1.from', 1.5, 'whole number from 1'],
    ['bands.1.from', 1, 'Bands ascend'],
    ['bands.0.monthly.basic', 0n, 'above zero'],
    ['bands.0.monthly.basic', -1n, 'above zero'],
    ['bands.0.monthly.basic', 30.5, 'whole number of minor units'],
    ['bands.0.monthly.basic', '3000', 'whole number of minor units'],
    ['bands.0.monthly.basic', null, 'whole number of minor units'],
    ['bands.0.monthly.basic', MAX_MINOR + 1n, 'largest amount'],
    ['bands.0.monthly.radio', 3000n, 'no tier radio'],
    ['bands.0.monthly.fibre-1000', undefined, 'another band offers'],
    ['bands.1.monthly.basic', undefined, 'another band offers'],
    ['bands.1.monthly.basic', 3001n, 'more volume may never cost more'],
    ['bands.0.monthly.fibre-1000', 6001n, 'cap of 6000'],
    [
      'bands.0.monthly.fibre-1000',
      5850n,
      'In lot GG, a line of fibre-1000 in band 0 costs 6034: the price of 5850, the surcharge of 100 and 84 for the ' +
        "set-up, spread over 24 months. That is above the tender's cap of 6000 minor units a month; lower one of them.",
    ],
    ['bands.1.lotMonthly.GG.fibre-1000', 0n, 'above zero'],
    ['bands.1.lotMonthly.GG.fibre-1000', 5001n, 'more volume may never cost more'],
    ['bands.1.lotMonthly.GG.radio', 5n, 'no tier radio'],
    ['bands.1.lotMonthly.BS', {}, 'no lot BS'],
    ['bands.1.price', 5n, 'no price here'],
    ['lots.BS', {}, 'no lot BS'],
    ['lots.GG.surcharge', -1n, 'cannot be negative'],
    ['lots.GG.surcharge', 1, 'whole number of minor units'],
    ['lots.GG.surchage', 5n, 'possible are surcharge'],
    ['lots.GG.setup', -5n, 'cannot be negative'],
    ['lots.GG.setup', MAX_MINOR + 1n, 'largest amount'],
    ['lots.GG.capacity', 0, 'whole number from 1'],
    ['lots.GG.capacity', 80n, 'whole number from 1'],
    ['lots.GG.capacity', 1e12, 'whole number from 1'],
    ['lots.GG.tiers.basic.capacity', -3, 'whole number from 1'],
    ['lots.GG.tiers.radio', {}, 'no tier radio'],
    ['capacity', 0, 'whole number from 1'],
    ['capacity', 19, 'below the 20 lines of minimumLines'],
    ['minimumLines', -1, 'whole number from 0'],
    ['minimumLines', Number.NaN, 'whole number from 0'],
    ['activation', -1n, 'cannot be negative'],
  ])('names %s = %p', (path, value, reason) => {
    const faults = faultsOf(bent(path, value));
    expect(faults.map((fault) => fault.path)).toEqual([path]);
    expect(faults[0]?.reason).toContain(reason);
  });

  it.each<[string, unknown]>([
    ['lots.GG.capacity', 5000],
    ['minimumLines', 0],
    ['minimumLines', undefined],
    ['capacity', undefined],
    ['bands.1.monthly.basic', 3000n],
    ['bands.1.lotMonthly.GG.fibre-1000', 5000n],
    ['bands.0.monthly.basic', 99_999_999n],
    ['lots.GG.surcharge', 916n],
    ['bands.0.monthly.fibre-1000', 5816n],
    ['lots.GG.setup', 21_600n],
  ])('accepts %s = %p', (path, value) => {
    expect(faultsOf(bent(path, value))).toEqual([]);
  });

  it('judges the price cap with surcharge and set-up, band by band and lot by lot', () => {
    expect(faultsOf(bent('lots.GG.surcharge', 917n)).map((f) => f.path)).toEqual(['bands.0.monthly.fibre-1000']);
    const over = faultsOf(bent('lots.GG.surcharge', 1517n));
    expect(over.map((f) => f.path)).toEqual(['bands.0.monthly.fibre-1000', 'bands.1.lotMonthly.GG.fibre-1000']);
    expect(faultsOf(bent('lots.GG.setup', 21_601n)).map((f) => f.path)).toEqual(['bands.0.monthly.fibre-1000']);
    expect(faultsOf({ ...sound(), lots: { GG: { setup: 36_001n }, SE: { setup: 36_001n } } })).toMatchObject([
      { path: 'bands.0.monthly.fibre-1000', reason: expect.stringContaining('So it is in SE too.') as string },
      { path: 'bands.1.monthly.fibre-1000', reason: expect.stringContaining('In lot SE') as string },
    ]);
  });

  it('follows a tier that only one lot offers through all bands', () => {
    const only: Tariff = {
      bands: [
        { from: 1, monthly: { basic: 3000n }, lotMonthly: { GG: { 'fibre-1000': 5000n } } },
        { from: 50, monthly: { basic: 3000n } },
        { from: 90, monthly: { basic: 3000n }, lotMonthly: { GG: { basic: 2000n, 'fibre-1000': 5000n } } },
        { from: 95, monthly: { basic: 3000n }, lotMonthly: { GG: { 'fibre-1000': 5000n } } },
      ],
      lots: { GG: {} },
    };
    expect(faultsOf(only).map((f) => f.path)).toEqual([
      'bands.3.lotMonthly.GG.basic',
      'bands.1.lotMonthly.GG.fibre-1000',
    ]);
  });

  it('names a lot with no price in it, and prices for a lot that is not covered', () => {
    const empty: Tariff = {
      bands: [{ from: 1, monthly: {}, lotMonthly: { GG: { basic: 5n } } }],
      lots: { GG: {}, SE: {} },
    };
    expect(faultsOf(empty).map((f) => f.path)).toEqual(['lots.SE']);
    expect(faultsOf({ ...sound(), lots: { SE: {} } }).map((f) => f.path)).toEqual(['bands.1.lotMonthly.GG']);
  });

  it('asks for at least one lot', () => {
    const none: Tariff = { bands: [{ from: 1, monthly: { basic: 1n } }], lots: {} };
    expect(faultsOf(none)).toEqual([
      { path: 'lots', reason: 'The tariff covers no lot; name at least one of GG, SE.' },
    ]);
  });

  it('names what can never be awarded', () => {
    const lots = { GG: { capacity: 15 }, SE: { capacity: 4 } };
    expect(faultsOf({ ...sound(), lots }).map((f) => f.path)).toEqual(['minimumLines']);
    expect(faultsOf({ ...bent('bands.0.from', 30), lots, minimumLines: 0 }).map((f) => f.path)).toEqual([
      'bands.0.from',
    ]);
    const demanded = (GG: number, SE: number) => faultsOf(sound(), { ...frame, demandByLot: { GG, SE } });
    expect(demanded(12, 8)).toEqual([]);
    expect(demanded(12, 7).map((f) => f.path)).toEqual(['minimumLines']);
    const beyond = { ...frame, demandByLot: { GG: 500, SE: 4 } };
    const narrow = { ...sound(), lots: { GG: { capacity: 15 }, SE: {} } };
    expect(faultsOf(narrow, beyond).map((f) => f.path)).toEqual(['minimumLines']);
  });

  it('takes twenty bands and no more', () => {
    const band = (_: unknown, index: number) => ({ from: index + 1, monthly: { basic: 10n } });
    const many = (length: number): Tariff => ({ bands: Array.from({ length }, band), lots: { SE: {} } });
    expect(faultsOf(many(20))).toEqual([]);
    expect(faultsOf(many(21)).map((f) => f.path)).toEqual(['bands']);
  });

  it('reports every fault at once', () => {
    const tariff = bent('bands.0.monthly.basic', -1n) as ReturnType<typeof sound>;
    const worse = { ...tariff, capacity: 0.5, lots: { ...tariff.lots, GG: { surcharge: -1n } } };
    expect(faultsOf(worse).map((f) => f.path)).toEqual(['bands.0.monthly.basic', 'lots.GG.surcharge', 'capacity']);
  });

  it('never fails on what a stranger sends, and never lets it pass', () => {
    const containers = [
      'bands',
      'bands.0',
      'bands.0.monthly',
      'bands.1.lotMonthly',
      'lots',
      'lots.GG.tiers',
      'lots.GG',
    ];
    const junk = fc.oneof(
      fc.constant(null),
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.array(fc.string(), { minLength: 1 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...containers), junk, (path, value) => {
        const faults = faultsOf(bent(path, value));
        expect(faults.length).toBeGreaterThan(0);
        expect(faults.every((f) => f.path.startsWith(path) && f.reason.length > 0)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(faultsOf(value as Tariff).length).toBeGreaterThan(0);
      }),
    );
  });
});
