/** However many tariffs a log opens, no more than a page of them is read at once. */
import type { EntityManager } from 'typeorm';
import type { LogFile } from '../../src/auctions/rules/log-file.js';
import { LogQueries } from '../../src/auctions/log.queries.js';
import { awardOf } from '../awards/decided-award.js';
import { openedTender, type TariffJson } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { priced } from './with-alternatives.js';

const AT_ONCE = 100;
const BIDS = 25;

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(() => system.stop());

/** A bid of five tariffs. */
function five(n: number): TariffJson {
  const dearer = (part: number) => priced(20_000 + n * 10 + part, 40_000 + n * 10 + part);
  return { ...dearer(0), alternatives: { a: dearer(1), b: dearer(2), c: dearer(3), constructor: dearer(4) } };
}

it('reads tariffs, not bids, a hundred at once, and tells each of them', async () => {
  const tariffs = Array.from({ length: BIDS }, (_none, n) => five(n));
  const { officer, tenderId } = await openedTender(system, { terms: { auction: { format: 'sealed' } }, tariffs });
  await awardOf(system, officer, tenderId);

  const { manager } = system.source;
  const read: number[] = [];
  const counting = Object.create(manager, {
    query: {
      value: async (...asked: [string, unknown[]]): Promise<unknown> => {
        const rows: unknown = await manager.query(...asked);
        const told = Array.isArray(rows) ? (rows as { tariff?: TariffJson }[]) : [];
        read.push(
          told.flatMap(({ tariff }) => (tariff ? [tariff, ...Object.keys(tariff.alternatives ?? {})] : [])).length,
        );
        return rows;
      },
    },
  }) as EntityManager;
  const auditor = { personId: null, organisationId: null, roles: ['auditor'] } as never;
  const log = await system.app.get(LogQueries, { strict: false }).published(counting, auditor, tenderId, true);
  let text = '';
  for await (const piece of log.pieces()) text += piece;

  expect(Math.max(...read)).toBe(AT_ONCE);
  const opened = Object.values((JSON.parse(text) as LogFile).tariffs);
  const told = opened.map(({ alternative, tariff }) => JSON.stringify({ alternative, bands: tariff.bands }));
  const sent = tariffs.flatMap(({ alternatives = {}, ...main }) => [
    { alternative: null, bands: main.bands },
    ...Object.entries(alternatives).map(([alternative, { bands }]) => ({ alternative, bands })),
  ]);
  expect(new Set(told)).toEqual(new Set(sent.map((each) => JSON.stringify(each))));
  expect(told).toHaveLength(5 * BIDS);
});
