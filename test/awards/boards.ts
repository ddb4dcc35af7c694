/** Scenario boards as the agency reads them. */
import type { Someone, System } from '../support/system.js';

export interface AllocationJson {
  readonly totalMinor: number | null;
  readonly winners: readonly { readonly providerId: string; readonly providerName: string; readonly lines: number }[];
  readonly largestShareBp: number | null;
  readonly gap: number | null;
  readonly proved: boolean;
}

export interface ScenarioJson extends AllocationJson {
  readonly kind: string;
  readonly about: string;
  readonly words: string;
  readonly status: string;
  readonly moreMinor: number | null;
  readonly morePercent: number | null;
  readonly explanation: readonly string[];
}

export interface BoardJson {
  readonly awardId: string;
  readonly state: string;
  readonly done: number;
  readonly total: number;
  readonly lines: number;
  readonly best: AllocationJson;
  readonly scenarios: readonly ScenarioJson[];
  readonly curve: readonly {
    readonly percent: number;
    readonly lines: number;
    readonly status: string;
    readonly lineMonthlyMinor: number | null;
    readonly proved: boolean;
  }[];
  readonly leftOut: { readonly providers: readonly string[]; readonly bids: readonly string[] };
}

export interface GapJson {
  readonly bidId: string;
  readonly alternative: string | null;
  readonly providerName: string;
  readonly lot: string;
  readonly tier: string | null;
  readonly lines: number;
  readonly gapMinor: number | null;
  readonly gapLineMonthlyMinor: number | null;
  readonly proved: boolean;
  readonly atLeastMinor: number;
  readonly proof: string;
  readonly triedSeconds: number | null;
}

/** The board of an award, once everything on it has its answer. */
export async function completeBoard(system: System, reader: Someone, awardId: string): Promise<BoardJson> {
  const answer = await system.eventually(
    () => reader.get(`/api/v1/awards/${awardId}/scenarios`),
    ({ body }) => (body as BoardJson).state === 'complete',
    120_000,
  );
  return answer.body as BoardJson;
}
