/** Awards on their way from opened bids to the end of the standstill, as people take them there. */
import { openedTender, type OpenedTenderMade, type OpenedTenderOptions } from '../support/opened-tender.js';
import type { Someone, System } from '../support/system.js';

export interface CellJson {
  readonly lot: string;
  readonly tier: string;
  readonly from: number;
  readonly lines: number;
}

export interface WinnerJson {
  readonly bidId: string;
  readonly providerId: string;
  readonly alternative: string | null;
  readonly band: number;
  readonly lines: number;
  readonly heldLines: number;
  readonly costMinor: number;
  readonly cells: readonly CellJson[];
}

export interface AwardJson {
  readonly id: string;
  readonly tenderId: string;
  readonly round: number;
  readonly state: string;
  readonly version: number;
  readonly scope: readonly CellJson[] | null;
  readonly excludedBids: readonly { readonly bidId: string; readonly why: string }[];
  readonly solverStatus: string | null;
  readonly totalMinor: number | null;
  readonly boundMinor: number | null;
  readonly gap: number | null;
  readonly winners: readonly WinnerJson[];
  readonly explanation: readonly string[];
  readonly reasons: string | null;
  readonly contentHash: string;
  readonly standstillEndsAt: string;
  readonly whyRejected: string | null;
  readonly whyAbandoned: string | null;
  readonly abandonment: string | null;
  readonly supersedes: string | null;
  readonly fallenFrom: string | null;
  readonly recommendedBy: { readonly personId: string; readonly name: string } | null;
  readonly approvedBy: { readonly personId: string; readonly name: string } | null;
}

export interface AwardMade extends OpenedTenderMade {
  readonly award: AwardJson;
}

export interface DecidedAward extends AwardMade {
  readonly approver: Someone;
}

/** The award as it is now. */
export async function read(reader: Someone, awardId: string): Promise<AwardJson> {
  const answer = await reader.get(`/api/v1/awards/${awardId}`).expect(200);
  return answer.body as AwardJson;
}

/** The tender's award of this round, once it is in one of these states. */
export async function awardOf(
  system: System,
  reader: Someone,
  tenderId: string,
  { round = 1, states = ['drafted', 'failed'] }: { round?: number; states?: readonly string[] } = {},
): Promise<AwardJson> {
  const isIt = (award: AwardJson): boolean => award.round === round && states.includes(award.state);
  const answer = await system.eventually(
    () => reader.get(`/api/v1/tenders/${tenderId}/awards`),
    ({ body }) => (body as { items: AwardJson[] }).items.some(isIt),
  );
  const award = (answer.body as { items: AwardJson[] }).items.find(isIt);
  if (!award) throw new Error('the award went away');
  return award;
}

/** A tender whose bids were opened and evaluated. */
export async function draftedAward(system: System, options: OpenedTenderOptions = {}): Promise<AwardMade> {
  const tender = await openedTender(system, options);
  return { ...tender, award: await awardOf(system, tender.officer, tender.tenderId) };
}

/** Has a tender evaluated once more: a fresh draft of the same allocation, sooner there than a tender of its own. */
export async function draftedAgain(system: System, officer: Someone, { id, tenderId }: AwardJson): Promise<AwardJson> {
  const body = { excludedBidIds: [], why: 'Once more.' };
  const answer = await officer.post(`/api/v1/awards/${id}/evaluate-again`, body).expect(201);
  const { id: next } = answer.body as { id: string };
  const list = await system.eventually(
    () => officer.get(`/api/v1/tenders/${tenderId}/awards?limit=200`),
    ({ body: page }) =>
      (page as { items: AwardJson[] }).items.some((each) => each.id === next && each.state === 'drafted'),
  );
  const award = (list.body as { items: AwardJson[] }).items.find((each) => each.id === next);
  if (!award) throw new Error('the award went away');
  return award;
}

/** Recommends an award, and answers with what is now to be approved. */
export async function recommended(officer: Someone, awardId: string, reasons = 'The cheapest.'): Promise<AwardJson> {
  await officer.post(`/api/v1/awards/${awardId}/recommend`, { reasons }).expect(200);
  return read(officer, awardId);
}

/** Decides on a drafted award by two persons, of one agency unless said otherwise; its standstill runs. */
export async function decided(system: System, made: AwardMade, approver?: Someone): Promise<DecidedAward> {
  const second = approver ?? (await system.someone('approver', made.officer.organisationId));
  const { contentHash } = await recommended(made.officer, made.award.id);
  await second.post(`/api/v1/awards/${made.award.id}/approve`, { contentHash }).expect(200);
  return { ...made, award: await read(second, made.award.id), approver: second };
}

/** A decided award, past its standstill. */
export async function finalAward(system: System, options: OpenedTenderOptions = {}): Promise<DecidedAward> {
  const award = await decided(system, await draftedAward(system, options));
  return pastStandstill(system, award);
}

/** Lets the standstill pass. */
export async function pastStandstill(system: System, made: DecidedAward): Promise<DecidedAward> {
  await system.passTo(made.award.standstillEndsAt);
  const award = await awardOf(system, made.officer, made.tenderId, { round: made.award.round, states: ['final'] });
  return { ...made, award };
}

/** Two providers that must share: neither may win more than 60 % of the lines. */
export const SHARED: OpenedTenderOptions = { terms: { awardRule: 'shared', maxShareBp: 6_000 } };
