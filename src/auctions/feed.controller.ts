import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { SessionsService } from '../identity/sessions.service.js';
import type { Actor } from '../kernel/actor.js';
import { invalid } from '../kernel/refusal.js';
import { AnId } from '../platform/http/ids.js';
import { type ActingRequest, etagsIn, MaybeActing, OpenToAll, ShowsMoreTo } from '../platform/http/request.js';
import { FeedQuery, FeedSnapshot, LogQuery, MOST_SEQUENCE } from './feed.dto.js';
import { FeedService } from './feed.service.js';
import { FeedStream } from './feed-stream.js';
import { LogQueries } from './log.queries.js';

/** What everybody may follow and check. A practice auction is its own provider's alone. */
@Controller('api/v1/auctions/:id')
export class FeedController {
  constructor(
    private readonly source: DataSource,
    private readonly feed: FeedService,
    private readonly logs: LogQueries,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * The auction as it goes on: server-sent events. The first is a `snapshot`; then there is one per event, with its
   * sequence as `id` and its kind as `event`. Everybody hears of phases, times, and how many improvements there are; a
   * provider also hears of its own receipts, and after each standing and when its gaps are found its own standing
   * (`own`); the agency hears everything. `phase` tells of a state that no event told of, `tick` of the clock alone. The
   * clock of the database, `now`, is in every message. Who comes back with the header `Last-Event-ID` misses nothing.
   */
  @OpenToAll()
  @ShowsMoreTo('auctions.read-events')
  @ApiProduces('text/event-stream')
  @ApiExtraModels(FeedSnapshot)
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'the last event that was seen; browsers send it' })
  @ApiOkResponse({ schema: { type: 'string', description: 'the `data` of the first message is a FeedSnapshot' } })
  @Get('feed')
  async follow(
    @MaybeActing() actor: Actor | null,
    @Param('id', AnId) id: string,
    @Query() { after }: FeedQuery,
    @Headers('last-event-id') seen: string | undefined,
    @Req() request: ActingRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const token = actor === null ? null : this.sessions.tokenOf(request);
    const watching = { id, actor, token, address: request.ip, after: sequenceIn(seen) ?? after ?? null };
    if (request.method === 'HEAD') {
      await this.feed.known(actor, id);
      void reply.type('text/event-stream').send('');
      return;
    }
    await this.feed.open(watching, () => {
      reply.hijack();
      return new FeedStream(reply.raw, reply.getHeaders());
    });
  }

  /**
   * The log of an auction that is over: its events, and what they committed to as far as the tender lets everybody know
   * it. `pumasi verify` checks the file. Its ETag is the hash of the last event.
   */
  @OpenToAll()
  @ShowsMoreTo('auctions.read-log')
  @ApiProduces('application/json')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @Get('log')
  async log(
    @MaybeActing() actor: Actor | null,
    @Param('id', AnId) id: string,
    @Query() { full }: LogQuery,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const { tag, pieces } = await this.logs.published(this.source.manager, actor, id, full ?? false);
    void reply.header('etag', `"${tag}"`);
    if (etagsIn(known).includes(tag)) {
      void reply.status(304);
      return undefined;
    }
    return new StreamableFile(Readable.from(pieces(), { objectMode: false }), {
      type: 'application/json',
      disposition: 'attachment; filename="auction-log.json"',
    });
  }
}

/** Browsers send an empty header as none. */
function sequenceIn(header: string | undefined): number | null {
  if (header === undefined || header === '') return null;
  if (/^\d{1,10}$/.test(header) && Number(header) <= MOST_SEQUENCE) return Number(header);
  throw invalid(
    'feed.last-event-id',
    'Last-Event-ID: must be the id of a message of this stream. Leave it out to begin.',
    [{ path: 'Last-Event-ID', reason: 'must be the sequence of an event, a whole number from 0' }],
  );
}
