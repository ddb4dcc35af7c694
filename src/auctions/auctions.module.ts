import type { IncomingMessage } from 'node:http';
import { type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AllocationModule } from '../allocation/allocation.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { TendersModule } from '../tenders/tenders.module.js';
import { Auction } from './auction.entity.js';
import { AuctionsController } from './auctions.controller.js';
import { AuctionsJobs } from './auctions.jobs.js';
import { AuctionsQueries } from './auctions.queries.js';
import { AuctionsService } from './auctions.service.js';
import { FeedController } from './feed.controller.js';
import { FeedService } from './feed.service.js';
import { FeedWatch } from './feed-watch.js';
import { Frames } from './frames.js';
import { GapsJobs } from './gaps.jobs.js';
import { Grounds } from './grounds.js';
import { LiveController } from './live.controller.js';
import { LiveJobs } from './live.jobs.js';
import { LiveQueries } from './live.queries.js';
import { LiveService } from './live.service.js';
import { LogQueries } from './log.queries.js';
import { Opening } from './opening.js';
import { PracticeController } from './practice.controller.js';
import { PracticeJobs } from './practice.jobs.js';
import { PracticeQueries } from './practice.queries.js';
import { PracticeService } from './practice.service.js';
import { Reception } from './reception.js';
import { SealedBid } from './sealed-bid.entity.js';
import { Sealing } from './sealing.js';
import { StandingsJobs } from './standings.jobs.js';

/** What counts by the instant at which it was received. */
const RECEIVED = [
  'tenders/:id/bids',
  'bids/:id/withdraw',
  'auctions/:id/bids',
  'auctions/:id/proxy',
  'auctions/:id/proxy/end',
];

@Module({
  imports: [TypeOrmModule.forFeature([Auction, SealedBid]), AllocationModule, IdentityModule, TendersModule],
  controllers: [AuctionsController, FeedController, LiveController, PracticeController],
  providers: [
    AuctionsService,
    AuctionsQueries,
    AuctionsJobs,
    FeedService,
    FeedWatch,
    Frames,
    GapsJobs,
    Grounds,
    LiveJobs,
    LiveQueries,
    LiveService,
    LogQueries,
    Opening,
    PracticeJobs,
    PracticeQueries,
    PracticeService,
    Reception,
    Sealing,
    StandingsJobs,
  ],
  exports: [AuctionsService, AuctionsQueries],
})
export class AuctionsModule implements NestModule {
  constructor(private readonly reception: Reception) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((request: IncomingMessage, _response: unknown, next: () => void) => {
        this.reception.note(request);
        next();
      })
      .forRoutes(...RECEIVED.map((path) => ({ path: `api/v1/${path}`, method: RequestMethod.POST })));
  }
}
