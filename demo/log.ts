/** The log of the auction, as a file that anybody can verify: it is written down, counted, and verified. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../src/platform/config/project.js';
import type { Play } from './play.js';

interface Logged {
  readonly events: readonly {
    readonly sequence: number;
    readonly at: string;
    readonly kind: string;
    readonly body: { readonly by?: string; readonly standing?: number; readonly endedAt?: string };
  }[];
  readonly contents: Readonly<Record<string, { readonly content: { readonly totalMinor?: number | null } }>>;
}

export interface AuctionFigures {
  readonly auctionFormat: string;
  /** over the term, by the tariffs as they were opened */
  readonly openingTotalMinor: number;
  /** over the term, by the standing that decided */
  readonly auctionTotalMinor: number;
  /** improved tariffs, those of proxies included */
  readonly improvements: number;
  readonly proxyBids: number;
  readonly extensions: number;
  /** from its beginning to the end of its time, by its own clock; 0 when nobody could improve by hand */
  readonly auctionSeconds: number;
}

const LOG = 'auction-log.json';
const KEY = 'receipts-public-key.pem';

/** Writes the log and the key that it is signed with. */
export async function writeLog(play: Play, tenderId: string): Promise<AuctionFigures> {
  const { officer } = play.cast;
  const bytes = await officer.download(`/api/v1/auctions/${tenderId}/log?full=true`);
  writeFileSync(join(play.out, LOG), bytes);
  const { publicKey } = await officer.get<{ publicKey: string }>('/api/v1/receipts/public-key');
  writeFileSync(join(play.out, KEY), publicKey);
  const { format } = await officer.get<{ format: string }>(`/api/v1/auctions/${tenderId}`);
  return figuresIn(JSON.parse(bytes.toString('utf8')) as Logged, format);
}

function figuresIn({ events, contents }: Logged, auctionFormat: string): AuctionFigures {
  const of = (...kinds: string[]): Logged['events'] => events.filter(({ kind }) => kinds.includes(kind));
  const totalOf = (sequence: number | undefined): number => contents[String(sequence)]?.content.totalMinor ?? 0;
  const began = of('began', 'turn')[0]?.at;
  const ended = of('ended').at(-1)?.body.endedAt;
  const bids = of('bid');
  return {
    auctionFormat,
    openingTotalMinor: totalOf(of('standing')[0]?.sequence),
    auctionTotalMinor: totalOf(of('closed')[0]?.body.standing),
    improvements: bids.length,
    proxyBids: bids.filter(({ body }) => body.by === 'proxy').length,
    extensions: of('extended').length,
    auctionSeconds:
      began === undefined || ended === undefined ? 0 : Math.round((Date.parse(ended) - Date.parse(began)) / 1_000),
  };
}

interface Verdict {
  readonly events: number;
  readonly bids: number;
  readonly extensions: number;
  readonly totalMinor: number | null;
  readonly notChecked: readonly string[];
}

/** Verifies the log by the program that everybody has, from the file alone. @throws Error when it does not fit */
export async function verifyLog(play: Play): Promise<void> {
  const { story } = play;
  const [log, key] = [join(play.out, LOG), join(play.out, KEY)];
  const command = [join(projectRoot, 'dist', 'src', 'cli.js'), 'verify', log, '--key', key];
  const run = promisify(execFile)(process.execPath, command, { maxBuffer: 64 * 1024 * 1024 });
  const { stdout } = await story.waiting(`${LOG} is recomputed from the file alone`, run);
  const { events, bids, extensions, totalMinor, notChecked } = JSON.parse(stdout) as Verdict;
  story.say(
    `Its ${story.count(events)} events are a chain that nobody can change unseen: ${story.count(bids)} ` +
      `improvements with their receipts, ${story.count(extensions)} ${extensions === 1 ? 'extension' : 'extensions'}, every standing, and the result of ` +
      `${story.money(totalMinor ?? 0)}. All of it is as it must be.`,
  );
  for (const sentence of notChecked) story.say(`${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`);
  story.say('Whoever doubts it does the same:');
  const here = (file: string): string => relative(projectRoot, file) || file;
  story.command(`npm run -s pumasi -- verify ${here(log)} --key ${here(key)}`);
}
