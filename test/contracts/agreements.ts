/** Framework agreements as people come by them: drafted with an award, signable after its standstill. */
import { decided, type DecidedAward, draftedAward, pastStandstill } from '../awards/decided-award.js';
import type { OpenedTenderOptions } from '../support/opened-tender.js';
import type { Someone, System } from '../support/system.js';

export interface SignatureJson {
  readonly edition: number;
  readonly party: string;
  readonly personId: string;
  readonly name: string;
  readonly signedAt: string;
  readonly address: string | null;
  readonly contentHash: string;
  readonly pdfHash: string;
  readonly counts: boolean;
}

export interface AgreementJson {
  readonly id: string;
  readonly number: string;
  readonly awardId: string;
  readonly tenderId: string;
  readonly bidId: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly agencyId: string;
  readonly state: string;
  readonly version: number;
  readonly edition: number;
  readonly lines: number;
  readonly contentHash: string;
  readonly pdfHash: string;
  readonly standstillEndsAt: string;
  readonly whyReturned: string | null;
  readonly signedAt: string | null;
  readonly whyFallen: string | null;
  readonly content: Readonly<Record<string, unknown>>;
  readonly signatures: readonly SignatureJson[];
}

export interface AgreementMade extends DecidedAward {
  /** of the first winner */
  readonly agreement: AgreementJson;
  /** bids for it */
  readonly provider: Someone;
}

export async function readAgreement(reader: Someone, id: string): Promise<AgreementJson> {
  const answer = await reader.get(`/api/v1/agreements/${id}`).expect(200);
  return answer.body as AgreementJson;
}

/** The agreements of an award, once there is one for each winner. */
export async function agreementsOf(system: System, made: DecidedAward): Promise<AgreementJson[]> {
  const list = await system.eventually(
    () => made.officer.get(`/api/v1/agreements?tenderId=${made.tenderId}&limit=200`),
    ({ body }) =>
      (body as { items: AgreementJson[] }).items.filter((each) => each.awardId === made.award.id).length ===
      made.award.winners.length,
  );
  const { items } = list.body as { items: AgreementJson[] };
  const own = items.filter((each) => each.awardId === made.award.id);
  return Promise.all(own.map((each) => readAgreement(made.officer, each.id)));
}

/** An agreement during the standstill of its award. */
export async function issuedAgreement(system: System, options: OpenedTenderOptions = {}): Promise<AgreementMade> {
  const made = await decided(system, await draftedAward(system, options));
  return withFirst(made, await agreementsOf(system, made));
}

/** An agreement that may be signed. */
export async function signableAgreement(system: System, options: OpenedTenderOptions = {}): Promise<AgreementMade> {
  const made = await issuedAgreement(system, options);
  return { ...made, ...(await pastStandstill(system, made)) };
}

/** An agreement that both parties signed. */
export async function signedAgreement(system: System, options: OpenedTenderOptions = {}): Promise<AgreementMade> {
  const made = await signableAgreement(system, options);
  const { contentHash, id } = made.agreement;
  for (const person of [made.approver, made.provider]) {
    await person.post(`/api/v1/agreements/${id}/sign`, { contentHash }).expect(200);
  }
  return { ...made, agreement: await readAgreement(made.officer, id) };
}

function withFirst(made: DecidedAward, agreements: readonly AgreementJson[]): AgreementMade {
  const [agreement] = agreements;
  const provider = made.bids.find((bid) => bid.provider.organisationId === agreement?.providerId)?.provider;
  if (!agreement || !provider) throw new Error('no agreement was drafted');
  return { ...made, agreement, provider };
}
