/** Improvements as bidders send them: over kept connections, one after the other of each, all bidders at once. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { SESSION_COOKIE } from '../src/identity/session-cookie.js';
import { toJson } from '../src/kernel/canonical.js';
import { type Bidder, improved, type LiveAuctionMade } from './live-ground.js';

/** Connections of a process to PostgreSQL unless set otherwise, for the floors as well. */
export const CONNECTIONS = 20;

/** An improvement that is about to be sent. */
export interface Sending {
  readonly bidder: Bidder;
  readonly key: string;
  /** the floors are told; the system counts itself */
  readonly revision: number;
  readonly body: string;
}

/** What a bidder holds in its hands. */
export interface Receipt {
  readonly alias: string;
  readonly revision: number;
  readonly commitment: string;
}

export interface Load {
  readonly perSecond: number;
  readonly millis: readonly number[];
  readonly receipts: readonly Receipt[];
}

/** So many improvements of each bidder, made before time is taken. @param from the first one's revision */
export function sendings({ bidders }: LiveAuctionMade, each: number, from: number): Sending[][] {
  return bidders.map((bidder) =>
    Array.from({ length: each }, (_none, i) => {
      return { bidder, key: randomUUID(), revision: from + i, body: toJson(improved(bidder)) };
    }),
  );
}

/** Every bidder sends its improvements one after the other, all bidders at the same time. */
export async function load<A>(queues: readonly Sending[][], send: (sending: Sending) => Promise<A>) {
  const millis: number[] = [];
  const answers: A[] = [];
  const began = performance.now();
  await Promise.all(
    queues.map(async (queue) => {
      for (const sending of queue) {
        const sent = performance.now();
        answers.push(await send(sending));
        millis.push(performance.now() - sent);
      }
    }),
  );
  return { perSecond: (1_000 * answers.length) / (performance.now() - began), millis, answers };
}

/** A bidder that is told to come later does so, under the same key. */
const COME_AGAIN_MILLIS = 200;

/** Sends over HTTP. @returns a way to send, to let go of the connections, and how often bidders had to ask again */
export function sender(base: string, auctionId: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const url = `${base}/api/v1/auctions/${auctionId}/bids`;
  let again = 0;
  const send = async (sending: Sending): Promise<Receipt> => {
    for (;;) {
      const receipt = await post(agent, url, sending);
      if (receipt) return receipt;
      again += 1;
      await setTimeout(COME_AGAIN_MILLIS);
    }
  };
  return { send, end: () => agent.destroy(), askedAgain: () => again };
}

/** @returns null when the answer is that the system cannot do it now */
function post(agent: Agent, url: string, { bidder, key, revision, body }: Sending): Promise<Receipt | null> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'idempotency-key': key,
          cookie: `${SESSION_COOKIE}=${bidder.token}`,
          // Read by the floor only, which knows no sessions.
          'x-alias': bidder.alias,
          'x-revision': String(revision),
          'x-person': bidder.personId,
          'x-organisation': bidder.organisationId,
        },
      },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => {
          if (answer.statusCode === 201) resolve(JSON.parse(text) as Receipt);
          else if (answer.statusCode === 503) resolve(null);
          else reject(new Error(`${answer.statusCode}: ${text.slice(0, 500)}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
