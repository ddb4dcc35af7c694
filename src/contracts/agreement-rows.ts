/** Rows of agreements: the agreement itself, what its editions say, and who signed them. */
import type { EntityManager } from 'typeorm';
import { dayOf } from '../kernel/calendar.js';
import { toJson } from '../kernel/canonical.js';
import { notFound } from '../kernel/refusal.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { sha256 } from '../platform/keys/keys.js';
import { tariffOfJson } from '../pricing/rules/tariff-json.js';
import { Agreement } from './agreement.entity.js';
import { contractPdf } from './contract-pdf.js';
import type { Party } from './rules/lifecycle.js';
import { modelContract } from './rules/model-contract.js';
import { type AgreementContent, agreementText } from './rules/terms.js';

export interface Signature {
  readonly agreementId: string;
  readonly edition: number;
  readonly party: Party;
  readonly personId: string;
  readonly name: string;
  readonly signedAt: Date;
  /** the network address it came from, if it was known */
  readonly address: string | null;
  readonly contentHash: string;
  readonly pdfHash: string;
}

/** The agreement, locked until the deed ends. @throws Refusal 'agreement.not-found' */
export async function lockedAgreement(deed: Deed, id: string): Promise<Agreement> {
  const agreement = await deed.tx.findOne(Agreement, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!agreement) throw notFound('agreement');
  return agreement;
}

/** Amounts are integers in JSON. */
export type StoredContent = Omit<AgreementContent, 'tariff' | 'costMinor' | 'openMarket'> & {
  readonly tariff: unknown;
  readonly costMinor: number;
  readonly openMarket: Readonly<Record<string, number>>;
};

/** What an edition of an agreement says; the amounts in it are bigints again. */
export async function contentOf(tx: EntityManager, agreementId: string, edition: number): Promise<AgreementContent> {
  const rows: { content: StoredContent }[] = await tx.query(
    'select content from agreement_edition where agreement_id = $1 and edition = $2',
    [agreementId, edition],
  );
  const stored = rows[0]?.content;
  if (!stored) throw notFound('edition');
  return contentFrom(stored);
}

/** The content as it was before it was stored. */
export function contentFrom(stored: StoredContent): AgreementContent {
  return {
    ...stored,
    tariff: tariffOfJson(stored.tariff),
    costMinor: BigInt(stored.costMinor),
    openMarket: Object.fromEntries(Object.entries(stored.openMarket).map(([tier, minor]) => [tier, BigInt(minor)])),
  };
}

/** An edition set as PDF, with the hashes by which it is signed. */
export interface Edition {
  readonly content: AgreementContent;
  readonly contentHash: string;
  readonly pdf: Buffer;
  readonly pdfHash: string;
}

export async function typeset(content: AgreementContent): Promise<Edition> {
  const contentHash = sha256(agreementText(content));
  const pdf = await contractPdf(modelContract(content), content.issuedAt, contentHash);
  return { content, contentHash, pdf, pdfHash: sha256(pdf) };
}

/** What an agreement takes over from its present edition. */
export function presentEdition(
  { content, contentHash, pdfHash }: Edition,
  issuedAt: Date,
): Pick<Agreement, 'edition' | 'contentHash' | 'pdfHash' | 'issuedAt'> {
  return { edition: content.edition, contentHash, pdfHash, issuedAt };
}

export async function keepEdition(deed: Deed, agreementId: string, edition: Edition): Promise<void> {
  const { content, contentHash, pdf, pdfHash } = edition;
  await deed.tx.query(
    `insert into agreement_edition (agreement_id, edition, content, content_hash, pdf, pdf_hash, issued_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [agreementId, content.edition, toJson(content), contentHash, pdf, pdfHash, deed.now],
  );
}

/** A number for the next agreement: unique, by year and order of drafting. A number that came to nothing leaves a gap. */
export async function nextNumber(deed: Deed): Promise<{ sequence: number; number: string }> {
  const rows: { sequence: number }[] = await deed.tx.query(`select nextval('agreement_sequence')::int as sequence`);
  const sequence = rows[0]?.sequence ?? 0;
  const year = dayOf(deed.now).slice(0, 4);
  return { sequence, number: `FA-${year}-${String(sequence).padStart(4, '0')}` };
}

/** The signatures of agreements, in every edition, in order of time. */
export async function signaturesOf(tx: EntityManager, agreementIds: readonly string[]): Promise<Signature[]> {
  return tx.query(
    `select agreement_id as "agreementId", edition, party, person_id as "personId", name, signed_at as "signedAt",
            address, content_hash as "contentHash", pdf_hash as "pdfHash"
     from agreement_signature where agreement_id = any($1) order by signed_at, party`,
    [agreementIds],
  );
}
