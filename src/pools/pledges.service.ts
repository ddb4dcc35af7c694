/** Joining a pool, changing one's mind, and leaving. */
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { invalid, notFound, refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { whyStale } from '../platform/http/request.js';
import { FrozenTerms } from './frozen-terms.js';
import { joinablePool, refuseJoining } from './joinable-pool.js';
import { linesIn, rewritePledge, saysTheSame, type Wish, wishOf, writePledge } from './pledge-writing.js';
import type { PledgeInput, PledgeView } from './pledges.dto.js';
import { PledgesQueries } from './pledges.queries.js';
import { whyNotPledge } from './rules/pledging.js';

const LEAVE = `
  with gone as (delete from pledge where id = $1 returning pool_id, site_id)
  insert into departure (pool_id, site_id, left_at) select pool_id, site_id, $2 from gone
  on conflict (pool_id, site_id) do update set left_at = excluded.left_at`;

@Injectable()
export class PledgesService {
  constructor(
    private readonly deeds: Deeds,
    private readonly pledges: PledgesQueries,
    private readonly frozen: FrozenTerms,
  ) {}

  /**
   * Pledges lines for one site of the actor's organisation. Idempotent per site: the same pledge again is answered
   * with the one that stands.
   * @throws Refusal 'pool.not-open', 'pool.joining-ended', 'pledge.invalid', 'pledge.exists'
   */
  join(actor: Actor, poolId: string, input: PledgeInput): Promise<PledgeView> {
    return this.deeds.run(actor, 'pools.join', { poolId, input }, async (deed) => {
      const memberId = memberOf(deed);
      const wish = wishOf(input);
      const terms = await this.frozen.terms(deed.tx, poolId);
      if (!terms || deed.now >= terms.joiningEndsAt) return refuseJoining(deed, poolId);
      unless(whyNotPledge({ ...terms, state: 'open' }, wish, deed.now));
      const pledge = await writePledge(deed, poolId, memberId, wish);
      if (pledge === 'closed') return refuseJoining(deed, poolId);
      if (pledge === 'pledged') return this.standing(deed, poolId, wish);
      await deed.record(
        { type: 'pledge', id: pledge.id },
        { poolId, commitment: wish.commitment, lines: linesIn(wish) },
      );
      return pledge;
    });
  }

  /** Replaces what a pledge says. @throws Refusal as joining, 'pledge.other-site', 'version.stale' */
  change(actor: Actor, poolId: string, pledgeId: string, seenVersion: number, input: PledgeInput): Promise<PledgeView> {
    return this.deeds.run(actor, 'pools.change-pledge', { pledgeId, seenVersion, input }, async (deed) => {
      const wish = wishOf(input);
      const pool = await joinablePool(deed, poolId);
      const pledge = await this.own(deed, poolId, pledgeId);
      unless(whyStale(seenVersion, pledge.version));
      unless(whyNotPledge(pool, wish, deed.now));
      if (pledge.site.reference !== wish.site.reference) {
        throw invalid(
          'pledge.other-site',
          'A pledge stays with its site. Leave with this one and join with the other.',
          [{ path: 'site.reference', reason: `must stay ${pledge.site.reference}` }],
        );
      }
      await rewritePledge(deed, pledge, wish);
      await deed.record({ type: 'pledge', id: pledgeId }, { commitment: wish.commitment, lines: linesIn(wish) });
      return this.own(deed, poolId, pledgeId);
    });
  }

  /** Leaves with a site: its pledge goes, with its lines, and no spreadsheet brings it back. */
  async leave(actor: Actor, poolId: string, pledgeId: string, seenVersion: number): Promise<void> {
    await this.deeds.run(actor, 'pools.leave', { pledgeId, seenVersion }, async (deed) => {
      await joinablePool(deed, poolId);
      const pledge = await this.own(deed, poolId, pledgeId);
      unless(whyStale(seenVersion, pledge.version));
      await deed.tx.query(LEAVE, [pledgeId, deed.now]);
      await deed.record({ type: 'pledge', id: pledgeId }, { poolId, reference: pledge.site.reference });
      return null;
    });
  }

  /** The site's pledge as it stands, if it says the same. */
  private async standing(deed: Deed, poolId: string, wish: Wish): Promise<PledgeView> {
    const rows: { id: string }[] = await deed.tx.query(
      `select p.id from pledge p join site s on s.id = p.site_id
       where p.pool_id = $1 and s.member_id = $2 and s.reference = $3`,
      [poolId, memberOf(deed), wish.site.reference],
    );
    const pledge = await this.own(deed, poolId, rows[0]?.id ?? null);
    if (saysTheSame(pledge, wish)) return pledge;
    throw refuse(
      'pledge.exists',
      `Your site ${wish.site.reference} is in this pool already, with another pledge. Change that pledge (${pledge.id}).`,
      { pledgeId: pledge.id },
    );
  }

  /** The member's own pledge, its row locked. */
  private async own(deed: Deed, poolId: string, pledgeId: string | null): Promise<PledgeView> {
    const memberId = memberOf(deed);
    await deed.tx.query('select from pledge where id = $1 and member_id = $2 for update', [pledgeId, memberId]);
    const pledge = pledgeId === null ? null : await this.pledges.one(deed.tx, poolId, pledgeId);
    if (pledge?.memberId !== memberId) throw notFound('pledge');
    return pledge;
  }
}

function memberOf(deed: Deed): string {
  const { organisationId } = deed.actor;
  if (organisationId === null) throw notFound('pledge');
  return organisationId;
}
