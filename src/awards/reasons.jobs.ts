/** What happens to the reasons of an award by themselves: they become more exact after the award was written. */
import { Injectable, Logger } from '@nestjs/common';
import { AllocationService } from '../allocation/allocation.service.js';
import type { LotReason } from '../allocation/rules/lots.js';
import { AuctionsQueries } from '../auctions/auctions.queries.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { Refusal } from '../kernel/refusal.js';
import { JobSource } from '../platform/database/job-source.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { OnFact } from '../platform/deeds/facts.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { Award } from './award.entity.js';
import { weighingAsked } from './awards.events.js';
import { type Question, questionOf } from './question-rows.js';
import { tellingOf } from './reason-rows.js';
import { wonLots } from './rules/award.js';
import { OVER } from './rules/lifecycle.js';
import { endWeighing, isWeighing } from './weighing-rows.js';

/** How long it may take, on a machine that has much else to do; the work itself is limited by a count. */
const SECONDS = 120;

@Injectable()
export class ReasonsJobs {
  private readonly log = new Logger('Awards');

  constructor(
    private readonly source: JobSource,
    private readonly deeds: Deeds,
    private readonly tenders: TendersQueries,
    private readonly auctions: AuctionsQueries,
    private readonly allocation: AllocationService,
    private readonly organisations: OrganisationsQueries,
  ) {}

  @OnFact(weighingAsked, { name: 'awards.weigh', long: true, patient: true })
  async weigh({ awardId }: { awardId: string }): Promise<void> {
    const { manager } = this.source;
    const award = await manager.findOneBy(Award, { id: awardId });
    if (!award || !(await isWeighing(manager, awardId))) return;
    const question = await questionOf(manager, award, this.tenders, this.auctions);
    const reasons = await this.reasonsOf(award, question);
    const names = await this.organisations.names(manager, [...new Set(question.bids.map((bid) => bid.providerId))]);
    await this.deeds.runAsJob('awards.weigh', (deed) =>
      endWeighing(deed, awardId, reasons, tellingOf(question, names)),
    );
  }

  /**
   * None of an award that nobody decides on any more, or of which the question changed since; none either where the solver
   * finds no answer, which it would not find at the next try: then the bounds stay that there are.
   */
  private async reasonsOf(award: Award, { problem, problemHash }: Question): Promise<readonly LotReason[]> {
    if (OVER.includes(award.state) || problemHash !== award.problemHash) return [];
    const proved = wonLots(award.winners);
    try {
      return await this.allocation.reasons(problem, proved, { seconds: SECONDS, rank: 'patient' });
    } catch (error) {
      if (error instanceof Refusal && error.code !== 'allocation.solver-lost') throw error;
      this.log.warn(`the reasons of award ${award.id} stay in bounds: ${(error as Error).message}`);
      return [];
    }
  }
}
