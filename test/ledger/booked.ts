/** Entries booked as rooms book them, and what became of them. */
import { randomUUID } from 'node:crypto';
import { systemActor } from '../../src/kernel/actor.js';
import { LedgerService } from '../../src/ledger/ledger.service.js';
import type { Entry, EntryKind } from '../../src/ledger/rules/entry.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import type { System } from '../support/system.js';

/** A sale: what the member owes, of which the agency keeps a fee and hands on the rest. */
export interface Sale {
  readonly memberId: string;
  readonly providerId: string;
  readonly agencyId: string;
  readonly minor?: bigint;
  readonly reference?: string;
}

export function sale({ memberId, providerId, agencyId, minor = 10_000n, reference = randomUUID() }: Sale): Entry {
  return {
    kind: 'invoice',
    reference,
    currency: 'KRW',
    memo: 'Invoice INV-2026-000001',
    postings: [
      { organisationId: memberId, purpose: 'receivable', minor },
      { organisationId: providerId, purpose: 'payable', minor: -(minor - 100n) },
      { organisationId: agencyId, purpose: 'fee', minor: -100n },
    ],
  };
}

export async function book(system: System, ...entries: Entry[]): Promise<void> {
  const ledger = system.app.get(LedgerService, { strict: false });
  await deeds(system).run(systemActor('test'), 'test.book', null, (deed) => ledger.post(deed, entries));
}

export async function reverse(system: System, kind: EntryKind, reference: string): Promise<boolean> {
  const ledger = system.app.get(LedgerService, { strict: false });
  return deeds(system).run(systemActor('test'), 'test.reverse', null, (deed) =>
    ledger.reverse(deed, kind, reference, 'It was wrong.'),
  );
}

/** The account of an organisation for a purpose in won. */
export async function accountOf(system: System, organisationId: string, purpose: string): Promise<string> {
  const rows: { id: string }[] = await system.source.query(
    `select id::text from ledger_account where organisation_id = $1 and purpose = $2 and currency = 'KRW'`,
    [organisationId, purpose],
  );
  return rows[0]?.id ?? '0';
}

function deeds(system: System): Deeds {
  return system.app.get(Deeds, { strict: false });
}
