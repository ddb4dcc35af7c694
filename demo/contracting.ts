/** Third act: framework agreements, personal offers, answers, the settled price. */
import { createReadStream, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify';
import { formatMoney, parseMoney } from '../src/kernel/money.js';
import { type Play, passTo, until } from './play.js';
import type { AwardAnswer } from './tendering.js';

export interface Agreement {
  readonly id: string;
  readonly number: string;
  readonly awardId: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly state: string;
  readonly contentHash: string;
}

export interface Round {
  readonly id: string;
  readonly state: string;
  readonly dueAt: string;
  readonly offeredLines: number;
  readonly settledLines: number | null;
  readonly sums: {
    readonly contracts: number;
    readonly lines: number;
    readonly settledMonthly: number;
    readonly openMarketMonthly: number;
    readonly presentMonthly: number;
    readonly presentLines: number;
  } | null;
}

/** Lines of one service tier in one lot. */
export interface RoundClass {
  readonly lot: string;
  readonly tier: string;
  readonly atMostMonthly: number;
  readonly expectedMonthly: number;
  readonly settledMonthly: number | null;
  readonly settledLines: number;
}

/** Signs every agreement of an award, and writes the contracts to the story's folder. */
export async function sign(play: Play, award: AwardAnswer): Promise<Agreement[]> {
  const agreements = await issued(play, award);
  for (const agreement of agreements) await signBoth(play, agreement);
  return agreements;
}

/** The agreements of an award, as soon as all are there. */
export async function issued({ cast }: Play, award: AwardAnswer): Promise<Agreement[]> {
  return until(
    async () => {
      const found: Agreement[] = [];
      for await (const agreement of cast.officer.all<Agreement>('/api/v1/agreements')) {
        if (agreement.awardId === award.id) found.push(agreement);
      }
      return found;
    },
    (found) => found.length === award.winners.length,
  );
}

/** Signs an agreement for both sides, and writes the contract to the story's folder. */
export async function signBoth(play: Play, agreement: Agreement): Promise<void> {
  const { approver, officer, providers } = play.cast;
  mkdirSync(join(play.out, 'contracts'), { recursive: true });
  const body = { contentHash: agreement.contentHash };
  const provider = providers.get(agreement.providerName);
  if (!provider) throw new Error(`${agreement.providerName} has no account`);
  const path = `/api/v1/agreements/${agreement.id}`;
  await approver.post(`${path}/sign`, body, `demo-sign-agency-${agreement.id}`);
  await provider.post(`${path}/sign`, body, `demo-sign-provider-${agreement.id}`);
  const file = join(play.out, 'contracts', `${agreement.number}.pdf`);
  writeFileSync(file, await officer.download(`${path}/pdf`));
  play.story.say(`${agreement.number} with ${agreement.providerName} is signed by both sides: ${file}`);
}

/** Waits for the offers of an agreement. */
export async function offered(play: Play, agreement: Agreement): Promise<Round> {
  const round = await play.story.waiting(
    `personal offers under ${agreement.number} are computed`,
    until(
      () => readRound(play, agreement),
      (found) => found !== null,
    ),
  );
  if (round === null) throw new Error('no offers');
  return round;
}

async function readRound({ cast }: Play, agreement: Agreement): Promise<Round | null> {
  return cast.officer.get<Round>(`/api/v1/agreements/${agreement.id}/round`).catch(() => null);
}

/** Waits for the offers of an agreement, and answers those that wait for an answer. */
export async function answer(play: Play, agreement: Agreement): Promise<Round> {
  const { association } = play.cast;
  const { story } = play;
  const round = await offered(play, agreement);
  if (round.state === 'open') {
    const sheet = join(play.out, `answers-${agreement.number}.csv`);
    const bar = story.progress('members decide', round.offeredLines, 'lines');
    const decided = await decideAll(play, agreement.id, sheet, (lines) => bar.to(lines));
    bar.end();
    // None is left when the story was cut off behind the answers, or when all pledges were firm.
    if (decided === 0) return round;
    const answers = (): AsyncIterable<string> => createReadStream(sheet, { encoding: 'utf8' }) as AsyncIterable<string>;
    await association.postCsv(
      `/api/v1/agreements/${agreement.id}/answers?mandate=stated`,
      answers,
      `demo-answers-${agreement.id}`,
      () => {},
    );
  }
  return (await readRound(play, agreement)) ?? round;
}

type OfferRow = Readonly<Record<string, string>>;

/** How a member of interest decides: it accepts what is not dearer than today, waits for that price, or declines. */
function decision(offer: OfferRow, currency: string): { answer: string; upTo: string } | null {
  if (offer['state'] !== 'made') return null;
  const money = (column: string): bigint | null => parseMoney(offer[column] ?? '', currency);
  const [atMost, expected, present] = [money('at_most_monthly'), money('expected_monthly'), money('present_monthly')];
  if (present === null || (atMost !== null && atMost <= present)) return { answer: 'accept', upTo: '' };
  if (expected !== null && expected <= present) {
    return { answer: 'accept-up-to', upTo: formatMoney(present, currency) };
  }
  return { answer: 'decline', upTo: '' };
}

async function decideAll(
  play: Play,
  agreementId: string,
  file: string,
  onLines: (lines: number) => void,
): Promise<number> {
  let lines = 0;
  let answers = 0;
  const decisions = new Transform({
    objectMode: true,
    transform(offer: OfferRow, _encoding, done) {
      lines += Number(offer['quantity']);
      onLines(lines);
      const decided = decision(offer, play.input.currency);
      if (decided) answers += 1;
      done(null, decided ? { offer_id: offer['offer_id'], answer: decided.answer, up_to: decided.upTo } : undefined);
    },
  });
  await pipeline(
    await play.cast.association.stream(`/api/v1/agreements/${agreementId}/offers.csv`),
    parse({ columns: true }),
    decisions,
    stringify({ header: true, columns: ['offer_id', 'answer', 'up_to'] }),
    createWriteStream(file),
  );
  return answers;
}

/** The time to answer ends; the volume settles the price, or the award falls through to the next best. */
export async function settle(play: Play, agreement: Agreement, round: Round): Promise<Round> {
  const { officer } = play.cast;
  await passTo(play, round.dueAt);
  return play.story.waiting(
    `the volume settles the price of ${agreement.number}`,
    until(
      () => officer.get<Round>(`/api/v1/agreements/${agreement.id}/round`),
      (answered) => answered.state !== 'open',
    ),
  );
}

/** An agreement whose offers are over. */
export interface Settled {
  readonly agreement: Agreement;
  readonly round: Round;
  /** those of which lines have settled; where the agreement fell, all that were offered */
  readonly classes: readonly RoundClass[];
}

/** What an agreement whose offers are over came to. */
export async function over({ cast }: Play, agreement: Agreement, round: Round): Promise<Settled> {
  const classes: RoundClass[] = [];
  for await (const each of cast.officer.all<RoundClass>(`/api/v1/agreements/${agreement.id}/round/classes`)) {
    if (each.settledLines > 0 || round.state === 'fallen') classes.push(each);
  }
  return { agreement, round, classes };
}
