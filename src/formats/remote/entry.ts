import { SourceError } from '../../core/errors.js';
import type { SourceHandle } from '../../core/source.js';
import { answerAside } from '../../io/http/aside.js';
import { register, targetOf, withPin } from '../../io/http/url.js';
import { loadArray } from '../loaded-array.js';
import { openHere } from '../registry.js';
import { summarise } from '../summary.js';
import type { OpenJob } from './job.js';

/** The same with the contents of its files pinned, so that workers ask servers nothing and notice what changes. */
function pinned(handle: SourceHandle): SourceHandle {
  if (handle.kind === 'selected') return { ...handle, base: pinned(handle.base) };
  if (handle.kind === 'library') {
    throw new SourceError(
      'unsupported-structure',
      `${handle.path} needs the HDF5 library, which cannot read over the network. Download it first with fanfold fetch.`,
      { path: handle.path },
    );
  }
  if (handle.kind !== 'stored') return handle;
  const files = handle.storage.files.map((file) => {
    const { url, pin } = targetOf(file);
    return pin ? withPin(url, pin) : url;
  });
  return { ...handle, storage: { ...handle.storage, files } };
}

answerAside(async ({ kind, paths, targets, options }: OpenJob) => {
  for (const target of targets) register(target);
  const [only] = paths;
  const source = await openHere(paths.length === 1 && only !== undefined ? only : paths, options);
  if (kind === 'open') return { ...source, handle: pinned(source.handle) };
  return kind === 'describe' ? summarise(source) : loadArray(source);
});
