import { OperatorError } from '../../core/errors.js';
import { FLAGS } from './fit/estimate.js';

/** What makes an estimate useless, most telling first, with what may help. */
const FAILURES = [
  [FLAGS.empty, 'it is empty, or has no contrast', 'Leave it out with --frames'],
  [FLAGS.overlap, 'less than half of the template is in its view', 'Choose another --reference, or a smaller --margin'],
  [FLAGS.mismatch, 'its correlation with the reference is below 0.95', 'Try --reference mean, or a larger --fwhm'],
  [FLAGS.unconverged, 'it still moved after the last update', 'Give more --iterations'],
] as const;

/** Ends a run at a frame that cannot be registered (`--on-failure stop`). @throws OperatorError */
export function stopAtFailure(frame: number, flags: number): void {
  const found = FAILURES.find(([flag]) => (flags & flag) !== 0);
  if (!found) return;
  const [, reason, remedy] = found;
  throw new OperatorError(
    'not-registered',
    `Frame ${frame} cannot be registered: ${reason}. ${remedy}, or leave --on-failure stop out: such frames are then flagged.`,
    { frame, flags },
  );
}
