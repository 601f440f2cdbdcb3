import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createArrayFile, openArrayFile } from 'fanfold';
import { difference, heldBytes, measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Row, Setting } from '../../outcome.js';

const COLUMNS = 1000;
/** Rows written at a time. */
const BAND = 100;

function sum(numbers: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i] ?? 0;
  return total;
}

/** The file is made at its full size, and then written a band of rows at a time: never more than a band is in memory. */
async function write(path: string, rows: number): Promise<void> {
  const file = await createArrayFile(path, { shape: [rows, COLUMNS], dtype: 'float64' });
  for (let row = 0; row < rows; row += BAND) {
    file.write([[row, Math.min(row + BAND, rows)], null], sampleNumbers(Math.min(BAND, rows - row) * COLUMNS, row + 1));
  }
  file.close();
}

/** What the reader of NPY files says to bare numbers that are called .npy. */
async function openUnderWrongName(bare: string, path: string): Promise<string> {
  await copyFile(bare, path);
  try {
    (await openArrayFile(path)).close();
    return 'opened';
  } catch (error) {
    return error instanceof Error ? error.name : 'refused';
  }
}

/** An array in a file: written by region, read back whole, by region, in chunks, and mapped. */
export default async function arrayOnDisk({ size, folder }: Setting): Promise<Outcome> {
  const rows = size === 'full' ? 10_050 : 150;
  const [path, bare] = [join(folder, 'array.npy'), join(folder, 'array.raw')];
  const written = await measure(() => write(path.replace('.npy', `-${performance.now()}.npy`), rows), 1);
  await write(path, rows);
  await write(bare, rows);

  // The .npy file says what it holds; of bare numbers, shape and type have to be known.
  const file = await openArrayFile(path);
  const headerless = await openArrayFile(bare, { shape: [rows, COLUMNS], dtype: 'float64' });
  const whole = await heldBytes(() => file.read());
  const wholeTime = await measure(() => sum(file.read()), 3);
  const last = sum(whole.value.subarray((rows - 10) * COLUMNS));
  const region = await heldBytes(() => headerless.read([[rows - 10, rows], null]));
  const regionTime = await measure(() => sum(headerless.read([[rows - 10, rows], null])), 3);
  const chunks = await measure(() => {
    let total = 0;
    for (const { data } of file.chunks(1000)) total += sum(data);
    return total;
  }, 3);
  const remarks = [`Bare numbers under the name .npy: '${await openUnderWrongName(bare, join(folder, 'wrong.npy'))}'.`];
  const found: Row[] = [
    { what: `written, ${BAND} rows at a time`, seconds: written.seconds, bytes: BAND * COLUMNS * 8 },
    { what: 'read whole, added up', seconds: wholeTime.seconds, bytes: whole.bytes, isBase: true },
    {
      what: 'chunks of 1000 numbers, added up',
      seconds: chunks.seconds,
      bytes: 2 ** 20,
      difference: difference([wholeTime.value], [chunks.value]),
    },
  ];
  try {
    const mapped = await file.map();
    const mappedTime = await measure(() => sum(mapped.data), 3);
    found.push({
      what: 'mapped, added up',
      seconds: mappedTime.seconds,
      bytes: 0,
      difference: difference([wholeTime.value], [mappedTime.value]),
    });
    mapped.close();
  } catch (error) {
    remarks.push(`Not mapped: '${error instanceof Error ? error.message.replaceAll("'", '') : 'unknown'}'`);
  }
  found.push({
    what: 'the last 10 rows of a headerless file',
    seconds: regionTime.seconds,
    bytes: region.bytes,
    difference: difference([last], [regionTime.value]),
  });
  file.close();
  headerless.close();
  return {
    subject: `an array of ${rows} x ${COLUMNS} float64 in a file, ${rows * COLUMNS * 8} bytes; the bytes are those of arrays held`,
    rows: found,
    tolerance: 1e-12,
    remarks,
  };
}
