/** What becomes of lines after their award: how many of them a winner really holds. */
import { Injectable } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
import { transition } from '../kernel/lifecycle.js';
import { refuse } from '../kernel/refusal.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { LotCode, TierCode } from '../pricing/rules/tariff.js';
import { Award } from './award.entity.js';
import { fallenBids, freshAward, heldWithFirst, holdWithFirst, nextRound, withFallen } from './award-rows.js';
import { evaluationAsked } from './awards.events.js';
import { awardLifecycle } from './rules/lifecycle.js';

const WHY_AGAIN = 'A winner of this tender settled at fewer lines than it had won.';

/** Lines of a class: those that settled, of which a class that is left out has none, or those that joined later. */
export interface ClassLines {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly lines: number;
}

@Injectable()
export class HoldingsService {
  /**
   * A winner's lines have settled: from now on it holds these, and no longer what it was awarded. Follow-up awards that
   * were evaluated with more, and that nobody has recommended yet, are evaluated again.
   */
  async settled(
    deed: Deed,
    of: { readonly awardId: string; readonly bidId: string },
    settled: readonly ClassLines[],
  ): Promise<void> {
    // Evaluations read what is held under the same lock of the first award, so none ends with what no longer holds.
    const award = await heldWithFirst(deed, of.awardId, of.bidId);
    if (award.state !== 'final' || award.cells === null) {
      throw refuse('award.not-winner', 'Only a winner of a final award can settle its lines.', { state: award.state });
    }
    const cells = award.cells.map(({ lot, tier, lines }) => {
      const now = settled.find((each) => each.lot === lot && each.tier === tier)?.lines ?? 0;
      return { lot, tier, lines: now, fewer: now < lines };
    });
    const [after]: { followed: boolean }[] = await deed.tx.query(
      `with settled as (
         insert into award_settled (award_id, bid_id, lot_code, tier_code, lines)
         select $1, $2, cell.* from unnest($3::text[], $4::text[], $5::integer[]) as cell
       )
       select exists (select from award where tender_id = $6 and fallen_from is not null) as followed`,
      [
        of.awardId,
        of.bidId,
        cells.map((c) => c.lot),
        cells.map((c) => c.tier),
        cells.map((c) => c.lines),
        award.tenderId,
      ],
    );
    const lines = cells.reduce((sum, cell) => sum + cell.lines, 0);
    await deed.record({ type: 'award', id: of.awardId }, { settledBid: of.bidId, settledLines: lines });
    if (after?.followed === true && cells.some((cell) => cell.fewer)) {
      await this.evaluateFollowUps(deed, award.tenderId);
    }
  }

  /** Nobody decides on another award of the tender, or takes lines in it, until the deed ends. */
  async hold(deed: Deed, awardId: string): Promise<void> {
    await holdWithFirst(deed, awardId);
  }

  /**
   * Lines have joined a winner's running agreement, in a deed that held the awards (`hold`) before it looked at what is left
   * of the winner's capacities: they fill these from now on. Bands and minimum of what is
   * awarded beside them go on counting what settled. A follow-up award for which no room is left by that is refused when
   * somebody decides on it.
   */
  async joined(
    deed: Deed,
    of: { readonly awardId: string; readonly bidId: string },
    joined: readonly ClassLines[],
  ): Promise<void> {
    await deed.tx.query(
      `insert into award_joined (award_id, bid_id, lot_code, tier_code, lines)
       select $1, $2, cell.* from unnest($3::text[], $4::text[], $5::integer[]) as cell`,
      [of.awardId, of.bidId, joined.map((c) => c.lot), joined.map((c) => c.tier), joined.map((c) => c.lines)],
    );
  }

  /**
   * Awards that somebody holds at this moment are passed over: an evaluation that is ending sees by itself that its
   * question changed, and a person who decides is told (`whyHeldChanged`).
   */
  private async evaluateFollowUps(deed: Deed, tenderId: string): Promise<void> {
    const waiting = await deed.tx.find(Award, {
      where: { tenderId, state: In(['drafted', 'failed']), fallenFrom: Not(IsNull()) },
      order: { round: 'asc' },
      lock: { mode: 'pessimistic_write', onLocked: 'skip_locked' },
    });
    if (waiting.length === 0) return;
    const fallen = await fallenBids(deed, tenderId);
    for (const previous of waiting) {
      previous.state = transition(awardLifecycle, previous.state, 'evaluate-again');
      previous.version += 1;
      await deed.tx.save(Award, previous);
      const { id, round, state, contentHash, tenderHash, scope, fallenFrom, fallenBid, excludedBids } = previous;
      await deed.record({ type: 'award', id }, { round, state, contentHash }, WHY_AGAIN);
      const fresh = freshAward(deed, { tenderId, tenderHash, scope, fallenFrom, fallenBid });
      fresh.round = await nextRound(deed, tenderId);
      fresh.excludedBids = withFallen(excludedBids, fallen);
      fresh.seconds = previous.seconds;
      fresh.supersedes = id;
      fresh.whyAgain = WHY_AGAIN;
      fresh.preparedBy = [...previous.preparedBy];
      await deed.tx.insert(Award, fresh);
      await deed.record({ type: 'award', id: fresh.id }, { supersedes: id, excluded: fresh.excludedBids }, WHY_AGAIN);
      await deed.announce(evaluationAsked, { awardId: fresh.id });
    }
  }
}
