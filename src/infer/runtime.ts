import type { InferenceSession } from 'onnxruntime-node';
import { LayoutError, SourceError, type UsageError } from '../core/errors.js';
import type { Declaration, Interface } from './wanted.js';

/** The library that runs networks. */
export type Runtime = typeof import('onnxruntime-node');

/** The command that installs it, without the files for graphics cards that its script would download. */
export const INSTALL = 'npm install onnxruntime-node@1.30 --ignore-scripts';

/**
 * Loads the runtime. What it does blocks its thread.
 *
 * @param bring how the package is loaded; tests give one that fails
 * @throws LayoutError with the command that installs it when it is not there
 */
export async function loadRuntime(bring: () => Promise<Runtime> = () => import('onnxruntime-node')): Promise<Runtime> {
  try {
    return await bring();
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    const why = code === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : `does not load: ${(error as Error).message}`;
    throw new LayoutError(
      'no-onnxruntime',
      `Networks are run by onnxruntime-node, which ${why}. Install it beside fanfold: ${INSTALL}`,
      {},
      { cause: error },
    );
  }
}

/** What a network may run on. */
export const DEVICES = ['auto', 'cpu', 'gpu'] as const;

export type Device = (typeof DEVICES)[number];

/** Execution providers that compute on a graphics card, the best first. */
const GPU = ['cuda', 'dml', 'coreml', 'webgpu'];

/** The execution providers for a graphics card that this build of the runtime has. */
export function gpuProviders({ listSupportedBackends }: Runtime): readonly string[] {
  const bundled = listSupportedBackends().filter((backend) => backend.bundled);
  return GPU.filter((name) => bundled.some((backend) => backend.name === name));
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';

/** What is wrong with a file that the runtime does not take, in one sentence. */
function refusal(path: string, error: unknown): SourceError | UsageError {
  const text = firstLine(error);
  const said = text
    .replace(/^Load model from .*? failed:\s*/, '')
    .replace(/^(Error|Fatal error):\s*/, '')
    .replaceAll(/\S*\/onnxruntime\/\S+?\s/g, '');
  if (/protobuf parsing failed|ModelProto|not an? ONNX/i.test(text))
    return new SourceError('not-onnx', `${path} is no ONNX network, or is cut off: it cannot be parsed.`, { path });
  if (
    /is not a registered function|No Op registered|not implemented|NOT_IMPLEMENTED|opset|Unrecognized|domain/i.test(
      text,
    )
  ) {
    const what = `${path} uses an operator that this onnxruntime does not know: ${said.replace(/\.$/, '')}.`;
    return new SourceError('unknown-operator', what, { path });
  }
  return new SourceError('bad-network', `${path} is refused by onnxruntime: ${said.replace(/\.$/, '')}.`, { path });
}

const declared = (metadata: readonly InferenceSession.ValueMetadata[]): Declaration[] =>
  metadata.map((value) => ({
    name: value.name,
    type: value.isTensor ? value.type : null,
    shape: value.isTensor ? value.shape : [],
  }));

/** A network ready to run. */
export interface Opened {
  readonly session: InferenceSession;
  readonly declared: Interface;
  /** The execution provider, `cpu` or that of a graphics card. */
  readonly provider: string;
  /** Why it is not a graphics card, where one was asked for; null when it is or was not. */
  readonly reason: string | null;
}

/**
 * Opens a network on a processor, or on a graphics card where the runtime has a provider that starts.
 *
 * @param threads of the runtime, beside the one that calls
 * @throws SourceError for files that are no network, damaged, or of operators the runtime lacks; LayoutError when `gpu` was asked for in vain
 */
export async function openNetwork(runtime: Runtime, path: string, threads: number, device: Device): Promise<Opened> {
  const create = async (provider: string): Promise<InferenceSession> =>
    runtime.InferenceSession.create(path, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    });
  const finish = (session: InferenceSession, provider: string, reason: string | null): Opened => ({
    session,
    declared: { inputs: declared(session.inputMetadata), outputs: declared(session.outputMetadata) },
    provider,
    reason,
  });
  const failures: string[] = [];
  // A graphics card has to be asked for: results differ in their last digits.
  if (device === 'gpu') {
    for (const provider of gpuProviders(runtime)) {
      try {
        return finish(await create(provider), provider, null);
      } catch (error) {
        failures.push(`${provider}: ${firstLine(error)}`);
      }
    }
    const none = 'this build of onnxruntime-node has no provider for graphics cards';
    throw new LayoutError(
      'no-gpu',
      `${path} cannot run on a graphics card: ${failures.join('; ') || none}. Use the device cpu, which is the default.`,
    );
  }
  try {
    return finish(await create('cpu'), 'cpu', null);
  } catch (error) {
    throw refusal(path, error);
  }
}
