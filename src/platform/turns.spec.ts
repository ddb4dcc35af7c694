import { Turns } from './turns.js';

/** Work that ends when it is told to. */
function work(): { run: () => Promise<string>; end: () => void; began: () => boolean } {
  let [end, began] = [(): void => {}, false];
  const done = new Promise<string>((resolve) => {
    end = () => resolve('done');
  });
  const run = (): Promise<string> => {
    began = true;
    return done;
  };
  return { run, end: () => end(), began: () => began };
}

async function aMoment(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 5);
  });
}

describe('turns', () => {
  it('let so many work at once and the others wait, first come, first served', async () => {
    const turns = new Turns(2, 10_000, 'All work');
    const works = Array.from({ length: 4 }, work);
    const answers = works.map(({ run }) => turns.take(run));
    const begun = (): boolean[] => works.map(({ began }) => began());
    await aMoment();
    expect(begun()).toEqual([true, true, false, false]);
    works[1]?.end();
    await aMoment();
    expect(begun()).toEqual([true, true, true, false]);
    for (const { end } of works) end();
    expect(await Promise.all(answers)).toEqual(['done', 'done', 'done', 'done']);
  });

  it('pass on when work fails', async () => {
    const turns = new Turns(1, 10_000, 'All work');
    const broken = turns.take(() => Promise.reject(new Error('broken')));
    const next = turns.take(() => Promise.resolve('next'));
    await expect(broken).rejects.toThrow('broken');
    expect(await next).toBe('next');
    expect(await turns.take(() => Promise.resolve('free again'))).toBe('free again');
  });

  it('refuse whoever has waited too long, and forget it', async () => {
    const turns = new Turns(1, 20, 'All work');
    const [long, never, last] = [work(), work(), work()];
    const first = turns.take(long.run);
    await expect(turns.take(never.run)).rejects.toMatchObject({ code: 'system.busy', kind: 'unavailable' });
    const third = turns.take(last.run);
    long.end();
    last.end();
    expect(await Promise.all([first, third])).toEqual(['done', 'done']);
    expect(never.began()).toBe(false);
  });
});
