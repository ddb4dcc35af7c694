/** Providers report which lines work: one, or many at once. */
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { type Day, dayOf } from '../kernel/calendar.js';
import { invalid, notFound } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { RowFaults } from '../platform/http/csv.js';
import { holdLines, holdNumbered, type Installation, writeInstalled } from './line-rows.js';
import type { InstallationRow } from './rules/installation-row.js';
import { installationFault, installed, worksSince } from './rules/service.js';
import type { InstallationsImported, SubscriptionView } from './subscriptions.dto.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

/** An installation and the line of the spreadsheet that reports it. */
export interface InstallationAtLine extends InstallationRow {
  readonly line: number;
}

/** A spreadsheet of installations, read and understood. */
export interface InstallationSheet {
  /** SHA-256 of the file */
  readonly hash: string;
  readonly installations: readonly InstallationAtLine[];
}

/** Lines that are locked, judged and changed at a time. */
const BATCH = 10_000;

@Injectable()
export class InstallationsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: SubscriptionsQueries,
  ) {}

  /**
   * Reports that a line of the actor's agreement works since a day. The same day again changes nothing.
   * @throws Refusal 'subscription.not-found', 'installation.invalid'
   */
  async install(actor: Actor, id: string, worksOn: Day): Promise<SubscriptionView> {
    return this.deeds.run(actor, 'subscriptions.install', { id, worksOn }, async (deed) => {
      await this.queries.one(deed.tx, actor, id);
      const [line] = await holdLines(deed.tx, [id]);
      if (!line) throw notFound('subscription');
      if (!worksSince(line, worksOn)) {
        const fault = installationFault(line, worksOn, dayOf(deed.now));
        if (fault) throw invalid('installation.invalid', `${fault.path} ${fault.reason}.`, [fault]);
        const begun = installed(line, worksOn);
        const { number, agreementId } = line;
        await writeInstalled(deed, agreementId, [{ id, ...begun }]);
        await deed.record({ type: 'subscription', id }, { number, agreementId, ...begun });
      }
      return this.queries.one(deed.tx, actor, id);
    });
  }

  /**
   * Reports lines of an agreement that work: all of a spreadsheet, or none. The same file again changes nothing.
   * @throws Refusal 'csv.rows' with line and column of what is wrong
   */
  async importInstallations(
    actor: Actor,
    agreementId: string,
    { hash, installations }: InstallationSheet,
  ): Promise<InstallationsImported> {
    return this.deeds.run(actor, 'subscriptions.install', { agreementId, hash }, async (deed) => {
      const faults = new RowFaults();
      const result = { rows: installations.length, installed: 0, unchanged: 0, late: 0 };
      for (let from = 0; from < installations.length; from += BATCH) {
        const batch = installations.slice(from, from + BATCH);
        const begun = await judge(deed, agreementId, batch, faults);
        result.installed += begun.length;
        result.unchanged += batch.length - begun.length;
        result.late += begun.filter(({ daysLate }) => daysLate > 0).length;
        if (faults.count === 0) await writeInstalled(deed, agreementId, begun);
      }
      faults.throwIfAny();
      await deed.record({ type: 'offer-round', id: agreementId }, { hash, ...result });
      return result;
    });
  }
}

/** The installations of a batch that are not known yet. */
async function judge(
  deed: Deed,
  agreementId: string,
  batch: readonly InstallationAtLine[],
  faults: RowFaults,
): Promise<Installation[]> {
  const today = dayOf(deed.now);
  const held = await holdNumbered(
    deed.tx,
    agreementId,
    batch.map((row) => row.number),
  );
  const byNumber = new Map(held.map((line) => [line.number, line]));
  const begun: Installation[] = [];
  for (const { line, number, worksOn } of batch) {
    const known = byNumber.get(number);
    if (!known) {
      faults.add(line, 'number', 'is not the number of a line under this agreement');
    } else if (!worksSince(known, worksOn)) {
      const fault = installationFault(known, worksOn, today);
      if (fault) faults.add(line, 'works_on', fault.reason);
      else begun.push({ id: known.id, ...installed(known, worksOn) });
    }
  }
  return begun;
}
