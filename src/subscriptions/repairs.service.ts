/** Outages of lines: recorded once they are repaired, and credited when the repair took longer than promised. */
import { Injectable } from '@nestjs/common';
import { CatalogueQueries } from '../catalogue/catalogue.queries.js';
import { whyNotForAgency } from '../identity/rules/whose-agency.js';
import type { Actor } from '../kernel/actor.js';
import { dayOf } from '../kernel/calendar.js';
import { notFound, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { holdLines } from './line-rows.js';
import type { RepairView } from './repairs.dto.js';
import { RepairsQueries } from './repairs.queries.js';
import { type Outage, repairCreditDays, whyNotRecord } from './rules/repair.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

@Injectable()
export class RepairsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: RepairsQueries,
    private readonly subscriptions: SubscriptionsQueries,
    private readonly catalogue: CatalogueQueries,
  ) {}

  /**
   * Records an outage of a line. The same again changes nothing.
   * @throws Refusal 'subscription.not-found', 'agency.not-yours', 'repair.invalid'
   */
  async record(actor: Actor, id: string, outage: Outage): Promise<RepairView> {
    const said = { reportedAt: outage.reportedAt.toISOString(), repairedAt: outage.repairedAt.toISOString() };
    return this.deeds.run(actor, 'subscriptions.record-repair', { id, ...said }, async (deed) => {
      await this.subscriptions.one(deed.tx, actor, id);
      const [line] = await holdLines(deed.tx, [id]);
      if (!line) throw notFound('subscription');
      unless(whyNotForAgency(line.agencyId, actor));
      const others = await this.queries.outages(deed.tx, id);
      const known = others.find((other) => same(other, outage));
      if (known) return this.queries.one(deed.tx, known.id);
      unless(whyNotRecord(outage, await this.queries.periods(deed.tx, id), others, deed.now));
      const { repairHours } = await this.catalogue.tier(deed.tx, line.tier);
      const creditDays = repairCreditDays(outage, repairHours);
      const repairId = await write(deed, id, outage, repairHours, creditDays);
      const { number, agreementId } = line;
      await deed.record({ type: 'subscription', id }, { number, agreementId, ...said, repairHours, creditDays });
      return this.queries.one(deed.tx, repairId);
    });
  }
}

async function write(
  { tx, now, actor }: Deed,
  subscriptionId: string,
  { reportedAt, repairedAt }: Outage,
  repairHours: number,
  creditDays: number,
): Promise<string> {
  const rows: { id: string }[] = await tx.query(
    `insert into repair (subscription_id, reported_at, repaired_at, repair_hours, recorded_at, recorded_by)
     values ($1, $2, $3, $4, $5, $6) returning id`,
    [subscriptionId, reportedAt, repairedAt, repairHours, now, actor.personId],
  );
  const id = rows[0]?.id ?? '';
  if (creditDays > 0) {
    await tx.query(
      `insert into service_credit (subscription_id, kind, repair_id, days, happened_on, reason)
       values ($1, 'repair', $2, $3, $4, $5)`,
      [
        subscriptionId,
        id,
        creditDays,
        dayOf(repairedAt),
        `repaired later than the ${repairHours} hours promised, reported ${reportedAt.toISOString()}`,
      ],
    );
  }
  return id;
}

function same(a: Outage, b: Outage): boolean {
  return a.reportedAt.getTime() === b.reportedAt.getTime() && a.repairedAt.getTime() === b.repairedAt.getTime();
}
