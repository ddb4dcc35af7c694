/**
 * Direct debits are announced. SEPA's rulebook wants the payer told of amount and day some calendar days before: 14, or
 * fewer where that was agreed, as in the mandate that members give at Stripe.
 */
import { Injectable } from '@nestjs/common';
import { dayOf, dayStart, type Day } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { Settings } from '../platform/config/settings.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { ChargeableMethod } from './chargeable.js';
import { tellOfCharge, writeLetters } from './letters.js';
import { isTakenBy } from './rules/method-kinds.js';
import { debitDay } from './rules/schedule.js';

/** What is to be charged: an invoice that is collected, or a deposit. */
export interface Announced {
  readonly kind: 'invoice' | 'deposit';
  readonly id: string;
  readonly memberId: string;
  readonly number: string;
  readonly currency: string;
  readonly openMinor: Minor;
}

@Injectable()
export class DebitNoticesService {
  constructor(private readonly settings: Settings) {}

  /**
   * Tells the member of a direct debit that it was not told of yet. Who was told of as much from the same account is not told
   * again: not when the debit is presented once more because it failed, and not when less is taken.
   * @param charged a locked row
   * @returns the instant from which it may be charged; null when it may be charged now, as by card
   */
  async whenCharged(deed: Deed, charged: Announced, method: ChargeableMethod): Promise<Date | null> {
    const { id, openMinor, currency } = charged;
    // What cannot be taken is not announced: it is refused at once, and the member is asked to transfer it.
    if (method.kind !== 'sepa_debit' || !isTakenBy(method.kind, openMinor, currency)) return null;
    const told: { dueOn: Day }[] = await deed.tx.query(
      `select due_on::text as "dueOn" from debit_notice where id = $1 and payment_method = $2 and minor >= $3`,
      [id, method.paymentMethod, openMinor],
    );
    const from = dayStart(told[0]?.dueOn ?? (await this.announce(deed, charged, method)));
    return from > deed.now ? from : null;
  }

  private async announce({ tx, now }: Deed, charged: Announced, method: ChargeableMethod): Promise<Day> {
    const on = debitDay(dayOf(now), this.settings.PUMASI_DEBIT_NOTICE_DAYS);
    await tx.query(
      `insert into debit_notice (id, payment_method, minor, due_on, told_at) values ($1, $2, $3, $4, $5)
       on conflict (id) do update set payment_method = excluded.payment_method, minor = excluded.minor,
         due_on = excluded.due_on, told_at = excluded.told_at`,
      [charged.id, method.paymentMethod, charged.openMinor, on, now],
    );
    await writeLetters(tx, [tellOfCharge(charged.kind, charged, on, method)]);
    return on;
  }
}
