/** Streams of what happens in an auction, to whoever wants to watch it. */
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { may } from '../identity/rules/permissions.js';
import type { Actor } from '../kernel/actor.js';
import { refuse } from '../kernel/refusal.js';
import { databaseNow } from '../platform/deeds/deeds.js';
import { eventsBehind, newestStanding } from './event-rows.js';
import type { FeedSnapshot } from './feed.dto.js';
import { FeedPlaces } from './feed-places.js';
import { EVENTS_AT_ONCE, improvementsUpTo, withBesides } from './feed-rows.js';
import { type FeedStream, messageText } from './feed-stream.js';
import { eventText, FeedWatch, type Watcher } from './feed-watch.js';
import type { LiveAuctionView } from './live.dto.js';
import { LiveQueries } from './live.queries.js';
import type { AuctionState } from './rules/lifecycles.js';
import type { Viewer } from './rules/told.js';
import { participantOf } from './tariff-rows.js';

/** Who wants to watch what. */
export interface Watching {
  readonly id: string;
  /** null for somebody who is not signed in, whose token is null as well */
  readonly actor: Actor | null;
  readonly token: string | null;
  readonly address: string;
  /** the last event that it has seen; null to begin with what happens from now on */
  readonly after: number | null;
}

@Injectable()
export class FeedService implements BeforeApplicationShutdown {
  private readonly places = new FeedPlaces();
  private readonly streams = new Set<FeedStream>();
  private leaving = false;

  constructor(
    private readonly source: DataSource,
    private readonly queries: LiveQueries,
    private readonly watch: FeedWatch,
  ) {}

  /** @throws Refusal 'auction.not-found' when there is nothing that this actor may follow */
  async known(actor: Actor | null, id: string): Promise<void> {
    await this.queries.known(this.source.manager, actor, id);
  }

  /**
   * Begins a stream: a snapshot, then every event behind the last one that the watcher has seen.
   * @param begin takes the connection over; it is called when nothing can be refused any more
   * @throws Refusal 'auction.not-found', 'feed.too-many', 'feed.full', 'feed.leaving'
   */
  async open(watching: Watching, begin: () => FeedStream): Promise<void> {
    const { id, actor, token, address, after } = watching;
    if (this.leaving) {
      throw refuse('feed.leaving', 'This server is being stopped. Try again in a few seconds.', {
        kind: 'unavailable',
      });
    }
    const giveBack = this.places.take(token, address);
    try {
      const { snapshot, viewer } = await this.snapshot(actor, id);
      const stream = begin();
      this.streams.add(stream);
      stream.onEnd(() => {
        giveBack();
        this.streams.delete(stream);
      });
      const last = Math.min(after ?? snapshot.sequence, snapshot.sequence);
      stream.write(messageText('snapshot', snapshot, last));
      const watcher: Watcher = { id, actor, token, stream, viewer, last };
      if (this.leaving) stream.end();
      // Whatever goes wrong here ends the stream, and the reader comes back with the last event that it has seen.
      else void this.catchUp(watcher, snapshot.state as AuctionState).catch(() => stream.end());
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  /** Before the server closes, which waits for answers in hand, and after its readiness went off. */
  beforeApplicationShutdown(): void {
    this.leaving = true;
    for (const stream of this.streams) stream.end();
  }

  /** As of one instant, so that no event is in it that would be told again, and none is left out. */
  private async snapshot(actor: Actor | null, id: string): Promise<{ snapshot: FeedSnapshot; viewer: Viewer }> {
    return this.source.transaction('REPEATABLE READ', async (tx) => {
      const view: { [K in keyof LiveAuctionView]: LiveAuctionView[K] } = await this.queries.auction(tx, actor, id);
      const viewer = await viewerOf(tx, actor, id);
      const own = actor && viewer.role === 'provider' && viewer.alias !== null;
      const reckoned = viewer.role === 'agency' ? await newestStanding(tx, id) : null;
      return {
        viewer,
        snapshot: {
          ...view,
          own: own ? await this.queries.own(tx, actor, id) : null,
          reckoned: reckoned && { sequence: reckoned.event.sequence, content: reckoned.content },
        },
      };
    });
  }

  /** Tells a watcher of what it has missed, as fast as it reads, until it can be told with all others. */
  private async catchUp(watcher: Watcher, state: AuctionState): Promise<void> {
    const { id, stream, actor } = watcher;
    const tx = this.source.manager;
    let improvements = await improvementsUpTo(tx, id, watcher.last);
    while (!stream.ended) {
      const events = await eventsBehind(tx, id, watcher.last, EVENTS_AT_ONCE);
      const now = await databaseNow(tx);
      // The opening gives a provider its alias.
      if (events.some(({ kind }) => kind === 'opened')) watcher.viewer = await viewerOf(tx, actor, id);
      for (const known of await withBesides(tx, id, events, improvements, watcher.viewer.role === 'agency')) {
        ({ improvements } = known.beside);
        watcher.last = known.event.sequence;
        const text = eventText(known, watcher.viewer, now);
        if (text === null) continue;
        stream.write(text);
        await stream.taken();
      }
      if (events.length < EVENTS_AT_ONCE && !stream.ended && this.watch.join(watcher, state, improvements)) return;
    }
  }
}

async function viewerOf(tx: EntityManager, actor: Actor | null, id: string): Promise<Viewer> {
  if (actor === null) return { role: 'public' };
  if (may(actor.roles, 'auctions.read-events')) return { role: 'agency' };
  if (!may(actor.roles, 'bids.read-own')) return { role: 'public' };
  return { role: 'provider', alias: (await participantOf(tx, id, actor.organisationId))?.alias ?? null };
}
