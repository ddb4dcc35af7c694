/** A catalogue of two cities and three tiers, and pools to join in them. */
import type { Response } from 'supertest';
import type { Someone, System } from '../support/system.js';

export const DAY_MILLIS = 86_400_000;

export async function fillCatalogue(system: System): Promise<void> {
  await system.source.query(
    `insert into region (code, parent_code, name) values ('KR', null, 'Korea'), ('KR-11', 'KR', 'Seoul'),
       ('KR-26', 'KR', 'Busan'), ('KR-27', 'KR', 'Daegu')`,
  );
  await system.source.query(
    `insert into service_tier (code, name, down_mbps, up_mbps, repair_hours) values
       ('basic-100', 'Basic 100', 100, 50, 24), ('fibre-500', 'Fibre 500', 500, 500, 12),
       ('fibre-1000', 'Fibre 1000', 1000, 1000, 8)`,
  );
}

export async function inDays(system: System, days: number): Promise<string> {
  return new Date((await system.now()).getTime() + days * DAY_MILLIS).toISOString();
}

/** The terms of a sound pool in won, joining open for 30 days. */
export async function terms(system: System, changes: object = {}): Promise<object> {
  return {
    title: 'Seoul and Busan 2030',
    joiningEndsAt: await inDays(system, 30),
    criticalMass: 10,
    termMonths: 36,
    currency: 'KRW',
    regions: ['KR-11', 'KR-26'],
    tiers: [
      { tierCode: 'basic-100', openMarketMonthly: 22_000 },
      { tierCode: 'fibre-500', openMarketMonthly: 33_000 },
    ],
    bands: [
      { from: 1, monthly: { 'basic-100': 21_000, 'fibre-500': 32_000 } },
      { from: 20, monthly: { 'basic-100': 17_000, 'fibre-500': 26_000 } },
    ],
    ...changes,
  };
}

export interface OpenedPool {
  readonly id: string;
  readonly joiningEndsAt: string;
}

/** Drafts and opens a pool. */
export async function openPool(system: System, sponsor: Someone, changes: object = {}): Promise<OpenedPool> {
  const draft = ok(await sponsor.post('/api/v1/pools', await terms(system, changes)), 201);
  const { id } = draft.body as OpenedPool;
  return ok(await sponsor.post(`/api/v1/pools/${id}/open`), 200).body as OpenedPool;
}

/** What a member sends to join. */
export function pledge(reference: string, changes: object = {}): Record<string, unknown> {
  return {
    site: { reference, name: `Shop ${reference}`, regionCode: 'KR-11' },
    commitment: 'firm',
    lines: [{ tierCode: 'basic-100', quantity: 1, ceilingMonthly: 18_000 }],
    ...changes,
  };
}

/** The answer, if it has the status; else an error with what it says. */
export function ok(answer: Response, status: number): Response {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text}`);
  return answer;
}

export const HEADER =
  'business_ref,business_name,employees,sector,region,latitude,longitude,service_tier,quantity,current_provider,' +
  'current_down_mbps,current_monthly,max_monthly';

/** A file of lines; every row that is given stands under the header. */
export function linesCsv(...rows: readonly string[]): string {
  return `${[HEADER, ...rows].join('\n')}\n`;
}

/** A sound row; what is given replaces its columns by position in the header. */
export function row(reference: string, changes: Partial<Record<string, string>> = {}): string {
  const values: Record<string, string> = {
    business_ref: reference,
    business_name: `Business ${reference}`,
    employees: '8',
    sector: 'H',
    region: 'KR-11',
    latitude: '37.56',
    longitude: '126.97',
    service_tier: 'basic-100',
    quantity: '1',
    current_provider: 'KT',
    current_down_mbps: '0.768',
    current_monthly: '25000',
    max_monthly: '18000',
    ...changes,
  };
  return HEADER.split(',')
    .map((column) => values[column])
    .join(',');
}

/** The member that an association's files call so. */
export async function memberOf(system: System, association: Someone, reference: string): Promise<string> {
  const rows: { id: string }[] = await system.source.query(
    'select member_id as id from association_member where association_id = $1 and reference = $2',
    [association.organisationId, reference],
  );
  const [member] = rows;
  if (!member) throw new Error(`the association has no member ${reference}`);
  return member.id;
}
