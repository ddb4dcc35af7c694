/** Awards as they are read: by people on screens, and by other rooms. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, In } from 'typeorm';
import { AuctionsQueries } from '../auctions/auctions.queries.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import type { Actor } from '../kernel/actor.js';
import { noCursor, type Page, pageOf, uuidCursor } from '../kernel/page.js';
import { notFound, type Refusal } from '../kernel/refusal.js';
import type { PageQuery } from '../platform/http/fields.js';
import { tariffBy } from '../pricing/rules/alternatives.js';
import type { Tariff } from '../pricing/rules/tariff.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { Award } from './award.entity.js';
import type { AwardAnswer, PersonAnswer } from './awards.dto.js';
import type { LetterAnswer } from './letters.dto.js';
import { abandonment } from './rules/abandon.js';
import type { AwardView } from './rules/award.js';
import { whyNotLetFall } from './rules/four-eyes.js';
import { whyNotSignUnder } from './rules/standstill.js';

/** Letters of a page have at most so much, as texts, or are one: each names every lot, and has a whole tariff. */
const PAGE_BYTES = 4 * 1024 * 1024;

interface LetterRow {
  readonly award_id: string;
  readonly provider_id: string;
  readonly written_at: Date;
  /** rules were told by letters only since tenders may have more of them; alternatives, since bids may have some */
  readonly content: Omit<LetterAnswer['content'], 'rules' | 'alternative'> &
    Partial<Pick<LetterAnswer['content'], 'rules' | 'alternative'>>;
}

@Injectable()
export class AwardsQueries {
  constructor(
    private readonly source: DataSource,
    private readonly organisations: OrganisationsQueries,
    private readonly auctions: AuctionsQueries,
    private readonly tenders: TendersQueries,
  ) {}

  /** An award as other rooms need it; null when there is none. */
  async one(tx: EntityManager, awardId: string): Promise<AwardView | null> {
    const award = await tx.findOneBy(Award, { id: awardId });
    if (!award) return null;
    const { id, tenderId, round, state, standstillEndsAt, contentHash, solverStatus, totalMinor, winners } = award;
    const agencyId = award.approvedFor;
    return { id, tenderId, round, state, standstillEndsAt, contentHash, solverStatus, totalMinor, agencyId, winners };
  }

  /** The tariffs that won in an award, by bid. */
  async winningTariffs(tx: EntityManager, award: AwardView): Promise<Map<string, Tariff>> {
    const bids = new Map((await this.auctions.decidingBids(tx, award.tenderId)).map((bid) => [bid.bidId, bid.tariff]));
    return new Map(
      award.winners.flatMap(({ bidId, alternative }): [string, Tariff][] => {
        const bid = bids.get(bidId);
        return bid ? [[bidId, tariffBy(bid, alternative)]] : [];
      }),
    );
  }

  /** Why nothing may be signed under an award; null once its standstill has ended. The award is held as it is. */
  async whyNotSign(tx: EntityManager, awardId: string, now: Date): Promise<Refusal | null> {
    const award = await tx.findOne(Award, { where: { id: awardId }, lock: { mode: 'pessimistic_read' } });
    return award ? whyNotSignUnder(award, now) : notFound('award');
  }

  /** Why this person may not let a winner fall out of an award; null when it may. */
  async whyNotLetFall(tx: EntityManager, awardId: string, personId: string | null): Promise<Refusal | null> {
    const award = await tx.findOneBy(Award, { id: awardId });
    return award ? whyNotLetFall(award, personId) : notFound('award');
  }

  /** @throws Refusal 'award.not-found' */
  async answer(id: string): Promise<AwardAnswer> {
    const award = await this.source.manager.findOneBy(Award, { id });
    if (!award) throw notFound('award');
    const [answer] = await this.answers([award]);
    if (!answer) throw notFound('award');
    return answer;
  }

  /**
   * All awards of a tender, superseded ones included, in order of their rounds.
   * @throws Refusal 'tender.not-found'
   */
  async ofTender(actor: Actor, tenderId: string, { cursor, limit }: PageQuery): Promise<Page<AwardAnswer>> {
    if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw noCursor();
    await this.tenders.one(this.source.manager, actor, tenderId);
    const after = Number(cursor ?? 0);
    const rows: { id: string }[] = await this.source.query(
      'select id from award where tender_id = $1 and round > $2 order by round limit $3',
      [tenderId, after, limit + 1],
    );
    const awards = await this.source.manager.find(Award, {
      where: { id: In(rows.map((row) => row.id)) },
      order: { round: 'asc' },
    });
    return pageOf(await this.answers(awards), limit, (award) => String(award.round));
  }

  /** The letter of an award to the actor's organisation. @throws Refusal 'letter.not-found' */
  async letterTo(actor: Actor, awardId: string): Promise<LetterAnswer> {
    const rows: LetterRow[] = await this.source.query(
      'select * from award_letter where award_id = $1 and provider_id = $2',
      [awardId, actor.organisationId],
    );
    const [letter] = await this.letters(rows);
    if (!letter) throw notFound('letter');
    return letter;
  }

