/**
 * Connections of their own for jobs. Requests wait for theirs in one line, and when hundreds come at once, a job in that
 * line would wait behind all of them for each of its statements.
 */
import type { OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The database as jobs reach it: whatever is done by a listener, or by time, is done on this one. */
export class JobSource extends DataSource implements OnApplicationShutdown {
  /**
   * @param source the same database as requests reach it
   * @param connections how many there may be at once, opened as they are needed
   */
  static async beside({ options }: DataSource, connections: number): Promise<JobSource> {
    const extra = { ...(options.extra as object), max: connections, application_name: 'pumasi-jobs' };
    const jobs = new JobSource({ ...options, extra });
    await jobs.initialize();
    return jobs;
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.isInitialized) await this.destroy();
  }
}
