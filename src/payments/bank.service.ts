/** Money at the agency's bank: recorded once per booking, and given to the invoices and deposits that it names. */
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { formatMoney, type Minor } from '../kernel/money.js';
import { invalid, notFound } from '../kernel/refusal.js';
import { planFor } from '../platform/database/many-rows.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { RowFaults } from '../platform/http/csv.js';
import { claimsFor, holdBookings, keepAssigned, NAMED, PAYABLE, recordBookings, repaidBy } from './bank-rows.js';
import type { BankSheet } from './bank-sheet.js';
import type { BankImported, BankReceiptView } from './bank.dto.js';
import { PaymentsQueries } from './payments.queries.js';
import { ReceivingService } from './receiving.service.js';
import { type Assigned, assign } from './rules/assign.js';
import type { BankBooking } from './rules/bank-row.js';

/** Bookings that are recorded and matched at a time. */
const BATCH = 5_000;

@Injectable()
export class BankService {
  constructor(
    private readonly deeds: Deeds,
    private readonly receiving: ReceivingService,
    private readonly queries: PaymentsQueries,
  ) {}

  /**
   * Records a booking of the agency's bank.
   * @throws Refusal 'bank.known' when its reference was recorded with another amount or day
   */
  async record(actor: Actor, booking: BankBooking): Promise<BankReceiptView> {
    return this.deeds.run(actor, 'payments.record', booking, async (deed) => {
      const { found } = await this.book(deed, actor, [booking], (_at, reason) => {
        throw invalid('bank.known', `reference ${reason}.`, [{ path: 'reference', reason }]);
      });
      const id = found.get(booking.reference) ?? '';
      await deed.record({ type: 'bank-receipt', id }, { reference: booking.reference, minor: booking.minor });
      return this.queries.receipt(deed.tx, actor, id);
    });
  }

  /**
   * Imports a statement of the agency's bank: all of it, or nothing. What was recorded before is passed over.
   * @throws Refusal 'csv.rows' with line and column of what is wrong
   */
  async import(actor: Actor, sheet: BankSheet): Promise<BankImported> {
    const { hash, bookings, outgoing } = sheet;
    return this.deeds.run(actor, 'payments.import-statement', { hash }, async (deed) => {
      const faults = new RowFaults();
      const result = { rows: bookings.length + outgoing, outgoing, known: 0, matched: 0, partly: 0, unmatched: 0 };
      await planFor(deed.tx, bookings.length);
      for (let from = 0; from < bookings.length; from += BATCH) {
        const batch = bookings.slice(from, from + BATCH);
        const { fresh, given } = await this.book(deed, actor, batch, (at, reason) =>
          faults.add(batch[at]?.line ?? 0, 'reference', reason),
        );
        for (const { id, minor } of fresh) {
          const part = given.get(id) ?? 0n;
          result[part === 0n ? 'unmatched' : part < minor ? 'partly' : 'matched'] += 1;
        }
        result.known += batch.length - fresh.length;
      }
      faults.throwIfAny();
      await deed.record({ type: 'bank-statement', id: `${actor.organisationId}/${hash}` }, { ...result });
      return result;
    });
  }

  /** Records what is not recorded yet, and assigns what no provider has paid back by it. */
  private async book(
    deed: Deed,
    actor: Actor,
    bookings: readonly BankBooking[],
    onFault: (at: number, reason: string) => void,
  ): Promise<{ found: Map<string, string>; fresh: { id: string; minor: Minor }[]; given: Map<string, Minor> }> {
    const agencyId = actor.organisationId ?? '';
    await holdBookings(deed.tx, agencyId, 'record');
    const recorded = await recordBookings(deed, agencyId, bookings);
    const byReference = new Map(recorded.map((row) => [row.reference, row]));
    const fresh = bookings.flatMap((booking, at) => {
      const row = byReference.get(booking.reference);
      if (!row) throw new Error(`booking ${booking.reference} was not recorded`);
      if (row.fresh) return [{ id: row.id, minor: booking.minor, reference: booking.reference, booking }];
      if (row.minor !== booking.minor || row.currency !== booking.currency || row.bookedOn !== booking.bookedOn) {
        const known = `${formatMoney(row.minor, row.currency)} ${row.currency} of ${row.bookedOn}`;
        onFault(at, `was recorded before, for ${known}: give what the bank says`);
      }
      return [];
    });
    const noted = await repaidBy(
      deed.tx,
      agencyId,
      fresh.map(({ reference }) => reference),
    );
    const repaid = new Map<string, Minor>();
    for (const { id, minor, booking } of fresh) {
      const back = noted.get(`${booking.reference} ${booking.currency}`) ?? 0n;
      if (back > 0n) repaid.set(id, back < minor ? back : minor);
    }
    const purses = fresh.map(({ id, minor, booking }) => ({
      id,
      minor: minor - (repaid.get(id) ?? 0n),
      numbers: booking.numbers.map((number) => `${number} ${booking.currency}`),
    }));
    const numbers = [...new Set(fresh.flatMap(({ booking }) => booking.numbers))];
    const claims = await claimsFor(deed.tx, agencyId, numbers, NAMED);
    const assigned = assign(purses, claims);
    const referenceOf = new Map(fresh.map(({ id, reference }) => [id, reference]));
    const deposits = new Set(claims.flatMap((claim) => (claim.whole ? [claim.id] : [])));
    await this.receiving.receive(
      deed,
      assigned.map((part) => ({
        ...(deposits.has(part.claim) ? { depositId: part.claim } : { collectionId: part.claim }),
        way: 'bank',
        reference: referenceOf.get(part.purse) ?? '',
        receiptId: part.purse,
        minor: part.minor,
      })),
    );
    const given = sums(assigned, repaid);
    await keepAssigned(deed.tx, given);
    return { found: new Map(recorded.map(({ reference, id }) => [reference, id])), fresh, given };
  }

