/** What happens to gaps that are to be proved by themselves: each is searched for, in time that nobody else needs. */
import { Injectable, Logger } from '@nestjs/common';
import { AllocationService } from '../allocation/allocation.service.js';
import type { Gap } from '../allocation/rules/gaps.js';
import { readProblem } from '../allocation/rules/parse-problem.js';
import { Refusal } from '../kernel/refusal.js';
import { JobSource } from '../platform/database/job-source.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { OnFact } from '../platform/deeds/facts.js';
import { Award } from './award.entity.js';
import { proofAsked } from './awards.events.js';
import { type GapPlace, type OpenProof, openProof, takeBack, writeProof } from './proof-rows.js';
import { wonLots } from './rules/award.js';
import { PROOF_LIMITS } from './rules/proofs.js';

@Injectable()
export class ProofsJobs {
  private readonly log = new Logger('Awards');

  constructor(
    private readonly source: JobSource,
    private readonly deeds: Deeds,
    private readonly allocation: AllocationService,
  ) {}

  @OnFact(proofAsked, { name: 'awards.prove-gap', long: true, spare: true })
  async prove(place: GapPlace): Promise<void> {
    const open =
      (await openProof(this.source.manager, place)) ??
      (await this.deeds.runAsJob('awards.take-back-proof', (deed) => takeBack(deed, place)));
    if (open === null) return;
    const found = await this.search(open);
    await this.deeds.runAsJob('awards.prove-gap', (deed) => writeProof(deed, place, open, found));
  }

  /** Nothing where the solver finds no answer, which it would not find at the next try: then it stays as it is known. */
  private async search({ awardId, problem, bid, lot, tier }: OpenProof): Promise<Gap | null> {
    const reading = readProblem(problem);
    if (!reading.ok) throw new Error(`a board keeps what is no problem: ${JSON.stringify(reading.faults.slice(0, 3))}`);
    const { winners } = await this.source.manager.findOneByOrFail(Award, { id: awardId });
    try {
      return await this.allocation.gapToWin(
        reading.problem,
        wonLots(winners),
        { bid, lot, tier },
        PROOF_LIMITS.seconds,
      );
    } catch (error) {
      if (error instanceof Refusal && error.code !== 'allocation.solver-lost') throw error;
      this.log.warn(`a gap of award ${awardId} stays as it is: ${(error as Error).message}`);
      return null;
    }
  }
}
