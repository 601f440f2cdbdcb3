/** Some samples: images of both kinds (count, channels, size, size), statistics (count, numbers), classes. */
export interface Samples {
  readonly count: number;
  readonly sum: Float32Array;
  readonly diff: Float32Array;
  /** Empty without statistics. */
  readonly statistics: Float32Array;
  /** From 0. */
  readonly y: Int32Array;
}

/** A part of the data, batch after batch; the samples of a batch may be overwritten when the next one is asked for. */
export interface SamplePart {
  readonly count: number;
  /** Class of every sample. */
  readonly y: Int32Array;
  /** @param epoch decides the order, where there is one to decide */
  batches(epoch: number): AsyncIterable<Samples>;
}

/** The samples, divided so that nothing of a training sample is in another part. */
export interface Parts {
  readonly train: SamplePart;
  /** Chooses the epoch that is kept. */
  readonly validation?: SamplePart;
  /** No epoch is chosen by it. */
  readonly test?: SamplePart;
}

/** The same parts, each made into another. */
export function mapParts({ train, validation, test }: Parts, change: (part: SamplePart) => SamplePart): Parts {
  return {
    train: change(train),
    ...(validation ? { validation: change(validation) } : {}),
    ...(test ? { test: change(test) } : {}),
  };
}

/** Mean and spread of every statistic over the training part: no other part is looked at. */
export interface Scaler {
  readonly mean: Float64Array;
  /** Standard deviation; 1 where a statistic is constant. */
  readonly spread: Float64Array;
}

/** @param width numbers of a sample; 0 gives a scaler of nothing */
export async function fitScaler(part: SamplePart, width: number): Promise<Scaler> {
  const mean = new Float64Array(width);
  const spread = new Float64Array(width);
  if (width === 0) return { mean, spread };
  let count = 0;
  for await (const samples of part.batches(0)) {
    for (let i = 0; i < samples.count; i++) {
      count++;
      // Welford's running mean and sum of squares: no loss where the mean is far from 0.
      for (let k = 0; k < width; k++) {
        const value = samples.statistics[i * width + k] ?? 0;
        const before = value - (mean[k] ?? 0);
        mean[k] = (mean[k] ?? 0) + before / count;
        spread[k] = (spread[k] ?? 0) + before * (value - (mean[k] ?? 0));
      }
    }
  }
  for (let k = 0; k < width; k++) spread[k] = Math.sqrt((spread[k] ?? 0) / count) || 1;
  return { mean, spread };
}

/** Statistics in units of their spread over the training part. */
export function applyScaler(statistics: ArrayLike<number>, { mean, spread }: Scaler): Float32Array {
  const width = mean.length;
  return Float32Array.from(statistics, (value, i) => (value - (mean[i % width] ?? 0)) / (spread[i % width] ?? 1));
}

/** The same part with its statistics scaled. */
export function scaled(part: SamplePart, scaler: Scaler): SamplePart {
  return {
    count: part.count,
    y: part.y,
    async *batches(epoch) {
      for await (const samples of part.batches(epoch))
        yield { ...samples, statistics: applyScaler(samples.statistics, scaler) };
    },
  };
}
