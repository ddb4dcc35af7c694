import { getEventListeners } from 'node:events';
import { pause, unlessEnded, within } from './patience.js';

describe('waiting, but not for ever', () => {
  it('answers what the work comes to, and leaves nothing at the signal, however often', async () => {
    const { signal } = new AbortController();
    for (let time = 0; time < 20; time++) {
      expect(await unlessEnded(signal, Promise.resolve(time))).toBe(time);
      await expect(unlessEnded(signal, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends with the signal, whether it comes meanwhile or came before', async () => {
    const stopping = new AbortController();
    const never = new Promise<void>(() => undefined);
    const waiting = unlessEnded(stopping.signal, never);
    stopping.abort();
    await expect(waiting).rejects.toThrow('the process ends');
    await expect(unlessEnded(stopping.signal, never)).rejects.toThrow('the process ends');
    await pause(60_000, stopping.signal);
  });

  it('says what took too long', async () => {
    await expect(within(1, 'the question', new Promise(() => undefined))).rejects.toThrow(
      'the question took longer than 1 ms',
    );
  });
});