  /**
   * An officer says what the rest of a booking is for.
   * @throws Refusal 'bank-receipt.not-found', 'bank.no-such-number', 'bank.too-much'
   */
  async assign(actor: Actor, id: string, wish: { number: string; minor?: Minor }): Promise<BankReceiptView> {
    return this.deeds.run(actor, 'payments.assign', { id, ...wish }, async (deed) => {
      const receipt = await this.locked(deed, actor, id);
      const claims = await claimsFor(deed.tx, actor.organisationId ?? '', [wish.number], PAYABLE);
      const claim = claims.find(({ number }) => number === `${wish.number} ${receipt.currency}`);
      if (!claim || claim.openMinor <= 0n) {
        const reason = `must name an invoice or a deposit of yours in ${receipt.currency} that is not paid`;
        throw invalid('bank.no-such-number', `number ${reason}.`, [{ path: 'number', reason }]);
      }
      const most = receipt.restMinor < claim.openMinor ? receipt.restMinor : claim.openMinor;
      const minor = wish.minor ?? most;
      if (minor <= 0n || minor > most || (claim.whole && minor < claim.openMinor)) {
        const reason = claim.whole
          ? `must be the whole deposit, ${claim.openMinor}, of which ${receipt.restMinor} are there`
          : `must be from 1 to ${most}: what is left of the booking and open of the invoice`;
        throw invalid('bank.too-much', `minor ${reason}.`, [{ path: 'minor', reason }]);
      }
      const to = claim.whole ? { depositId: claim.id } : { collectionId: claim.id };
      await this.receiving.receive(deed, [{ ...to, way: 'bank', reference: receipt.reference, receiptId: id, minor }]);
      await keepAssigned(deed.tx, new Map([[id, minor]]));
      await deed.record({ type: 'bank-receipt', id }, { number: wish.number, minor });
      return this.queries.receipt(deed.tx, actor, id);
    });
  }

  /**
   * An officer has sent the rest of a booking back to whoever it came from, or knows that it is in the books otherwise.
   * @throws Refusal 'bank-receipt.not-found', 'bank.nothing-left'
   */
  async sendBack(actor: Actor, id: string, why: string): Promise<BankReceiptView> {
    return this.deeds.run(actor, 'payments.send-back', { id, why }, async (deed) => {
      const receipt = await this.locked(deed, actor, id);
      if (receipt.restMinor === 0n) {
        throw invalid('bank.nothing-left', 'All of this booking is assigned: nothing is left to send back.', []);
      }
      await deed.tx.query('update bank_receipt set returned_minor = returned_minor + rest_minor where id = $1', [id]);
      await deed.record({ type: 'bank-receipt', id }, { minor: receipt.restMinor }, why);
      return this.queries.receipt(deed.tx, actor, id);
    });
  }

  private async locked(deed: Deed, actor: Actor, id: string): Promise<BankReceiptView> {
    const rows: unknown[] = await deed.tx.query(
      'select 1 from bank_receipt where id = $1 and agency_id = $2 for update',
      [id, actor.organisationId],
    );
    if (rows.length === 0) throw notFound('bank-receipt');
    return this.queries.receipt(deed.tx, actor, id);
  }
}

function sums(assigned: readonly Assigned[], before: ReadonlyMap<string, Minor>): Map<string, Minor> {
  const given = new Map(before);
  for (const { purse, minor } of assigned) given.set(purse, (given.get(purse) ?? 0n) + minor);
  return given;
}