  /** All letters to the actor's organisation, the latest first. */
  async lettersTo(actor: Actor, query: PageQuery): Promise<Page<LetterAnswer>> {
    return this.letterPage('provider_id', 'award_id', actor.organisationId, query);
  }

  /** All letters of an award. */
  async lettersOf(awardId: string, query: PageQuery): Promise<Page<LetterAnswer>> {
    if (!(await this.source.manager.existsBy(Award, { id: awardId }))) throw notFound('award');
    return this.letterPage('award_id', 'provider_id', awardId, query);
  }

  private async letterPage(
    by: 'award_id' | 'provider_id',
    other: 'award_id' | 'provider_id',
    id: string | null,
    { cursor, limit }: PageQuery,
  ): Promise<Page<LetterAnswer>> {
    const [at, last] = cursor === undefined ? ['infinity', null] : letterOf(cursor);
    const rows: (LetterRow & { readonly found: number })[] = await this.source.query(
      `select * from (
         select l.*, count(*) over ()::int as found, row_number() over latest as place,
           sum(octet_length(content::text)) over latest as bytes
         from (select * from award_letter
               where ${by} = $1 and ($3::uuid is null or (written_at, ${other}) < ($2, $3::uuid))
               order by written_at desc, ${other} desc limit $4) l
         window latest as (order by written_at desc, ${other} desc)
       ) l where place <= $5 and (place = 1 or bytes <= $6) order by place`,
      [id, at, last, limit + 1, limit, PAGE_BYTES],
    );
    const items = await this.letters(rows);
    const end = items.at(-1);
    if (end === undefined || rows.length === rows[0]?.found) return { items, next: null };
    return { items, next: `${end.writtenAt.toISOString()} ${by === 'award_id' ? end.providerId : end.awardId}` };
  }

  private async letters(rows: readonly LetterRow[]): Promise<LetterAnswer[]> {
    const names = await this.organisations.names(this.source.manager, [...new Set(rows.map((row) => row.provider_id))]);
    return rows.map((row) => ({
      awardId: row.award_id,
      providerId: row.provider_id,
      providerName: names.get(row.provider_id) ?? row.provider_id,
      writtenAt: row.written_at,
      content: { ...row.content, rules: row.content.rules ?? [], alternative: row.content.alternative ?? null },
    }));
  }

  private async answers(awards: readonly Award[]): Promise<AwardAnswer[]> {
    const providers = new Set(awards.flatMap((award) => award.winners.map((winner) => winner.providerId)));
    const names = await this.organisations.names(this.source.manager, [...providers]);
    const tenders = [...new Set(awards.map((award) => award.tenderId))];
    const agencyOf = await this.tenders.agencies(this.source.manager, tenders);
    return awards.map((award) => ({
      id: award.id,
      tenderId: award.tenderId,
      ...agencyOf(award.tenderId),
      round: award.round,
      state: award.state,
      version: award.version,
      scope: award.scope,
      excludedBids: award.excludedBids,
      solverStatus: award.solverStatus,
      totalMinor: award.totalMinor,
      boundMinor: award.boundMinor,
      gap: gapOf(award),
      winners: award.winners.map((winner) => ({
        ...winner,
        providerName: names.get(winner.providerId) ?? '',
        alternative: winner.alternative ?? null,
      })),
      explanation: award.explanation,
      reasons: award.reasons,
      contentHash: award.contentHash,
      problemHash: award.problemHash,
      tenderHash: award.tenderHash,
      recommendedBy: personOf(award.recommendedBy, award.recommendedByName),
      recommendedAt: award.recommendedAt,
      approvedBy: personOf(award.approvedBy, award.approvedByName),
      approvedAt: award.approvedAt,
      standstillEndsAt: award.standstillEndsAt,
      whyRejected: award.whyRejected,
      whyAbandoned: award.whyAbandoned,
      abandonment: award.state === 'abandoned' ? abandonment(award.scope) : null,
      supersedes: award.supersedes,
      whyAgain: award.whyAgain,
      fallenFrom: award.fallenFrom,
      fallenBid: award.fallenBid,
      createdAt: award.createdAt,
    }));
  }
}

/** Where a page of letters goes on: when its last letter was written, and the other id of that. @throws Refusal 'page.cursor' */
function letterOf(cursor: string): [writtenAt: Date, other: string | null] {
  const [, at = '', other = ''] = /^(\d{4}-\d\d-\d\dT[\d:.]{12}Z) (\S{36})$/.exec(cursor) ?? [];
  const writtenAt = new Date(at);
  if (Number.isNaN(writtenAt.getTime())) throw noCursor();
  return [writtenAt, uuidCursor(other)];
}

/** How much cheaper another allocation might be, as a part of the total; null without an allocation. */
function gapOf({ totalMinor, boundMinor }: Award): number | null {
  if (totalMinor === null || boundMinor === null) return null;
  return totalMinor === 0n ? 0 : Number(totalMinor - boundMinor) / Number(totalMinor);
}

function personOf(personId: string | null, name: string | null): PersonAnswer | null {
  return personId === null || name === null ? null : { personId, name };
}
