/** The deeds around framework agreements: drafted from an award, signed by both parties or returned, or fallen. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AwardsQueries } from '../awards/awards.queries.js';
import { AwardsService } from '../awards/awards.service.js';
import { type ClassLines, HoldingsService } from '../awards/holdings.service.js';
import { LinesService } from '../awards/lines.service.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import type { Actor } from '../kernel/actor.js';
import { transition } from '../kernel/lifecycle.js';
import { notFound, refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { Agreement } from './agreement.entity.js';
import {
  contentOf,
  keepEdition,
  lockedAgreement,
  nextNumber,
  presentEdition,
  signaturesOf,
  typeset,
} from './agreement-rows.js';
import { agreementSigned } from './contracts.events.js';
import type { AgreementTerms } from './contracts.queries.js';
import { agreementLifecycle } from './rules/lifecycle.js';
import {
  mayRead,
  partyOf,
  type Signable,
  whyNotIssue,
  whyNotLetFall,
  whyNotReturn,
  whyNotSign,
} from './rules/signing.js';
import { agreementContent } from './rules/terms.js';

/** An agreement as its deeds answer. */
export interface AgreementStep {
  readonly id: string;
  readonly state: string;
  readonly version: number;
  readonly contentHash: string;
}

@Injectable()
export class ContractsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly awardsQueries: AwardsQueries,
    private readonly awards: AwardsService,
    private readonly holdings: HoldingsService,
    private readonly lines: LinesService,
    private readonly tenders: TendersQueries,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /**
   * Writes one agreement for each winner of an approved award, ready to be read, and signed after the standstill; and
   * which lines each is about, so that there is no agreement without them.
   */
  async draft(deed: Deed, awardId: string): Promise<void> {
    const award = await this.awardsQueries.one(deed.tx, awardId);
    const tender = award && (await this.tenders.published(deed.tx, award.tenderId));
    if (!award || !tender) throw notFound('award');
    const { agencyId, contentHash, standstillEndsAt } = award;
    if (agencyId === null || contentHash === null || standstillEndsAt === null) {
      throw refuse('award.not-approved', 'Agreements are drafted from an approved award only.', { state: award.state });
    }
    await this.lines.assign(deed, awardId);
    const drafted: { bid_id: string }[] = await deed.tx.query(
      'select bid_id from framework_agreement where award_id = $1',
      [awardId],
    );
    const done = new Set(drafted.map((row) => row.bid_id));
    const tariffs = await this.awardsQueries.winningTariffs(deed.tx, award);
    const openMarket = await this.tenders.openMarket(deed.tx, tender.poolId);
    const names = await this.names(deed, [agencyId, ...award.winners.map((winner) => winner.providerId)]);
    for (const winner of award.winners) {
      const tariff = tariffs.get(winner.bidId);
      if (tariff === undefined) throw notFound('bid');
      if (done.has(winner.bidId)) continue;
      const { sequence, number } = await nextNumber(deed);
      const parties = { number, agencyId, agencyName: names(agencyId), providerName: names(winner.providerId) };
      const approved = { id: awardId, contentHash, standstillEndsAt };
      const content = agreementContent(winner, tariff, approved, tender, openMarket, parties, deed.now);
      const edition = await typeset(content);
      const agreement = Object.assign(new Agreement(), {
        id: randomUUID(),
        sequence,
        number,
        awardId,
        tenderId: tender.id,
        poolId: tender.poolId,
        agencyId,
        providerId: winner.providerId,
        bidId: winner.bidId,
        state: agreementLifecycle.initial,
        version: 1,
        ...presentEdition(edition, deed.now),
      });
      await deed.tx.insert(Agreement, agreement);
      await keepEdition(deed, agreement.id, edition);
      await record(deed, agreement);
    }
  }

  /**
   * Signs for the party that the actor may sign for, with the content hash that the actor read.
   * @throws Refusal 'agreement.not-a-party', 'award.standstill', 'agreement.signed-already', 'agreement.changed', ...
   */
  async sign(actor: Actor, id: string, seenHash: string): Promise<AgreementStep> {
    return this.deeds.run(actor, 'contracts.sign', { id, seenHash }, async (deed) => {
      const { agreement, signable } = await this.known(deed, actor, id);
      const standstill = await this.awardsQueries.whyNotSign(deed.tx, agreement.awardId, deed.now);
      unless(whyNotSign(signable, actor, seenHash, standstill));
      const party = partyOf(signable, actor);
      if (party === null || actor.personId === null) throw notFound('agreement');
      const { edition, contentHash, pdfHash } = agreement;
      await deed.tx.query(
        `insert into agreement_signature
           (agreement_id, edition, party, person_id, name, signed_at, address, content_hash, pdf_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [id, edition, party, actor.personId, actor.personName, deed.now, actor.address, contentHash, pdfHash],
      );
      agreement.state = transition(agreementLifecycle, agreement.state, `sign-for-${party}`);
      if (agreement.state === 'signed') {
        agreement.signedAt = deed.now;
        await deed.announce(agreementSigned, { agreementId: id });
      }
      return save(deed, agreement, { party });
    });
  }

  /** Returns an agreement with the reason; no signature on the present edition counts any more. */
  async return(actor: Actor, id: string, why: string): Promise<AgreementStep> {
    return this.deeds.run(actor, 'contracts.return', { id, why }, async (deed) => {
      const { agreement, signable } = await this.known(deed, actor, id);
      unless(whyNotReturn(signable, actor));
      agreement.state = transition(agreementLifecycle, agreement.state, 'return');
      agreement.whyReturned = why;
      return save(deed, agreement, { party: partyOf(signable, actor) }, why);
    });
  }

  /**
   * Issues a returned agreement again, as another edition, with what the parties agreed beside the model contract.
   * @throws Refusal 'agreement.not-a-party', 'agreement.cannot-issue'
   */
  async issue(actor: Actor, id: string, specialConditions: string | null): Promise<AgreementStep> {
    return this.deeds.run(actor, 'contracts.issue', { id, specialConditions }, async (deed) => {
      const agreement = await lockedAgreement(deed, id);
      unless(whyNotIssue(agreement, actor));
      agreement.state = transition(agreementLifecycle, agreement.state, 'issue');
      const before = await contentOf(deed.tx, id, agreement.edition);
      const names = await this.names(deed, [agreement.agencyId, agreement.providerId]);
      const edition = await typeset({
        ...before,
        edition: agreement.edition + 1,
        issuedAt: deed.now.toISOString(),
        specialConditions,
        agencyName: names(agreement.agencyId),
        providerName: names(agreement.providerId),
      });
      await keepEdition(deed, id, edition);
      Object.assign(agreement, presentEdition(edition, deed.now));
      agreement.whyReturned = null;
      return save(deed, agreement, { edition: agreement.edition });
    });
  }

  /** The lines of a signed agreement have settled: its provider holds these and no more of what it was awarded. */
  async settled(deed: Deed, { awardId, bidId }: AgreementTerms, lines: readonly ClassLines[]): Promise<void> {
    await this.holdings.settled(deed, { awardId, bidId }, lines);
  }

  /**
   * What the provider of an agreement holds in its tender stays as it is until the deed ends.
   * @throws Refusal 'agreement.not-found'
   */
  async hold(deed: Deed, agreementId: string): Promise<void> {
    const rows: { awardId: string }[] = await deed.tx.query(
      'select award_id as "awardId" from framework_agreement where id = $1',
      [agreementId],
    );
    const [agreement] = rows;
    if (!agreement) throw notFound('agreement');
    await this.holdings.hold(deed, agreement.awardId);
  }

  /** Lines have joined a settled agreement, in a deed that holds it (`hold`): its provider serves these as well. */
  async joined(deed: Deed, { awardId, bidId }: AgreementTerms, lines: readonly ClassLines[]): Promise<void> {
    await this.holdings.joined(deed, { awardId, bidId }, lines);
  }

  /**
   * Lets a winner fall that does not sign: its lines are awarded anew, without its bid.
   * @throws Refusal 'agreement.not-a-party', 'agreement.wrong-state', 'award.same-person', 'award.wrong-state'
   */
  async letFall(actor: Actor, id: string, why: string): Promise<AgreementStep> {
    return this.deeds.run(actor, 'contracts.let-fall', { id, why }, async (deed) => {
      const { agreement, signable } = await this.known(deed, actor, id);
      const secondEyes = await this.awardsQueries.whyNotLetFall(deed.tx, agreement.awardId, actor.personId);
      unless(whyNotLetFall(signable, actor, secondEyes));
      return this.fall(deed, agreement, 'let-fall', why);
    });
  }

  /** A signed agreement falls, because its members accepted too little: its lines are awarded anew. */
  async fallThrough(deed: Deed, agreementId: string, why: string): Promise<void> {
    await this.fall(deed, await lockedAgreement(deed, agreementId), 'fall-through', why);
  }

  private async fall(
    deed: Deed,
    agreement: Agreement,
    verb: 'fall-through' | 'let-fall',
    why: string,
  ): Promise<AgreementStep> {
    agreement.state = transition(agreementLifecycle, agreement.state, verb);
    agreement.whyFallen = why;
    const { awardId, bidId } = agreement;
    const followUp = await this.awards.fallThrough(deed, { awardId, bidId, why });
    return save(deed, agreement, { followUpAward: followUp.awardId }, why);
  }

  /** The agreement, locked, if the actor may know of it. @throws Refusal 'agreement.not-found' */
  private async known(deed: Deed, actor: Actor, id: string): Promise<{ agreement: Agreement; signable: Signable }> {
    const agreement = await lockedAgreement(deed, id);
    if (!mayRead(agreement, actor)) throw notFound('agreement');
    const signatures = await signaturesOf(deed.tx, [id]);
    const present = signatures.filter((signature) => signature.edition === agreement.edition);
    const { state, agencyId, providerId, contentHash } = agreement;
    return { agreement, signable: { state, agencyId, providerId, contentHash, signatures: present } };
  }

  private async names(deed: Deed, ids: readonly string[]): Promise<(id: string) => string> {
    const names = await this.organisations.names(deed.tx, [...new Set(ids)]);
    return (id) => {
      const name = names.get(id);
      if (name === undefined) throw notFound('organisation');
      return name;
    };
  }
}

async function save(
  deed: Deed,
  agreement: Agreement,
  facts: Readonly<Record<string, unknown>>,
  why?: string,
): Promise<AgreementStep> {
  agreement.version += 1;
  await deed.tx.save(Agreement, agreement);
  await record(deed, agreement, facts, why);
  const { id, state, version, contentHash } = agreement;
  return { id, state, version, contentHash };
}

async function record(deed: Deed, agreement: Agreement, facts = {}, why?: string): Promise<void> {
  const { id, number, state, contentHash, pdfHash } = agreement;
  await deed.record({ type: 'agreement', id }, { number, state, contentHash, pdfHash, ...facts }, why);
}
