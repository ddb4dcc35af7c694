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

/**
 * What the work comes to, unless the signal ends the waiting for it. Nothing is left at the signal, which may live as long as
 * the process does.
 * @throws Error when the signal comes first, or had come before; whatever the work throws
 */
export async function unlessEnded<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let leave: (() => void) | undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    leave = () => reject(new Error('the process ends'));
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    if (leave !== undefined) signal.removeEventListener('abort', leave);
  }
}

/** Sleeps, unless the signal ends it. Keeps the process alive meanwhile. */
export async function pause(millis: number, ended?: AbortSignal): Promise<void> {
  await sleep(millis, undefined, ended ? { signal: ended } : {}).catch(() => undefined);
}
