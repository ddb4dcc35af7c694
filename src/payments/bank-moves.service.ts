/** What moves between the account at Stripe and its bank, by itself or because somebody asked for it there. */
import { Injectable } from '@nestjs/common';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { LedgerService } from '../ledger/ledger.service.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { bankMoveEntry } from './rules/entries.js';
import type { BankMoveState } from './stripe-states.js';

@Injectable()
export class BankMovesService {
  constructor(
    private readonly ledger: LedgerService,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /**
   * Books payouts to the bank, and top-ups from there, once each, to the agency that runs the system: the account is its own. What
   * comes back, because the bank did not take it or it was cancelled, is reversed, whether that is told by its way back or,
   * since the list has the latest first and pages, by the way it left. One that is older than all that was looked at
   * stays in the difference of the night, and so does what comes back of it. Call behind the lock of the night: two who book
   * the same at a time would fail.
   * @param moves the latest first
   */
  async book(deed: Deed, moves: readonly BankMoveState[]): Promise<void> {
    const agencyId = moves.length === 0 ? null : await this.organisations.firstAgency(deed.tx);
    if (agencyId === null) return;
    const known = await booked(deed, moves);
    const left = moves.filter(({ id, minor, returned }) => !returned && minor !== 0n && !known.has(id));
    await this.ledger.post(
      deed,
      left.toReversed().map((move) => bankMoveEntry({ ...move, agencyId })),
    );
    for (const { id } of left) known.add(id);
    for (const id of new Set(moves.flatMap((move) => (move.cameBack ? [move.id] : [])))) {
      if (known.has(id)) await this.ledger.reverse(deed, 'stripe-payout', id, `${id} came back`);
    }
  }
}

async function booked({ tx }: Deed, moves: readonly BankMoveState[]): Promise<Set<string>> {
  const rows: { id: string }[] = await tx.query(
    `select distinct reference as id from ledger_line where kind = 'stripe-payout' and reference = any($1)`,
    [moves.map(({ id }) => id)],
  );
  return new Set(rows.map(({ id }) => id));
}
