/** Framework agreements as people read and sign them. */
import type { DecidedAward } from '../awards/decided-award.js';
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

export interface AgreementMade {
  readonly agreement: AgreementJson;
  /** bids for its provider */
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

/** Signs for both parties. */
export async function signBoth({ agreement, provider }: AgreementMade, approver: Someone): Promise<AgreementJson> {
  const { contentHash, id } = agreement;
  for (const person of [approver, provider]) {
    await person.post(`/api/v1/agreements/${id}/sign`, { contentHash }).expect(200);
  }
  return readAgreement(approver, id);
}

/** Each agreement with a person of its provider. */
export function withProviders({ bids }: DecidedAward, agreements: readonly AgreementJson[]): AgreementMade[] {
  return agreements.flatMap((agreement) =>
    bids.filter((bid) => bid.bidId === agreement.bidId).map(({ provider }) => ({ agreement, provider })),
  );
}
