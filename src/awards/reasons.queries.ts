/** Why each lot of an award went where it went, as the agency reads it. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { noCursor, type Page, pageOf } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { Award } from './award.entity.js';
import { type ReasonRow, reasonRows } from './reason-rows.js';
import type { LotReasonAnswer, LotReasonQuery, WeighingAnswer } from './reasons.dto.js';
import { weighingStep } from './weighing-rows.js';

@Injectable()
export class ReasonsQueries {
  constructor(
    private readonly source: DataSource,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /** A page of the reasons, by lot, tier and receipt. @throws Refusal 'award.not-found' */
  async ofAward(awardId: string, { lot, cursor, limit }: LotReasonQuery): Promise<Page<LotReasonAnswer>> {
    if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw noCursor();
    const { manager } = this.source;
    if (!(await manager.existsBy(Award, { id: awardId }))) throw notFound('award');
    const after = cursor === undefined ? -1 : Number(cursor);
    const page = pageOf(await reasonRows(manager, { awardId, lot, after, limit: limit + 1 }), limit, ({ position }) =>
      String(position),
    );
    const providers = page.items.flatMap((row) => [row.providerId, row.runnerUpProviderId ?? row.providerId]);
    const names = await this.organisations.names(manager, [...new Set(providers)]);
    return { ...page, items: page.items.map((row) => reasonAnswer(row, names)) };
  }

  /** How far they are; those of an award that failed are none. @throws Refusal 'award.not-found' */
  async weighing(awardId: string): Promise<WeighingAnswer> {
    const { manager } = this.source;
    if (!(await manager.existsBy(Award, { id: awardId }))) throw notFound('award');
    return weighingStep(manager, awardId);
  }
}

function reasonAnswer(row: ReasonRow, names: ReadonlyMap<string, string>): LotReasonAnswer {
  const { lot, tier, lines, wonLines, bidId, providerId, alternative, costMinor, words } = row;
  const { runnerUpBidId, runnerUpProviderId, runnerUpAlternative, runnerUpCostMinor } = row;
  const { awayAtLeastMinor, awayAtMostMinor, awayProved } = row;
  return {
    lot,
    tier,
    lines,
    wonLines,
    bidId,
    providerId,
    providerName: names.get(providerId) ?? '',
    alternative,
    costMinor,
    runnerUp:
      runnerUpBidId === null || runnerUpProviderId === null || runnerUpCostMinor === null
        ? null
        : {
            bidId: runnerUpBidId,
            providerId: runnerUpProviderId,
            providerName: names.get(runnerUpProviderId) ?? '',
            alternative: runnerUpAlternative,
            costMinor: runnerUpCostMinor,
          },
    away:
      awayAtLeastMinor === null
        ? null
        : { atLeastMinor: awayAtLeastMinor, atMostMinor: awayAtMostMinor, proved: awayProved ?? false },
    words,
  };
}
