/** An agency with its officer, a provider and members, between whom money moves. */
import { randomUUID } from 'node:crypto';
import { type Someone, System } from '../support/system.js';
import { setTerms } from './issued.js';

export interface Sides {
  readonly officer: Someone;
  readonly auditor: Someone;
  readonly agencyId: string;
  readonly provider: Someone;
  readonly members: readonly Someone[];
}

export async function sides(
  system: System,
  members: number,
  terms: Parameters<typeof setTerms>[2] = {},
): Promise<Sides> {
  const officer = await system.someone('officer');
  await setTerms(system, officer.organisationId, terms);
  const all: Someone[] = [];
  for (let n = 0; n < members; n += 1) all.push(await system.someone('owner'));
  return {
    officer,
    auditor: await system.someone('auditor', officer.organisationId),
    agencyId: officer.organisationId,
    provider: await system.someone('bidder'),
    members: all,
  };
}

export interface CollectionJson {
  readonly id: string;
  readonly number: string;
  readonly way: string;
  readonly state: string;
  readonly openMinor: number;
  readonly paidMinor: number;
  readonly returnedMinor: number;
  readonly dueAt: string | null;
  readonly attempts: number;
  readonly reminders: number;
}

export async function collectionOf(reader: Someone, id: string): Promise<CollectionJson> {
  return (await reader.get(`/api/v1/collections/${id}`).expect(200)).body as CollectionJson;
}

/** What its member was last written of an invoice. */
export async function lastLetterOf({ source }: System, invoiceId: string): Promise<string> {
  const rows: { body: string }[] = await source.query(
    'select body from mail_message where about = $1 order by id desc limit 1',
    [`invoice ${invoiceId}`],
  );
  return rows[0]?.body ?? '';
}

let bookings = 0;

/** Money that arrives at the agency's bank. */
export function booking(text: string, minor: number, reference?: string): object {
  bookings += 1;
  return { reference: reference ?? `B-${bookings}`, bookedOn: '2026-03-01', currency: 'USD', minor, text };
}

/** Money in euros arrives at the agency's bank. */
export async function arrives({ officer }: Sides, text: string, minor: number): Promise<void> {
  const order = { ...booking(text, minor, randomUUID()), currency: 'EUR' };
  await officer.post('/api/v1/payments/bank', order).expect(201);
}
