/** Waiting, but not for ever. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What the work comes to, if it comes in time. Work that is late goes on, and what becomes of it is nobody's concern.
 * @param what begins the sentence that says so
 * @throws Error when the time is over; before, whatever the work throws
 */
export async function within<T>(millis: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${millis} ms`)), millis);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Sleeps, unless the signal ends it. Keeps the process alive meanwhile. */
export async function pause(millis: number, ended?: AbortSignal): Promise<void> {
  await sleep(millis, undefined, ended ? { signal: ended } : {}).catch(() => undefined);
}
