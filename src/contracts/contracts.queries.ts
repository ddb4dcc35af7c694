/** Agreements as they are read: by the parties on screens, and by other rooms. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { type Page, pageOf, uuidCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { namedRow } from '../platform/database/named-row.js';
import { Agreement } from './agreement.entity.js';
import { contentFrom, contentOf, type Signature, signaturesOf, type StoredContent } from './agreement-rows.js';
import type { AgreementAnswer, AgreementsQuery, AgreementSummary } from './contracts.dto.js';
import { mayRead } from './rules/signing.js';
import type { AgreementContent } from './rules/terms.js';

/** What both parties agreed on. */
export interface AgreementTerms extends AgreementContent {
  readonly agreementId: string;
  readonly contentHash: string;
  readonly signedAt: Date;
}

/** A contract as a file. */
export interface ContractFile {
  readonly name: string;
  readonly pdf: Buffer;
  /** SHA-256 of the file */
  readonly hash: string;
}

@Injectable()
export class ContractsQueries {
  constructor(private readonly source: DataSource) {}

  /** The terms of an agreement that both parties signed, whether it stands or has fallen since; null for any other. */
  async terms(tx: EntityManager, agreementId: string): Promise<AgreementTerms | null> {
    const rows: { content: StoredContent; contentHash: string; signedAt: Date }[] = await tx.query(
      `select e.content, a.content_hash as "contentHash", a.signed_at as "signedAt"
       from framework_agreement a join agreement_edition e on e.agreement_id = a.id and e.edition = a.edition
       where a.id = $1 and a.signed_at is not null`,
      [agreementId],
    );
    const [row] = rows;
    if (!row) return null;
    return { ...contentFrom(row.content), agreementId, contentHash: row.contentHash, signedAt: row.signedAt };
  }

  /** Agreements that the actor may know of, in order of drafting. */
  async list(actor: Actor, { cursor, limit, tenderId }: AgreementsQuery): Promise<Page<AgreementSummary>> {
    const query = this.source.manager
      .createQueryBuilder(Agreement, 'agreement')
      .orderBy('agreement.sequence')
      .limit(limit + 1);
    if (actor.organisationKind !== 'agency') {
      query.andWhere('agreement.providerId = :own', { own: actor.organisationId });
    }
    if (tenderId !== undefined) query.andWhere('agreement.tenderId = :tenderId', { tenderId });
    const known = 'framework_agreement where id = $1 and (provider_id = $2 or $3)';
    const sight = [actor.organisationId, actor.organisationKind === 'agency'];
    const behind = await namedRow(this.source.manager, uuidCursor(cursor), known, sight);
    if (behind !== null) {
      query.andWhere('agreement.sequence > (select a.sequence from framework_agreement a where a.id = :behind)', {
        behind,
      });
    }
    return pageOf(await this.summaries(await query.getMany()), limit, (agreement) => agreement.id);
  }

  /** @throws Refusal 'agreement.not-found', also for an agreement of another provider */
  async one(actor: Actor, id: string): Promise<AgreementAnswer> {
    const agreement = await this.readable(actor, id);
    const [summary] = await this.summaries([agreement]);
    if (!summary) throw notFound('agreement');
    const [content, signatures] = await Promise.all([
      contentOf(this.source.manager, id, agreement.edition),
      signaturesOf(this.source.manager, [id]),
    ]);
    return Object.assign(summary, { content, signatures: signatures.map((signature) => shown(signature, agreement)) });
  }

  /** The contract of an edition, of the present one unless said otherwise. @throws Refusal 'agreement.not-found' */
  async file(actor: Actor, id: string, edition?: number): Promise<ContractFile> {
    const agreement = await this.readable(actor, id);
    const wanted = edition ?? agreement.edition;
    const rows: { pdf: Buffer; pdf_hash: string }[] = await this.source.query(
      'select pdf, pdf_hash from agreement_edition where agreement_id = $1 and edition = $2',
      [id, wanted],
    );
    const row = rows[0];
    if (!row) throw notFound('edition');
    const name = wanted === 1 ? agreement.number : `${agreement.number}-edition-${wanted}`;
    return { name: `${name}.pdf`, pdf: row.pdf, hash: row.pdf_hash };
  }

  private async readable(actor: Actor, id: string): Promise<Agreement> {
    const agreement = await this.source.manager.findOneBy(Agreement, { id });
    if (!agreement || !mayRead(agreement, actor)) throw notFound('agreement');
    return agreement;
  }

  private async summaries(agreements: readonly Agreement[]): Promise<AgreementSummary[]> {
    const rows: { id: string; agency: string; provider: string; lines: number; standstill: string }[] =
      await this.source.query(
        `select a.id, e.content ->> 'agencyName' as agency, e.content ->> 'providerName' as provider,
                (e.content ->> 'lines')::int as lines, e.content ->> 'standstillEndsAt' as standstill
         from framework_agreement a join agreement_edition e on e.agreement_id = a.id and e.edition = a.edition
         where a.id = any($1)`,
        [agreements.map((agreement) => agreement.id)],
      );
    const contents = new Map(rows.map((row) => [row.id, row]));
    return agreements.map((agreement) => {
      const { id, number, awardId, tenderId, poolId, bidId, agencyId, providerId, state, version } = agreement;
      const { edition, contentHash, pdfHash, issuedAt, whyReturned, signedAt, whyFallen } = agreement;
      const content = contents.get(id);
      return {
        id,
        number,
        awardId,
        tenderId,
        poolId,
        bidId,
        agencyId,
        agencyName: content?.agency ?? '',
        providerId,
        providerName: content?.provider ?? '',
        state,
        version,
        edition,
        lines: content?.lines ?? 0,
        contentHash,
        pdfHash,
        issuedAt,
        whyReturned,
        signedAt,
        whyFallen,
        standstillEndsAt: content?.standstill ?? '',
      };
    });
  }
}

function shown(signature: Signature, agreement: Agreement): AgreementAnswer['signatures'][number] {
  const { edition, party, personId, name, signedAt, address, contentHash, pdfHash } = signature;
  const counts = edition === agreement.edition && agreement.whyReturned === null;
  return { edition, party, personId, name, signedAt, address, contentHash, pdfHash, counts };
}
