/** What happens to awards by themselves: their evaluation, and the end of their standstill. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AllocationService } from '../allocation/allocation.service.js';
import type { Answer } from '../allocation/allocation.service.js';
import { auctionDecided } from '../auctions/auctions.events.js';
import { AuctionsQueries } from '../auctions/auctions.queries.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { transition } from '../kernel/lifecycle.js';
import { notFound } from '../kernel/refusal.js';
import { JobSource } from '../platform/database/job-source.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { OnFact, WhenDue } from '../platform/deeds/facts.js';
import { sha256 } from '../platform/keys/keys.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { Award } from './award.entity.js';
import { freshAward, holdFirst, locked, nextRound } from './award-rows.js';
import { awardFellThrough, evaluationAsked } from './awards.events.js';
import { type Question, questionOf } from './question-rows.js';
import { tellingOf, writeReasons } from './reason-rows.js';
import { contentText } from './rules/content.js';
import { withNames } from './rules/explanation.js';
import { heldWords, whyNoRoom } from './rules/held.js';
import { awardLifecycle } from './rules/lifecycle.js';
import { shareOut } from './rules/share-out.js';
import { askWeighing } from './weighing-rows.js';

/** The answer where no bid is left to be compared. */
function withoutBids(why: string): Answer {
  const result = { totalMinor: null, boundMinor: null, gap: null, awards: [], explanation: [why], solveMs: 0 };
  return { result: { status: 'infeasible', ...result }, gaps: [], reasons: [] };
}

const NEVER_ANY = 'No bid was opened in this tender, so there is nothing to award.';
const NONE_LEFT =
  'Every bid for these lots has fallen through or cannot serve any of them, so there is nobody left to award them to.';

@Injectable()
export class AwardsJobs {
  constructor(
    private readonly source: JobSource,
    private readonly deeds: Deeds,
    private readonly tenders: TendersQueries,
    private readonly auctions: AuctionsQueries,
    private readonly allocation: AllocationService,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /** The first award of a tender whose auction is decided, unless the tender was cancelled meanwhile. */
  @OnFact(auctionDecided, { name: 'awards.begin' })
  async begin(deed: Deed, { tenderId }: { tenderId: string }): Promise<void> {
    if ((await this.tenders.heldState(deed.tx, tenderId)) === 'cancelled') return;
    const tender = await this.tenders.published(deed.tx, tenderId);
    if (!tender) throw notFound('tender');
    if ((await nextRound(deed, tenderId)) !== 1) return;
    const award = freshAward(deed, {
      tenderId,
      tenderHash: tender.contentHash,
      scope: null,
      fallenFrom: null,
      fallenBid: null,
    });
    await deed.tx.insert(Award, award);
    await deed.record({ type: 'award', id: award.id }, { tenderId, tenderHash: tender.contentHash });
    await deed.announce(evaluationAsked, { awardId: award.id });
  }

  @OnFact(evaluationAsked, { name: 'awards.evaluate', long: true })
  async evaluate({ awardId }: { awardId: string }): Promise<void> {
    for (let finished = false; !finished;) {
      const asked = await this.source.manager.findOneBy(Award, { id: awardId, state: 'evaluating' });
      if (!asked) return;
      const question = await this.questionOf(this.source.manager, asked);
      const { bids, problem } = question;
      const answer =
        problem.bids.length === 0
          ? withoutBids(bids.length + asked.excludedBids.length === 0 ? NEVER_ANY : NONE_LEFT)
          : await this.allocation.reasoned(problem, { seconds: asked.seconds });
      finished = await this.deeds.runAsJob('awards.evaluate', (deed) => this.finish(deed, awardId, question, answer));
    }
  }

  @OnFact(awardFellThrough, { name: 'awards.evaluate-follow-up', long: true })
  async evaluateFollowUp(fact: { awardId: string }): Promise<void> {
    await this.evaluate(fact);
  }

  @WhenDue({ name: 'awards.end-standstill', table: 'award', states: ['standstill'] })
  async endStandstill(deed: Deed, id: string): Promise<void> {
    const award = await locked(deed, id);
    award.state = transition(awardLifecycle, award.state, 'end-standstill');
    award.version += 1;
    award.dueAt = null;
    await deed.tx.save(Award, award);
    await deed.record({ type: 'award', id }, { state: award.state, standstillEndsAt: award.standstillEndsAt });
  }

  /**
   * Writes the answer down, once: an award that is no longer evaluating has been answered.
   * @returns false when the question changed meanwhile, because another award of the tender took lines, or lines that
   *   joined later left winners too little room. Where they left enough, the cheapest stays the cheapest: however many join,
   *   the evaluation comes to its end
   */
  private async finish(deed: Deed, id: string, asked: Question, answer: Answer): Promise<boolean> {
    const { result, reasons } = answer;
    const award = await locked(deed, id);
    if (award.state !== 'evaluating') return true;
    await holdFirst(deed, award.tenderId);
    const now = await this.questionOf(deed.tx, award);
    const winners = shareOut(result.awards, asked.bids, award.scope, asked.held, asked.problem.bids);
    if (now.settledHash !== asked.settledHash) return false;
    if (now.problemHash !== asked.problemHash && whyNoRoom(winners, now.bids, now.held) !== null) return false;
    const answered = result.status === 'optimal' || result.status === 'feasible';
    award.state = transition(awardLifecycle, award.state, answered ? 'draft' : 'fail');
    award.version += 1;
    award.problemHash = asked.problemHash;
    award.settledHash = asked.settledHash;
    award.solverStatus = result.status;
    award.totalMinor = result.totalMinor;
    award.boundMinor = result.boundMinor;
    award.winners = winners;
    const providers = [...new Set(asked.bids.map((bid) => bid.providerId))];
    const names = await this.organisations.names(deed.tx, providers);
    const words = heldWords(asked.problem.bids, asked.held);
    const known = [
      ...asked.problem.bids,
      ...asked.bids.map(({ bidId, providerId }) => ({ id: bidId, provider: providerId })),
    ];
    award.explanation = withNames([...words, ...result.explanation], known, names);
    award.contentHash = sha256(contentText(award));
    await deed.tx.save(Award, award);
    await writeReasons(deed.tx, id, reasons, tellingOf(asked, names));
    if (result.status === 'optimal') await askWeighing(deed, id, reasons);
    const { state, problemHash, solverStatus, totalMinor, contentHash } = award;
    await deed.record({ type: 'award', id }, { state, problemHash, solverStatus, totalMinor, contentHash });
    return true;
  }

  private async questionOf(tx: EntityManager, award: Award): Promise<Question> {
    return questionOf(tx, award, this.tenders, this.auctions);
  }
}
