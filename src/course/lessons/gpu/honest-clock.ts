import { allocateShared, openConverter } from 'fanfold';
import { measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';

/**
 * Work that is handed over comes back at once, and is done later. A GPU behaves so, and so do worker threads: here they stand in
 * for it, to show what goes wrong with a clock.
 */
export default async function honestClock({ size }: Setting): Promise<Outcome> {
  const count = size === 'full' ? 20_000_000 : 200_000;
  const host = sampleNumbers(count);
  const [there, back] = [allocateShared('float64', count), allocateShared('uint8', count)];
  const options = { scale: 255, offset: 0 };
  await using crew = openConverter({ workers: 2 });

  const copy = await measure(() => there.set(host));
  const waitedFor = await measure(() => crew.convertInto(there, back, options));
  // The clock stops here while the workers have hardly begun.
  const start = performance.now();
  const pending = crew.convertInto(there, back, options);
  const handedOver = (performance.now() - start) / 1000;
  await pending;
  const withCopies = await measure(async () => {
    there.set(host);
    await crew.convertInto(there, back, options);
    return back.slice();
  });
  return {
    subject: `${count} float64 scaled to uint8 by two workers`,
    rows: [
      { what: 'clock stopped when the work is handed over', seconds: handedOver },
      { what: 'clock stopped when the work is done', seconds: waitedFor.seconds, isBase: true },
      { what: 'copying the input there, alone', seconds: copy.seconds, bytes: host.byteLength },
      { what: 'copy there, work, copy back', seconds: withCopies.seconds },
    ],
    remarks: [
      'The first time is no speed of anything. Quote the second beside the fourth: work, and work with its transfers.',
    ],
  };
}
